//! Distributions over whole numbers.

mod bernoulli;
mod beta_binomial;
mod binomial;
mod binomial_draw;
mod categorical;
pub(crate) mod counts;
mod discrete_uniform;
mod discrete_weibull;
mod geometric;
mod hyper_geometric;
mod negative_binomial;
mod ordered;
mod poisson;
mod poisson_draw;
mod saddle;

pub use bernoulli::Bernoulli;
pub use beta_binomial::BetaBinomial;
pub use binomial::Binomial;
pub(crate) use binomial::binomial;
pub use categorical::Categorical;
pub use discrete_uniform::DiscreteUniform;
pub use discrete_weibull::DiscreteWeibull;
pub use geometric::Geometric;
pub use hyper_geometric::HyperGeometric;
pub use negative_binomial::NegativeBinomial;
pub use ordered::{OrderedLogistic, OrderedProbit};
pub use poisson::Poisson;
