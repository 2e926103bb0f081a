//! `VonMises`: directions around a circle.

use core::f64::consts::{LN_2, PI};

use elbo_tensor_ad::Expr;
use rand::Rng;

use super::quadrature::{self, more};
use crate::draw::{draws, open_unit, standard_normal};
use crate::inversion::{self, Coordinate};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support, noise};

/// The von Mises distribution of mean direction `mu` and concentration `kappa > 0`, on the angles `-π..=π`.
///
/// `ln p(x) = kappa cos(x - mu) - ln(2π I₀(kappa))`
///
/// The distribution function counts from `-π`; it is a quadrature of positive terms, good to `1e-12`. There is no formula for the mean and the variance along the line; those of the circle
/// are [`mode`](Distribution::mode) and [`circular_variance`](Self::circular_variance). Parameters as in PyMC (whose 5.28 gives minus infinity for `kappa > 713`); SciPy's `vonmises` has `loc = mu` and repeats its density along the line,
/// NumPyro has `loc`, `concentration`.
#[derive(Debug, Clone)]
pub struct VonMises {
    mu: Expr,
    kappa: Expr,
}

/// The angle without its whole turns, in `-π..=π`, and how many they were.
fn wrapped(x: &Expr) -> (Expr, Expr) {
    let turns = (x * (0.5 / PI)).round();
    (x - &turns * (2.0 * PI), turns)
}

impl VonMises {
    /// Mean direction `mu`, concentration `kappa > 0`.
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, kappa: impl Into<Expr>) -> Self {
        VonMises { mu: mu.into(), kappa: kappa.into() }
    }

    /// The circular variance `1 - I₁(kappa)/I₀(kappa)`.
    pub fn circular_variance(&self) -> Expr {
        1.0 - self.kappa.bessel_i1e() / self.kappa.bessel_i0e()
    }

    /// `ln p` at an angle from the mean direction.
    fn log_centred(d: &Expr, kappa: &Expr) -> Expr {
        -2.0 * kappa * (0.5 * d).sin().square() - (kappa.bessel_i0e().ln() + (2.0 * PI).ln())
    }

    /// `ln` of the mass between the antipode and the angle `-d`, `0 <= d <= π`.
    fn log_tail(&self, d: &Expr) -> Expr {
        let kappa = &self.kappa;
        let curvature = kappa * d.cos().max(0.0) + 1e-300;
        let length = quadrature::reach(&(kappa * d.sin().max(0.0)), &curvature).min((PI - d).max(1e-300));
        let (wide_d, wide_kappa) = (more(d), more(kappa));
        quadrature::log_integral(&length, |r| Self::log_centred(&(&wide_d + r), &wide_kappa))
    }

    /// `ln P(X <= x)` and `ln P(X > x)` for `-π < x < π`.
    fn log_sides(&self, x: &Expr) -> (Expr, Expr) {
        let ((end, end_turns), (start, start_turns)) = (wrapped(&(x - &self.mu)), wrapped(&(-PI - &self.mu)));
        let sides = |d: &Expr| {
            let right = d.greater(0.0);
            (right.clone(), self.log_tail(&right.select(d, -d)))
        };
        let ((end_right, end_tail), (start_right, start_tail)) = (sides(&end), sides(&start));
        // The distribution function of the unrolled angle is whole + a tail left of the mean, whole + 1 - a tail right of it: the
        // mass from start to end is a difference or a sum of two tails, or what these leave of 1.
        let whole = (end_turns + &end_right) - (start_turns + &start_right);
        let same = end_right.equal(&start_right);
        let swapped = end_tail.less(&start_tail);
        let (high, low) = (swapped.select(&start_tail, &end_tail), swapped.select(&end_tail, &start_tail));
        let apart = high.greater(&low);
        let difference =
            apart.select(apart.select(&high, 0.0).log_diff_exp(apart.select(&low, -1.0)), f64::NEG_INFINITY);
        let part = same.select(difference, end_tail.logaddexp(&start_tail)).min(-1e-17);
        let rest = (-part.exp()).ln1p();
        let first = whole.less(0.5);
        (first.select(&part, &rest), first.select(rest, part))
    }

    fn outside(x: &Expr, below: f64, above: f64, inside: impl FnOnce(&Expr) -> Expr) -> Expr {
        let (low, high) = (x.less_equal(-PI), x.greater_equal(PI));
        low.select(below, high.select(above, inside(&low.max(&high).select(0.5, x))))
    }
}

impl Distribution for VonMises {
    parameters! { VonMises { mu: Requirement::Real, kappa: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Circle
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let outside = x.less(-PI).max(x.greater(PI));
        outside.select(f64::NEG_INFINITY, self.log_density_unchecked(&outside.select(0.0, x)))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        Self::log_centred(&(x - &self.mu), &self.kappa)
    }

    draws! {
        /// Best and Fisher 1979; above `kappa = 1e6` a Gaussian of variance `1/kappa`, which it is to `1e-6`.
        |[mu, kappa], rng| {
            let x = mu + centred(kappa, rng);
            (x - 2.0 * PI * (0.5 * x / PI).round()).clamp(-PI, PI)
        }
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_cdf(x)?.exp())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(Self::outside(x, f64::NEG_INFINITY, 0.0, |x| self.log_sides(x).0))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(Self::outside(x, 0.0, f64::NEG_INFINITY, |x| self.log_sides(x).1))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        inversion::quantile(self, p, &Coordinate::Between { lower: (-PI).into(), upper: PI.into() })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        noise::implicit(self, noise)
    }

    /// The mean direction.
    fn initial_value(&self) -> Expr {
        wrapped(&self.mu).0
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(&self.kappa * self.circular_variance() + self.kappa.bessel_i0e().ln() + (LN_2 + PI.ln()))
    }
}

/// A draw about 0, in `-π..=π`.
fn centred(kappa: f64, rng: &mut dyn Rng) -> f64 {
    if kappa > 1e6 {
        return standard_normal(rng) / kappa.sqrt();
    }
    if kappa < 1e-8 {
        return PI * (2.0 * open_unit(rng) - 1.0);
    }
    let s = if kappa < 1e-5 {
        // The quotient below has lost its digits.
        1.0 / kappa + kappa
    } else {
        let r = 1.0 + (1.0 + 4.0 * kappa * kappa).sqrt();
        let rho = (r - (2.0 * r).sqrt()) / (2.0 * kappa);
        (1.0 + rho * rho) / (2.0 * rho)
    };
    loop {
        let z = (PI * open_unit(rng)).cos();
        let w = (1.0 + s * z) / (s + z);
        let y = kappa * (s - w);
        let v = open_unit(rng);
        if y * (2.0 - y) - v >= 0.0 || (y / v).ln() + 1.0 - y >= 0.0 {
            let angle = w.clamp(-1.0, 1.0).acos();
            return if open_unit(rng) < 0.5 { -angle } else { angle };
        }
    }
}
