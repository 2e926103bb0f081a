//! Differentiable tensor expressions, compiled once to an allocation-free plan and run a million times.
//!
//! Write a function of arrays as an [`Expr`] with ordinary signs and methods, take its [gradient](grad), compile
//! both to a [`Plan`], and run that in a loop: for inference and optimisation on a CPU, where one small
//! computation (a log density and its gradient) is evaluated very often.
//!
//! **Should you use this?** Yes, if the program is fixed while the numbers change, if a step takes microseconds rather
//! than seconds, and if you want the same bits on every thread and processor. No, if you need a GPU, sparse arrays,
//! complex numbers, or control flow that depends on data: there is none here.
//!
//! ```
//! use elbo_tensor_ad::{Array, Expr, Plan, grad};
//!
//! let x = Expr::input("x", ["obs".into(), elbo_tensor_ad::Dim::Fixed(2)]);   // any number of rows
//! let (y, w) = (Expr::input("y", ["obs"]), Expr::input("w", [2]));
//! let loss = (x.matmul(&w) - &y).square().sum() / Expr::size("obs");
//! let slope = grad(&loss, &[w])?.remove(0);
//! let plan = Plan::<f64>::compile(&[loss, slope])?;
//! let data = Array::new([3, 2], vec![1.0, 0.0, 0.0, 1.0, 1.0, 1.0])?;
//! let (target, weights) = (Array::vector(vec![1.0, 2.0, 3.0]), Array::vector(vec![1.0, 1.0]));
//! let found = plan.call(&[("x", &data), ("y", &target), ("w", &weights)])?;
//! assert_eq!(found[0].data(), [2.0 / 3.0]);
//! # Ok::<(), elbo_tensor_ad::Error>(())
//! ```
//!
//! # The concepts, in order
//!
//! 1. [`Expr`]: an immutable, shared expression over named [inputs](Expr::input). Data and noise are inputs. A bad shape
//!    does not panic: it travels in the expression and is [reported](Error::Shape) once, with the operation, both
//!    shapes, the label and the source line.
//! 2. [`Op`]: the closed set of primitives that everything else is made of.
//!    [Reductions](Expr::var_axes) go over any axes, [running sums](Expr::cumsum) and [recurrences](Expr::recurrence) along one; elements are
//!    [looked up](Expr::gather) and [added up](Expr::scatter_along) by an index on any axis.
//!    [Matrices](Expr::cholesky) (products, factorisations, systems, eigenvalues) are batched over leading axes; one that cannot be factored is
//!    an error of the run that names the pivot, the matrix, the label and the line ([`Breakdown`]).
//!    [Convolutions](Expr::conv2d) and [pooling](Expr::max_pool) are made of [windows](Expr::windows) that move along axes ([`Sliding`]).
//!    A recurrence is a [`Scan`]: its step is written and compiled once, however many steps there are.
//! 3. Named sizes: an axis is a number or a [name](Dim::Named). Names that meet become one; their lengths are
//!    read off the inputs at the call; [`Expr::size`] is such a length as a number. One plan serves all lengths.
//! 4. [`grad`] and [`vjp`]: gradients as a rewrite from expressions to expressions, so a gradient can be differentiated
//!    again. Compile a gradient together with its value: what they share is computed once.
//!    [`jvp`] goes forward along a direction; [`jacobian`], [`hessian`] and [`hvp`] are made of these. [`checkpoint`] computes
//!    inner values again instead of keeping them; [`custom_gradient`] takes your rule. [`vmap`] makes an expression for one example one for many.
//! 5. [`Expr::substitute`]: an expression with some nodes replaced, for new inputs to an inner expression.
//!    [`stable_forms`]: `ln σ(x)` and its kin as they should have been written; gradients and plans do it by themselves.
//! 6. [`Graph`]: equal nodes made one, names resolved, values simplified. It prints itself, and
//!    [draws itself](Graph::to_dot) with Graphviz.
//! 7. [`Plan`]: fused, scheduled in levels, streaming over one named axis in blocks that stay in the cache. `f64`
//!    or `f32` ([`Real`]) is chosen here. Each pass of the compiler can be [switched off](Passes); what a run will cost is
//!    [counted](Plan::cost) before anything runs.
//! 8. [`Workspace`]: a plan bound to lengths ([`Binding`]), with memory of its own. Running it allocates nothing. Many rows are done in groups that
//!    the threads of the caller's `rayon` pool share, with the same bits on any number of them ([`Pass::Threads`]).
//! 9. [`reference`](mod@reference): the slow, obvious evaluator, the oracle of every other. [`conformance`] is the suite that an
//!    executor passes; [`check`] holds gradients against differences and dual numbers.
//! 10. [`kernels`]: the vectorised loops over slices, usable by themselves.
//!
//! # What is not here
//!
//! No randomness, no global state, no tape; no boolean or integer arrays (conditions are 0 and 1, indices are whole numbers in the
//! plan's number type); no sparse or complex numbers. A
//! gradient flows through neither an index nor a comparison, and where a function has no derivative in an argument that is an
//! [error](Error::NoGradient), not a zero.
//!
//! # Features
//!
//! - `faer` (default): large matrix products and factorisations through faer. It takes minutes to build; without it the crate's own kernels are used.
//! - `ndarray`, `faer-interop`: [`Array`] from and to the arrays of those libraries, without a copy where both lie row-major.
//! - `npz`: NumPy's archives of arrays, `Array::read_npz` (single arrays need no feature: [`Array::read_npy`]).
//! - `serde`: `Serialize` and `Deserialize` for [`Array`].
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod array;
mod batch;
mod breakdown;
pub mod check;
pub mod conformance;
mod dim;
mod error;
mod expr;
mod grad;
pub mod graph;
mod interop;
pub mod kernels;
mod op;
mod passes;
mod plan;
mod real;
pub mod reference;
mod source;
mod stable;

pub use array::Array;
pub use batch::{vmap, vmap_with};
pub use breakdown::{Breakdown, NoRow};
pub use dim::{Dim, Shape};
pub use error::{Error, Fault, Reason};
pub use expr::{Expr, Scan, Sliding, free_inputs};
pub use grad::{checkpoint, custom_gradient, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp};
pub use graph::Graph;
pub use kernels::Triangle;
pub use op::{Binary, Body, CustomGradient, GradientRule, Op, Reduce, Ternary, Unary};
pub use passes::{Pass, Passes};
pub use plan::{Binding, Cost, Input, Layout, Plan, TaskCost, Workspace};
pub use real::Real;
pub use stable::stable_forms;
