//! `InverseGamma`: the reciprocal of a gamma variable.

use elbo_tensor_ad::Expr;

use super::gamma_draw::GammaDraw;
use crate::draw::draws;
use crate::inversion::{self, Coordinate};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support, incomplete, noise};

/// The distribution of `1 / g` where `g` is [`Gamma`](crate::Gamma) of shape `alpha > 0` and rate `beta > 0`; on `x > 0`.
///
/// `ln p(x) = alpha ln beta - ln Γ(alpha) - (alpha + 1) ln x - beta / x`
///
/// At 0 the log density is its limit, minus infinity. Parameters as in PyMC; NumPyro has `concentration`, `rate`, SciPy's `invgamma` `a`, `scale = beta`.
#[derive(Debug, Clone)]
pub struct InverseGamma {
    alpha: Expr,
    beta: Expr,
}

impl InverseGamma {
    /// Shape `alpha > 0`, scale `beta > 0`.
    #[track_caller]
    pub fn new(alpha: impl Into<Expr>, beta: impl Into<Expr>) -> Self {
        InverseGamma { alpha: alpha.into(), beta: beta.into() }
    }

    /// A function of `beta / x`, which is gamma distributed, for `x` so large that it is finite.
    fn of_rate(&self, x: &Expr, otherwise: f64, f: impl FnOnce(&Expr) -> Expr) -> Option<Expr> {
        let outside = x.less_equal(0.0);
        let rate = &self.beta / outside.select(&self.beta, x);
        // Beyond 1e300 its upper tail is below the range of f64 even as a logarithm's exponent.
        let far = rate.greater(1e300);
        Some(outside.max(&far).select(otherwise, f(&far.select(1.0, rate))))
    }
}

impl Distribution for InverseGamma {
    parameters! { InverseGamma { alpha: Requirement::Positive, beta: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Positive
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let outside = x.less_equal(0.0);
        // Where beta / x is infinite the other terms are not.
        outside.select(f64::NEG_INFINITY, self.log_density_unchecked(&outside.select(&self.beta, x)))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        &self.alpha * self.beta.ln() - self.alpha.lgamma() - (&self.alpha + 1.0) * x.ln() - &self.beta / x
    }

    draws! { |[alpha, beta], rng| (beta / GammaDraw::new(alpha).draw(rng)).clamp(f64::MIN_POSITIVE, f64::MAX) }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        self.of_rate(x, 0.0, |r| self.alpha.gamma_q(r))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        self.of_rate(x, f64::NEG_INFINITY, |r| incomplete::log_gamma_q(&self.alpha, r))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        self.of_rate(x, 0.0, |r| incomplete::log_gamma_p(&self.alpha, r))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        inversion::quantile(self, p, &Coordinate::Positive { scale: self.beta.clone() })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        noise::implicit(self, noise)
    }

    /// The mode.
    fn initial_value(&self) -> Expr {
        &self.beta / (&self.alpha + 1.0)
    }

    /// `beta / (alpha - 1)` for `alpha > 1`, else infinite.
    fn mean(&self) -> Option<Expr> {
        let finite = self.alpha.greater(1.0);
        Some(finite.select(&self.beta / (finite.select(&self.alpha, 2.0) - 1.0), f64::INFINITY))
    }

    /// `beta² / ((alpha - 1)² (alpha - 2))` for `alpha > 2`, infinite for `1 < alpha <= 2`, else NaN.
    fn variance(&self) -> Option<Expr> {
        let heavy = self.alpha.greater(1.0).select(f64::INFINITY, f64::NAN);
        let finite = self.alpha.greater(2.0);
        let a = finite.select(&self.alpha, 3.0);
        Some(finite.select((&self.beta / (&a - 1.0)).square() / (&a - 2.0), heavy))
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    fn entropy(&self) -> Option<Expr> {
        let a = &self.alpha;
        Some(a + self.beta.ln() + a.lgamma() - (1.0 + a) * a.digamma())
    }
}
