//! The one error type of the crate: what was expected, what was found, and where.

use crate::Size;

/// What went wrong, with the numbers needed to mend it. Rows and feature columns of arrays count from 0;
/// lines and columns of a file count from 1, as an editor shows them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An array has another number of axes than it should.
    #[error("{what} must have {expected} axes, found shape {found:?}")]
    Rank {
        /// Which array.
        what: &'static str,
        /// How many axes it should have.
        expected: usize,
        /// The shape given.
        found: Vec<usize>,
    },
    /// Two things that belong together differ in length.
    #[error("{what}: expected {expected}, found {found}")]
    Length {
        /// What was counted.
        what: &'static str,
        /// The length that fits the rest.
        expected: usize,
        /// The length given.
        found: usize,
    },
    /// Nothing there: no rows or no columns.
    #[error("no {what}")]
    Empty {
        /// What is missing.
        what: &'static str,
    },
    /// A NaN or an infinity in an array.
    #[error("{what} holds {value} in row {row}, column {column} (counted from 0)")]
    NotFinite {
        /// Which array.
        what: &'static str,
        /// The row, from 0.
        row: usize,
        /// The column, from 0.
        column: usize,
        /// The number found.
        value: f64,
    },
    /// A label that is not a class number.
    #[error("label {value} in row {row} is not a whole number from 0 to {}", .classes.saturating_sub(1))]
    Label {
        /// The row, from 0.
        row: usize,
        /// The label found.
        value: f64,
        /// How many classes there are; the largest that an index can count when the classes have no names.
        classes: usize,
    },
    /// A setting outside its range.
    #[error("{name} of {function} must be {expected}, found {value}")]
    Setting {
        /// The function or type that was given it.
        function: &'static str,
        /// The name of the setting.
        name: &'static str,
        /// The range it must lie in.
        expected: &'static str,
        /// The number given.
        value: f64,
    },
    /// Random choices are needed and there is no seed: call `random_state(seed)`, or pass a generator.
    #[error("{function} makes random choices: give it a seed with random_state, or a generator")]
    Unseeded {
        /// The function that needs it.
        function: &'static str,
    },
    /// A mean, a variance or a scaled number is too large for a double.
    #[error("the numbers of column {column} (counted from 0) overflow when scaled")]
    Overflow {
        /// The column, from 0.
        column: usize,
    },
    /// The size of one side of a split is out of range: a fraction must lie strictly between 0 and 1, a count
    /// strictly between 0 and the number of rows.
    #[error("{side} size {size} is out of range for {rows} rows")]
    SplitSize {
        /// `"test"` or `"train"`.
        side: &'static str,
        /// The size asked for.
        size: Size,
        /// How many rows there are.
        rows: usize,
    },
    /// The two sides of a split together need more rows than there are, or leave one side empty.
    #[error("{rows} rows cannot be split into {train} for training and {test} for testing")]
    SplitRows {
        /// How many rows there are.
        rows: usize,
        /// The rows asked for on the training side.
        train: usize,
        /// The rows asked for on the test side.
        test: usize,
    },
    /// A class has too few members to be on every side.
    #[error("class {label} has {members} members; stratifying needs at least {needed}")]
    SmallClass {
        /// The label of the class.
        label: f64,
        /// How many rows carry it.
        members: usize,
        /// How many are needed.
        needed: usize,
    },
    /// One side of a stratified split has fewer rows than there are classes.
    #[error("the {side} side has {rows} rows, fewer than the {classes} classes to stratify by")]
    SmallSide {
        /// `"test"` or `"train"`.
        side: &'static str,
        /// The rows on that side.
        rows: usize,
        /// How many classes there are.
        classes: usize,
    },
    /// Stratifying needs random choices, but shuffling was switched off.
    #[error("a stratified split cannot keep the rows in order: leave shuffle on")]
    StratifiedUnshuffled,
    /// The number of folds must be at least 2 and at most the number of rows.
    #[error("{rows} rows cannot be divided into {folds} folds")]
    Folds {
        /// The folds asked for.
        folds: usize,
        /// How many rows there are.
        rows: usize,
    },
    /// No table of that name comes with the crate.
    #[error("no table is called {name:?}; there are {known:?}")]
    UnknownTable {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: &'static [&'static str],
    },
    /// A file cannot be opened, read or written.
    #[error("{file}: {source}")]
    Io {
        /// The path.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file holds no record (after the header, where there is one).
    #[error("{file}: no records")]
    NoRecords {
        /// The path.
        file: String,
    },
    /// A cell is not a number.
    #[error("{file}, line {line}, column {column} ({name}): {text:?} is not a number")]
    NotANumber {
        /// The path.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The name of the column.
        name: String,
        /// What the cell holds.
        text: String,
    },
    /// A cell is NaN or infinite, or too large for a double.
    #[error("{file}, line {line}, column {column} ({name}): {text:?} is not a finite number")]
    NotFiniteCell {
        /// The path.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The name of the column.
        name: String,
        /// What the cell holds.
        text: String,
    },
    /// A record has more or fewer cells than the first line.
    #[error("{file}, line {line}: expected {expected} cells, found {found}")]
    Ragged {
        /// The path.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The cells of the first line.
        expected: usize,
        /// The cells of this one.
        found: usize,
    },
    /// The last record of a file lacks cells, or a quote that opens in it never closes.
    #[error("{file}, line {line}: the file is cut short: expected {expected} cells, found {found}")]
    CutShort {
        /// The path.
        file: String,
        /// The line on which the last record begins, from 1.
        line: usize,
        /// The cells of the first line.
        expected: usize,
        /// The cells of the last record, an unfinished one included.
        found: usize,
    },
    /// A file has another number of records than the caller said.
    #[error("{file}: expected {expected} records, found {found}")]
    RecordCount {
        /// The path.
        file: String,
        /// The number of records that there should be.
        expected: usize,
        /// The number of records.
        found: usize,
    },
    /// A column that was asked for is not there.
    #[error("{file}: no column {column}; the columns are {columns:?}")]
    MissingColumn {
        /// The path.
        file: String,
        /// The name or index asked for.
        column: String,
        /// The names of the columns there are.
        columns: Vec<String>,
    },
    /// Two columns carry one name.
    #[error("{file}: columns {first} and {second} are both called {name:?}")]
    DuplicateColumn {
        /// The path.
        file: String,
        /// The shared name.
        name: String,
        /// The first column of that name, from 1.
        first: usize,
        /// The second, from 1.
        second: usize,
    },
    /// A cell is not UTF-8 text.
    #[error("{file}, line {line}, column {column}: not UTF-8")]
    Encoding {
        /// The path.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// An array operation failed.
    #[error(transparent)]
    Array(#[from] elbo_tensor_ad::Error),
}
