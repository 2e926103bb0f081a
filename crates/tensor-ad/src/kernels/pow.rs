//! `a^b` for positive and negative normal numbers, branch-free, so that a loop over it vectorises.
//!
//! `a^b = e^(b ln |a|)`. In `f64` the logarithm has two parts, right to some 2^-65 of itself, so that `b ln |a|` up to 745 is right to 2^-55;
//! in `f32` short polynomials in `f64` are wide enough. Zeros, infinities and subnormal bases are done one by one.

use super::exp::f64 as exp;
use super::lane::polynomial;
use super::ln;

/// Past this exponents are done one by one.
pub(super) const MOST: f64 = 1e16;

/// `k` and `m` of a positive, normal number `2^k m`, `m` between `sqrt(1/2)` and `sqrt(2)`.
#[inline(always)]
fn split(a: f64) -> (f64, f64) {
    let (k, m) = ln::f64::split(a);
    (ln::small_to_f64(k) - 1023.0, m)
}

/// `ln a` in two parts, for positive normal `a`.
#[inline(always)]
fn long_ln(a: f64) -> (f64, f64) {
    const THIRD: f64 = 1.0 / 3.0;
    const THIRD_LO: f64 = 1.850371707708594e-17;
    let (k, m) = split(a);
    let f = m - 1.0;
    // s = f / (2 + f) in two parts.
    let d = 2.0 + f;
    let d_lo = f - (d - 2.0);
    let inverse = 1.0 / d;
    let s = f * inverse;
    let s_lo = ((-s).mul_add(d, f) - s * d_lo) * inverse;
    // ln m = 2 s (1 + z/3 + z^2 Q(z)), z = s^2; z/3 in two parts, and the rest is small.
    let z = s * s;
    let z_lo = s.mul_add(s, -z) + 2.0 * s * s_lo;
    let third = z * THIRD;
    let third_lo = z.mul_add(THIRD, -third) + z.mul_add(THIRD_LO, z_lo * THIRD);
    let rest = z
        * z
        * polynomial!(f64, z; 0.2, 0.14285714285714685, 0.11111111110827367, 0.0909090916782708,
        0.07692297467298959, 0.06667403106050301, 0.05853097844940682, 0.058618018114527055);
    let u = third + rest;
    let u_lo = (third - u) + rest + third_lo;
    let v = s * u;
    let v_lo = s.mul_add(u, -v) + s.mul_add(u_lo, s_lo.mul_add(u, s_lo));
    let h = s + v;
    let h_lo = (s - h) + v + v_lo;
    // k ln 2: the first product is exact.
    let whole = k * exp::HI;
    let sum = whole + 2.0 * h;
    (sum, (whole - sum) + 2.0 * h + k.mul_add(exp::LO, 2.0 * h_lo))
}

/// `e^(x + low)` for a `low` that is a rounding of `x`, within 1 ulp.
#[inline(always)]
fn exp_of_sum(x: f64, low: f64) -> f64 {
    let inside = x.abs() < -exp::BOTTOM;
    let low = if inside { low } else { 0.0 };
    let x = if x > exp::TOP { exp::TOP } else { x };
    let x = if x < exp::BOTTOM { exp::BOTTOM } else { x };
    let (n, r) = exp::split(x);
    exp::scaled(n.to_bits(), exp::series(r + low))
}

/// The sign that an exponent gives a negative base: 1, -1, or NaN where the exponent is not whole.
#[inline(always)]
fn sign(b: f64) -> f64 {
    let half = 0.5 * b;
    let s = if half.floor() == half { 1.0 } else { -1.0 };
    if b.floor() == b { s } else { f64::NAN }
}

/// Within 1 ulp; subnormal results are rounded once more.
#[inline(always)]
pub(super) fn wide(a: f64, b: f64) -> f64 {
    let (log, log_lo) = long_ln(a.abs());
    let x = b * log;
    let low = b.mul_add(log, -x) + b * log_lo;
    let value = exp_of_sum(x, low);
    if a < 0.0 { value * sign(b) } else { value }
}

/// `2^(b log2 |a|)` in `f64`, as precise as `f32` needs: within 1 ulp of `f32`.
#[inline(always)]
pub(super) fn narrow(a: f32, b: f32) -> f32 {
    use exp::{MAGIC, power};
    let (a, b) = (f64::from(a), f64::from(b));
    let (k, m) = split(a.abs());
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    // Relative error 4e-12, of a product up to 150; then 2e-9, a thirtieth of an ulp.
    let log = s.mul_add(
        polynomial!(f64, z; 2.8853900817900136, 0.9617966734154973, 0.5770835733636933, 0.41167329914115813,
            0.3407211149549295),
        k,
    );
    let x = b * log;
    let x = if x > 200.0 { 200.0 } else { x };
    let x = if x < -200.0 { -200.0 } else { x };
    let shifted = x + MAGIC;
    let r = x - (shifted - MAGIC);
    let p = polynomial!(f64, r; 1.0, 0.6931472067028326, 0.24022650922288757, 0.05550327226670302,
        0.009618056678524637, 0.0013400428177615838, 0.0001546144469856913);
    let value = p * power(shifted.to_bits().wrapping_sub(MAGIC.to_bits()).wrapping_add(1023));
    (if a < 0.0 { value * sign(b) } else { value }) as f32
}
