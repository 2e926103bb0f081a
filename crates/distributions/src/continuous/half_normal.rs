//! `HalfNormal`: the absolute value of a centred Gaussian.

use core::f64::consts::{FRAC_1_SQRT_2, PI};

use elbo_tensor_ad::Expr;

use super::tails;
use crate::draw::{draws, standard_normal};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support};

/// The distribution of `|x|` where `x` is Gaussian with mean 0 and standard deviation `sigma > 0`; on `x >= 0`.
///
/// `ln p(x) = -x² / (2 sigma²) - ln sigma + ln(2/π) / 2`
///
/// `sigma` is the scale, not the standard deviation, which is `sigma √(1 - 2/π)`. Parameters as in PyMC, SciPy
/// (`halfnorm`, `scale`) and NumPyro (`scale`).
#[derive(Debug, Clone)]
pub struct HalfNormal {
    sigma: Expr,
}

impl HalfNormal {
    /// Scale `sigma > 0`.
    #[track_caller]
    pub fn new(sigma: impl Into<Expr>) -> Self {
        HalfNormal { sigma: sigma.into() }
    }
}

impl Distribution for HalfNormal {
    parameters! { HalfNormal { sigma: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::NonNegative
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let outside = x.less(0.0);
        let inside = self.log_density_unchecked(&outside.select(0.0, x));
        outside.select(f64::NEG_INFINITY, inside)
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        -0.5 * (x / &self.sigma).square() - (self.sigma.ln() - 0.5 * (2.0 / PI).ln())
    }

    draws! { |[sigma], rng| sigma * standard_normal(rng).abs() }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::scaled(x, &self.sigma, 0.0, |z| (z * FRAC_1_SQRT_2).erf()))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let log = |z: &Expr| tails::log_erf(&(z * FRAC_1_SQRT_2));
        Some(tails::scaled(x, &self.sigma, f64::NEG_INFINITY, log))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(tails::scaled(x, &self.sigma, 0.0, tails::log_two_sided))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        Some(&self.sigma * tails::two_sided_quantile(&tails::probability(p)))
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Normal)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        Some(&self.sigma * noise.abs())
    }

    fn initial_value(&self) -> Expr {
        self.sigma.clone()
    }

    fn mean(&self) -> Option<Expr> {
        Some((2.0 / PI).sqrt() * &self.sigma)
    }

    fn variance(&self) -> Option<Expr> {
        Some((1.0 - 2.0 / PI) * self.sigma.square())
    }

    fn mode(&self) -> Option<Expr> {
        Some(Expr::constant(0.0))
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.sigma.ln() + (0.5 * (PI / 2.0).ln() + 0.5))
    }
}
