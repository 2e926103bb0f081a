//! `kl`: the Kullback-Leibler divergence of two distributions: in closed form, by quadrature, or from draws, as its type says.

mod closed;
mod entropy;
mod events;
mod expectation;
mod made;
mod monte_carlo;
mod quadrature;

use elbo_tensor_ad::Expr;

use crate::{Distribution, Error};

pub use entropy::{Entropy, entropy};
pub(crate) use monte_carlo::mean_and_error;
pub use monte_carlo::{Estimate, Estimated};

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
    /// An unbiased estimate with an unbiased gradient and its standard error, from noise that the caller gives anew each time.
    MonteCarlo(Estimate),
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
/// Closed forms over numbers: both of one family (`Normal`, `HalfNormal`, `LogNormal`, `LogitNormal`, `Exponential`, `Laplace`, `AsymmetricLaplace`, `Gamma`, `ChiSquared`,
/// `InverseGamma`, `Beta`, `Weibull`, `Gumbel`, `Moyal`, `Wald`, `Cauchy`, `HalfCauchy`, `VonMises`, `Uniform`, `Pareto`, `Bernoulli`, `Categorical`, `DiscreteUniform`, `Poisson`,
/// `Geometric`, `Binomial` of one `n`, `NegativeBinomial` of one `alpha`, `Logistic` of one `s`, `Kumaraswamy` of one `a`), and two families when `q` has the expectations that are linear in `ln p` and a
/// formula of its entropy: into `Normal`, `HalfNormal`, `Gamma`, `Exponential`, `ChiSquared`, `InverseGamma`, `LogNormal`, `Weibull`, `Beta`, `LogitNormal`, `Uniform`, `Pareto`, `Wald`, `Laplace`,
/// `AsymmetricLaplace`, `Gumbel` and `Moyal`. Two distributions over finitely many values are summed. The formulas are in Gil, Alajaji and Linder (2013), Table 3, and follow from `E_q` of the
/// sufficient statistics. Two parameters are of one value when they are the same literal or input.
///
/// Over vectors and matrices: both of one family (`Dirichlet`, `Multinomial` of one `n`, `StickBreakingWeights`, `LKJCholesky`, `LKJCorr`, `Wishart`, `InverseWishart`, `MatrixNormal`, `ZeroSumNormal`, `ICAR` of one
/// `W`), and any two Gaussian vectors (`MvNormal`, `CAR`, `AR`, `GaussianRandomWalk`, [`Independent`](crate::Independent) of `Normal`).
///
/// Of what is made of others it is that of its parts, closed or by quadrature as theirs: [`Independent`](crate::Independent), [`Transformed`](crate::Transformed) by one map, `LKJCholeskyCov`, hurdles before
/// numbers that are not whole.
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
    if let Some(found) = without_draws(q, p) {
        return Ok(found);
    }
    Ok(Divergence::MonteCarlo(Estimate::of(q, "kl_noise", |x, log_q| log_q - p.log_density(x))))
}

/// The divergence in closed form or by quadrature, where there is one.
fn without_draws(q: &dyn Distribution, p: &dyn Distribution) -> Option<Divergence> {
    if q.event_rank() != p.event_rank() {
        return None;
    }
    if let Some(exact) = closed::same_family(q, p).or_else(|| events::closed(q, p)) {
        return Some(Divergence::Exact(exact));
    }
    if let Some(found) = made::of_parts(q, p) {
        return Some(found);
    }
    if let Some(found) = expectation::linear(q, p) {
        let integrated = expectation::integrated(q);
        return Some(if integrated { Divergence::Quadrature(found) } else { Divergence::Exact(found) });
    }
    if let Some(exact) = closed::summed(q, p) {
        return Some(Divergence::Exact(exact));
    }
    quadrature::integral(q, p).map(Divergence::Quadrature)
}
