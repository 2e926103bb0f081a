//! `Estimator`: how the entropy part of the ELBO and its gradient are estimated.

use core::str::FromStr;

use crate::Error;

/// An estimator of the gradient of `ELBO(λ) = E_q[log p(z)] + H(q)` from draws `z = z(ε; λ)`.
///
/// All three are unbiased. Per draw, with `J = ∂z/∂λ`:
///
/// | estimator | value | gradient |
/// | --- | --- | --- |
/// | closed entropy | `log p(z) + H(λ)` | `Jᵀ ∇ log p(z) + ∇H(λ)` |
/// | sticking the landing | `log p(z) - log q(z; λ)` | `Jᵀ (∇ log p(z) - ∇_z log q(z; λ))` |
/// | Monte Carlo | `log p(z) - log q(z; λ)` | the same `- ∇_λ log q(z; λ)` at fixed `z` |
///
/// Sticking the landing leaves out the score, whose expectation is 0: its gradient has *no* variance where
/// `q = p`, and more than the closed form's far from there. For the mean-field
/// family the Monte Carlo gradient is the closed form's, draw by draw (the path and score terms of `μ` cancel, those of
/// `σ` leave `1/σ`), but its value has no variance where `q = p`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Estimator {
    /// The entropy and its gradient in closed form (Kucukelbir et al. 2017, equation 7).
    #[default]
    ClosedEntropy,
    /// The path derivative alone (Roeder, Wu and Duvenaud 2017, equation 8).
    StickingTheLanding,
    /// Everything from the draws (Kingma and Welling 2014, equation 6).
    MonteCarlo,
}

impl FromStr for Estimator {
    type Err = Error;

    /// `closed_entropy`, `sticking_the_landing` or `monte_carlo`.
    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "closed_entropy" => Ok(Estimator::ClosedEntropy),
            "sticking_the_landing" => Ok(Estimator::StickingTheLanding),
            "monte_carlo" => Ok(Estimator::MonteCarlo),
            _ => Err(Error::Name {
                what: "estimator",
                found: name.to_owned(),
                choices: &["closed_entropy", "sticking_the_landing", "monte_carlo"],
            }),
        }
    }
}
