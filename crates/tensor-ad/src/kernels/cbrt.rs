//! The cube root, branch-free, so that a loop over it vectorises.
//!
//! `|x| = 2^(3q) m` with `m` in `1..8`; `m^(-1/3)` from a polynomial, one step of third order, and a last correction
//! against the cube.

macro_rules! cube_root {
    ($t:ident, $mantissa:expr, $bias:expr, $to_float:expr, $lift:expr, $drop:expr; $($c:expr),+) => {
        pub(in super::super) mod $t {
            use super::super::exp::$t::{MAGIC, power};
            use super::super::lane::polynomial;

            /// `x^(1/3)`, with the sign of `x`; within 1 ulp.
            #[inline(always)]
            pub(in super::super) fn cbrt(x: $t) -> $t {
                let a = x.abs();
                let subnormal = a < $t::MIN_POSITIVE;
                let y = if subnormal { a * $lift } else { a };
                let bits = y.to_bits();
                let m = $t::from_bits((bits & ((1 << $mantissa) - 1)) | (1.0 as $t).to_bits());
                let e = $to_float(bits >> $mantissa) - $bias as $t;
                // The nearest integer to (e - 1) / 3 is the largest not above e / 3.
                let shifted = (e - 1.0).mul_add(1.0 / 3.0, MAGIC);
                let left = (-3.0 as $t).mul_add(shifted - MAGIC, e);
                let scale = power(shifted.to_bits().wrapping_sub(MAGIC.to_bits()).wrapping_add($bias));
                let r = polynomial!($t, m; $($c),+);
                let (two, one) = (left > 1.5, left > 0.5);
                let r = r * if two { 0.629_960_524_947_436_6 } else if one { 0.793_700_525_984_099_7 } else { 1.0 };
                let m = m * if two { 4.0 } else if one { 2.0 } else { 1.0 };
                // 1 - m r^3, of which r (1 - h)^(-1/3) takes the root.
                let h = (-m * r).mul_add(r * r, 1.0);
                let r = (r * h).mul_add(h.mul_add(2.0 / 9.0, 1.0 / 3.0), r);
                let square = r * r;
                let c = m * square;
                let cc = c * c;
                let over = c.mul_add(cc, -m) + c * c.mul_add(c, -cc);
                let root = (-over).mul_add(square * (1.0 / 3.0), c) * scale;
                let root = if subnormal { root * $drop } else { root };
                let value = root.copysign(x);
                if a > 0.0 && a <= $t::MAX { value } else { x }
            }
        }
    };
}

#[inline(always)]
fn small_to_f64(k: u64) -> f64 {
    const TWO_52: f64 = 4503599627370496.0;
    f64::from_bits(k | TWO_52.to_bits()) - TWO_52
}
#[inline(always)]
fn small_to_f32(k: u32) -> f32 {
    k as i32 as f32
}

cube_root!(f64, 52, 1023, super::small_to_f64, 18014398509481984.0, 1.0 / 262144.0;
    1.8766297241212762, -1.9720591905396232, 1.9538182209261572, -1.2521242275997846, 0.49117031566066666,
    -0.10750263607045218, 0.010066718649569128);
cube_root!(f32, 23, 127, super::small_to_f32, 134217728.0, 1.0 / 512.0;
    1.537_760_257_720_947_3, -0.801_274_597_644_805_9, 0.311_847_269_535_064_7, -0.048_633_053_898_811_34);
