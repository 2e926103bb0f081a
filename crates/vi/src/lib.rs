//! Variational inference over any log density: families, estimators, operators, optimiser rules, one fitting loop.
//!
//! Hand over a log density with its gradient, [`LogDensity`](elbo_model::LogDensity), and get back the normal
//! distribution that is nearest to it: its mean, its spread, draws, and a bound on the evidence. The density may be a compiled
//! model or twenty lines of your own; this crate never looks inside.
//!
//! Take this crate if you want ADVI (or a better objective of your own) with minibatches, in `f64` or `f32`, that resumes to
//! the same bits and allocates nothing in a step. If you want exact draws and can wait, take `elbo-mcmc`, which uses the
//! same densities; if you want only optimiser rules, [`rule`] stands alone.
//!
//! ```
//! use elbo_model::{DensityError, LogDensity};
//! use elbo_vi::Advi;
//!
//! /// Two unknowns whose sum is measured: 3 ± 0.5, with standard normal priors.
//! #[derive(Clone)]
//! struct Sum;
//!
//! impl LogDensity for Sum {
//!     fn dim(&self) -> usize {
//!         2
//!     }
//!     fn value_and_gradient(&mut self, z: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
//!         let miss = (3.0 - z[0] - z[1]) / 0.25;
//!         gradient[0] = miss - z[0];
//!         gradient[1] = miss - z[1];
//!         Ok(-0.5 * (z[0] * z[0] + z[1] * z[1] + 0.25 * miss * miss))
//!     }
//! }
//!
//! let fit = Advi::new(Sum).steps(5_000).seed(42).run()?;
//! assert!((fit.mean()[0] - 12.0 / 9.0).abs() < 0.05);
//! // The best independent normals have a variance of one over the diagonal of the precision, here 1 / 5. That
//! // is less than the marginal variance, 5 / 9: the price of the mean-field family.
//! assert!((fit.sd()[0] - 0.2f64.sqrt()).abs() < 0.02);
//! let elbo = fit.elbo(&mut Sum, 1_000, 1)?;
//! println!("{}; ELBO {elbo}", fit.report());
//! # Ok::<(), elbo_vi::Error>(())
//! ```
//!
//! # Concepts, in order
//!
//! 1. [`Advi`]: the familiar face. A builder whose every setting has a default, and [`run`](Advi::run).
//! 2. [`Fit`]: what comes back. [`mean`](Fit::mean), [`sd`](Fit::sd), [`history`](Fit::history), [`report`](Fit::report), draws by
//!    [`sample`](Fit::sample), and [`elbo`](Fit::elbo) with its Monte Carlo error. A fit that failed comes back too, inside the
//!    [`FitError`], at its last good state.
//! 3. [`Objective`]: parameters in, a value and a gradient out, at draws that it holds. [`Elbo`] composes it of a
//!    [family](family::Family) (how to draw, with the path), an [`Estimator`] (closed entropy, sticking the landing, Monte
//!    Carlo) and an [`Operator`] (KL).
//! 4. [`rule`]: how a gradient becomes a step. PyMC's nine rules and torch's AdamW, schedules and norm constraints that wrap any
//!    of them, all by name in [`Optimiser`](rule::Optimiser).
//! 5. [`Minibatches`]: a density that knows its rows ([`RowBatches`](elbo_model::RowBatches)) sees a few of them per step, every row once an epoch.
//! 6. [`fit()`]: the loop. It knows an objective, a rule and observers, and nothing else.
//! 7. [`observer`]: what looks on and may stop a fit: a tracker, a hook for progress bars, a test for
//!    settled parameters, an interrupt flag.
//! 8. [`State`]: a fit at a step, to clone or to write to bytes; it goes on to the same bits.
//! 9. [`stream`]: one seed, split by [`Purpose`], so that more draws per step do not reorder the batches.
//!
//! # What a seed decides
//!
//! Every bit of a fit, of its draws and of its ELBO, in every process and on every processor of one architecture: elementwise arithmetic
//! is the same whatever the vector width, and sums have a fixed order. A fit runs on one thread.
//! (Logarithms in the tail of the normal generator are the platform's: another operating system may differ in a last bit.)
//!
//! # What it costs
//!
//! A step costs what its density costs, plus, for 40 coordinates, about half a microsecond (`f64`) or a third of one (`f32`) for normals,
//! softplus, path, entropy, gradients and Adam, and 2 ns for each row of a batch.
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod advi;
mod elbo;
mod error;
mod estimator;
pub mod family;
mod finite;
mod fit;
mod fit_loop;
mod minibatch;
mod objective;
pub mod observer;
mod operator;
pub mod rule;
mod state;
mod streams;

pub use advi::Advi;
pub use elbo::{Elbo, Start};
pub use error::{Error, FitError};
pub use estimator::Estimator;
pub use fit::{Estimate, Fit, Report};
pub use fit_loop::fit;
pub use minibatch::{Minibatches, Sampling};
pub use objective::Objective;
pub use observer::Stop;
pub use operator::Operator;
pub use state::State;
pub use streams::{Purpose, stream};
