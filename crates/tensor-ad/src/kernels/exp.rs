//! `e^x` and `e^x - 1`, branch-free, so that a loop over them vectorises.
//!
//! `x = n ln 2 + r` with `|r| <= ln(2)/2`, `e^r - 1 = r + r^2 q(r)` with `q` interpolated at Chebyshev
//! points (relative error below 5e-17 for `f64`, 3e-8 for `f32`), and the power of two put together from bits.

macro_rules! exponentials {
    ($t:ident, $bits:ident, $mantissa:expr, $bias:expr, $magic:expr, $hi:expr, $lo:expr,
     $top:expr, $bottom:expr, $small:expr, $saturated:expr; $($q:expr),+) => {
        pub(in super::super) mod $t {
            use super::super::lane::polynomial;

            /// Adding it leaves the nearest integer in the low bits of the sum.
            pub(in super::super) const MAGIC: $t = $magic;
            /// `ln 2` in two parts, of which products of the first with `n` are exact.
            pub(in super::super) const HI: $t = $hi;
            pub(in super::super) const LO: $t = $lo;

            /// Between these `e^x` is neither infinite nor zero, and a little beyond.
            pub(in super::super) const TOP: $t = $top;
            pub(in super::super) const BOTTOM: $t = $bottom;

            /// `MAGIC + n` and `r`, for `x = n ln 2 + r`.
            #[inline(always)]
            pub(in super::super) fn split(x: $t) -> ($t, $t) {
                let shifted = x.mul_add(core::$t::consts::LOG2_E, MAGIC);
                let n = shifted - MAGIC;
                (shifted, n.mul_add(-LO, n.mul_add(-HI, x)))
            }

            /// `e^r - 1`.
            #[inline(always)]
            pub(in super::super) fn series(r: $t) -> $t {
                (r * r).mul_add(polynomial!($t, r; $($q),+), r)
            }

            /// The bits of `MAGIC + n` and `e^r - 1`, for `x = n ln 2 + r`.
            #[inline(always)]
            pub(in super::super) fn reduce(x: $t) -> ($bits, $t) {
                let (shifted, r) = split(x);
                (shifted.to_bits(), series(r))
            }

            /// `2^n (1 + p)`, from the bits of `MAGIC + n`.
            #[inline(always)]
            pub(in super::super) fn scaled(n: $bits, p: $t) -> $t {
                // Two factors, because 2^n alone may be outside the normal range.
                let n = n.wrapping_sub(MAGIC.to_bits()).wrapping_add(2 * $bias);
                let half = n >> 1;
                (1.0 + p) * power(half) * power(n.wrapping_sub(half))
            }

            /// `2^(biased - bias)`, for `0 < biased < 2 bias + 1`.
            #[inline(always)]
            pub(in super::super) fn power(biased: $bits) -> $t {
                $t::from_bits(biased << $mantissa)
            }

            /// `e^x`, within 1 ulp; subnormal results are rounded once more.
            #[inline(always)]
            pub(in super::super) fn exp(x: $t) -> $t {
                let x = if x > TOP { TOP } else { x };
                let x = if x < BOTTOM { BOTTOM } else { x };
                let (n, p) = reduce(x);
                scaled(n, p)
            }

            /// `e^x - 1`, within 3 ulp: 2.4 just above `ln(2)/2`, where the sum with `2^n - 1` cancels.
            #[inline(always)]
            pub(in super::super) fn expm1(x: $t) -> $t {
                let y = if x > $top { $top } else { x };
                let y = if y < $saturated { $saturated } else { y };
                let (n, p) = reduce(y);
                // Half of it first: 2^n overflows before e^x does.
                let half = power(n.wrapping_sub(MAGIC.to_bits()).wrapping_add($bias - 1));
                let value = 2.0 * p.mul_add(half, half - 0.5);
                if x.abs() < $small { x } else { value }
            }
        }
    };
}

exponentials!(f64, u64, 52, 1023, 6755399441055744.0, 0.6931471803691238, 1.9082149292705877e-10,
    710.0, -746.0, 1e-17, -40.0;
    0.5000000000000001, 0.16666666666666669, 0.04166666666662399, 0.008333333333330051,
    0.0013888888917281794, 0.00019841269863105968, 2.480152119021773e-05, 2.7557268378684192e-06,
    2.7620138719733994e-07, 2.5100424157005067e-08);
exponentials!(f32, u32, 23, 127, 12582912.0, 0.693_359_4, -2.121_944_4e-4,
    89.0, -104.0, 1e-8, -20.0;
    0.5, 0.166_665_77, 0.041_666_556, 0.008_363_203, 0.001_392_621_3);
