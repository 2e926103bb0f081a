//! What can go wrong between numbers and a picture: one enum, fields instead of sentences.

use std::path::PathBuf;

/// An error of this crate.
///
/// Every variant says which series it is about and where in it; indices count from 0.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A series that must hold something is empty.
    #[error("{series}: empty")]
    Empty {
        /// The series, as the caller would name it: `points`, `run "full batch"`.
        series: String,
    },
    /// Two series that belong together differ in length.
    #[error("{series}: expected {expected} values, found {found}")]
    Length {
        /// The series whose length is off.
        series: String,
        /// The length that its partner asks for.
        expected: usize,
        /// The length that it has.
        found: usize,
    },
    /// A NaN or an infinite value.
    #[error("{series}[{index}]: expected a finite number, found {found}")]
    NotFinite {
        /// The series that holds it.
        series: String,
        /// Its position.
        index: usize,
        /// The value.
        found: f64,
    },
    /// A value outside the range that the picture can mean: a probability above 1, a negative standard
    /// deviation, a coordinate beyond ±1e100.
    #[error("{series}[{index}]: expected a value from {low} to {high}, found {found}")]
    OutOfRange {
        /// The series that holds it.
        series: String,
        /// Its position.
        index: usize,
        /// The smallest value allowed.
        low: f64,
        /// The largest value allowed.
        high: f64,
        /// The value.
        found: f64,
    },
    /// A class label that is not one of `0, 1, ..., classes - 1`.
    #[error("{series}[{index}]: expected a class from 0 to {}, found {found}", classes.saturating_sub(1))]
    Label {
        /// The series that holds it.
        series: String,
        /// Its position.
        index: usize,
        /// The number of classes.
        classes: usize,
        /// The value.
        found: f64,
    },
    /// Grid coordinates that do not grow strictly from one to the next.
    #[error("{series}[{index}]: expected more than {before}, found {found}")]
    NotIncreasing {
        /// The series that holds it: `x` or `y`.
        series: String,
        /// The position of the later of the two.
        index: usize,
        /// The coordinate before it.
        before: f64,
        /// The coordinate at `index`.
        found: f64,
    },
    /// A variable that the draws do not have.
    #[error("no variable named {name:?}; the draws have {known:?}")]
    UnknownVariable {
        /// The name asked for.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// A number of pixels a unit that makes no picture: not finite, not positive, or too large.
    #[error("scale: expected a value above 0 and at most {largest}, found {found}")]
    Scale {
        /// The largest scale for this figure.
        largest: f32,
        /// The scale asked for.
        found: f32,
    },
    /// The plotting backend could not encode the picture.
    #[error("PNG: {reason}")]
    Png {
        /// What the backend said.
        reason: String,
    },
    /// A file or folder could not be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}
