//! `ChiSquared`: a sum of squares of standard normal variables.

use core::f64::consts::LN_2;

use elbo_tensor_ad::Expr;

use super::gamma_draw::GammaDraw;
use super::{Gamma, tails};
use crate::draw::draws;
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support, noise};

/// The chi-squared distribution with `nu > 0` degrees of freedom, on `x > 0`: [`Gamma`] of shape `nu/2` and rate ½.
///
/// `ln p(x) = (nu/2 - 1) ln x - x/2 - (nu/2) ln 2 - ln Γ(nu/2)`
///
/// At 0 the log density is its limit: infinite for `nu < 2` (PyMC 5.28: minus infinity, and off by `2e-9` elsewhere), `-ln 2` for 2, minus infinity above.
/// Parameters as in PyMC; SciPy and NumPyro call it `df`.
#[derive(Debug, Clone)]
pub struct ChiSquared {
    nu: Expr,
}

impl ChiSquared {
    /// `nu > 0` degrees of freedom.
    #[track_caller]
    pub fn new(nu: impl Into<Expr>) -> Self {
        ChiSquared { nu: nu.into() }
    }

    fn gamma(&self) -> Gamma {
        Gamma::new(0.5 * &self.nu, 0.5)
    }
}

impl Distribution for ChiSquared {
    parameters! { ChiSquared { nu: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Positive
    }

    fn log_density(&self, x: &Expr) -> Expr {
        self.gamma().log_density(x)
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        self.gamma().log_density_unchecked(x)
    }

    draws! { |[nu], rng| (2.0 * GammaDraw::new(0.5 * nu).draw(rng)).max(f64::MIN_POSITIVE) }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        self.gamma().cdf(x)
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        self.gamma().log_cdf(x)
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        self.gamma().log_survival(x)
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        self.gamma().quantile(p)
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        noise::implicit(self, noise)
    }

    /// The mean.
    fn initial_value(&self) -> Expr {
        self.nu.clone()
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.nu.clone())
    }

    fn variance(&self) -> Option<Expr> {
        Some(2.0 * &self.nu)
    }

    /// `nu - 2`, or 0 for `nu < 2`.
    fn mode(&self) -> Option<Expr> {
        Some(tails::positive(&(&self.nu - 2.0), 0.0, Expr::clone))
    }

    fn entropy(&self) -> Option<Expr> {
        let h = 0.5 * &self.nu;
        Some(&h + LN_2 + h.lgamma() + (1.0 - &h) * h.digamma())
    }
}
