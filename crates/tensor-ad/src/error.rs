//! The one error type of the crate: what was expected, what was found, and where.

/// What went wrong, with the numbers needed to mend it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A buffer does not hold as many numbers as its shape says.
    #[error("shape {shape:?} holds {expected} numbers, found {found}")]
    ElementCount {
        /// The shape asked for.
        shape: Vec<usize>,
        /// The number of elements which that shape has.
        expected: usize,
        /// The number of elements given.
        found: usize,
    },
    /// An array has another number of axes than the operation needs.
    #[error("expected an array of {expected} axes, found shape {found:?}")]
    Rank {
        /// How many axes are needed.
        expected: usize,
        /// The shape given.
        found: Vec<usize>,
    },
    /// An index lies beyond its axis.
    #[error("index {index} is out of range for an axis of {length}")]
    Index {
        /// The index given.
        index: usize,
        /// The length of the axis.
        length: usize,
    },
}
