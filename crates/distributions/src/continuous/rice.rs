//! `Rice`: the length of a Gaussian vector in the plane.

use core::f64::consts::PI;

use elbo_tensor_ad::Expr;

use super::quadrature::{self, more};
use super::tails;
use crate::draw::{draws, standard_normal};
use crate::integral::Stretch;
use crate::inversion::{self, Coordinate};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support, crossing, noise};

/// The distribution of the length of a vector in the plane whose coordinates are Gaussian of standard deviation `sigma > 0` about a point at
/// distance `nu >= 0` from the origin; on `x > 0`.
///
/// `ln p(x) = ln x - 2 ln sigma - (x - nu)² / (2 sigma²) + ln(e^-t I₀(t))`, `t = x nu / sigma²`
///
/// `nu = 0` is the Rayleigh distribution. The distribution function (Marcum's `1 - Q₁`) is a quadrature of positive terms, good to `1e-12` of either tail. The variance
/// loses digits as `1e-16 (nu/sigma)²`. Parameters as in PyMC; SciPy has `b = nu / sigma`, `scale = sigma`.
#[derive(Debug, Clone)]
pub struct Rice {
    nu: Expr,
    sigma: Expr,
}

impl Rice {
    /// Distance `nu >= 0`, scale `sigma > 0`.
    #[track_caller]
    pub fn new(nu: impl Into<Expr>, sigma: impl Into<Expr>) -> Self {
        Rice { nu: nu.into(), sigma: sigma.into() }
    }

    /// `x` and `nu` in units of `sigma`, up to `1e140`, so that their products are finite.
    fn units(&self, x: &Expr) -> (Expr, Expr) {
        (tails::units(x, &self.sigma).max(1e-300), tails::units(&self.nu, &self.sigma))
    }

    /// `ln p` at `sigma = 1`.
    fn log_unit(z: &Expr, b: &Expr) -> Expr {
        let t = z * b;
        let small = t.less(1.0);
        let (near, far) = (small.select(&t, 0.5), small.select(1.0, &t));
        // Near 0 the even function itself: its exponential has a kink there.
        let bessel = small.select(near.log_bessel_i0() - &near, far.bessel_i0e().ln());
        z.ln() - 0.5 * (z - b).square() + bessel
    }

    /// `ln P(X <= x)` and `ln P(X > x)` for `x > 0`, by the tail that points away from the mode.
    fn log_sides(&self, x: &Expr) -> (Expr, Expr) {
        let (z, b) = self.units(x);
        let left = z.less(b.max(1.0));
        // The slope of ln p outwards, not above 0: I1/I0 is between t/(1 + √(1 + t²)) and t/√(1 + t²).
        let t = &z * &b;
        let ratio = &t / (0.5 + (t.square() + 0.25).sqrt());
        let slope = z.recip() - &z + &b * ratio;
        let outwards = left.select(&slope, -&slope).max(0.0);
        let length = quadrature::reach(&outwards, &1.0.into());
        let length = left.select(length.min(&z), length);
        let sign = left.select(-1.0, 1.0);
        let (wide_z, wide_b, wide_sign) = (more(&z), more(&b), more(&sign));
        let tail = quadrature::log_integral(&length, |r| Self::log_unit(&(&wide_z + wide_sign * r), &wide_b))
            .min(-1e-17);
        let rest = tail.log1mexp();
        (left.select(&tail, &rest), left.select(rest, tail))
    }
}

impl Distribution for Rice {
    parameters! { Rice { nu: Requirement::NonNegative, sigma: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Positive
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let outside = x.less_equal(0.0);
        outside.select(f64::NEG_INFINITY, self.log_density_unchecked(&outside.select(&self.sigma, x)))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let (z, b) = self.units(x);
        Self::log_unit(&z, &b) - self.sigma.ln()
    }

    draws! {
        |[nu, sigma], rng| {
            (nu + sigma * standard_normal(rng)).hypot(sigma * standard_normal(rng)).max(f64::MIN_POSITIVE)
        }
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_cdf(x)?.exp())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::positive(x, f64::NEG_INFINITY, |x| self.log_sides(x).0))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(tails::positive(x, 0.0, |x| self.log_sides(x).1))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        inversion::quantile(self, p, &Coordinate::Positive { scale: self.nu.max(&self.sigma) })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        noise::implicit(self, noise)
    }

    /// The larger of `nu` and `sigma`.
    fn initial_value(&self) -> Expr {
        self.nu.max(&self.sigma)
    }

    /// `sigma √(π/2) e^-q ((1 + 2q) I₀(q) + 2q I₁(q))`, `q = nu² / (4 sigma²)`
    fn mean(&self) -> Option<Expr> {
        let q = 0.25 * (&self.nu / &self.sigma).square();
        let laguerre = (1.0 + 2.0 * &q) * q.bessel_i0e() + 2.0 * &q * q.bessel_i1e();
        Some((PI / 2.0).sqrt() * &self.sigma * laguerre)
    }

    /// `2 sigma² + nu² - mean²`
    fn variance(&self) -> Option<Expr> {
        let mean = self.mean()?;
        Some(2.0 * self.sigma.square() + (&self.nu - &mean) * (&self.nu + mean))
    }

    /// By quadrature, good to `1e-12`.
    fn entropy(&self) -> Option<Expr> {
        let lower = Some(0.0.into());
        let half = Stretch { lower, upper: None, middle: self.initial_value(), scale: self.sigma.clone() };
        Some(half.entropy(|x| self.log_density_unchecked(x)))
    }

    /// Where the density's slope falls through 0, by halving, to rounding.
    fn mode(&self) -> Option<Expr> {
        let b = tails::units(&self.nu, &self.sigma);
        // 1/z - z + b I₁(z b)/I₀(z b), with the ratio below 1.
        let z = crossing::falling(&1.0.into(), &(&b + 1.5), |z| {
            let t = (z * &b).max(1e-300);
            let ratio = t.bessel_i1e() / t.bessel_i0e();
            let slope = -z.square().recip() - 1.0 + b.square() * (1.0 - &ratio / &t - ratio.square());
            (z.recip() - z + &b * ratio, slope)
        });
        Some(&self.sigma * z)
    }
}
