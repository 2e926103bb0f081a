//! Distributions over whole numbers.

mod bernoulli;
mod categorical;

pub use bernoulli::Bernoulli;
pub use categorical::Categorical;
