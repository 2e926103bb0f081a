//! `Cauchy` and `HalfCauchy`: bells whose tails are so heavy that they have no mean.

use core::f64::consts::{FRAC_PI_2, PI};

use elbo_tensor_ad::Expr;

use super::tails;
use crate::draw::{draws, open_unit};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support};

/// The Cauchy distribution of location `alpha` and scale `beta > 0`, on the whole line.
///
/// `ln p(x) = -ln(1 + z²) - ln beta - ln π`, `z = (x - alpha)/beta`
///
/// Finite for `z²` beyond the range of `f64` too. It has no mean and no variance: both are NaN. Parameters as in PyMC; SciPy and NumPyro call
/// them `loc` and `scale`.
#[derive(Debug, Clone)]
pub struct Cauchy {
    alpha: Expr,
    beta: Expr,
}

impl Cauchy {
    /// Location `alpha`, scale `beta > 0`.
    #[track_caller]
    pub fn new(alpha: impl Into<Expr>, beta: impl Into<Expr>) -> Self {
        Cauchy { alpha: alpha.into(), beta: beta.into() }
    }

    fn z(&self, x: &Expr) -> Expr {
        (x - &self.alpha) / &self.beta
    }
}

/// `P(Z > z)` of the standard form, accurate in the upper tail.
fn above(z: &Expr) -> Expr {
    Expr::constant(1.0).atan2(z) * (1.0 / PI)
}

/// `ln P(Z > z)`, relatively accurate on both sides.
fn log_above(z: &Expr) -> Expr {
    let low = z.less(0.0);
    let tail = above(&low.select(-z, z));
    low.select((-&tail).ln1p(), tail.ln())
}

impl Distribution for Cauchy {
    parameters! { Cauchy { alpha: Requirement::Real, beta: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_density(&self, x: &Expr) -> Expr {
        -tails::log1p_square(&self.z(x)) - (self.beta.ln() + PI.ln())
    }

    draws! { |[alpha, beta], rng| alpha + beta * (PI * (open_unit(rng) - 0.5)).tan() }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(above(&-self.z(x)))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(log_above(&-self.z(x)))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(log_above(&self.z(x)))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let p = tails::probability(p);
        let low = p.less(0.5);
        // The cotangent of the angle from the nearer end.
        let size = (PI * low.select(&p, 1.0 - &p)).tan().recip();
        Some(&self.alpha + &self.beta * low.select(-&size, size))
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Uniform)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.quantile(noise)
    }

    fn initial_value(&self) -> Expr {
        self.alpha.clone()
    }

    /// NaN: there is none.
    fn mean(&self) -> Option<Expr> {
        Some(Expr::constant(f64::NAN))
    }

    /// NaN: there is none.
    fn variance(&self) -> Option<Expr> {
        Some(Expr::constant(f64::NAN))
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.alpha.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.beta.ln() + (4.0 * PI).ln())
    }
}

/// The distribution of `|x|` where `x` is [`Cauchy`] of location 0 and scale `beta > 0`; on `x >= 0`.
///
/// `ln p(x) = ln(2/π) - ln(1 + (x/beta)²) - ln beta`
///
/// The mean is infinite, the variance NaN. Parameters as in PyMC, whose 5.28 is off by `2e-9` (`ln 2` in single precision);
/// SciPy (`halfcauchy`) and NumPyro call it `scale`.
#[derive(Debug, Clone)]
pub struct HalfCauchy {
    beta: Expr,
}

impl HalfCauchy {
    /// Scale `beta > 0`.
    #[track_caller]
    pub fn new(beta: impl Into<Expr>) -> Self {
        HalfCauchy { beta: beta.into() }
    }
}

impl Distribution for HalfCauchy {
    parameters! { HalfCauchy { beta: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::NonNegative
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let outside = x.less(0.0);
        outside.select(f64::NEG_INFINITY, self.log_density_unchecked(&outside.select(0.0, x)))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        -tails::log1p_square(&(x / &self.beta)) - (self.beta.ln() - (2.0 / PI).ln())
    }

    draws! { |[beta], rng| beta * (FRAC_PI_2 * open_unit(rng)).tan() }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::scaled(x, &self.beta, 0.0, |z| z.atan() * (2.0 / PI)))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::scaled(x, &self.beta, f64::NEG_INFINITY, |z| {
            let big = z.greater(1.0);
            let (far, near) = (big.select(z, 1.0), big.select(0.5, z));
            big.select((-2.0 * above(&far)).ln1p(), (near.atan() * (2.0 / PI)).ln())
        }))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(tails::scaled(x, &self.beta, 0.0, |z| {
            let big = z.greater(1.0);
            let (far, near) = (big.select(z, 1.0), big.select(0.5, z));
            big.select((2.0 * above(&far)).ln(), (near.atan() * (-2.0 / PI)).ln1p())
        }))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let p = tails::probability(p);
        let low = p.less(0.5);
        let near = (FRAC_PI_2 * low.select(&p, 0.25)).tan();
        let far = (FRAC_PI_2 * low.select(0.5, 1.0 - &p)).tan().recip();
        Some(&self.beta * low.select(near, far))
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Uniform)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.quantile(noise)
    }

    fn initial_value(&self) -> Expr {
        self.beta.clone()
    }

    /// Infinite.
    fn mean(&self) -> Option<Expr> {
        Some(Expr::constant(f64::INFINITY))
    }

    /// NaN: there is none.
    fn variance(&self) -> Option<Expr> {
        Some(Expr::constant(f64::NAN))
    }

    fn mode(&self) -> Option<Expr> {
        Some(Expr::constant(0.0))
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.beta.ln() + (2.0 * PI).ln())
    }
}
