//! The numbers that the second evaluator is written for, and one kind of them: a value with its derivative.

use std::f64::consts::PI;

use crate::op::{Binary, Ternary, Unary};
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
pub(super) fn slope(op: Unary, x: f64) -> f64 {
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
pub(super) fn slopes(op: Binary, a: f64, b: f64) -> (f64, f64) {
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
pub(super) fn plain_eigen<N: Number>(n: usize, lower: &[N]) -> Vec<f64> {
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
pub(super) fn along(f: f64, d: f64) -> f64 {
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
