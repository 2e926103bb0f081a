//! `Exponential`: waiting times without memory.

use elbo_tensor_ad::Expr;

use super::tails;
use crate::draw::{draws, unit_exponential};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support};

/// The exponential distribution of rate `lam > 0` (mean `1 / lam`), on `x >= 0`.
///
/// `ln p(x) = ln lam - lam x`
///
/// Parameters as in PyMC; NumPyro calls it `rate`, SciPy has `scale = 1 / lam`.
#[derive(Debug, Clone)]
pub struct Exponential {
    lam: Expr,
}

impl Exponential {
    /// Rate `lam > 0`.
    #[track_caller]
    pub fn new(lam: impl Into<Expr>) -> Self {
        Exponential { lam: lam.into() }
    }
}

impl Distribution for Exponential {
    parameters! { Exponential { lam: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::NonNegative
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let outside = x.less(0.0);
        outside.select(f64::NEG_INFINITY, self.log_density_unchecked(&outside.select(0.0, x)))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        self.lam.ln() - &self.lam * x
    }

    draws! { |[lam], rng| unit_exponential(rng) / lam }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::positive(x, 0.0, |x| -(-&self.lam * x).expm1()))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::positive(x, f64::NEG_INFINITY, |x| tails::log1mexp_of_exp(&(self.lam.ln() + x.ln()))))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(tails::positive(x, 0.0, |x| -&self.lam * x))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        Some(-(-tails::probability(p)).ln1p() / &self.lam)
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Uniform)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.quantile(noise)
    }

    /// The mean.
    fn initial_value(&self) -> Expr {
        self.lam.recip()
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.lam.recip())
    }

    fn variance(&self) -> Option<Expr> {
        Some(self.lam.recip().square())
    }

    fn mode(&self) -> Option<Expr> {
        Some(Expr::constant(0.0))
    }

    fn entropy(&self) -> Option<Expr> {
        Some(1.0 - self.lam.ln())
    }
}
