//! `entropy`: the entropy of any distribution: by its formula, or from draws, as its type says.

use elbo_tensor_ad::Expr;

use super::Estimate;
use crate::{Distribution, Error};

/// An entropy `-E ln p(x)` in nats, one for each event of the batch, and how it was come by.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Entropy {
    /// What [`Distribution::entropy`] gives, to the digits that its page says.
    Formula(Expr),
    /// An unbiased estimate with an unbiased gradient and its standard error, from noise that the caller gives anew each time.
    MonteCarlo(Estimate),
}

impl Entropy {
    /// The entropy as an expression.
    pub fn expr(&self) -> &Expr {
        match self {
            Entropy::Formula(e) => e,
            Entropy::MonteCarlo(estimate) => &estimate.value,
        }
    }
}

/// The entropy of a distribution that can be drawn from: by its formula where there is one, else as an estimate from
/// [`Estimate::DRAWS`] draws.
///
/// ```
/// use elbo_distributions::{Entropy, GARCH11, Normal, entropy};
///
/// assert!(matches!(entropy(&Normal::standard())?, Entropy::Formula(_)));
/// let estimate = entropy(&GARCH11::new(0.3, 0.2, 0.5, 0.7, 10))?;
/// assert!(matches!(estimate, Entropy::MonteCarlo(_)));
/// # Ok::<(), elbo_distributions::Error>(())
/// ```
///
/// # Errors
/// All that [`Distribution::check`] reports.
pub fn entropy(d: &dyn Distribution) -> Result<Entropy, Error> {
    d.check()?;
    Ok(match d.entropy() {
        Some(found) => Entropy::Formula(found),
        None => Entropy::MonteCarlo(Estimate::of(d, "entropy_noise", |_, log| -log)),
    })
}
