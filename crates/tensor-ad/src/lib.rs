//! Differentiable tensor expressions, compiled once to an allocation-free plan and run a million times.
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod array;
mod error;
mod real;

pub use array::Array;
pub use error::Error;
pub use real::Real;
