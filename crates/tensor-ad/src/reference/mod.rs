//! The slow, obvious evaluator: the oracle that every executor is held against.

mod dense;
mod evaluate;
mod incomplete;
mod scalar;
mod special;

pub(crate) use dense::eigen;
pub use evaluate::evaluate;
pub(crate) use scalar::{binary, log_add, ternary, unary};
