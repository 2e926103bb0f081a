//! `ExGaussian`: a Gaussian and an exponential, added.

use core::f64::consts::PI;

use elbo_tensor_ad::Expr;

use super::normal_interval::{hazard, log_mills, log_mills_drop};
use super::tails;
use crate::draw::{draws, standard_normal, unit_exponential};
use crate::integral::Stretch;
use crate::inversion::{self, Coordinate};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support, crossing, noise};

/// The distribution of the sum of a Gaussian of mean `mu` and standard deviation `sigma > 0` and an exponential of mean `nu > 0`, on the whole line.
///
/// `ln p(x) = -ln nu - u v + v²/2 + ln Φ(u - v)`, `u = (x - mu)/sigma`, `v = sigma/nu`
///
/// Left of `u = v` it is taken from Mills' ratio, so that nothing cancels for any `v`. Parameters as in PyMC, whose 5.28 puts `Normal(mu, sigma)` in its place where
/// `nu <= 0.05 sigma`, and is off by `1e-8` elsewhere; SciPy's `exponnorm` has `K = nu / sigma`.
#[derive(Debug, Clone)]
pub struct ExGaussian {
    mu: Expr,
    sigma: Expr,
    nu: Expr,
}

impl ExGaussian {
    /// Mean `mu` and standard deviation `sigma > 0` of the Gaussian, mean `nu > 0` of the exponential.
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, sigma: impl Into<Expr>, nu: impl Into<Expr>) -> Self {
        ExGaussian { mu: mu.into(), sigma: sigma.into(), nu: nu.into() }
    }

    /// `u = (x - mu)/sigma`, `v = sigma/nu`.
    fn units(&self, x: &Expr) -> (Expr, Expr) {
        let u = tails::units(&(x - &self.mu), &self.sigma);
        (u, tails::units(&self.sigma, &self.nu))
    }

    /// `ln(nu p(x)) = v²/2 - u v + ln Φ(u - v)`. The product is `(x - mu)/nu`, where one of its factors is beyond the range of the units.
    fn log_scaled(&self, x: &Expr, u: &Expr, v: &Expr) -> Expr {
        let right = u.greater(v);
        let product = right.select(tails::units(&(x - &self.mu), &self.nu), v.square());
        let (high, low) = (right.select(u, v), right.select(v, u));
        let far = 0.5 * v.square() - product + (&high - v).normal_log_cdf();
        let near = -0.5 * low.square() - 0.5 * (2.0 * PI).ln() + log_mills(&(v - &low));
        right.select(far, near)
    }
}

impl Distribution for ExGaussian {
    parameters! { ExGaussian { mu: Requirement::Real, sigma: Requirement::Positive, nu: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let (u, v) = self.units(x);
        self.log_scaled(x, &u, &v) - self.nu.ln()
    }

    draws! { |[mu, sigma, nu], rng| mu + sigma * standard_normal(rng) + nu * unit_exponential(rng) }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_cdf(x)?.exp())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let (u, v) = self.units(x);
        let left = u.less(6.0);
        let low = left.select(&u, 0.0);
        let drop = -0.5 * low.square() - 0.5 * (2.0 * PI).ln() + log_mills_drop(&-&low, &v);
        // Right of 6 the normal part is spent and the rest is 1 - e^..., small or not.
        let above = self.log_survival(x)?;
        Some(left.select(drop, left.select(-1.0, above).min(-1e-300).log1mexp()))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let (u, v) = self.units(x);
        Some((-&u).normal_log_cdf().logaddexp(self.log_scaled(x, &u, &v)).min(0.0))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let scale = &self.sigma + &self.nu;
        inversion::quantile(self, p, &Coordinate::Line { centre: &self.mu + &self.nu, scale })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        noise::implicit(self, noise)
    }

    /// The mean.
    fn initial_value(&self) -> Expr {
        &self.mu + &self.nu
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    fn variance(&self) -> Option<Expr> {
        Some(self.sigma.square() + self.nu.square())
    }

    /// By quadrature, good to `1e-12` for `nu` up to `1e6 sigma`.
    fn entropy(&self) -> Option<Expr> {
        // Between the widths of both parts.
        let scale = self.sigma.sqrt() * (&self.sigma + &self.nu).sqrt();
        let whole = Stretch { lower: None, upper: None, middle: self.mu.clone(), scale };
        Some(whole.entropy(|x| self.log_density(x)))
    }

    /// Where the density's slope falls through 0, by halving, to rounding of `sigma` and of `sigma²/nu`.
    fn mode(&self) -> Option<Expr> {
        let v = tails::units(&self.sigma, &self.nu);
        // d ln p/du = φ(w)/Φ(w) - v at w = u - v; the hazard at -v is above v.
        let w = crossing::falling(&-&v, &37.0.into(), |w| {
            let hazard = hazard(w);
            (&hazard - &v, -&hazard * (w + &hazard))
        });
        Some(&self.mu + &self.sigma * (w + v))
    }
}
