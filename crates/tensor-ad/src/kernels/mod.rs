//! The loops over slices that a plan runs.
//!
//! [`Processor::detect`] finds the vector instructions once; every kernel takes the [`Processor`] by value and is an
//! associated function of [`Element`], which is `f64` or `f32`. Results (the bits inside a NaN apart) are the same on
//! every processor (large products, where faer does them, apart): elementwise kernels are one sequence of operations whatever the width of the registers, and
//! reductions keep a fixed number of accumulators.
//!
//! ```
//! use elbo_tensor_ad::kernels::{Element, Processor, Unary};
//!
//! let processor = Processor::detect();
//! let mut out = [0.0; 3];
//! f64::unary(processor, Unary::Exp, &[0.0, f64::NEG_INFINITY, 1000.0], &mut out);
//! assert_eq!(out, [1.0, 0.0, f64::INFINITY]);
//! ```
//!
//! No kernel allocates (but faer, in [large products](Element::matmul), a buffer for each thread at its first). Nothing here is `unsafe`: wrong lengths cannot read outside a slice.

// Closures and iterator adaptors inside dispatched code may be compiled without its instructions; loops are not.
#![allow(
    clippy::needless_range_loop,
    clippy::manual_memcpy,
    clippy::manual_range_contains,
    clippy::excessive_precision
)]

mod arc;
mod bernoulli;
mod beta;
mod cbrt;
mod chain;
mod columns;
mod cumulative;
mod dense;
mod element;
mod elementwise;
mod erf;
mod erfcx;
mod exp;
mod gamma;
mod hyperbolic;
mod lane;
mod layer_gradient;
mod ln;
mod logistic;
mod looked_up;
mod lookup;
mod normal;
mod operation;
mod pow;
mod processor;
mod reduce;
mod scales;
mod small;
mod special;
mod tape;
mod transposed;
mod trigonometric;

pub use columns::{Columns, Matrix, MatrixMut};
pub use dense::{Routine, Scratch, Triangle};
pub use element::Element;
pub use looked_up::Terms;
pub use lookup::{Index, Rows};
pub use operation::{Binary, Operand, Ternary, Unary};
pub use processor::Processor;
pub use tape::{Function, Tape, TapeOp};

// The same kernels for a plan, which is dispatched as a whole.
pub(crate) use bernoulli::bernoulli_logits;
pub(crate) use columns::{Finish, columns_times_matrix};
pub(crate) use dense::panels::count as panels;
pub(crate) use dense::products::pays;
pub(crate) use elementwise::softplus_and_sigmoid;
pub(crate) use layer_gradient::{LAYER_SUMS, is_small_layer, layer_gradient};
pub(crate) use processor::{Level, Runner, VectorWork};
pub(crate) use reduce::{dot, sum, sum_of};
pub(crate) use transposed::columns_transposed_times_columns;
