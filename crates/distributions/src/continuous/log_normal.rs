//! `LogNormal`: a number whose logarithm is Gaussian.

use core::f64::consts::PI;

use elbo_tensor_ad::Expr;

use super::tails;
use crate::draw::{draws, standard_normal};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support};

/// The distribution of `eʸ` where `y` is Gaussian with mean `mu` and standard deviation `sigma > 0`; on `x > 0`.
///
/// `ln p(x) = -(ln x - mu)² / (2 sigma²) - ln sigma - ln x - ln(2π) / 2`
///
/// `mu` and `sigma` are those of the logarithm. Parameters as in PyMC and NumPyro (`loc`, `scale`); SciPy's `lognorm` has `s = sigma`,
/// `scale = e^mu`. At 0 the log density is its limit, minus infinity.
#[derive(Debug, Clone)]
pub struct LogNormal {
    mu: Expr,
    sigma: Expr,
}

impl LogNormal {
    /// Mean `mu` and standard deviation `sigma > 0` of the logarithm.
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, sigma: impl Into<Expr>) -> Self {
        LogNormal { mu: mu.into(), sigma: sigma.into() }
    }

    fn z(&self, x: &Expr) -> Expr {
        (x.ln() - &self.mu) / &self.sigma
    }
}

impl Distribution for LogNormal {
    parameters! { LogNormal { mu: Requirement::Real, sigma: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Positive
    }

    fn log_density(&self, x: &Expr) -> Expr {
        tails::positive(x, f64::NEG_INFINITY, |x| self.log_density_unchecked(x))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        -0.5 * self.z(x).square() - x.ln() - (self.sigma.ln() + 0.5 * (2.0 * PI).ln())
    }

    draws! {
        /// A draw beyond the range of `f64` is returned as its nearest normal number.
        |[mu, sigma], rng| (mu + sigma * standard_normal(rng)).exp().clamp(f64::MIN_POSITIVE, f64::MAX)
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::positive(x, 0.0, |x| self.z(x).normal_cdf()))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::positive(x, f64::NEG_INFINITY, |x| self.z(x).normal_log_cdf()))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(tails::positive(x, 0.0, |x| (-self.z(x)).normal_log_cdf()))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        Some((&self.mu + &self.sigma * p.normal_quantile()).exp())
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Normal)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        Some((&self.mu + &self.sigma * noise).exp())
    }

    /// The median, `e^mu`.
    fn initial_value(&self) -> Expr {
        self.mu.exp()
    }

    fn mean(&self) -> Option<Expr> {
        Some((&self.mu + 0.5 * self.sigma.square()).exp())
    }

    fn variance(&self) -> Option<Expr> {
        let s2 = self.sigma.square();
        Some(s2.expm1() * (2.0 * &self.mu + &s2).exp())
    }

    fn mode(&self) -> Option<Expr> {
        Some((&self.mu - self.sigma.square()).exp())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(&self.mu + self.sigma.ln() + (0.5 + 0.5 * (2.0 * PI).ln()))
    }
}
