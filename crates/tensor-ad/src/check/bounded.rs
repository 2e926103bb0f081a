//! `Bounded`: a value with a bound of its rounding error.

use super::numbers::{Number, along, plain_eigen, slope, slopes};
use crate::op::{Binary, Nature, Ternary, Unary};
use crate::reference;

/// The shapes for which the reference's quadratures of the incomplete functions keep the digits that the bounds promise.
const QUADRATURE: std::ops::RangeInclusive<f64> = 1e-6..=1e8;

/// A value and how far a careful evaluation of the same expression may lie from it, when every
/// operation errs by at most `unit` of its result (running error analysis, Higham 2002, section 3.3).
///
/// Infinite where nothing can be said: at a jump, near a pole, outside `1/range..range`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounded<const SINGLE: bool> {
    pub(super) value: f64,
    pub(super) error: f64,
}

impl<const SINGLE: bool> Bounded<SINGLE> {
    /// Half the distance from one to the next number, and the range within which products of a few
    /// numbers can be regrouped without overflow.
    const UNIT: f64 = if SINGLE { f32::EPSILON as f64 / 2.0 } else { f64::EPSILON / 2.0 };
    const RANGE: f64 = if SINGLE { 1e12 } else { 1e100 };

    fn rounded(value: f64, error: f64) -> Self {
        let size = value.abs();
        let inside = size <= Self::RANGE && (size == 0.0 || size >= Self::RANGE.recip());
        let error = error + Self::UNIT * size;
        // Not a number, or outside: anything goes.
        Bounded { value, error: if inside && error >= 0.0 { error } else { f64::INFINITY } }
    }

    /// True where rounding may have carried it over this edge.
    fn may_be(self, edge: f64) -> bool {
        self.error > 0.0 && (self.value - edge).abs() <= self.error
    }

    fn apart(self, other: Self) -> bool {
        let doubt = self.error + other.error;
        doubt == 0.0 || (self.value - other.value).abs() > doubt
    }

    fn best(terms: &[Self], op: Binary, start: f64) -> Self {
        terms.iter().fold(Bounded { value: start, error: 0.0 }, |m, t| m.binary(op, *t))
    }
}

impl<const SINGLE: bool> Number for Bounded<SINGLE> {
    fn exact(value: f64) -> Self {
        let error = if SINGLE { (f64::from(value as f32) - value).abs() } else { 0.0 };
        Bounded { value, error: if error >= 0.0 { error } else { 0.0 } }
    }
    fn value(self) -> f64 {
        self.value
    }
    fn unary(self, op: Unary) -> Self {
        let Bounded { value: x, error: e } = self;
        let y = reference::unary(op, x);
        match op.nature() {
            Nature::Exact => return Bounded { value: y, error: e },
            Nature::Step => {
                let jumps = reference::unary(op, x - e) != y || reference::unary(op, x + e) != y;
                return Bounded { value: y, error: if jumps { f64::INFINITY } else { 0.0 } };
            }
            Nature::Arithmetic | Nature::Elementary | Nature::Series => {}
        }
        // lgamma and digamma cross zero: their error is measured against the size of their terms.
        let own = match op {
            Unary::Lgamma | Unary::Polygamma(_) => Self::UNIT * (1.0 + x.abs()) * 4.0,
            Unary::Sin | Unary::Cos => Self::UNIT,
            _ if op.nature() == Nature::Series => 1e-14 * y.abs(),
            Unary::Lgamma1p => 1e-14,
            _ => 0.0,
        };
        if e == 0.0 {
            return Self::rounded(y, own + 3.0 * Self::UNIT * y.abs());
        }
        // A pole between the two ends, which are finite on both sides of it.
        let last_pole = match op {
            Unary::Lgamma | Unary::Polygamma(_) => 0.0,
            Unary::Lgamma1p => -1.0,
            _ => f64::NEG_INFINITY,
        };
        if (x - e).ceil() <= (x + e).floor().min(last_pole) {
            return Bounded { value: y, error: f64::INFINITY };
        }
        let moved = [x - e, x + e].map(|x| (reference::unary(op, x) - y).abs());
        let linear = along(slope(op, x).abs(), e);
        let spread = if moved.iter().chain([&linear]).all(|m| m.is_finite()) {
            moved[0].max(moved[1]).max(linear)
        } else {
            f64::INFINITY
        };
        Self::rounded(y, spread + own + 3.0 * Self::UNIT * y.abs())
    }
    fn binary(self, op: Binary, other: Self) -> Self {
        let value = reference::binary(op, self.value, other.value);
        let (a, b) = (self, other);
        match op {
            Binary::Max | Binary::Min => Bounded { value, error: a.error.max(b.error) },
            Binary::Less | Binary::LessEqual | Binary::Equal => {
                Bounded { value, error: if a.apart(b) { 0.0 } else { f64::INFINITY } }
            }
            Binary::LnBeta
            | Binary::PolygammaStep(_)
            | Binary::GammaP
            | Binary::GammaQ
            | Binary::GammaPSlope
            | Binary::GammaDensity => {
                // Nothing lies below zero.
                if a.may_be(0.0) || b.may_be(0.0) {
                    return Bounded { value, error: f64::INFINITY };
                }
                let gamma = matches!(
                    op,
                    Binary::GammaP | Binary::GammaQ | Binary::GammaPSlope | Binary::GammaDensity
                );
                if gamma && !QUADRATURE.contains(&a.value) {
                    return Bounded { value, error: f64::INFINITY };
                }
                let own = match op {
                    Binary::LnBeta => 1e-14,
                    // The kernels' stated bound of the slope.
                    Binary::GammaPSlope => 1e-11 * value.abs(),
                    _ => 1e-12 * value.abs(),
                };
                let (p, q) = slopes(op, a.value, b.value);
                let linear = along(p.abs(), a.error) + along(q.abs(), b.error);
                // Where the shape has no slope the corners must do.
                let spread = if linear.is_finite() {
                    2.0 * linear
                } else {
                    let moved = |a, b| (reference::binary(op, a, b) - value).abs();
                    2.0 * (moved(a.value + a.error, b.value) + moved(a.value, b.value + b.error))
                };
                Self::rounded(value, spread + own + 3.0 * Self::UNIT * value.abs())
            }
            Binary::Add | Binary::Sub => Self::rounded(value, a.error + b.error),
            Binary::Mul => {
                let error = along(b.value.abs(), a.error) + along(a.value.abs(), b.error) + a.error * b.error;
                Self::rounded(value, error)
            }
            Binary::Div | Binary::Pow | Binary::Atan2 => {
                if a.error == 0.0 && b.error == 0.0 {
                    return Self::rounded(value, 3.0 * Self::UNIT * value.abs());
                }
                let mut error: f64 = 0.0;
                for x in [a.value - a.error, a.value + a.error] {
                    for y in [b.value - b.error, b.value + b.error] {
                        let moved = (reference::binary(op, x, y) - value).abs();
                        error = if moved.is_finite() { error.max(moved) } else { f64::INFINITY };
                    }
                }
                // A pole between the corners.
                if op == Binary::Div && b.value.abs() <= b.error {
                    error = f64::INFINITY;
                }
                // The origin, or the cut, between them.
                if op == Binary::Atan2 && a.value.abs() <= a.error && b.value <= b.error {
                    error = f64::INFINITY;
                }
                Self::rounded(value, error + 3.0 * Self::UNIT * value.abs())
            }
        }
    }
    fn ternary(self, op: Ternary, b: Self, x: Self) -> Self {
        let a = self;
        let within = QUADRATURE.contains(&a.value) && QUADRATURE.contains(&b.value);
        if !within || a.may_be(0.0) || b.may_be(0.0) || x.may_be(0.0) || x.may_be(1.0) {
            return Bounded {
                value: reference::ternary(op, a.value, b.value, x.value),
                error: f64::INFINITY,
            };
        }
        let at = |a, b, x| reference::ternary(op, a, b, x);
        let value = at(a.value, b.value, x.value);
        let moved = |other: f64, error: f64| if error == 0.0 { 0.0 } else { (other - value).abs() };
        let spread = moved(at(a.value + a.error, b.value, x.value), a.error)
            + moved(at(a.value, b.value + b.error, x.value), b.error)
            + moved(at(a.value, b.value, x.value + x.error), x.error);
        Self::rounded(value, 2.0 * spread + 1e-12 * value.abs() + 3.0 * Self::UNIT * value.abs())
    }
    fn choose(self, a: Self, b: Self) -> Self {
        let Bounded { value, error } = if self.value != 0.0 { a } else { b };
        let certain = self.error == 0.0 || self.value.abs() > self.error;
        Bounded { value, error: if certain { error } else { f64::INFINITY } }
    }
    fn stopped(self) -> Self {
        self
    }
    fn found_by(self, index: Self) -> Self {
        Bounded { error: if index.error == 0.0 { self.error } else { f64::INFINITY }, ..self }
    }
    fn times(self, other: Self) -> Self {
        self.binary(Binary::Mul, other)
    }
    fn total(terms: &[Self]) -> Self {
        // In any order: n roundings of the sum of sizes.
        // From plus zero: of nothing, the standard library's sum is minus zero.
        let value = terms.iter().fold(0.0, |sum, t| sum + t.value);
        let size: f64 = terms.iter().map(|t| t.value.abs()).sum();
        let error: f64 = terms.iter().map(|t| t.error).sum();
        Self::rounded(value, error + Self::UNIT * terms.len() as f64 * size)
    }
    fn product(terms: &[Self]) -> Self {
        // In any order: no product of some of them may leave the range either.
        let (mut large, mut small) = (1.0, 1.0);
        for size in terms.iter().map(|t| t.value.abs()).filter(|&s| s != 0.0) {
            large *= size.max(1.0);
            small *= size.min(1.0);
        }
        let found = terms.iter().fold(Self::exact(1.0), |p, t| p.times(*t));
        let inside = large <= Self::RANGE && small >= Self::RANGE.recip();
        Bounded { error: if inside { found.error } else { f64::INFINITY }, ..found }
    }
    fn log_add(self, other: Self) -> Self {
        let value = reference::log_add(self.value, other.value);
        let bottom = |x: &Self| x.value == f64::NEG_INFINITY && x.error == 0.0;
        if bottom(&self) || bottom(&other) {
            // Nothing is added.
            return if bottom(&self) { other } else { self };
        }
        // The shares of the two add up to 1; the logarithm that is added is at most ln 2.
        Self::rounded(value, self.error.max(other.error) + 8.0 * Self::UNIT)
    }
    fn largest(terms: &[Self]) -> Self {
        Self::best(terms, Binary::Max, f64::NEG_INFINITY)
    }
    fn smallest(terms: &[Self]) -> Self {
        Self::best(terms, Binary::Min, f64::INFINITY)
    }
    fn eigen(n: usize, lower: &[Self]) -> Vec<Self> {
        // Every value moves by at most the size of the change, which a backward stable method adds to; a vector turns
        // by that over the distance of its value from the next (Golub and Van Loan 2013, theorems 8.1.5 and 8.1.12).
        let found = plain_eigen(n, lower);
        let at = |i: usize, j: usize| lower[i.max(j) * n + i.min(j)];
        let norm =
            |f: &dyn Fn(Self) -> f64| (0..n * n).map(|k| f(at(k / n, k % n)).powi(2)).sum::<f64>().sqrt();
        let change = norm(&|x| x.error) + Self::UNIT * n as f64 * norm(&|x| x.value);
        (0..(n + 1) * n)
            .map(|k| {
                let (row, j) = (k / n, k % n);
                let gap = (0..n)
                    .filter(|&i| i != j)
                    .map(|i| (found[i] - found[j]).abs())
                    .fold(f64::INFINITY, f64::min);
                let error = match row {
                    0 => change,
                    _ if n == 1 => 0.0,
                    _ if change < 0.1 * gap => 4.0 * change / gap,
                    _ => f64::INFINITY,
                };
                Self::rounded(found[k], error)
            })
            .collect()
    }
}
