//! What can go wrong when draws are collected, summarised, written or read.

use std::path::PathBuf;

/// The one error type of this crate. Every variant says what was expected, what was found and where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A variable or dimension name that cannot become a file name in a store, or that the axes have taken.
    #[error("the name {name:?} cannot be used: {reason}")]
    Name {
        /// The name that was given.
        name: String,
        /// Why it is refused.
        reason: &'static str,
    },
    /// A second variable of the same name in one group.
    #[error("a variable named {name:?} is already there")]
    Duplicate {
        /// The repeated name.
        name: String,
    },
    /// One name for both a variable and a dimension: xarray would take the variable for the coordinate.
    #[error("{name:?} is the name of both a variable and a dimension")]
    Clash {
        /// The shared name.
        name: String,
    },
    /// The number of values is not chains × draws × the product of the variable's sizes.
    #[error("variable {name:?} needs {expected} values (chains x draws x sizes), found {found}")]
    Length {
        /// The variable.
        name: String,
        /// The number of values that its axes call for; `usize::MAX` where that product overflows.
        expected: usize,
        /// The number given.
        found: usize,
    },
    /// An axis of size zero.
    #[error("variable {name:?}: axis {dim:?} has size 0")]
    EmptyAxis {
        /// The variable.
        name: String,
        /// The axis.
        dim: String,
    },
    /// One dimension, two sizes.
    #[error("dimension {dim:?} has size {expected}, but {found} was given for it in {place}")]
    DimSize {
        /// The dimension.
        dim: String,
        /// The size that it has already.
        expected: usize,
        /// The size that was given now.
        found: usize,
        /// The variable, or the coordinate, that gave it.
        place: String,
    },
    /// A dimension used twice by one variable.
    #[error("variable {name:?} uses dimension {dim:?} twice")]
    RepeatedDim {
        /// The variable.
        name: String,
        /// The dimension.
        dim: String,
    },
    /// A coordinate that a store cannot hold intact: a NaN, or a label with a NUL character.
    #[error("coordinate {index} of dimension {dim:?} is {reason}")]
    Coordinate {
        /// The dimension.
        dim: String,
        /// Which coordinate, from 0.
        index: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A value that the asked-for number type cannot hold exactly.
    #[error("variable {name:?}: value {value} at position {index} is not {expected}")]
    NotExact {
        /// The variable.
        name: String,
        /// Position in the values given, from 0.
        index: usize,
        /// The value.
        value: f64,
        /// What the number type holds.
        expected: &'static str,
    },
    /// An argument outside its range.
    #[error("{what} must be {expected}, found {found}")]
    Range {
        /// The argument.
        what: &'static str,
        /// The range.
        expected: &'static str,
        /// The value given.
        found: f64,
    },
    /// Chains of different lengths.
    #[error("chain {chain} has {found} draws, chain 0 has {expected}")]
    Ragged {
        /// The first chain that differs.
        chain: usize,
        /// The length of chain 0.
        expected: usize,
        /// Its own length.
        found: usize,
    },
    /// Too few values for the computation.
    #[error("{what} needs at least {expected} values, found {found}")]
    TooFew {
        /// The computation.
        what: &'static str,
        /// The least number of values.
        expected: usize,
        /// The number given.
        found: usize,
    },
    /// A NaN or infinite value where only finite ones make sense.
    #[error("{what} needs finite values, found {value} at position {index}")]
    NotFinite {
        /// The computation.
        what: &'static str,
        /// Position in the values given, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// There is no group to write.
    #[error("no group to write: every group is empty")]
    NoGroups,
    /// The path holds something that this call does not replace.
    #[error("{} is in the way: {found}", path.display())]
    InTheWay {
        /// The path asked for.
        path: PathBuf,
        /// What lies there.
        found: &'static str,
    },
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's own error.
        source: std::io::Error,
    },
    /// A metadata file that is not JSON.
    #[error("{}: not valid JSON: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The parser's error, with line and column.
        source: serde_json::Error,
    },
    /// A store that is not written the way this crate writes.
    #[error("{}: expected {expected}, found {found}", path.display())]
    Store {
        /// The file or folder.
        path: PathBuf,
        /// What this crate reads.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// A chunk that is shorter or longer than its shape says: cut short, or from another store.
    #[error("{}: {found} bytes, but its shape needs {expected}", path.display())]
    ChunkSize {
        /// The chunk's file.
        path: PathBuf,
        /// Bytes by the shape.
        expected: u64,
        /// Bytes in the file.
        found: u64,
    },
}
