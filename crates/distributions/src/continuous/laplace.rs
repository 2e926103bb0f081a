//! `Laplace` and `AsymmetricLaplace`: exponentials back to back.

use core::f64::consts::LN_2;

use elbo_tensor_ad::Expr;

use super::tails;
use crate::draw::{draws, unit_exponential};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support};

/// The Laplace (double exponential) distribution of location `mu` and scale `b > 0`, on the whole line.
///
/// `ln p(x) = -|x - mu| / b - ln(2 b)`
///
/// At the kink `x = mu` the gradient in `x` and `mu` is 0. Parameters as in PyMC; SciPy and NumPyro call them `loc` and `scale`.
#[derive(Debug, Clone)]
pub struct Laplace {
    mu: Expr,
    b: Expr,
}

impl Laplace {
    /// Location `mu`, scale `b > 0`.
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, b: impl Into<Expr>) -> Self {
        Laplace { mu: mu.into(), b: b.into() }
    }

    fn z(&self, x: &Expr) -> Expr {
        (x - &self.mu) / &self.b
    }
}

/// `ln P(Z <= z)` of the standard form.
fn log_below(z: &Expr) -> Expr {
    let above = z.greater(0.0);
    let (high, low) = (above.select(z, 0.0), above.select(0.0, z));
    above.select((-0.5 * (-high).exp()).ln1p(), low - LN_2)
}

impl Distribution for Laplace {
    parameters! { Laplace { mu: Requirement::Real, b: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_density(&self, x: &Expr) -> Expr {
        -self.z(x).abs() - (self.b.ln() + LN_2)
    }

    draws! { |[mu, b], rng| mu + b * (unit_exponential(rng) - unit_exponential(rng)) }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        let z = self.z(x);
        let above = z.greater(0.0);
        let tail = 0.5 * above.select(-&z, &z).exp();
        Some(above.select(1.0 - &tail, tail))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(log_below(&self.z(x)))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(log_below(&-self.z(x)))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let p = tails::probability(p);
        let low = p.less(0.5);
        let size = (2.0 * low.select(&p, 1.0 - &p)).ln();
        Some(&self.mu + &self.b * low.select(&size, -&size))
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Uniform)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.quantile(noise)
    }

    fn initial_value(&self) -> Expr {
        self.mu.clone()
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    fn variance(&self) -> Option<Expr> {
        Some(2.0 * self.b.square())
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.b.ln() + (1.0 + LN_2))
    }
}

/// The asymmetric Laplace distribution of asymmetry `kappa > 0`, location `mu` and rate `b > 0`, on the whole line.
///
/// `ln p(x) = ln b - ln(kappa + 1/kappa) - b (x - mu) kappa` for `x >= mu`, `... + b (x - mu) / kappa` below
///
/// `b` is a rate, as in PyMC; SciPy's `laplace_asymmetric` and NumPyro's `AsymmetricLaplace` have `scale = 1 / b`. For `kappa > 1` the left
/// tail is the longer one. At the kink `x = mu` the gradient is that of the right side.
#[derive(Debug, Clone)]
pub struct AsymmetricLaplace {
    kappa: Expr,
    mu: Expr,
    b: Expr,
}

impl AsymmetricLaplace {
    /// Asymmetry `kappa > 0`, location `mu`, rate `b > 0`.
    #[track_caller]
    pub fn new(kappa: impl Into<Expr>, mu: impl Into<Expr>, b: impl Into<Expr>) -> Self {
        AsymmetricLaplace { kappa: kappa.into(), mu: mu.into(), b: b.into() }
    }

    /// Whether `x` is below `mu`, and the (positive) exponent on either side, 0 on the other.
    fn sides(&self, x: &Expr) -> (Expr, Expr, Expr) {
        let d = (x - &self.mu) * &self.b;
        let below = d.less(0.0);
        let (left, right) = (-below.select(&d, 0.0) / &self.kappa, below.select(0.0, &d) * &self.kappa);
        (below, left, right)
    }

    /// `ln P(X < mu) = ln(kappa² / (1 + kappa²))` and `ln P(X > mu)`.
    fn log_shares(&self) -> (Expr, Expr) {
        let twice = 2.0 * self.kappa.ln();
        (-(-&twice).softplus(), -twice.softplus())
    }
}

impl Distribution for AsymmetricLaplace {
    parameters! { AsymmetricLaplace { kappa: Requirement::Positive, mu: Requirement::Real, b: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let (_, left, right) = self.sides(x);
        self.b.ln() - (&self.kappa + self.kappa.recip()).ln() - left - right
    }

    draws! {
        |[kappa, mu, b], rng| mu + (unit_exponential(rng) / kappa - unit_exponential(rng) * kappa) / b
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        let (below, left, right) = self.sides(x);
        let (low, high) = self.log_shares();
        Some(below.select((low - left).exp(), -(high - right).expm1()))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let (below, left, right) = self.sides(x);
        let (low, high) = self.log_shares();
        Some(below.select(low - left, (high - right).log1mexp()))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let (below, left, right) = self.sides(x);
        let (low, high) = self.log_shares();
        Some(below.select((low - left).log1mexp(), high - right))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let p = tails::probability(p);
        let (low, high) = self.log_shares();
        let below = p.less(low.exp());
        let left = (below.select(&p, 0.5).ln() - low) * &self.kappa;
        let right = (high - (-below.select(0.5, &p)).ln1p()) / &self.kappa;
        Some(&self.mu + below.select(left, right) / &self.b)
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Uniform)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.quantile(noise)
    }

    fn initial_value(&self) -> Expr {
        self.mu.clone()
    }

    fn mean(&self) -> Option<Expr> {
        Some(&self.mu + (self.kappa.recip() - &self.kappa) / &self.b)
    }

    fn variance(&self) -> Option<Expr> {
        let k2 = self.kappa.square();
        Some((k2.recip() + k2) / self.b.square())
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(1.0 + (&self.kappa + self.kappa.recip()).ln() - self.b.ln())
    }
}
