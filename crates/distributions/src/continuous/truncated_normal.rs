//! `TruncatedNormal`: the part of a Gaussian between two bounds.

use core::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, PI};

use elbo_tensor_ad::Expr;

use super::normal_interval;
use super::quadrature;
use crate::draw::{draws, open_unit, standard_normal, unit_exponential};
use crate::inversion::{self, Coordinate};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support, noise};

/// The Gaussian of mean `mu` and standard deviation `sigma > 0`, given that it lies in `lower..=upper`; either bound may be infinite.
///
/// `ln p(x) = -(x - mu)² / (2 sigma²) - ln sigma - ln(2π)/2 - ln(Φ(b) - Φ(a))`, `a = (lower - mu)/sigma`, `b = (upper - mu)/sigma`
///
/// The density and both tails are taken relative to the bound nearer to `mu`, so that nothing cancels or underflows however far out the bounds are, or however near to each other.
/// Parameters as in PyMC, whose 5.28 is off by `1e-8` to `1e-5` and whose gradient is NaN with one bound; NumPyro has `loc`, `scale`, `low`, `high`, SciPy's
/// `truncnorm` `a`, `b` (its entropy is NaN for one bound, wrong far out).
#[derive(Debug, Clone)]
pub struct TruncatedNormal {
    mu: Expr,
    sigma: Expr,
    lower: Expr,
    upper: Expr,
}

/// The interval in units of `sigma` from `mu`, turned over where that brings the end nearer to `mu` to the left.
struct Interval {
    /// 1 where it is turned over.
    turned: Expr,
    /// Its left end, not further from 0 than the right one.
    start: Expr,
    /// Its length.
    width: Expr,
    /// 1 where the bound at `start` is none.
    free: Expr,
    /// 1 where the other bound is none.
    far_free: Expr,
    /// 1 where `start` is so far left of 0 that densities are taken relative to that at 0, and not to that at `start`.
    around: Expr,
    /// `ln` of the mass, so taken.
    mass: Expr,
}

/// Where a bound stands that is none: further out than any point is taken to be.
const NONE: f64 = 2e150;

impl TruncatedNormal {
    /// Mean `mu` and standard deviation `sigma > 0` before truncation, bounds `lower < upper` (infinite for none).
    #[track_caller]
    pub fn new(
        mu: impl Into<Expr>,
        sigma: impl Into<Expr>,
        lower: impl Into<Expr>,
        upper: impl Into<Expr>,
    ) -> Self {
        TruncatedNormal { mu: mu.into(), sigma: sigma.into(), lower: lower.into(), upper: upper.into() }
    }

    fn interval(&self) -> Interval {
        let low_free = self.lower.equal(f64::NEG_INFINITY);
        let high_free = self.upper.equal(f64::INFINITY);
        // No further than 1e150, so that no difference is infinite.
        let unit = |bound: &Expr, free: &Expr| {
            ((free.select(&self.mu, bound) - &self.mu) / &self.sigma).clamp(-1e150, 1e150)
        };
        let (a, b) = (unit(&self.lower, &low_free), unit(&self.upper, &high_free));
        let (a, b) = (low_free.select(-NONE, a), high_free.select(NONE, b));
        let turned = (&a + &b).less(0.0);
        let start = turned.select(-&b, &a);
        // From the bounds themselves where there are two: their distance may be small against that from mu.
        let free = low_free.max(&high_free);
        let apart = (free.select(1.0, &self.upper) - free.select(0.0, &self.lower)) / &self.sigma;
        let width = free.select(2.0 * NONE, apart.min(1e150));
        let around = start.less(-1.0);
        let near = normal_interval::log_from(&around.select(0.0, &start), &width);
        let mass = around.select(Self::log_around(&start, &(&start + &width), &around), near);
        let (free, far_free) = (turned.select(&high_free, &low_free), turned.select(low_free, high_free));
        Interval { turned, start, width, free, far_free, around, mass }
    }

    /// `ln ∫ₐᵇ e^(-t²/2) dt` of `a < 0 < b` where that is asked for.
    fn log_around(a: &Expr, b: &Expr, asked: &Expr) -> Expr {
        let part = |t: &Expr| (asked.select(t, 1.0) * FRAC_1_SQRT_2).erf();
        (FRAC_PI_2.sqrt() * (part(&-a) + part(b))).ln()
    }

    fn outside(&self, x: &Expr) -> Expr {
        x.less(&self.lower).max(x.greater(&self.upper))
    }

    /// `x` itself and its distances from the start and to the other end of the interval, in units of `sigma`, these
    /// which the distance from `mu` is rounded by more than they are.
    fn distances(&self, x: &Expr, i: &Interval) -> (Expr, Expr, Expr) {
        let unit = |e: Expr| (e / &self.sigma).clamp(-1e150, 1e150);
        let z = unit(x - &self.mu);
        let z = i.turned.select(-&z, z);
        let start = i.turned.select(&self.upper, &self.lower);
        let end = i.turned.select(&self.lower, &self.upper);
        let sign = i.turned.select(-1.0, 1.0);
        let before = unit(&sign * (x - i.free.select(0.0, start)));
        let before = i.free.select(&z - &i.start, before);
        let after = unit(&sign * (i.far_free.select(0.0, end) - x));
        let after = i.far_free.select(&i.width - &before, after);
        (z, before, after)
    }

    /// `ln` of the mass before (the start of the interval side) and after a point `z` at distance `d > 0` from the start and `rest > 0` from
    /// the other end.
    fn log_sides(i: &Interval, z: &Expr, d: &Expr, rest: &Expr) -> (Expr, Expr) {
        // A density at z relative to what the mass is.
        let relative = i.around.select(-0.5 * z.square(), -0.5 * d * (z + &i.start));
        let left = z.less(0.0);
        // Before the point: from the start up, or, where both are left of 0, turned over.
        let both = (1.0 - &left) * &i.around;
        let from = left.select(-z, both.select(0.0, &i.start));
        let offset = left.select(&relative, 0.0);
        let one_side = normal_interval::log_from(&from, d) + offset;
        let before = both.select(Self::log_around(&i.start, z, &both), one_side) - &i.mass;
        let both = left * &i.around;
        let one_side = normal_interval::log_from(&both.select(0.0, z), rest) + relative;
        let after = both.select(Self::log_around(z, &(z + rest), &both), one_side) - &i.mass;
        let small = before.less(-0.7);
        let before = small.select(&before, small.select(-1.0, &after).log1mexp().max(-0.7));
        let small = after.less(-0.7);
        let after = small.select(&after, small.select(-1.0, &before).log1mexp());
        (before, after)
    }

    /// Both logarithms, in the order of `x`; the first from below.
    fn log_tails(&self, x: &Expr) -> (Expr, Expr) {
        let i = self.interval();
        let (low, high) = (x.less_equal(&self.lower), x.greater_equal(&self.upper));
        let (z, d, rest) = self.distances(x, &i);
        let inside = d.greater(0.0) * rest.greater(0.0) * (1.0 - low.max(&high));
        let half = 0.5 * &i.width;
        let z = inside.select(z, &i.start + &half);
        let (before, after) = Self::log_sides(&i, &z, &inside.select(d, &half), &inside.select(rest, &half));
        let none = f64::NEG_INFINITY;
        let (before, after) = (inside.select(before, none), inside.select(after, 0.0));
        let below = i.turned.select(&after, &before);
        let above = i.turned.select(before, after);
        (low.select(none, high.select(0.0, below)), low.select(0.0, high.select(none, above)))
    }

    /// Where the mass begins: further left than 11 there is nothing.
    fn begin(i: &Interval) -> Expr {
        i.start.max(-11.0)
    }

    /// The mean of a function of the distance from where the mass begins, which is not negative, by Gauss's rule.
    fn expect(i: &Interval, f: impl FnOnce(&Expr) -> Expr) -> Expr {
        let begin = Self::begin(i);
        let zero = begin.max(0.0);
        let skipped = &begin - &i.start;
        let length = (&i.width - &skipped).min(quadrature::reach(&zero, &1.0.into()) + (zero - &begin));
        let (begin, around) = (quadrature::more(&begin), quadrature::more(&i.around));
        let all = quadrature::log_integral(&length, |r| {
            // Relative to 0, or to the start, which is then where the mass begins.
            let relative = around.select(-0.5 * (r + &begin).square(), -(r * (&begin + 0.5 * r)));
            relative + f(r).ln()
        });
        (all - &i.mass).exp()
    }

    fn moments(&self) -> (Interval, Expr, Expr) {
        let i = self.interval();
        let mean = Self::expect(&i, Expr::clone);
        let around = quadrature::more(&mean);
        let variance = Self::expect(&i, |t| (t - &around).square());
        (i, mean, variance)
    }
}

impl Distribution for TruncatedNormal {
    parameters! {
        TruncatedNormal {
            mu: Requirement::Real,
            sigma: Requirement::Positive,
            lower: Requirement::Extended,
            upper: Requirement::Above("lower"),
        }
    }

    /// The literal bounds decide whether it is half the line or all of it; a computed bound is taken to be finite.
    fn support(&self) -> Support {
        let low = self.lower.as_constant() == Some(f64::NEG_INFINITY);
        let high = self.upper.as_constant() == Some(f64::INFINITY);
        match (low, high) {
            (true, true) => Support::Real,
            (true, false) => Support::Below { upper: self.upper.clone() },
            (false, true) => Support::Above { lower: self.lower.clone() },
            (false, false) => Support::Interval { lower: self.lower.clone(), upper: self.upper.clone() },
        }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let outside = self.outside(x);
        let free = self.lower.equal(f64::NEG_INFINITY);
        let edge = free.select(self.upper.equal(f64::INFINITY).select(&self.mu, &self.upper), &self.lower);
        outside.select(f64::NEG_INFINITY, self.log_density_unchecked(&outside.select(edge, x)))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let i = self.interval();
        let (z, d, _) = self.distances(x, &i);
        let relative = i.around.select(-0.5 * z.square(), -0.5 * &d * (2.0 * &i.start + &d));
        relative - &i.mass - self.sigma.ln()
    }

    draws! {
        /// By rejection: from the Gaussian, from an exponential (Robert 1995), or from the uniform where the interval is narrow.
        |[mu, sigma, lower, upper], rng| {
            let (a, b) = ((lower - mu) / sigma, (upper - mu) / sigma);
            let turned = a + b < 0.0;
            let (start, end) = if turned { (-b, -a) } else { (a, b) };
            let z = loop {
                if start <= 0.0 && end - start > (2.0 * PI).sqrt() {
                    let z = standard_normal(rng);
                    if z >= start && z <= end {
                        break z;
                    }
                    continue;
                }
                let rate = 0.5 * (start + (start * start + 4.0).sqrt());
                if start > 0.0 && (end - start) * rate > 1.0 {
                    let z = start + unit_exponential(rng) / rate;
                    if z <= end && open_unit(rng).ln() <= -0.5 * (z - rate).powi(2) {
                        break z;
                    }
                    continue;
                }
                let z = start + (end - start) * open_unit(rng);
                let top = start.max(0.0);
                if open_unit(rng).ln() <= -0.5 * (z - top) * (z + top) {
                    break z;
                }
            };
            (mu + sigma * if turned { -z } else { z }).clamp(lower, upper)
        }
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_tails(x).0.exp())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_tails(x).0)
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_tails(x).1)
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let i = self.interval();
        // No probability is so small that its quantile is 40 standard deviations beyond what is left of the bounds.
        let near = i.free.select(-40.0, &i.start);
        let far = i.far_free.select(i.start.max(0.0) + 40.0, &i.start + &i.width);
        let (a, b) = (i.turned.select(-&far, &near), i.turned.select(-&near, &far));
        let (lower, upper) = (&self.mu + &self.sigma * a, &self.mu + &self.sigma * b);
        let (lower, upper) = (lower.max(&self.lower), upper.min(&self.upper));
        let inner = inversion::quantile(self, p, &Coordinate::Between { lower, upper })?;
        Some(p.equal(0.0).select(&self.lower, p.equal(1.0).select(&self.upper, inner)))
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        noise::implicit(self, noise)
    }

    /// The mean.
    fn initial_value(&self) -> Expr {
        let (i, mean, _) = self.moments();
        let z = Self::begin(&i) + mean;
        &self.mu + &self.sigma * i.turned.select(-&z, z)
    }

    /// By Gauss's rule, to `1e-12`.
    fn mean(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    /// By Gauss's rule, to `1e-12`.
    fn variance(&self) -> Option<Expr> {
        Some(self.moments().2 * self.sigma.square())
    }

    /// `mu`, or the bound nearer to it.
    fn mode(&self) -> Option<Expr> {
        Some(self.mu.max(&self.lower).min(&self.upper))
    }

    /// By Gauss's rule, to `1e-12`.
    fn entropy(&self) -> Option<Expr> {
        let i = self.interval();
        let begin = quadrature::more(&Self::begin(&i));
        let zero = begin.max(0.0);
        // (z² - top²)/2, which is not negative, and what top² lacks of the square that the mass is relative to.
        let rise = Self::expect(&i, |r| 0.5 * ((&begin + r).square() - zero.square()));
        let lacking = 0.5 * (i.start.max(0.0).square() - i.around.select(0.0, &i.start).square());
        Some(rise + lacking + i.mass + self.sigma.ln())
    }
}
