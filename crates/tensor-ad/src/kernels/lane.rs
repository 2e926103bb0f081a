//! The arithmetic of one number, as the kernels see it. Everything here is inlined into dispatched code.

use super::processor::Level;
use pulp::Simd;

use core::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// `c0 + c1 x + c2 x^2 + ...` by fused multiply-adds, neighbours paired first (Estrin's scheme): a loop of these
/// kernels waits for latency, not for the number of instructions.
macro_rules! polynomial {
    ($t:ident, $x:expr; $c:expr) => {{ let c: $t = $c; c }};
    ($t:ident, $x:expr; $($c:expr),+) => {{
        let x = $x;
        polynomial!(@pair $t, x; []; $($c),+)
    }};
    (@pair $t:ident, $x:ident; [$($done:expr),*]; $a:expr, $b:expr) => {
        polynomial!($t, $x * $x; $($done,)* { let b: $t = $b; b.mul_add($x, $a) })
    };
    (@pair $t:ident, $x:ident; [$($done:expr),*]; $a:expr) => {
        polynomial!($t, $x * $x; $($done,)* $a)
    };
    (@pair $t:ident, $x:ident; [$($done:expr),*]; $a:expr, $b:expr, $($rest:expr),+) => {
        polynomial!(@pair $t, $x; [$($done,)* { let b: $t = $b; b.mul_add($x, $a) }]; $($rest),+)
    };
}
pub(super) use polynomial;

/// The most lanes of a vector of accumulators: those of `f32`.
pub(super) const WIDEST: usize = 16;

/// One number of a vector: `f64` or `f32`. Not nameable outside the crate, which seals it.
///
/// The names end in `_lane` so that they can stand beside the methods of the public number trait.
pub trait Lane:
    Copy
    + PartialOrd
    + Default
    + Send
    + Sync
    + core::fmt::Debug
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + 'static
{
    /// How many of them fill 64 bytes: the number of accumulators of every reduction.
    const LANES: usize;
    /// Zero.
    const NIL: Self;
    /// One.
    const UNIT: Self;
    /// Plus infinity, where a minimum starts.
    const HIGHEST: Self;
    /// Minus infinity, where a maximum starts.
    const LOWEST: Self;

    /// A vector register of them.
    type Vector<S: Simd>: Copy;

    /// The same number in every lane.
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Vector<S>;
    /// `a * b + c` in every lane, rounded once.
    fn fused_vector<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// `a + b` in every lane.
    fn add_vector<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// `-a` in every lane.
    fn neg_vector<S: Simd>(simd: S, a: Self::Vector<S>) -> Self::Vector<S>;
    /// `a * (1 - b^2)` in every lane, as [`Binary::TanhPullback`](super::Binary::TanhPullback) rounds it.
    fn tanh_pullback_vector<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// A vector from the start of a slice, filled up with zeros.
    fn partial<S: Simd>(simd: S, x: &[Self]) -> Self::Vector<S>;
    /// The lanes of each of four vectors of 64 bytes, joined by halves as every reduction joins them.
    fn sum_four<L: Level>(level: L, x: [Self::Vector<L>; 4]) -> [Self; 4];
    /// A slice as whole vectors, without what is left at its end.
    fn vectors<S: Simd>(x: &[Self]) -> &[Self::Vector<S>];
    /// Vectors as the numbers in them.
    fn scalars<S: Simd>(x: &[Self::Vector<S>]) -> &[Self];
    /// [`vectors`](Self::vectors), to write to.
    fn vectors_mut<S: Simd>(x: &mut [Self]) -> &mut [Self::Vector<S>];

    /// `self * b + c`, rounded once.
    fn fused(self, b: Self, c: Self) -> Self;
    /// The square root, correctly rounded.
    fn sqrt_lane(self) -> Self;
    /// The absolute value.
    fn abs_lane(self) -> Self;
    /// The largest integer not above.
    fn floor_lane(self) -> Self;
    /// The nearest integer, halfway the even one.
    fn round_lane(self) -> Self;
    /// `e^self`.
    fn exp_lane(self) -> Self;
    /// `e^self - 1`.
    fn expm1_lane(self) -> Self;
    /// The natural logarithm.
    fn ln_lane(self) -> Self;
    /// The exponent and the mantissa of a positive normal number: `self = 2^exponent mantissa`, the mantissa between
    /// the square roots of 1/2 and 2.
    fn parts_lane(self) -> (Self, Self);
    /// `ln 2`.
    const LN_2: Self;
    /// The smallest positive normal number.
    const SMALLEST: Self;
    /// `ln(1 + self)`.
    fn ln1p_lane(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh_lane(self) -> Self;
    /// `1 / (1 + e^-self)`.
    fn sigmoid_lane(self) -> Self;
    /// `ln(1 + e^self)`.
    fn softplus_lane(self) -> Self;
    /// `ln(1 + e^self)` and `1 / (1 + e^-self)`.
    fn softplus_and_sigmoid_lane(self) -> (Self, Self);
    /// `(u, v)`, both positive, with `u / v = e^-|self|`.
    fn exp_of_minus_lane(self) -> (Self, Self);
    /// The sine, up to [`FAR`](Self::FAR).
    fn sin_lane(self) -> Self;
    /// The cosine, up to [`FAR`](Self::FAR).
    fn cos_lane(self) -> Self;
    /// The tangent, up to [`FAR`](Self::FAR).
    fn tan_lane(self) -> Self;
    /// `asin self`.
    fn asin_lane(self) -> Self;
    /// `acos self`.
    fn acos_lane(self) -> Self;
    /// `atan self`.
    fn atan_lane(self) -> Self;
    /// `sinh self`.
    fn sinh_lane(self) -> Self;
    /// `cosh self`.
    fn cosh_lane(self) -> Self;
    /// `asinh self`.
    fn asinh_lane(self) -> Self;
    /// `acosh self`.
    fn acosh_lane(self) -> Self;
    /// `cbrt self`.
    fn cbrt_lane(self) -> Self;
    /// `erf self`.
    fn erf_lane(self) -> Self;
    /// `erfc self`.
    fn erfc_lane(self) -> Self;
    /// `ln Gamma(self)` of a positive number.
    fn lgamma_lane(self) -> Self;
    /// Its derivative where [`digamma_is_rare`](Self::digamma_is_rare) is false.
    fn digamma_lane(self) -> Self;
    /// True for numbers that are not positive, and near the positive zero of the digamma function.
    fn digamma_is_rare(self) -> bool;
    /// `ln B(self, b)` where [`ln_beta_is_rare`](Self::ln_beta_is_rare) is false, by way of `f64`.
    fn ln_beta_lane(self, b: Self) -> Self;
    /// True for what is not positive or near the ends of the range of `f64`.
    fn ln_beta_is_rare(self, b: Self) -> bool;
    /// `psi(self + b) - psi(self)` where [`digamma_step_is_rare`](Self::digamma_step_is_rare) is false, by way of `f64`.
    fn digamma_step_lane(self, b: Self) -> Self;
    /// True for what is not positive or near the ends of the range of `f64`.
    fn digamma_step_is_rare(self, b: Self) -> bool;
    /// The angle of the point `(x, self)`.
    fn atan2_lane(self, x: Self) -> Self;
    /// `self^b` where [`pow_is_rare`](Self::pow_is_rare) is false.
    fn pow_lane(self, b: Self) -> Self;
    /// The row that this number names, if it is whole and below `length`; 0 otherwise, with true.
    fn row(self, length: f64) -> (u32, bool);
    /// A row in the bits of a number.
    fn keep_row(row: u32) -> Self;
    /// The row in these bits.
    fn kept_row(self) -> usize;
    /// True for zeros, infinities, NaN and subnormal or huge arguments of the power.
    fn pow_is_rare(self, b: Self) -> bool;
    /// `self^b`, from libm.
    fn rare_pow(self, b: Self) -> Self;
    /// The largest size of an argument of `sin_lane`, `cos_lane`, `tan_lane`.
    const FAR: Self;
    /// Applies a function of `f64`, rounding its result once.
    fn through_f64(self, f: impl Fn(f64) -> f64) -> Self;
    /// What holds of it in `f64`.
    fn holds_in_f64(self, f: impl Fn(f64) -> bool) -> bool;
    /// The same of three numbers.
    fn three_through_f64(self, b: Self, c: Self, f: impl Fn(f64, f64, f64) -> f64) -> Self;
    /// The same for two numbers.
    fn through_f64_with(self, b: Self, f: impl Fn(f64, f64) -> f64) -> Self;
}

macro_rules! lane {
    ($t:ident, $lanes:expr, $pow:ident, $rare_pow:path,
     $vector:ident, $splat:ident, $add:ident, $fused:ident, $mul:ident, $neg:ident, $partial:ident, $vectors:ident, $vectors_mut:ident, $sum_four:ident) => {
        impl Lane for $t {
            const LANES: usize = $lanes;
            const NIL: Self = 0.0;
            const UNIT: Self = 1.0;
            const HIGHEST: Self = $t::INFINITY;
            const LOWEST: Self = $t::NEG_INFINITY;

            type Vector<S: Simd> = S::$vector;

            #[inline(always)]
            fn splat<S: Simd>(simd: S, x: Self) -> Self::Vector<S> {
                simd.$splat(x)
            }
            #[inline(always)]
            fn fused_vector<S: Simd>(
                simd: S,
                a: Self::Vector<S>,
                b: Self::Vector<S>,
                c: Self::Vector<S>,
            ) -> Self::Vector<S> {
                simd.$fused(a, b, c)
            }
            #[inline(always)]
            fn add_vector<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S> {
                simd.$add(a, b)
            }
            #[inline(always)]
            fn neg_vector<S: Simd>(simd: S, a: Self::Vector<S>) -> Self::Vector<S> {
                simd.$neg(a)
            }
            #[inline(always)]
            fn tanh_pullback_vector<S: Simd>(
                simd: S,
                a: Self::Vector<S>,
                b: Self::Vector<S>,
            ) -> Self::Vector<S> {
                simd.$mul(a, simd.$fused(simd.$neg(b), b, simd.$splat(1.0)))
            }
            #[inline(always)]
            fn partial<S: Simd>(simd: S, x: &[Self]) -> Self::Vector<S> {
                simd.$partial(x)
            }
            #[inline(always)]
            fn sum_four<L: Level>(level: L, x: [Self::Vector<L>; 4]) -> [Self; 4] {
                level.$sum_four(x)
            }
            #[inline(always)]
            fn vectors<S: Simd>(x: &[Self]) -> &[Self::Vector<S>] {
                S::$vectors(x).0
            }
            #[inline(always)]
            fn scalars<S: Simd>(x: &[Self::Vector<S>]) -> &[Self] {
                pulp::bytemuck::cast_slice(x)
            }
            #[inline(always)]
            fn vectors_mut<S: Simd>(x: &mut [Self]) -> &mut [Self::Vector<S>] {
                S::$vectors_mut(x).0
            }

            #[inline(always)]
            fn fused(self, b: Self, c: Self) -> Self {
                self.mul_add(b, c)
            }
            #[inline(always)]
            fn sqrt_lane(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn abs_lane(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn floor_lane(self) -> Self {
                self.floor()
            }
            #[inline(always)]
            fn round_lane(self) -> Self {
                self.round_ties_even()
            }
            #[inline(always)]
            fn exp_lane(self) -> Self {
                super::exp::$t::exp(self)
            }
            #[inline(always)]
            fn expm1_lane(self) -> Self {
                super::exp::$t::expm1(self)
            }
            #[inline(always)]
            fn ln_lane(self) -> Self {
                super::ln::$t::ln(self)
            }
            #[inline(always)]
            fn parts_lane(self) -> (Self, Self) {
                super::ln::$t::parts(self)
            }
            const LN_2: Self = core::$t::consts::LN_2;
            const SMALLEST: Self = $t::MIN_POSITIVE;
            #[inline(always)]
            fn ln1p_lane(self) -> Self {
                super::ln::$t::ln1p(self)
            }
            #[inline(always)]
            fn tanh_lane(self) -> Self {
                super::logistic::$t::tanh(self)
            }
            #[inline(always)]
            fn sigmoid_lane(self) -> Self {
                super::logistic::$t::sigmoid(self)
            }
            #[inline(always)]
            fn softplus_lane(self) -> Self {
                super::logistic::$t::softplus(self)
            }
            #[inline(always)]
            fn softplus_and_sigmoid_lane(self) -> (Self, Self) {
                super::logistic::$t::softplus_and_sigmoid(self)
            }
            #[inline(always)]
            fn exp_of_minus_lane(self) -> (Self, Self) {
                super::logistic::$t::exp_of_minus(self)
            }
            #[inline(always)]
            fn sin_lane(self) -> Self {
                super::trigonometric::$t::sin(self)
            }
            #[inline(always)]
            fn cos_lane(self) -> Self {
                super::trigonometric::$t::cos(self)
            }
            #[inline(always)]
            fn tan_lane(self) -> Self {
                super::trigonometric::$t::tan(self)
            }
            #[inline(always)]
            fn asin_lane(self) -> Self {
                super::arc::$t::asin(self)
            }
            #[inline(always)]
            fn acos_lane(self) -> Self {
                super::arc::$t::acos(self)
            }
            #[inline(always)]
            fn atan_lane(self) -> Self {
                super::arc::$t::atan(self)
            }
            #[inline(always)]
            fn sinh_lane(self) -> Self {
                super::hyperbolic::$t::sinh(self)
            }
            #[inline(always)]
            fn cosh_lane(self) -> Self {
                super::hyperbolic::$t::cosh(self)
            }
            #[inline(always)]
            fn asinh_lane(self) -> Self {
                super::hyperbolic::$t::asinh(self)
            }
            #[inline(always)]
            fn acosh_lane(self) -> Self {
                super::hyperbolic::$t::acosh(self)
            }
            #[inline(always)]
            fn cbrt_lane(self) -> Self {
                super::cbrt::$t::cbrt(self)
            }
            #[inline(always)]
            fn erf_lane(self) -> Self {
                super::erf::$t::erf(self)
            }
            #[inline(always)]
            fn erfc_lane(self) -> Self {
                super::erf::$t::erfc(self)
            }
            #[inline(always)]
            fn lgamma_lane(self) -> Self {
                super::gamma::$t::lgamma(self)
            }
            #[inline(always)]
            fn digamma_lane(self) -> Self {
                super::gamma::$t::digamma(self)
            }
            #[inline(always)]
            fn digamma_is_rare(self) -> bool {
                super::gamma::$t::digamma_is_rare(self)
            }
            #[inline(always)]
            fn ln_beta_lane(self, b: Self) -> Self {
                super::beta::ln_beta(self as f64, b as f64) as $t
            }
            #[inline(always)]
            fn ln_beta_is_rare(self, b: Self) -> bool {
                super::beta::ln_beta_is_rare(self as f64, b as f64)
            }
            #[inline(always)]
            fn digamma_step_lane(self, b: Self) -> Self {
                super::beta::digamma_step(self as f64, b as f64) as $t
            }
            #[inline(always)]
            fn digamma_step_is_rare(self, b: Self) -> bool {
                super::beta::digamma_step_is_rare(self as f64, b as f64)
            }
            #[inline(always)]
            fn atan2_lane(self, x: Self) -> Self {
                super::arc::$t::atan2(self, x)
            }
            #[inline(always)]
            fn pow_lane(self, b: Self) -> Self {
                super::pow::$pow(self, b)
            }
            #[inline(always)]
            fn row(self, length: f64) -> (u32, bool) {
                // Beyond 2^52 there are no fractions, so the sum's last bits are the whole number: no conversion, which
                // would saturate one number at a time.
                const WHOLE: f64 = (1u64 << 52) as f64;
                let x = self as f64;
                let sum = x + WHOLE;
                let right = (x >= 0.0) & (x < length) & (sum - WHOLE == x);
                (if right { sum.to_bits() as u32 } else { 0 }, !right)
            }
            #[inline(always)]
            fn keep_row(row: u32) -> Self {
                $t::from_bits(row.into())
            }
            #[inline(always)]
            fn kept_row(self) -> usize {
                self.to_bits() as usize
            }
            // The method on ranges would short-circuit.
            #[allow(clippy::manual_range_contains)]
            #[inline(always)]
            fn pow_is_rare(self, b: Self) -> bool {
                let a = self.abs();
                !((a >= $t::MIN_POSITIVE) & (a <= $t::MAX) & (b.abs() <= super::pow::MOST as $t))
            }
            #[inline(always)]
            fn rare_pow(self, b: Self) -> Self {
                $rare_pow(self, b)
            }
            const FAR: Self = super::trigonometric::$t::FAR;
            #[inline(always)]
            fn through_f64(self, f: impl Fn(f64) -> f64) -> Self {
                f(self as f64) as $t
            }
            #[inline(always)]
            fn holds_in_f64(self, f: impl Fn(f64) -> bool) -> bool {
                f(self as f64)
            }
            #[inline(always)]
            fn three_through_f64(self, b: Self, c: Self, f: impl Fn(f64, f64, f64) -> f64) -> Self {
                f(self as f64, b as f64, c as f64) as $t
            }
            #[inline(always)]
            fn through_f64_with(self, b: Self, f: impl Fn(f64, f64) -> f64) -> Self {
                f(self as f64, b as f64) as $t
            }
        }
    };
}
lane!(
    f64,
    8,
    wide,
    libm::pow,
    f64s,
    splat_f64s,
    add_f64s,
    mul_add_f64s,
    mul_f64s,
    neg_f64s,
    partial_load_f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    sum_four_f64s
);
lane!(
    f32,
    16,
    narrow,
    libm::powf,
    f32s,
    splat_f32s,
    add_f32s,
    mul_add_f32s,
    mul_f32s,
    neg_f32s,
    partial_load_f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    sum_four_f32s
);
