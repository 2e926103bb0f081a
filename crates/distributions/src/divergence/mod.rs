//! `kl`: the Kullback-Leibler divergence of two distributions: in closed form, by quadrature, or from draws, as its type says.

mod closed;
mod expectation;
mod monte_carlo;
mod quadrature;

use elbo_tensor_ad::Expr;

use crate::{Distribution, Error, Noise};

/// `KL(q || p) = E_q[ln q - ln p]` in nats, one for each event of the batch, and how it was come by.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Divergence {
    /// A closed form, or a finite sum: rounding apart, the divergence itself. Infinite where `q` is not absolutely continuous with respect to
    /// `p`.
    Exact(Expr),
    /// A quadrature rule over the support of `q`, with its gradient: good to about `1e-9` for densities that are smooth but at their modes,
    /// and whose tails are not heavier than `|x|^-2`.
    Quadrature(Expr),
    /// An unbiased estimate with an unbiased gradient, from noise that the caller gives anew each time.
    MonteCarlo(Estimate),
}

/// An estimate of a divergence from draws.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Estimate {
    /// The mean over the draws.
    pub value: Expr,
    /// The input that the noise is given under: `kl_noise`, of the draws' number before the shape of one draw of the batch.
    pub input: Expr,
    /// What the input is: noise for the path, or draws of `q` at its parameters.
    pub noise: Noise,
}

impl Estimate {
    /// The draws of an estimate.
    pub const DRAWS: usize = 64;
}

impl Divergence {
    /// The divergence as an expression.
    pub fn expr(&self) -> &Expr {
        match self {
            Divergence::Exact(e) | Divergence::Quadrature(e) => e,
            Divergence::MonteCarlo(estimate) => &estimate.value,
        }
    }

    /// True for a closed form.
    pub fn is_exact(&self) -> bool {
        matches!(self, Divergence::Exact(_))
    }
}

/// `KL(q || p)`: in closed form for the pairs that have one, else by quadrature for numbers, else as an estimate from
/// [`Estimate::DRAWS`] draws.
///
/// Closed forms: both of one family (`Normal`, `HalfNormal`, `LogNormal`, `LogitNormal`, `Exponential`, `Laplace`, `Gamma`, `ChiSquared`, `InverseGamma`,
/// `Beta`, `Weibull`, `Gumbel`, `Cauchy`, `VonMises`, `Uniform`, `Pareto`, `Bernoulli`, `Categorical`, `Poisson`, `Geometric`, `Binomial` of one `n`, `NegativeBinomial`
/// of one `alpha`, `Dirichlet`, `MvNormal`, `MatrixNormal`, `Wishart`, `InverseWishart`), and two families when `q` has the expectations that are linear in `ln p` and a formula of its entropy: into `Normal`,
/// `HalfNormal`, `Gamma`, `Exponential`, `ChiSquared`, `InverseGamma`, `LogNormal`, `Weibull` and `Beta`. Two distributions over finitely many values are
/// summed. The formulas are in Gil, Alajaji and Linder (2013), Table 3, and follow from `E_q` of the sufficient statistics.
///
/// ```
/// use elbo_distributions::{Divergence, Normal, StudentT, kl};
/// use elbo_tensor_ad::{Expr, Plan};
///
/// let sigma = Expr::input("sigma", ());
/// let exact = kl(&Normal::new(0.0, &sigma), &Normal::standard())?;
/// assert!(exact.is_exact());
/// let found = Plan::compile(&[exact.expr().clone()])?.call(&[("sigma", &2.0.into())])?;
/// assert!((found[0].data()[0] - (0.5 * (4.0 - 1.0) - 2f64.ln())).abs() < 1e-15);
/// assert!(matches!(kl(&Normal::standard(), &StudentT::new(4.0, 0.0, 1.0))?, Divergence::Quadrature(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Events`] when one is over numbers and the other over vectors; all that [`Distribution::check`] reports of either.
pub fn kl(q: &dyn Distribution, p: &dyn Distribution) -> Result<Divergence, Error> {
    q.check()?;
    p.check()?;
    if q.event_rank() != p.event_rank() {
        return Err(Error::Events {
            distributions: [q.name(), p.name()],
            found: [q.event_rank(), p.event_rank()],
        });
    }
    if let Some(exact) = closed::same_family(q, p) {
        return Ok(Divergence::Exact(exact));
    }
    if let Some(found) = expectation::linear(q, p) {
        let integrated = expectation::integrated(q);
        return Ok(if integrated { Divergence::Quadrature(found) } else { Divergence::Exact(found) });
    }
    if let Some(exact) = closed::summed(q, p) {
        return Ok(Divergence::Exact(exact));
    }
    if let Some(integral) = quadrature::integral(q, p) {
        return Ok(Divergence::Quadrature(integral));
    }
    Ok(Divergence::MonteCarlo(monte_carlo::estimate(q, p, Estimate::DRAWS)))
}
