//! `Line`: the numbers of a continuous support by a coordinate that measures the distance to the nearer bound.

use core::f64::consts::PI;

use elbo_distributions::Support;
use elbo_tensor_ad::Expr;

use super::run;

/// A support between two bounds, or one, or none, over `y` on the whole line: `x - lower = eʸ` or `upper - x = e⁻ʸ` with one bound,
/// `(x - lower) / (upper - x) = eʸ` with two, `x = y` with none.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    pub lower: Option<f64>,
    pub upper: Option<f64>,
}

/// The place of one `y`.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The nearest number to it.
    pub x: f64,
    /// From the nearer bound to that number, exact where the number is near: 0 without a bound.
    pub away: f64,
    /// The logarithm of the true distance over that of the number: what rounding took from `x`. 0 without a bound.
    pub lost: f64,
    /// `ln dx/dy`
    pub stretch: f64,
}

impl Line {
    pub fn of(support: &Support) -> Line {
        let (lower, upper) = match support {
            Support::Real => (None, None),
            Support::Positive | Support::NonNegative => (Some(0.0), None),
            Support::UnitInterval => (Some(0.0), Some(1.0)),
            Support::Circle => (Some(-PI), Some(PI)),
            Support::Interval { lower, upper } => (Some(number(lower)), Some(number(upper))),
            Support::Above { lower } => (Some(number(lower)), None),
            Support::Below { upper } => (None, Some(number(upper))),
            other => panic!("no set of numbers: {other}"),
        };
        Line { lower, upper }
    }

    /// True between two bounds.
    pub fn is_bounded(self) -> bool {
        self.lower.is_some() && self.upper.is_some()
    }

    /// True when numbers beside a bound are rounded by as much as they are away from it.
    pub fn is_rounded(self) -> bool {
        self.lower.is_some_and(|b| b != 0.0) || self.upper.is_some_and(|b| b != 0.0)
    }

    /// The first and the last number, where there is a bound: one step of `f64` inside it, or `1e-300` where it is 0.
    pub fn ends(self) -> (Option<f64>, Option<f64>) {
        let first = |b: f64| if b == 0.0 { 1e-300 } else { b.next_up() };
        let last = |b: f64| if b == 0.0 { -1e-300 } else { b.next_down() };
        (self.lower.map(first), self.upper.map(last))
    }

    /// The coordinate of a number.
    pub fn coordinate(self, x: f64) -> f64 {
        match (self.lower, self.upper) {
            (None, None) => x,
            (Some(l), None) => (x - l).ln(),
            (None, Some(u)) => -(u - x).ln(),
            (Some(l), Some(u)) => (x - l).ln() - (u - x).ln(),
        }
    }

    /// The place of a coordinate.
    pub fn place(self, y: f64) -> Place {
        let above = |bound: f64, d: f64, stretch: f64| {
            let x = bound + d;
            Place { x, away: x - bound, lost: (d / (x - bound)).ln(), stretch }
        };
        let below = |bound: f64, d: f64, stretch: f64| {
            let x = bound - d;
            Place { x, away: x - bound, lost: (d / (bound - x)).ln(), stretch }
        };
        match (self.lower, self.upper) {
            (None, None) => Place { x: y, away: 0.0, lost: 0.0, stretch: 0.0 },
            (Some(l), None) => above(l, y.exp(), y),
            (None, Some(u)) => below(u, (-y).exp(), -y),
            (Some(l), Some(u)) => {
                // σ(-|y|), the part of the width up to the nearer bound.
                let small = (-y.abs()).exp();
                let (d, stretch) =
                    ((u - l) * small / (1.0 + small), (u - l).ln() - y.abs() - 2.0 * small.ln_1p());
                if y < 0.0 { above(l, d, stretch) } else { below(u, d, stretch) }
            }
        }
    }
}

pub fn number(bound: &Expr) -> f64 {
    run(std::slice::from_ref(bound), &[]).unwrap()[0].data()[0]
}
