//! The slow, obvious evaluator: the oracle that every executor is held against.

mod evaluate;
mod scalar;

pub use evaluate::evaluate;
pub(crate) use scalar::{binary, unary};
