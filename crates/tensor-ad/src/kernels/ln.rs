//! `ln x` and `ln(1 + x)`, branch-free, so that a loop over them vectorises.
//!
//! The argument is `2^k m` with `m` between `sqrt(1/2)` and `sqrt(2)`, and `ln m` comes from
//! `s = f / (2 + f)`, `f = m - 1`, by the polynomial of FreeBSD's `e_log.c`. `ln(1 + x)` gets its `f`
//! from `x` itself by one fused multiply-add, so it loses nothing to the sum `1 + x`.

macro_rules! logarithms {
    ($t:ident, $bits:ident, $mantissa:expr, $bias:expr, $root_half:expr, $to_float:expr, $hi:expr, $lo:expr,
     $lift:expr, $lift_bits:expr, $huge:expr, $drop:expr, $drop_bits:expr, $small:expr; $($q:expr),+) => {
        pub(in super::super) mod $t {
            use super::super::lane::polynomial;

            const ONE: $bits = (1.0 as $t).to_bits();
            const ROOT_HALF: $bits = $root_half;
            const FRACTION: $bits = (1 << $mantissa) - 1;

            /// `k + bias` and `m` of a positive, normal number.
            #[inline(always)]
            pub(in super::super) fn split(x: $t) -> ($bits, $t) {
                let shifted = x.to_bits().wrapping_add(ONE - ROOT_HALF);
                (shifted >> $mantissa, $t::from_bits((shifted & FRACTION) + ROOT_HALF))
            }

            /// `k` and `m` of a positive, normal number.
            #[inline(always)]
            pub(in super::super) fn parts(x: $t) -> ($t, $t) {
                let (k, m) = split(x);
                ($to_float(k) - $bias as $t, m)
            }

            /// `k ln 2 + ln(1 + f)`.
            #[inline(always)]
            fn assemble(k: $t, f: $t) -> $t {
                let s = f / (2.0 + f);
                let z = s * s;
                let r = z * polynomial!($t, z; $($q),+);
                k.mul_add($hi, f - s.mul_add(f - r, k * -$lo))
            }

            /// `ln x`, within 1 ulp.
            #[inline(always)]
            pub(in super::super) fn ln(x: $t) -> $t {
                let subnormal = x < $t::MIN_POSITIVE;
                let y = if subnormal { x * $lift } else { x };
                let lifted: $t = if subnormal { $lift_bits } else { 0.0 };
                let (k, m) = split(y);
                let value = assemble($to_float(k) - ($bias as $t + lifted), m - 1.0);
                // Compared with the extreme numbers, not with zero and infinity: LLVM would make a slow
                // classification of the bits out of those.
                let value = if x <= $t::MAX { value } else { x };
                let outside = if x == 0.0 { $t::NEG_INFINITY } else { $t::NAN };
                if x < $t::from_bits(1) { outside } else { value }
            }

            /// `ln(1 + x)`, within 2 ulp.
            #[inline(always)]
            pub(in super::super) fn ln1p(x: $t) -> $t {
                // So that 2^-k stays a normal number.
                let huge = x > $huge;
                let y = if huge { x * $drop } else { x };
                let dropped: $t = if huge { $drop_bits } else { 0.0 };
                let (k, _) = split(1.0 + y);
                let scale = $t::from_bits((2 * $bias as $bits).wrapping_sub(k) << $mantissa);
                let value = assemble($to_float(k) - ($bias as $t - dropped), y.mul_add(scale, scale - 1.0));
                let value = if x < $t::INFINITY { value } else { x };
                let value = if x == -1.0 { $t::NEG_INFINITY } else { value };
                let value = if x < -1.0 { $t::NAN } else { value };
                if x.abs() < $small { x } else { value }
            }
        }
    };
}

/// A small integer as a number, without the conversion that AVX2 lacks.
#[inline(always)]
pub(super) fn small_to_f64(k: u64) -> f64 {
    const TWO_52: f64 = 4503599627370496.0;
    f64::from_bits(k | TWO_52.to_bits()) - TWO_52
}
#[inline(always)]
fn small_to_f32(k: u32) -> f32 {
    k as i32 as f32
}

logarithms!(f64, u64, 52, 1023, 0x3fe6_a09e_667f_3bcd, super::small_to_f64,
    0.6931471803691238, 1.9082149292705877e-10, 18014398509481984.0, 54.0, 1e300, 1.0 / 18446744073709551616.0,
    64.0, 1e-17;
    6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
    1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01);
logarithms!(f32, u32, 23, 127, 0x3f35_04f3, super::small_to_f32,
    6.931_381_2e-1, 9.058_000_6e-6, 33554432.0, 25.0, 1e30, 1.0 / 4294967296.0, 32.0, 1e-9;
    0.666_666_6, 0.400_009_72, 0.284_987_87, 0.242_790_79);
