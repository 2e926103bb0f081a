//! The derivatives of the special functions.

use core::f64::consts::{FRAC_1_SQRT_2, PI};

use crate::Expr;
use crate::error::Reason;
use crate::op::{Binary, Op, Ternary, Unary};

/// `1/sqrt(2 pi)`.
const DENSITY_AT_0: f64 = 0.398_942_280_401_432_7;

/// Further out than any finite quantile, and near enough that `erfcx` is not 0: where the quantile is infinite its slope is too, not `0/0`.
const OUTSIDE: f64 = 100.0;

/// `d/dx erf^-1(x)`: `sqrt(pi)/2 e^(y^2)`, written without the exponential, whose argument would carry the error of `y`.
pub(super) fn erfinv(x: &Expr, y: &Expr) -> Expr {
    0.5 * PI.sqrt() * y.abs().min(OUTSIDE).erfcx() / (1.0 - x.abs())
}

/// `d/dp Phi^-1(p)`, the same way.
pub(super) fn normal_quantile(p: &Expr, y: &Expr) -> Expr {
    (0.5 * PI).sqrt() * (FRAC_1_SQRT_2 * y.abs().min(OUTSIDE)).erfcx() / p.min(1.0 - p)
}

pub(super) fn normal_cdf(x: &Expr) -> Expr {
    DENSITY_AT_0 * (-0.5 * x.square()).exp()
}

/// `phi(x) / Phi(x)`: by the scaled function below 0, where both vanish.
pub(super) fn normal_log_cdf(x: &Expr, y: &Expr) -> Expr {
    let below = x.less(0.0);
    let left = below.select(x, 0.0);
    let (right, log) = (below.select(0.0, x), below.select(0.0, y));
    below.select(
        (2.0 / PI).sqrt() / (-FRAC_1_SQRT_2 * left).erfcx(),
        DENSITY_AT_0 * (-0.5 * right.square() - log).exp(),
    )
}

/// `(I_(n-1) + I_(n+1)) / 2`: no quotient by `x`.
pub(super) fn bessel_i(n: u8, x: &Expr) -> Expr {
    match n.checked_sub(1) {
        None => x.unary(Unary::BesselI(1)),
        Some(before) => {
            0.5 * (x.unary(Unary::BesselI(before)) + x.unary(Unary::BesselI(n.saturating_add(1))))
        }
    }
}

/// The next moment: no difference of nearly equal functions.
pub(super) fn bessel_i0e(n: u8, x: &Expr) -> Expr {
    -x.sign() * x.unary(Unary::BesselI0e(n.saturating_add(1)))
}

pub(super) fn bessel_i1e(x: &Expr) -> Expr {
    x.unary(Unary::BesselI0e(2)) - x.unary(Unary::BesselI0e(1))
}

/// `psi^(n)(a) - psi^(n)(a + b)`.
fn step(n: u8, a: &Expr, b: &Expr) -> Expr {
    a.binary(Binary::PolygammaStep(n), b)
}

/// The partial derivatives of a function of two numbers in its operand `k`, `y` being the node.
pub(super) fn binary(b: Binary, k: usize, p: &Expr, q: &Expr, y: &Expr) -> Expr {
    let of = |op: Binary| placed(Expr::node_at(Op::Binary(op), vec![p.clone(), q.clone()], y.location()), y);
    // ln x - psi(a): the logarithmic derivative of the density in a.
    let score = || q.ln() - p.digamma();
    match (b, k) {
        (Binary::LnBeta, 0) => -step(0, p, q),
        (Binary::LnBeta, _) => -step(0, q, p),
        (Binary::PolygammaStep(n), 0) => step(n.saturating_add(1), p, q),
        (Binary::PolygammaStep(n), _) => (p + q).polygamma(n.saturating_add(1)),
        (Binary::GammaP, 0) => of(Binary::GammaPSlope),
        (Binary::GammaP, _) => of(Binary::GammaDensity),
        (Binary::GammaQ, 0) => -of(Binary::GammaPSlope),
        (Binary::GammaQ, _) => -of(Binary::GammaDensity),
        (Binary::GammaPSlope, 0) => refused(y, "a"),
        (Binary::GammaPSlope, _) => of(Binary::GammaDensity) * score(),
        (Binary::GammaDensity, 0) => y * score(),
        (Binary::GammaDensity, _) => y * ((p - 1.0) / q - 1.0),
        // These are in the elementwise table.
        (
            Binary::Add
            | Binary::Sub
            | Binary::Mul
            | Binary::Div
            | Binary::Pow
            | Binary::Atan2
            | Binary::Max
            | Binary::Min
            | Binary::Less
            | Binary::LessEqual
            | Binary::Equal,
            _,
        ) => refused(y, "b"),
    }
}

/// The partial derivative of a function of `(a, b, x)` in its operand `k`, `y` being the node.
pub(super) fn ternary(t: Ternary, k: usize, args: &[Expr], y: &Expr) -> Expr {
    let (a, b, x) = (&args[0], &args[1], &args[2]);
    let of = |op: Ternary| placed(Expr::node_at(Op::Ternary(op), args.to_vec(), y.location()), y);
    // The logarithmic derivatives of the density.
    let by_a = || x.ln() + step(0, a, b);
    let by_b = || (-x).ln1p() + step(0, b, a);
    match (t, k) {
        (Ternary::BetaInc, 0) => of(Ternary::BetaIncSlopeA),
        (Ternary::BetaInc, 1) => of(Ternary::BetaIncSlopeB),
        (Ternary::BetaInc, _) => of(Ternary::BetaDensity),
        (Ternary::BetaIncSlopeA | Ternary::BetaIncSlopeB, 0) => refused(y, "a"),
        (Ternary::BetaIncSlopeA | Ternary::BetaIncSlopeB, 1) => refused(y, "b"),
        (Ternary::BetaIncSlopeA, _) => of(Ternary::BetaDensity) * by_a(),
        (Ternary::BetaIncSlopeB, _) => of(Ternary::BetaDensity) * by_b(),
        (Ternary::BetaDensity, 0) => y * by_a(),
        (Ternary::BetaDensity, 1) => y * by_b(),
        (Ternary::BetaDensity, _) => y * ((a - 1.0) / x - (b - 1.0) / (1.0 - x)),
    }
}

/// The label of the node whose derivative this is, so that a message can name it.
fn placed(slope: Expr, y: &Expr) -> Expr {
    match y.label() {
        Some(label) => slope.labelled(label),
        None => slope,
    }
}

/// An expression that reports that there is no derivative in this argument, with the place where the function was written.
fn refused(y: &Expr, argument: &'static str) -> Expr {
    let found = y.args().iter().map(|a| a.shape().clone()).collect();
    Expr::faulty_labelled(
        y.op().name(),
        Reason::NoGradient { argument },
        found,
        y.label().map(Into::into),
        y.location(),
    )
}
