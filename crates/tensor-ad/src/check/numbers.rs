//! The kinds of numbers of the second evaluator: a value with its derivative, a value with a bound of its error.

use std::f64::consts::PI;

use crate::op::{Binary, Nature, Ternary, Unary};
use crate::reference;

/// A number that every elementwise function and every sum is defined for.
pub(super) trait Number: Copy {
    fn exact(value: f64) -> Self;
    fn value(self) -> f64;
    fn unary(self, op: Unary) -> Self;
    fn binary(self, op: Binary, other: Self) -> Self;
    fn ternary(self, op: Ternary, b: Self, x: Self) -> Self;
    /// `a` where this is not 0, else `b`.
    fn choose(self, a: Self, b: Self) -> Self;
    fn stopped(self) -> Self;
    /// This number where the place it was read from depends on `index`.
    fn found_by(self, index: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn total(terms: &[Self]) -> Self;
    fn product(terms: &[Self]) -> Self;
    /// `ln(e^a + e^b)`.
    fn log_add(self, other: Self) -> Self;
    fn largest(terms: &[Self]) -> Self;
    fn smallest(terms: &[Self]) -> Self;
    /// Eigenvalues of a symmetric `n` by `n` matrix as the first row, vectors as columns below.
    fn eigen(n: usize, lower: &[Self]) -> Vec<Self>;
}

/// The derivative of an elementwise function of one number, written from the tables (DLMF 4, 5, 7),
/// not from the rewrite rules. At a kink the mean of the two sides.
fn slope(op: Unary, x: f64) -> f64 {
    match op {
        Unary::Neg => -1.0,
        Unary::Abs => {
            if x == 0.0 {
                0.0
            } else {
                x.signum()
            }
        }
        Unary::Sign | Unary::Floor | Unary::Round => 0.0,
        Unary::Recip => -1.0 / (x * x),
        Unary::Square => x + x,
        Unary::Sqrt => 1.0 / (2.0 * x.sqrt()),
        Unary::Cbrt => 1.0 / (3.0 * x.cbrt().powi(2)),
        Unary::Exp | Unary::Expm1 => x.exp(),
        Unary::Ln => 1.0 / x,
        Unary::Ln1p => 1.0 / (1.0 + x),
        Unary::Sin => x.cos(),
        Unary::Cos => -x.sin(),
        Unary::Tan => x.cos().powi(-2),
        Unary::Asin => 1.0 / (1.0 - x * x).sqrt(),
        Unary::Acos => -1.0 / (1.0 - x * x).sqrt(),
        Unary::Atan => 1.0 / (1.0 + x * x),
        Unary::Sinh => x.cosh(),
        Unary::Cosh => x.sinh(),
        Unary::Asinh => 1.0 / x.hypot(1.0),
        Unary::Acosh => 1.0 / ((x - 1.0).sqrt() * (x + 1.0).sqrt()),
        Unary::Tanh => x.cosh().powi(-2),
        Unary::Sigmoid => 0.25 * (0.5 * x).cosh().powi(-2),
        Unary::Softplus => 0.5 + 0.5 * (0.5 * x).tanh(),
        Unary::Lgamma => reference::unary(Unary::Polygamma(0), x),
        Unary::Polygamma(n) => reference::unary(Unary::Polygamma(n.saturating_add(1)), x),
        Unary::Erf => 2.0 / (PI.sqrt() * (x * x).exp()),
        Unary::Erfc => -2.0 / (PI.sqrt() * (x * x).exp()),
        Unary::Erfcx(n) => reference::unary(Unary::Erfcx(n.saturating_add(1)), x),
        Unary::Erfinv => 0.5 * PI.sqrt() * reference::unary(op, x).powi(2).exp(),
        Unary::NormalCdf => (-0.5 * x * x).exp() / (2.0 * PI).sqrt(),
        // phi / Phi.
        Unary::LogNormalCdf => (-0.5 * x * x - reference::unary(op, x)).exp() / (2.0 * PI).sqrt(),
        Unary::NormalQuantile => (2.0 * PI).sqrt() * (0.5 * reference::unary(op, x).powi(2)).exp(),
        Unary::Lgamma1p => reference::unary(Unary::Polygamma(0), 1.0 + x),
        // DLMF 10.29.1.
        Unary::BesselI(0) => reference::unary(Unary::BesselI(1), x),
        Unary::BesselI(n) => {
            let near = reference::unary(Unary::BesselI(n - 1), x);
            0.5 * (near + reference::unary(Unary::BesselI(n.saturating_add(1)), x))
        }
        Unary::BesselI0e(n) => {
            let next = reference::unary(Unary::BesselI0e(n.saturating_add(1)), x);
            if x == 0.0 { 0.0 } else { -x.signum() * next }
        }
        // I_0 - I_1/x - |.|: DLMF 10.29.2.
        Unary::BesselI1e => {
            let (zero, one) = (reference::unary(Unary::BesselI0e(0), x), reference::unary(op, x));
            if x == 0.0 { 0.5 } else { zero - one / x - x.signum() * one }
        }
    }
}

/// The partial derivatives of an elementwise function of two numbers; at a tie the mean of the two sides.
fn slopes(op: Binary, a: f64, b: f64) -> (f64, f64) {
    let first = |wins: bool| {
        if a == b {
            (0.5, 0.5)
        } else if wins {
            (1.0, 0.0)
        } else {
            (0.0, 1.0)
        }
    };
    match op {
        Binary::Add => (1.0, 1.0),
        Binary::Sub => (1.0, -1.0),
        Binary::Mul => (b, a),
        Binary::Div => (1.0 / b, -a / (b * b)),
        Binary::Pow => {
            let by_exponent = if a > 0.0 { a.powf(b) * a.ln() } else { 0.0 };
            (b * a.powf(b - 1.0), by_exponent)
        }
        Binary::Atan2 => (b / (a * a + b * b), -a / (a * a + b * b)),
        Binary::Max => first(a > b),
        Binary::Min => first(a < b),
        Binary::Less | Binary::LessEqual | Binary::Equal => (0.0, 0.0),
        // DLMF 5.12.1 and 5.2.2.
        Binary::LnBeta => {
            let psi = |x| reference::unary(Unary::Polygamma(0), x);
            (psi(a) - psi(a + b), psi(b) - psi(a + b))
        }
        Binary::PolygammaStep(n) => {
            let psi = |x| reference::unary(Unary::Polygamma(n.saturating_add(1)), x);
            (psi(a + b) - psi(a), psi(a + b))
        }
        Binary::GammaP => {
            (reference::binary(Binary::GammaPSlope, a, b), reference::binary(Binary::GammaDensity, a, b))
        }
        Binary::GammaQ => {
            (-reference::binary(Binary::GammaPSlope, a, b), -reference::binary(Binary::GammaDensity, a, b))
        }
        Binary::GammaPSlope => {
            let density = reference::binary(Binary::GammaDensity, a, b);
            (f64::NAN, density * (b.ln() - reference::unary(Unary::Polygamma(0), a)))
        }
        Binary::GammaDensity => {
            let density = reference::binary(op, a, b);
            (density * (b.ln() - reference::unary(Unary::Polygamma(0), a)), density * ((a - 1.0) / b - 1.0))
        }
    }
}

/// The partial derivatives of an elementwise function of three numbers.
fn slopes3(op: Ternary, a: f64, b: f64, x: f64) -> [f64; 3] {
    let of = |t| reference::ternary(t, a, b, x);
    let psi = |x| reference::unary(Unary::Polygamma(0), x);
    let (by_a, by_b) = (x.ln() - psi(a) + psi(a + b), (-x).ln_1p() - psi(b) + psi(a + b));
    let density = of(Ternary::BetaDensity);
    match op {
        Ternary::BetaInc => [of(Ternary::BetaIncSlopeA), of(Ternary::BetaIncSlopeB), density],
        Ternary::BetaIncSlopeA => [f64::NAN, f64::NAN, density * by_a],
        Ternary::BetaIncSlopeB => [f64::NAN, f64::NAN, density * by_b],
        Ternary::BetaDensity => {
            [density * by_a, density * by_b, density * ((a - 1.0) / x - (b - 1.0) / (1.0 - x))]
        }
    }
}

/// The eigenvalues and vectors of the values.
fn plain_eigen<N: Number>(n: usize, lower: &[N]) -> Vec<f64> {
    let rows: Vec<Vec<f64>> =
        (0..n).map(|i| lower[i * n..(i + 1) * n].iter().map(|x| x.value()).collect()).collect();
    reference::eigen(&rows).concat()
}

/// A value and its derivative along one direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dual {
    pub(super) value: f64,
    pub(super) slope: f64,
}

/// `f * d` where no movement means no change, whatever the slope.
fn along(f: f64, d: f64) -> f64 {
    if d == 0.0 { 0.0 } else { f * d }
}

impl Dual {
    fn best(terms: &[Self], start: f64, better: impl Fn(f64, f64) -> bool) -> Self {
        let mut best = start;
        for t in terms {
            if t.value.is_nan() || better(t.value, best) {
                best = t.value;
            }
            if best.is_nan() {
                return Dual { value: f64::NAN, slope: f64::NAN };
            }
        }
        let hits: Vec<f64> = terms.iter().filter(|t| t.value == best).map(|t| t.slope).collect();
        let slope = if hits.is_empty() { 0.0 } else { hits.iter().sum::<f64>() / hits.len() as f64 };
        Dual { value: best, slope }
    }
}

impl Number for Dual {
    fn exact(value: f64) -> Self {
        Dual { value, slope: 0.0 }
    }
    fn value(self) -> f64 {
        self.value
    }
    fn unary(self, op: Unary) -> Self {
        Dual { value: reference::unary(op, self.value), slope: along(slope(op, self.value), self.slope) }
    }
    fn binary(self, op: Binary, other: Self) -> Self {
        let (p, q) = slopes(op, self.value, other.value);
        Dual {
            value: reference::binary(op, self.value, other.value),
            slope: along(p, self.slope) + along(q, other.slope),
        }
    }
    fn ternary(self, op: Ternary, b: Self, x: Self) -> Self {
        let [p, q, r] = slopes3(op, self.value, b.value, x.value);
        Dual {
            value: reference::ternary(op, self.value, b.value, x.value),
            slope: along(p, self.slope) + along(q, b.slope) + along(r, x.slope),
        }
    }
    fn choose(self, a: Self, b: Self) -> Self {
        if self.value != 0.0 { a } else { b }
    }
    fn stopped(self) -> Self {
        Dual::exact(self.value)
    }
    fn found_by(self, _: Self) -> Self {
        self
    }
    fn times(self, other: Self) -> Self {
        self.binary(Binary::Mul, other)
    }
    fn total(terms: &[Self]) -> Self {
        terms
            .iter()
            .fold(Dual::exact(0.0), |s, t| Dual { value: s.value + t.value, slope: s.slope + t.slope })
    }
    fn product(terms: &[Self]) -> Self {
        terms.iter().fold(Dual::exact(1.0), |p, t| p.times(*t))
    }
    fn log_add(self, other: Self) -> Self {
        let value = reference::log_add(self.value, other.value);
        let share = |x: f64| if x == f64::NEG_INFINITY { 0.0 } else { (x - value).exp() };
        let slope = along(share(self.value), self.slope) + along(share(other.value), other.slope);
        Dual { value, slope }
    }
    fn largest(terms: &[Self]) -> Self {
        Dual::best(terms, f64::NEG_INFINITY, |a, b| a > b)
    }
    fn smallest(terms: &[Self]) -> Self {
        Dual::best(terms, f64::INFINITY, |a, b| a < b)
    }
    fn eigen(n: usize, lower: &[Self]) -> Vec<Self> {
        // First-order perturbation theory: λ' = vᵀ A' v, and v' has the component vᵢᵀ A' v / (λ - λᵢ) along vᵢ.
        let found = plain_eigen(n, lower);
        let moved = |i: usize, j: usize| -> f64 {
            let at = |p: usize, q: usize| lower[p.max(q) * n + p.min(q)].slope;
            let terms = (0..n).flat_map(|p| (0..n).map(move |q| (p, q)));
            terms.map(|(p, q)| found[(1 + p) * n + i] * at(p, q) * found[(1 + q) * n + j]).sum()
        };
        (0..(n + 1) * n)
            .map(|k| {
                let (row, j) = (k / n, k % n);
                let slope = if row == 0 {
                    moved(j, j)
                } else {
                    let apart = |i: &usize| found[*i] != found[j];
                    let along = |i: usize| found[row * n + i] * moved(i, j) / (found[j] - found[i]);
                    (0..n).filter(apart).map(along).sum()
                };
                Dual { value: found[k], slope }
            })
            .collect()
    }
}

/// The shapes for which the reference's quadratures of the incomplete functions keep the digits that the bounds promise.
const QUADRATURE: std::ops::RangeInclusive<f64> = 1e-2..=1e4;

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
                // What rounds in the exponent a ln x - x - ln Gamma(a).
                let exponent = a.value * (1.0 + a.value.ln().abs()) + b.value + a.value * b.value.ln().abs();
                let own = match op {
                    Binary::LnBeta => 1e-14,
                    _ if gamma && b.value > 0.0 => 1e-12 * value.abs() + 4.0 * f64::EPSILON * exponent,
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
