//! Hamiltonian Monte Carlo (NUTS, through `nuts-rs`) over the same log densities that the variational crates fit.
//!
//! Hand over a log density with its gradient, [`LogDensity`](elbo_model::LogDensity), and get back draws from it: several chains, tuned on their own, with the
//! diagnostics that say whether to believe them. The density may be a compiled model or twenty lines of your own; this crate never looks inside.
//!
//! Take this crate to check a variational fit against draws that are exact but for Monte Carlo error, or when the posterior is
//! small enough to wait for them: a draw costs tens of gradients. If you want an answer fast, minibatches, or a bound
//! on the evidence, take `elbo-vi`. The sampler is [`nuts-rs`](https://docs.rs/nuts-rs), which nutpie runs on; if
//! you want its other samplers and storages, take that crate itself.
//!
//! ```
//! use elbo_mcmc::Nuts;
//! use elbo_model::{DensityError, LogDensity};
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
//! let run = Nuts::new(Sum).tune(1_000).draws(1_000).chains(4).seed(42).run()?;
//! println!("{}", run.report());
//! assert_eq!(run.draws().len(), 4 * 1_000 * 2); // chain after chain, draw after draw
//! let first = run.coordinate(0).expect("there are two");
//! assert!(first.r_hat() < 1.01 && run.divergences() == 0);
//! assert!((first.mean() - 12.0 / 9.0).abs() < 4.0 * first.mcse_mean());
//! // The marginal variance, 5 / 9. Independent normals fitted by ADVI would say 1 / 5.
//! assert!((first.sd() - (5.0f64 / 9.0).sqrt()).abs() < 4.0 * first.mcse_sd());
//! # Ok::<(), elbo_mcmc::Error>(())
//! ```
//!
//! # Concepts, in order
//!
//! 1. [`Nuts`]: a builder whose every setting has a default; [`run`](Nuts::run) does all chains, [`init`](Nuts::init) begins one.
//! 2. [`Start`]: where chains begin.
//! 3. [`Chain`]: one chain, moved by hand with [`step`](Chain::step), for progress bars and loops that can be stopped. A [`Step`] says how it went.
//! 4. [`Run`]: what comes back. [`draws`](Run::draws) in unconstrained coordinates, [`coordinate`](Run::coordinate) with the diagnostics of one of them,
//!    [`divergences`](Run::divergences), [`step_sizes`](Run::step_sizes), and [`sample_stats`](Run::sample_stats) for ArviZ.
//! 5. [`Report`]: whether to believe it, in a few numbers.
//!
//! Every error is an [`Error`].
//!
//! # What is a divergence and what is an error
//!
//! A log density that is NaN or infinite at some point of a trajectory
//! ([`NonFinite`](elbo_model::DensityError::NonFinite); [`Parameter`](elbo_model::DensityError::Parameter), by which a model explains one) ends
//! the trajectory there: a divergence, counted and kept in [`Step`]. Minus infinity, a point outside the support, does the same.
//! Every other error of a density stops the run, with the chain and the step.
//!
//! # What a seed decides
//!
//! Every bit of the draws, on any number of threads, for one build on one machine: each chain has its own stream of random numbers, and
//! nothing passes between chains. `nuts-rs` sums in an order that follows the processor's vector width, so another kind of
//! processor may give other draws (of the same distribution).
//!
//! # What is missing
//!
//! A mass matrix that is not diagonal (`nuts-rs` has a low-rank one) or is given from outside, other dynamics (WALNUTS, microcanonical), a
//! chain that goes on after its run, densities in `f32`, and draws by a model's names in several chains at once.

mod bridge;
mod chain;
mod error;
mod nuts;
mod report;
mod run;
mod start;

pub use chain::{Chain, Step};
pub use error::Error;
pub use nuts::Nuts;
pub use report::{Report, Worst};
pub use run::Run;
pub use start::Start;
