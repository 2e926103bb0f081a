//! `Wald`: the time at which a drifting Brownian motion first reaches a level.

use core::f64::consts::{LN_2, PI};

use elbo_tensor_ad::Expr;

use super::normal_interval::log_mills_drop;
use super::tails;
use crate::draw::{draws, open_unit, standard_normal};
use crate::inversion::{self, Coordinate};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support, integral, noise};

/// The Wald (inverse Gaussian) distribution of mean `mu > 0` and shape `lam > 0`, on `x > 0`.
///
/// `ln p(x) = (ln lam - ln(2π) - 3 ln x)/2 - lam (x - mu)² / (2 mu² x)`
///
/// At 0 the log density is its limit, minus infinity. Parameters as in PyMC (without its shift `alpha`); SciPy's
/// `invgauss` has `mu = mu/lam`, `scale = lam`, NumPyro's `InverseGaussian` `loc`, `concentration`.
#[derive(Debug, Clone)]
pub struct Wald {
    mu: Expr,
    lam: Expr,
}

impl Wald {
    /// Mean `mu > 0`, shape `lam > 0`.
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, lam: impl Into<Expr>) -> Self {
        Wald { mu: mu.into(), lam: lam.into() }
    }

    /// `√(lam/x)`, and that times `x/mu`.
    fn units(&self, x: &Expr) -> (Expr, Expr) {
        // Kept where their squares are finite; what lies beyond is an infinite logarithm anyway.
        let (shape, size) = (self.lam.sqrt(), x.sqrt());
        let (root, times) = ((&shape / &size).min(1e150), (shape * size / &self.mu).min(1e150));
        (root, times)
    }
}

impl Distribution for Wald {
    parameters! { Wald { mu: Requirement::Positive, lam: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Positive
    }

    fn log_density(&self, x: &Expr) -> Expr {
        tails::positive(x, f64::NEG_INFINITY, |x| self.log_density_unchecked(x))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        // lam (x - mu)² / (mu² x), from the side on which no factor but the first is large.
        let low = x.less(&self.mu);
        let (below, above) = (low.select(x, &self.mu), low.select(&self.mu, x));
        let left = (&self.lam / &below) * (1.0 - &below / &self.mu).square();
        let scale = (&self.lam / &self.mu).min(1e300);
        let right = scale * (tails::units(&above, &self.mu) * (1.0 - &self.mu / &above).square());
        0.5 * (self.lam.ln() - (2.0 * PI).ln()) - 1.5 * x.ln() - 0.5 * low.select(left, right)
    }

    draws! {
        /// Michael, Schucany and Haas 1976, in a form that does not cancel.
        |[mu, lam], rng| {
            let w = 0.5 * mu / lam * standard_normal(rng).powi(2);
            let ratio = 1.0 / (1.0 + w + (w * (2.0 + w)).sqrt());
            let x = if open_unit(rng) * (1.0 + ratio) <= 1.0 { mu * ratio } else { mu / ratio };
            x.max(f64::MIN_POSITIVE)
        }
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_cdf(x)?.exp())
    }

    /// `Φ(u) + e^(2 lam/mu) Φ(-u')`, both as logarithms.
    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::positive(x, f64::NEG_INFINITY, |x| {
            let (root, times) = self.units(x);
            let u = &times - &root;
            // e^(2 lam/mu) Φ(-u') = φ(u) R(u')
            let other = -0.5 * u.square() - 0.5 * (2.0 * PI).ln()
                + super::normal_interval::log_mills(&(times + root));
            u.normal_log_cdf().logaddexp(other).min(0.0)
        }))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let below = self.log_cdf(x)?;
        Some(tails::positive(x, 0.0, |x| {
            let (root, times) = self.units(x);
            let u = &times - &root;
            let right = u.greater(-6.0);
            let high = right.select(&u, 0.0);
            let drop = -0.5 * high.square() - 0.5 * (2.0 * PI).ln() + log_mills_drop(&high, &(2.0 * root));
            right.select(drop, (-right.select(-LN_2, below).exp()).ln1p())
        }))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        inversion::quantile(self, p, &Coordinate::Positive { scale: self.mu.clone() })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        noise::implicit(self, noise)
    }

    /// The mean.
    fn initial_value(&self) -> Expr {
        self.mu.clone()
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    fn variance(&self) -> Option<Expr> {
        Some(self.mu.square() * (&self.mu / &self.lam))
    }

    fn mode(&self) -> Option<Expr> {
        let q = 1.5 * &self.mu / &self.lam;
        Some(&self.mu / ((1.0 + q.square()).sqrt() + q))
    }

    /// `ln(2π/lam)/2 + 3/2 E ln x + 1/2`, `E ln x = ln mu - e^z E₁(z)`, `z = 2 lam/mu`: the exponential integral, as `e^z E₁(z) = ∫ e^-t ln(1 + t/z) dt`, by
    /// quadrature to `1e-14`.
    fn entropy(&self) -> Option<Expr> {
        let ratio = 0.5 * &self.mu / &self.lam;
        let below = integral::above_zero(&1.0.into(), ratio.rank(), |t| (-t).exp() * (t * &ratio).ln1p());
        Some(0.5 * ((2.0 * PI).ln() - self.lam.ln()) + 1.5 * (self.mu.ln() - below) + 0.5)
    }
}
