//! Integrals of the standard normal density over an interval and beyond a point, without the factor that underflows.

use core::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, PI};

use elbo_tensor_ad::Expr;

/// Gauss's rule with ten points on 0..1: half the nodes and weights of a symmetric rule.
const NODES: [f64; 5] = [
    0.148_874_338_981_631_2,
    0.433_395_394_129_247_2,
    0.679_409_568_299_024_4,
    0.865_063_366_688_984_5,
    0.973_906_528_517_171_7,
];
const WEIGHTS: [f64; 5] = [
    0.295_524_224_714_752_87,
    0.269_266_719_309_996_35,
    0.219_086_362_515_982_04,
    0.149_451_349_150_580_6,
    0.066_671_344_308_688_14,
];

/// `∫₀¹ f` by Gauss's rule.
fn gauss(f: impl Fn(f64) -> Expr) -> Expr {
    NODES
        .iter()
        .zip(WEIGHTS)
        .fold(Expr::constant(0.0), |sum, (&x, w)| sum + 0.5 * w * (f(0.5 - 0.5 * x) + f(0.5 + 0.5 * x)))
}

/// Mills' ratio `R(s) = Φ(-s)/φ(s)`, finite from -37 up.
fn mills(s: &Expr) -> Expr {
    FRAC_PI_2.sqrt() * (s * FRAC_1_SQRT_2).erfcx()
}

/// `φ(t)/Φ(t)`, for `t` up to 37.
pub(super) fn hazard(t: &Expr) -> Expr {
    mills(&-t).recip()
}

/// `ln R(s)`.
pub(super) fn log_mills(s: &Expr) -> Expr {
    mills(s).ln()
}

/// `1 - s R(s) = -R'(s)`, by its asymptotic series from 25 on.
fn mills_slope(s: &Expr) -> Expr {
    let large = s.greater(25.0);
    let r2 = large.select(s, 25.0).square().recip();
    let series =
        [10_395.0, 945.0, 105.0, 15.0, 3.0].iter().fold(Expr::constant(135_135.0), |sum, c| *c - &r2 * sum);
    let near = large.select(1.0, s);
    large.select(&r2 * (1.0 - &r2 * series), 1.0 - &near * mills(&near))
}

/// `ln (R(s) - R(s + v))` for `s >= -8` and `v > 0`: relatively accurate for small `v` too.
pub(super) fn log_mills_drop(s: &Expr, v: &Expr) -> Expr {
    let narrow = v.less(0.5 * s.max(1.0));
    let short = narrow.select(v, 0.25);
    let inner = &short * gauss(|t| mills_slope(&(s + t * &short)));
    let outer = mills(s) - mills(&(s + narrow.select(1.0, v)));
    narrow.select(inner, outer).ln()
}

/// `ln ∫ₐᵇ φ + a²/2 + ln(2π)/2 = ln ∫₀ʷ e^(-a t - t²/2) dt` for `w = b - a > 0` (infinite allowed), where `a >= 0`, or `a + b >= 0`.
pub(super) fn log_from(a: &Expr, w: &Expr) -> Expr {
    let narrow = (w * (a.abs() + w)).less(1.0);
    let short = narrow.select(w, 0.1);
    let near = narrow.select(a, 0.0);
    let inner = short.ln() + gauss(|t| (-(&near * t * &short) - 0.5 * (t * &short).square()).exp()).ln();

    let right = a.greater_equal(0.0);
    let unbounded = w.greater(1e150);
    let wide = (narrow.max(&unbounded)).select(2.0, w);
    let first = right.select(narrow.select(0.5, a), 0.5);
    let drop = unbounded.select(0.0, (-(&wide * (&first + 0.5 * &wide))).exp() * mills(&(&first + &wide)));
    let outer = (mills(&first) - drop).ln();

    // a < 0 < b: two halves about 0, whose sum does not cancel.
    let left = right.max(&narrow).select(-0.5, a);
    let top = &left + &wide;
    let halves = ((-&left * FRAC_1_SQRT_2).erf() + unbounded.select(1.0, (top * FRAC_1_SQRT_2).erf())) * 0.5;
    let both = halves.ln() + 0.5 * left.square() + 0.5 * (2.0 * PI).ln();
    narrow.select(inner, right.select(outer, both))
}
