//! Logarithms near 0 and 1 and far out, in the forms that neither cancel nor leave the range of `f64`.

use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LN_2, SQRT_2};

use elbo_tensor_ad::Expr;

/// `f(z)` for `z > 0` and `otherwise` at and below 0, where `f` sees 1 and no gradient passes. NaN stays NaN.
pub(super) fn positive(z: &Expr, otherwise: f64, f: impl FnOnce(&Expr) -> Expr) -> Expr {
    let outside = z.less_equal(0.0);
    outside.select(otherwise, f(&outside.select(1.0, z)))
}

/// `f(x / scale)` for `x > 0` and `otherwise` at and below 0, where `f` sees 1 and no gradient passes.
pub(super) fn scaled(x: &Expr, scale: &Expr, otherwise: f64, f: impl FnOnce(&Expr) -> Expr) -> Expr {
    let outside = x.less_equal(0.0);
    outside.select(otherwise, f(&(outside.select(scale, x) / scale)))
}

/// `d / scale`, no further out than `1e140`: so that neither its square nor a gradient is infinite times 0.
pub(super) fn units(d: &Expr, scale: &Expr) -> Expr {
    let far = d.abs().greater(1e140 * scale);
    let (near, scale) = (far.select(0.0, d), far.select(1.0, scale));
    far.select(1e140 * d.sign(), near / scale)
}

/// `f(z)` for `0 < z < 1`, `below` at and below 0 and `above` at and above 1, where `f` sees ½ and no gradient passes.
pub(super) fn between(z: &Expr, below: f64, above: f64, f: impl FnOnce(&Expr) -> Expr) -> Expr {
    let (low, high) = (z.less_equal(0.0), z.greater_equal(1.0));
    low.select(below, high.select(above, f(&low.max(&high).select(0.5, z))))
}

/// `p` in `0..=1`, NaN elsewhere.
pub(crate) fn probability(p: &Expr) -> Expr {
    p.less(0.0).max(p.greater(1.0)).select(f64::NAN, p)
}

/// `ln(1 - e^(-e^w))`: `w` itself far below 0, where `e^w` underflows.
pub(super) fn log1mexp_of_exp(w: &Expr) -> Expr {
    let far = w.less(-40.0);
    // Above 700 it is 0 anyway, and e^w would be infinite.
    let (tiny, w) = (far.select(w, -50.0), far.select(0.0, w).min(700.0));
    far.select(tiny, (-w.exp()).log1mexp())
}

/// `ln(1 + z²)`, for `z²` beyond the range of `f64` too.
pub(super) fn log1p_square(z: &Expr) -> Expr {
    let big = z.abs().greater(1e100);
    let (far, near) = (big.select(z, 1.0), big.select(0.0, z));
    big.select(2.0 * far.abs().ln(), near.square().ln1p())
}

/// `ln erf(z)` for `z > 0`.
pub(super) fn log_erf(z: &Expr) -> Expr {
    let big = z.greater(0.5);
    let (far, near) = (big.select(z, 1.0), big.select(0.25, z));
    big.select((-far.erfc()).ln1p(), near.erf().ln())
}

/// `ln erf(e^w)`.
pub(super) fn log_erf_of_exp(w: &Expr) -> Expr {
    let far = w.less(-40.0);
    // Above 300 it is 0 anyway, and the square of e^w would be infinite.
    let (tiny, w) = (far.select(w, -50.0), far.select(0.0, w).min(300.0));
    far.select(tiny + FRAC_2_SQRT_PI.ln(), log_erf(&w.exp()))
}

/// `ln (2 Φ(-z)) = ln erfc(z / √2)` for `z >= 0`.
pub(super) fn log_two_sided(z: &Expr) -> Expr {
    let big = z.greater(1.0);
    let (far, near) = (big.select(z, 2.0), big.select(0.5, z));
    big.select((-far).normal_log_cdf() + LN_2, (-(near * FRAC_1_SQRT_2).erf()).ln1p())
}

/// `ln(x / scale)` for positive numbers, where the quotient leaves the range of `f64` too.
pub(super) fn log_ratio(x: &Expr, scale: &Expr) -> Expr {
    let moderate = |v: &Expr| v.greater(1e-150) * v.less(1e150);
    let plain = moderate(x) * moderate(scale);
    let ratio = plain.select(x, 1.0) / plain.select(scale, 1.0);
    let (top, bottom) = (plain.select(1.0, x), plain.select(1.0, scale));
    plain.select(ratio.ln(), top.ln() - bottom.ln())
}

/// The `z` with `erf(z / √2) = p`: of `|X| <= z` for a standard normal `X`.
pub(super) fn two_sided_quantile(p: &Expr) -> Expr {
    let high = p.greater(0.5);
    let (far, near) = (high.select(p, 0.75), high.select(0.25, p));
    SQRT_2 * high.select((1.0 - far).erfcinv(), near.erfinv())
}

/// What a density with the factor `u^(a-1)` and nothing else of interest at `u = 0` tends to there, as a logarithm: infinite for
/// `a < 1`, `at_one` for `a = 1`, minus infinity above.
pub(super) fn power_edge(a: &Expr, at_one: impl Into<Expr>) -> Expr {
    a.less(1.0).select(f64::INFINITY, a.equal(1.0).select(at_one, f64::NEG_INFINITY))
}
