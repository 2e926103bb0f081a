//! The normal distribution's function, the logarithm of it, its inverse and that of `erf`, branch-free, so that a loop over them vectorises:
//! in `f64`, in which `f32` is computed too.
//!
//! The quantiles are Wichura's (Applied Statistics 37, 1988, algorithm AS 241); his third fraction, for less than `e^-25` in a tail, is left
//! to the few arguments that are done one by one.

use core::f64::consts::FRAC_1_SQRT_2;

use super::erfcx::tail;
use super::exp::f64::exp;
use super::lane::polynomial;
use super::ln::f64::{ln, ln1p};
use super::special::normal::{NEAR_ABOVE, NEAR_BELOW};

/// What is below it, in one tail, is done one by one: a little more than `e^-25`.
const RARE: f64 = 1.4e-11;

/// `Phi(-a)` for `a >= 0`.
#[inline(always)]
fn lower_tail(a: f64) -> f64 {
    // Beyond it the result is zero.
    let a = if a > 39.0 { 39.0 } else { a };
    let square = a * a;
    let lost = a.mul_add(a, -square);
    let bell = exp(-0.5 * square);
    0.5 * tail(a * FRAC_1_SQRT_2) * bell.mul_add(-0.5 * lost, bell)
}

/// `Phi(x)`, within 5 ulp, down to the subnormals.
#[inline(always)]
pub(super) fn normal_cdf(x: f64) -> f64 {
    let lower = lower_tail(x.abs());
    if x > 0.0 { 1.0 - lower } else { lower }
}

/// `ln Phi(x)`, within 5 ulp.
#[inline(always)]
pub(super) fn log_normal_cdf(x: f64) -> f64 {
    let a = x.abs();
    // Both terms have one sign: nothing cancels.
    let left = (-0.5 * x).mul_add(x, ln(0.5 * tail(a * FRAC_1_SQRT_2)));
    let right = ln1p(-lower_tail(a));
    if x > 0.0 { right } else { left }
}

macro_rules! fraction {
    ($x:expr, $c:ident) => {
        polynomial!(f64, $x; $c[0], $c[1], $c[2], $c[3], $c[4], $c[5], $c[6], $c[7])
    };
}

/// Numerator and denominator of the quantile of `1/2 + q`, `|q| <= 0.425`, or else of that of `1 - m`.
#[inline(always)]
fn quotient(central: bool, q: f64, m: f64) -> f64 {
    let r = (-q).mul_add(q, 0.180625);
    let s = (-ln(m)).sqrt() - 1.6;
    let above = if central { q * fraction!(r, CENTRE_ABOVE) } else { fraction!(s, NEAR_ABOVE) };
    let below = if central { fraction!(r, CENTRE_BELOW) } else { fraction!(s, NEAR_BELOW) };
    above / below
}

/// `Phi^-1(p)` where [`quantile_is_rare`] is false, within 4 ulp.
#[inline(always)]
pub(super) fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    let central = q.abs() <= 0.425;
    let above = 1.0 - p;
    let value = quotient(central, q, if p < above { p } else { above });
    if central | (q > 0.0) { value } else { -value }
}

/// True in the far tails and outside of what has a quantile.
#[inline(always)]
pub(super) fn quantile_is_rare(p: f64) -> bool {
    (p < RARE) | (p > 1.0 - RARE)
}

/// The inverse of `erf` where [`erfinv_is_rare`] is false, within 4 ulp.
#[inline(always)]
pub(super) fn erfinv(x: f64) -> f64 {
    let a = x.abs();
    let value = FRAC_1_SQRT_2 * quotient(a <= 0.85, 0.5 * a, 0.5 * (1.0 - a));
    value.copysign(x)
}

/// True beside -1 and 1 and outside of them, and for numbers so small that half of them would lose a bit.
#[inline(always)]
pub(super) fn erfinv_is_rare(x: f64) -> bool {
    let a = x.abs();
    (a > 1.0 - 2.0 * RARE) | (a < 1e-300)
}

const CENTRE_ABOVE: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_545,
];
