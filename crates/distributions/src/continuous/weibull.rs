//! `Weibull`: lifetimes whose hazard is a power of the age.

use elbo_tensor_ad::Expr;

use super::{EULER_GAMMA, tails};
use crate::draw::{draws, unit_exponential};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support};

/// The Weibull distribution of shape `alpha > 0` and scale `beta > 0`, on `x > 0`.
///
/// `ln p(x) = ln alpha - ln beta + (alpha - 1) ln z - z^alpha`, `z = x / beta`
///
/// At the boundary `x = 0` the log density is its limit: infinite for `alpha < 1`, `-ln beta` for `alpha = 1` (PyMC 5.28: NaN), minus infinity above.
/// The variance loses digits as `1e-16 alpha`. Parameters as in PyMC; NumPyro has `concentration`, `scale`, SciPy's `weibull_min` `c`, `scale`.
#[derive(Debug, Clone)]
pub struct Weibull {
    alpha: Expr,
    beta: Expr,
}

impl Weibull {
    /// Shape `alpha > 0`, scale `beta > 0`.
    #[track_caller]
    pub fn new(alpha: impl Into<Expr>, beta: impl Into<Expr>) -> Self {
        Weibull { alpha: alpha.into(), beta: beta.into() }
    }

    /// A function of `alpha ln z`, the logarithm of the cumulative hazard, for `x > 0`.
    fn of_hazard(&self, x: &Expr, otherwise: f64, f: impl FnOnce(&Expr) -> Expr) -> Option<Expr> {
        let outside = x.less_equal(0.0);
        let log_hazard = &self.alpha * tails::log_ratio(&outside.select(&self.beta, x), &self.beta);
        Some(outside.select(otherwise, f(&log_hazard)))
    }
}

impl Distribution for Weibull {
    parameters! { Weibull { alpha: Requirement::Positive, beta: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Positive
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let edge = x.equal(0.0).select(tails::power_edge(&self.alpha, -self.beta.ln()), f64::NEG_INFINITY);
        let inside = x.greater(0.0);
        let found = self.log_density_unchecked(&inside.select(x, &self.beta));
        x.not_equal(x).select(f64::NAN, inside.select(found, edge))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let z = tails::log_ratio(x, &self.beta);
        self.alpha.ln() - self.beta.ln() + (&self.alpha - 1.0) * &z - (&self.alpha * z).exp()
    }

    draws! {
        /// A draw beyond the range of `f64` is returned as its nearest normal number.
        |[alpha, beta], rng| {
            // A logarithm and an exponential take less time than a power, whose last digits a draw has no use for.
            let log = unit_exponential(rng).ln() / alpha;
            let x = match log.abs() < 700.0 {
                true => beta * log.exp(),
                // Beyond the range of f64, where beta may bring it back.
                false => (log + beta.ln()).exp(),
            };
            x.clamp(f64::MIN_POSITIVE, f64::MAX)
        }
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        self.of_hazard(x, 0.0, |w| -(-w.min(700.0).exp()).expm1())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        self.of_hazard(x, f64::NEG_INFINITY, tails::log1mexp_of_exp)
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        // Where the hazard is beyond f64, so are its slopes: infinite ones would meet a 0.
        self.of_hazard(x, 0.0, |w| {
            let beyond = w.greater(f64::MAX.ln());
            beyond.select(f64::NEG_INFINITY, -beyond.select(0.0, w).exp())
        })
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let hazard = -(-tails::probability(p)).ln1p();
        Some(&self.beta * (hazard.ln() / &self.alpha).exp())
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Uniform)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.quantile(noise)
    }

    /// The scale, where the distribution function is `1 - 1/e`.
    fn initial_value(&self) -> Expr {
        self.beta.clone()
    }

    fn mean(&self) -> Option<Expr> {
        Some(&self.beta * self.alpha.recip().lgamma1p().exp())
    }

    fn variance(&self) -> Option<Expr> {
        let r = self.alpha.recip();
        let (first, second) = (2.0 * r.lgamma1p(), (2.0 * r).lgamma1p());
        Some(self.beta.square() * first.exp() * (second - &first).expm1())
    }

    /// `beta ((alpha - 1)/alpha)^(1/alpha)`, or 0 for `alpha <= 1`.
    fn mode(&self) -> Option<Expr> {
        let r = self.alpha.recip();
        Some(tails::positive(&(&self.alpha - 1.0), 0.0, |_| {
            let r = r.less(1.0).select(&r, 0.5);
            &self.beta * (&r * (-&r).ln1p()).exp()
        }))
    }

    fn entropy(&self) -> Option<Expr> {
        Some((1.0 - self.alpha.recip()) * EULER_GAMMA + self.beta.ln() - self.alpha.ln() + 1.0)
    }
}
