//! Log densities, samplers, supports and bijectors, differentiable in the value and in every parameter.

mod bijector;
mod continuous;
mod discrete;
mod distribution;
mod draw;
mod error;
mod parameter;
mod scalar;
mod support;

pub use bijector::Bijector;
pub use continuous::{Gamma, HalfNormal, Normal, StudentT};
pub use discrete::{Bernoulli, Categorical};
pub use distribution::Distribution;
pub use error::Error;
pub use parameter::{Parameter, Requirement};
pub use scalar::Scalar;
pub use support::Support;
