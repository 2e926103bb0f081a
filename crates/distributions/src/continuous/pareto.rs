//! `Pareto`: sizes above a threshold whose tail is a power.

use elbo_tensor_ad::Expr;

use super::tails;
use crate::draw::{draws, unit_exponential};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support};

/// The Pareto distribution of exponent `alpha > 0` and smallest value `m > 0`, on `x >= m`.
///
/// `ln p(x) = ln alpha - alpha ln(x/m) - ln x`
///
/// Parameters as in PyMC; NumPyro has `alpha`, `scale = m`, SciPy `b = alpha`, `scale = m`.
#[derive(Debug, Clone)]
pub struct Pareto {
    alpha: Expr,
    m: Expr,
}

impl Pareto {
    /// Exponent `alpha > 0`, smallest value `m > 0`.
    #[track_caller]
    pub fn new(alpha: impl Into<Expr>, m: impl Into<Expr>) -> Self {
        Pareto { alpha: alpha.into(), m: m.into() }
    }

    /// `alpha ln(x/m)`, the cumulative hazard, for `x` above `m`; 1 in place of `x/m` elsewhere.
    fn hazard(&self, x: &Expr) -> Expr {
        let outside = x.less(&self.m);
        &self.alpha * self.log_above(&outside.select(&self.m, x))
    }

    /// `ln(x/m)` for `x >= m`: beside `m` by their difference, of which the quotient keeps little.
    fn log_above(&self, x: &Expr) -> Expr {
        let apart = x - &self.m;
        let near = apart.less(0.5 * &self.m);
        let excess = near.select(apart, 0.0) / near.select(&self.m, 1.0);
        let far = tails::log_ratio(&near.select(1.0, x), &near.select(1.0, &self.m));
        near.select(excess.ln1p(), far)
    }
}

impl Distribution for Pareto {
    parameters! { Pareto { alpha: Requirement::Positive, m: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Above { lower: self.m.clone() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let outside = x.less(&self.m);
        outside.select(f64::NEG_INFINITY, self.log_density_unchecked(&outside.select(&self.m, x)))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        self.alpha.ln() - &self.alpha * self.log_above(x) - x.ln()
    }

    draws! {
        /// A draw beyond the range of `f64` is returned as its largest number.
        |[alpha, m], rng| {
            let log = unit_exponential(rng) / alpha;
            let x = if log < 700.0 { m * log.exp() } else { (log + m.ln()).exp() };
            x.clamp(m, f64::MAX)
        }
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(-(-self.hazard(x)).expm1())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let w = self.hazard(x);
        Some(tails::positive(&w, f64::NEG_INFINITY, |w| (-w).log1mexp()))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(-self.hazard(x))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        Some(&self.m * (-(-tails::probability(p)).ln1p() / &self.alpha).exp())
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Uniform)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.quantile(noise)
    }

    /// The median.
    fn initial_value(&self) -> Expr {
        &self.m * (core::f64::consts::LN_2 / &self.alpha).exp()
    }

    /// `alpha m / (alpha - 1)` for `alpha > 1`, else infinite.
    fn mean(&self) -> Option<Expr> {
        let finite = self.alpha.greater(1.0);
        let alpha = finite.select(&self.alpha, 2.0);
        Some(finite.select(&self.m * &alpha / (&alpha - 1.0), f64::INFINITY))
    }

    /// `alpha m² / ((alpha - 1)² (alpha - 2))` for `alpha > 2`, else infinite.
    fn variance(&self) -> Option<Expr> {
        let finite = self.alpha.greater(2.0);
        let a = finite.select(&self.alpha, 3.0);
        Some(finite.select(self.m.square() * &a / ((&a - 1.0).square() * (&a - 2.0)), f64::INFINITY))
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.m.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.m.ln() - self.alpha.ln() + 1.0 + self.alpha.recip())
    }
}
