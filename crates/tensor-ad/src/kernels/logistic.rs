//! `tanh`, the logistic function and `softplus`, branch-free, each one short rational function and one division.
//!
//! `tanh`, and the others in `f64`, rest on `e^(2h) = (D + N) / (D - N)` for `|h| <= ln(2)/4`, where `tanh h = N / D`, `N = h P(h^2)` and
//! `D = Q(h^2)`; `P` and `Q` interpolate `tanh` at Chebyshev points (relative error 4.9e-18 for `f64`, 5.4e-10 for
//! `f32`). Half as many operations as through `e^x` itself, whose quotient would need the same division.

/// `(N, D)` for `h`.
trait Rational: Sized {
    fn pieces(h: Self) -> (Self, Self);
}

const P0: f64 = 945.716_830_747_808_1;
const P1: f64 = 105.068_261_048_915_8;
const Q1: f64 = 420.307_204_631_510_9;
const Q2: f64 = 15.006_824_112_833_313;

impl Rational for f64 {
    #[inline(always)]
    fn pieces(h: f64) -> (f64, f64) {
        let z = h * h;
        (h * (z + P1).mul_add(z, P0), z.mul_add(Q2, Q1).mul_add(z, P0))
    }
}

const NARROW_P0: f32 = 15.019_314_298_517_755;
const NARROW_Q0: f32 = 15.019_314_306_570_533;
const NARROW_Q1: f32 = 6.006_433_271_510_05;

impl Rational for f32 {
    #[inline(always)]
    fn pieces(h: f32) -> (f32, f32) {
        let z = h * h;
        (h * (z + NARROW_P0), z.mul_add(NARROW_Q1, NARROW_Q0))
    }
}

/// `(u, v)`, both positive, with `u / v = e^-|x|`: the pieces of `tanh (r / 2)`, both times 32, for
/// `-|x| = k ln 2 + r`.
#[inline(always)]
fn exp_of_minus_f64(x: f64) -> (f64, f64) {
    use super::exp::f64::{HI, LO, MAGIC, power};
    let y = -x.abs();
    let y = if y < -746.0 { -746.0 } else { y };
    let shifted = y.mul_add(core::f64::consts::LOG2_E, MAGIC);
    let k = shifted - MAGIC;
    let r = k.mul_add(-LO, k.mul_add(-HI, y));
    let z = r * r;
    let n = r * (z + 4.0 * P1).mul_add(z, 16.0 * P0);
    let d = z.mul_add(2.0 * Q2, 8.0 * Q1).mul_add(z, 32.0 * P0);
    // Two factors, because 2^k alone may be outside the normal range.
    let k = shifted.to_bits().wrapping_sub(MAGIC.to_bits()).wrapping_add(2 * 1023);
    let half = k >> 1;
    ((d + n) * power(half) * power(k.wrapping_sub(half)), d - n)
}

/// The same; the rational function's roundings would show in `f32`, and its exponential is short.
#[inline(always)]
fn exp_of_minus_f32(x: f32) -> (f32, f32) {
    (super::exp::f32::exp(-x.abs()), 1.0)
}

/// `2 t + t r`.
#[inline(always)]
fn log_f64(_: f64, t: f64, r: f64) -> f64 {
    (2.0 + r) * t
}

/// The same for `v = 1`, where `2 t = u - t u`: the roundings of `t` count for less.
#[inline(always)]
fn log_f32(u: f32, t: f32, r: f32) -> f32 {
    (-t).mul_add(u - r, u)
}

macro_rules! logistic {
    ($t:ident, $bias:expr, $saturated:expr, $exp_of_minus:path, $log:path; $($atanh:expr),+) => {
        pub(in super::super) mod $t {
            use super::super::lane::polynomial;
            use super::Rational;
            use super::super::exp::$t::{MAGIC, power};
            use core::$t::consts::{LN_2, LOG2_E};

            /// Leaves the nearest integer in the low bits of the sum, with the bias of half a power of two.
            const BIASED: $t = MAGIC + ($bias - 1) as $t;

            /// `tanh x`, with the sign of `x`; within 4 ulp.
            ///
            /// With `|x| = n ln(2)/2 + h` it is `(2^n (D + N) - (D - N)) / (2^n (D + N) + (D - N))`, of which half
            /// the numerator is `N + C` and half the denominator `D + C`, `C = (2^n - 1) (D + N) / 2`: nothing is
            /// lost to cancellation where `n = 0`.
            #[inline(always)]
            pub(in super::super) fn tanh(x: $t) -> $t {
                let y = x.abs();
                let y = if y > $saturated { $saturated } else { y };
                let shifted = y.mul_add(2.0 * LOG2_E, BIASED);
                let h = (shifted - BIASED).mul_add(-0.5 * LN_2, y);
                let (n, d) = Rational::pieces(h);
                let half = power(shifted.to_bits());
                let c = (half - 0.5) * (d + n);
                ((n + c) / (d + c)).copysign(x)
            }

            #[inline(always)]
            fn sigmoid_of(x: $t, (u, v): ($t, $t)) -> $t {
                (if x < 0.0 { u } else { v }) / (u + v)
            }

            /// `max(x, 0) + ln(1 + u / v)`, where the logarithm is `2 atanh t = 2 t + t r`, `t = u / (2 v + u)`.
            #[inline(always)]
            fn softplus_of(x: $t, (u, v): ($t, $t)) -> $t {
                let t = u / v.mul_add(2.0, u);
                let positive = if x > 0.0 { x } else { 0.0 };
                let z = t * t;
                let r = z * polynomial!($t, z; $($atanh),+);
                $log(u, t, r) + positive
            }

            /// `1 / (1 + e^-x)`, within 3 ulp down to the smallest subnormal.
            #[inline(always)]
            pub(in super::super) fn sigmoid(x: $t) -> $t {
                sigmoid_of(x, $exp_of_minus(x))
            }

            /// `ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|)`, within 4 ulp.
            #[inline(always)]
            pub(in super::super) fn softplus(x: $t) -> $t {
                softplus_of(x, $exp_of_minus(x))
            }

            /// `(u, v)`, both positive, with `u / v = e^-|x|`.
            #[inline(always)]
            pub(in super::super) fn exp_of_minus(x: $t) -> ($t, $t) {
                $exp_of_minus(x)
            }

            /// `softplus` and `sigmoid`, the same bits as either alone.
            #[inline(always)]
            pub(in super::super) fn softplus_and_sigmoid(x: $t) -> ($t, $t) {
                let e = $exp_of_minus(x);
                (softplus_of(x, e), sigmoid_of(x, e))
            }
        }
    };
}
// The coefficients of (2 atanh(t) / t - 2) / t^2 in t^2, on [0, 1/9].
logistic!(f64, 1023, 22.0, super::exp_of_minus_f64, super::log_f64;
    0.666_666_666_666_661_5, 0.400_000_000_001_857_5, 0.285_714_285_454_541_15, 0.222_222_240_807_476_73,
    0.181_817_408_325_048_05, 0.153_866_140_423_040_1, 0.133_003_740_326_746_24, 0.121_101_687_280_692_18,
    0.083_245_065_118_608_21, 0.170_441_636_157_814);
logistic!(f32, 127, 10.0, super::exp_of_minus_f32, super::log_f32;
    0.666_663_216_413_777_3, 0.400_245_952_307_037_5, 0.279_651_577_451_972_7,
    0.281_577_783_631_090_8);
