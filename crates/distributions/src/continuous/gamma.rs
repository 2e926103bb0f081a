//! `Gamma`: waiting times and precisions.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::gamma_draw::GammaDraw;
use super::tails;
use crate::draw::Prepared;
use crate::inversion::{self, Coordinate};
use crate::parameter::parameters;
use crate::{Distribution, Error, Noise, Requirement, Support, draw, incomplete, noise};

/// The Gamma distribution of shape `alpha > 0` and rate `beta > 0` (mean `alpha / beta`), on `x > 0`.
///
/// `ln p(x) = (alpha - 1) ln x - beta x + alpha ln beta - ln Γ(alpha)`
///
/// At the boundary `x = 0` the log density is its limit: infinite for `alpha < 1` (PyMC 5.28 says minus
/// infinity), `ln beta` for `alpha = 1`, minus infinity above. The absolute error grows with the shape, about
/// `1e-16 · alpha ln alpha`.
///
/// Parameters as in PyMC and NumPyro (`concentration`, `rate`); SciPy's `scale` is `1 / beta`.
#[derive(Debug, Clone)]
pub struct Gamma {
    alpha: Expr,
    beta: Expr,
}

impl Gamma {
    /// Shape `alpha > 0`, rate `beta > 0`.
    #[track_caller]
    pub fn new(alpha: impl Into<Expr>, beta: impl Into<Expr>) -> Self {
        Gamma { alpha: alpha.into(), beta: beta.into() }
    }

    /// The density at `x`, with `ln x` taken at another point where that is harmless.
    fn terms(&self, x: &Expr, log_at: &Expr) -> Expr {
        let constant = &self.alpha * self.beta.ln() - self.alpha.lgamma();
        // The graph does not drop 0 · ln x, which would hide a NaN; here it is known to be none.
        match self.alpha.as_constant() {
            Some(1.0) => constant - &self.beta * x,
            _ => (&self.alpha - 1.0) * log_at.ln() - &self.beta * x + constant,
        }
    }
}

impl Distribution for Gamma {
    parameters! { Gamma { alpha: Requirement::Positive, beta: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Positive
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let outside = x.less(0.0);
        // (alpha - 1) ln x is 0 · (-inf) at x = 0, alpha = 1, where its limit is 0.
        let harmless = match self.alpha.as_constant() {
            Some(_) => outside.clone(),
            None => outside.max(x.equal(0.0) * self.alpha.equal(1.0)),
        };
        outside.select(f64::NEG_INFINITY, self.terms(x, &harmless.select(1.0, x)))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        self.terms(x, x)
    }

    /// A draw beyond the range of `f64` is returned as its nearest normal number: 0 is not in the support.
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let mut prepared = Prepared::default();
        draw::elementwise(self, parameters, shape, |[alpha, beta]| {
            let gamma = prepared.of([alpha], |[alpha]| GammaDraw::new(alpha));
            (gamma.draw(rng) / beta).clamp(f64::MIN_POSITIVE, f64::MAX)
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::positive(x, 0.0, |x| self.alpha.gamma_p(&self.beta * x)))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::positive(x, f64::NEG_INFINITY, |x| {
            incomplete::log_gamma_p(&self.alpha, &(&self.beta * x))
        }))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(tails::positive(x, 0.0, |x| incomplete::log_gamma_q(&self.alpha, &(&self.beta * x))))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        inversion::quantile(self, p, &Coordinate::Positive { scale: self.beta.recip() })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        noise::implicit(self, noise)
    }

    /// The mean.
    fn initial_value(&self) -> Expr {
        &self.alpha / &self.beta
    }

    fn mean(&self) -> Option<Expr> {
        Some(&self.alpha / &self.beta)
    }

    fn variance(&self) -> Option<Expr> {
        Some(&self.alpha / self.beta.square())
    }

    /// `(alpha - 1) / beta`, or 0 for `alpha < 1`.
    fn mode(&self) -> Option<Expr> {
        Some((&self.alpha - 1.0).max(0.0) / &self.beta)
    }

    fn entropy(&self) -> Option<Expr> {
        let a = &self.alpha;
        Some(a - self.beta.ln() + a.lgamma() + (1.0 - a) * a.digamma())
    }
}
