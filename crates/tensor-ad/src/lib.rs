//! Differentiable tensor expressions, compiled once to an allocation-free plan and run a million times.
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod array;
pub mod check;
pub mod conformance;
mod dim;
mod error;
mod expr;
mod grad;
pub mod graph;
pub mod kernels;
mod op;
mod plan;
mod real;
pub mod reference;

pub use array::Array;
pub use dim::{Dim, Shape};
pub use error::{Error, Fault, Reason};
pub use expr::Expr;
pub use grad::{grad, vjp};
pub use graph::Graph;
pub use op::{Binary, Op, Reduce, Unary};
pub use plan::{Binding, Input, Layout, Plan, Workspace};
pub use real::Real;
