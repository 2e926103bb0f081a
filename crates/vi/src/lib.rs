//! Variational inference over any log density: families, estimators, operators, optimiser rules, one fitting loop.
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod advi;
mod elbo;
mod error;
mod estimator;
pub mod family;
mod fit;
mod fit_loop;
mod minibatch;
mod objective;
pub mod observer;
mod operator;
mod real;
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
