//! `Triangular`: from a least to a greatest value by way of the likeliest.

use core::f64::consts::LN_2;

use elbo_tensor_ad::Expr;

use super::tails;
use crate::draw::{draws, open_unit};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support};

/// The triangular distribution on `lower..=upper` with its peak at `c`, `lower <= c <= upper`.
///
/// `p(x) = 2 (x - lower) / ((upper - lower)(c - lower))` for `x < c`, `2 / (upper - lower)` at `c`,
/// `2 (upper - x) / ((upper - lower)(upper - c))` above
///
/// Parameters as in PyMC; NumPyro calls them `low`, `peak`, `high`; SciPy has `loc = lower`, `scale = upper - lower` and `c` as a share of it.
#[derive(Debug, Clone)]
pub struct Triangular {
    lower: Expr,
    c: Expr,
    upper: Expr,
}

impl Triangular {
    /// From `lower` to `upper`, above it, with the peak at `c` between them.
    #[track_caller]
    pub fn new(lower: impl Into<Expr>, c: impl Into<Expr>, upper: impl Into<Expr>) -> Self {
        Triangular { lower: lower.into(), c: c.into(), upper: upper.into() }
    }

    /// Whether `x` is left of the peak, how far from that side's end (1 at the peak), and how long the side is (1 for a side of no length).
    fn side(&self, x: &Expr) -> (Expr, Expr, Expr) {
        let (left, right) = (x.less(&self.c), x.greater(&self.c));
        let from = left.select(x - &self.lower, right.select(&self.upper - x, 1.0));
        let long = left.select(&self.c - &self.lower, right.select(&self.upper - &self.c, 1.0));
        (left, from, long.less_equal(0.0).select(1.0, &long))
    }

    fn width(&self) -> Expr {
        &self.upper - &self.lower
    }

    /// `ln` of the tail from the end of `x`'s side to `x` (to the peak at the peak), whether that is the left one; `inside` is `lower < x < upper`.
    fn log_tail(&self, x: &Expr) -> (Expr, Expr) {
        let left = x.less_equal(&self.c);
        let from = left.select(x - &self.lower, &self.upper - x);
        let long = left.select(&self.c - &self.lower, &self.upper - &self.c);
        let from = from.less_equal(0.0).select(1.0, &from);
        let long = long.less_equal(0.0).select(1.0, &long);
        (left, 2.0 * from.ln() - long.ln() - self.width().ln())
    }

    fn outside(&self, x: &Expr, below: f64, above: f64, inside: Expr) -> Expr {
        x.less_equal(&self.lower).select(below, x.greater_equal(&self.upper).select(above, inside))
    }
}

impl Distribution for Triangular {
    parameters! {
        Triangular {
            lower: Requirement::Real,
            c: Requirement::Within("lower", "upper"),
            upper: Requirement::FiniteAbove("lower"),
        }
    }

    fn support(&self) -> Support {
        Support::Interval { lower: self.lower.clone(), upper: self.upper.clone() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let outside = x.less(&self.lower).max(x.greater(&self.upper));
        let end = (x.equal(&self.lower) + x.equal(&self.upper)) * x.not_equal(&self.c);
        let zero = outside.max(end);
        zero.select(f64::NEG_INFINITY, self.log_density_unchecked(&zero.select(&self.c, x)))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let (_, from, long) = self.side(x);
        x * 0.0 + (from.ln() - long.ln() - self.width().ln() + LN_2)
    }

    draws! {
        |[lower, c, upper], rng| {
            let (u, width) = (open_unit(rng), upper - lower);
            let x = if u * width < c - lower {
                lower + (u * ((c - lower) / width)).sqrt() * width
            } else {
                upper - ((1.0 - u) * ((upper - c) / width)).sqrt() * width
            };
            x.clamp(lower, upper)
        }
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        let (left, tail) = self.log_tail(x);
        let tail = tail.exp();
        Some(self.outside(x, 0.0, 1.0, left.select(&tail, 1.0 - &tail)))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let (left, tail) = self.log_tail(x);
        let rest = (-left.select(0.0, &tail).exp()).ln1p();
        Some(self.outside(x, f64::NEG_INFINITY, 0.0, left.select(&tail, rest)))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let (left, tail) = self.log_tail(x);
        let rest = (-left.select(&tail, -1.0).exp()).ln1p();
        Some(self.outside(x, 0.0, f64::NEG_INFINITY, left.select(rest, &tail)))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let p = tails::probability(p);
        let (width, before, after) = (self.width(), &self.c - &self.lower, &self.upper - &self.c);
        let left = (&p * &width).less(&before);
        let square = left.select(&p * (before / &width), (1.0 - &p) * (after / &width));
        // The root has no gradient at 0.
        let root = tails::positive(&square, 0.0, Expr::sqrt) * width;
        Some(left.select(&self.lower + &root, &self.upper - &root))
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Uniform)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.quantile(noise)
    }

    /// The mean.
    fn initial_value(&self) -> Expr {
        (&self.lower + &self.c + &self.upper) / 3.0
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    fn variance(&self) -> Option<Expr> {
        let (before, after) = (&self.c - &self.lower, &self.upper - &self.c);
        Some((before.square() + &before * &after + after.square()) / 18.0)
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.c.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.width().ln() + (0.5 - LN_2))
    }
}
