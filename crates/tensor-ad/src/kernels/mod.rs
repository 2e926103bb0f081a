//! The loops over slices that a plan runs.
//!
//! [`Processor::detect`] finds the vector instructions once; every kernel takes the [`Processor`] by value and is an
//! associated function of [`Element`], which is `f64` or `f32`: `f64::unary(p, Unary::Tanh, &x, &mut out)`. Results
//! (NaN payloads apart) are the same bits on every processor: elementwise kernels are one sequence of operations whatever the width, and
//! reductions keep a fixed number of accumulators.
//!
//! No kernel allocates. Nothing here is `unsafe`: wrong lengths cannot read outside a slice.

// Closures and iterator adaptors inside dispatched code may be compiled without its instructions; loops are not.
#![allow(clippy::needless_range_loop, clippy::manual_memcpy, clippy::excessive_precision)]

mod columns;
mod element;
mod elementwise;
mod exp;
mod lane;
mod ln;
mod logistic;
mod processor;
mod reduce;
mod special;

pub use columns::{Columns, Matrix, MatrixMut};
pub use element::Element;
pub use elementwise::{Binary, Operand, Ternary, Unary};
pub use processor::Processor;
