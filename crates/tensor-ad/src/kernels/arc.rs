//! `atan`, the angle of a point, `asin` and `acos`, branch-free, so that a loop over them vectorises.
//!
//! Each brings its argument to a short interval by one division or one square root and adds what that took off
//! in two parts, so that only the last sum is rounded at the size of the result.

macro_rules! arcs {
    ($t:ident, $pi_lo:expr, $huge:expr, $shrink:expr, $minute:expr, $grow:expr; [$($atan:expr),+]; [$($asin:expr),+]) => {
        pub(in super::super) mod $t {
            use super::super::lane::polynomial;
            use core::$t::consts::{FRAC_PI_2, FRAC_PI_4, PI};

            /// `pi - PI`.
            const PI_LO: $t = $pi_lo;
            /// `tan(pi/8)` and `tan(3 pi/8)`.
            const EIGHTH: $t = 0.414_213_562_373_095_05;
            const THREE_EIGHTHS: $t = 2.414_213_562_373_095_1;

            /// `atan t - t`, for `|t| <= tan(pi/8)`.
            #[inline(always)]
            fn rest_of_atan(t: $t) -> $t {
                let z = t * t;
                t * z * polynomial!($t, z; $($atan),+)
            }

            /// `asin s - s`, for `z = s^2 <= 1/4`.
            #[inline(always)]
            fn rest_of_asin(s: $t, z: $t) -> $t {
                s * z * polynomial!($t, z; $($asin),+)
            }

            /// `atan x`, within 2 ulp.
            #[inline(always)]
            pub(in super::super) fn atan(x: $t) -> $t {
                let a = x.abs();
                let (big, middle) = (a > THREE_EIGHTHS, a > EIGHTH);
                let numerator = if middle { a - 1.0 } else { a };
                let numerator = if big { -1.0 } else { numerator };
                let denominator = if middle { a + 1.0 } else { 1.0 };
                let denominator = if big { a } else { denominator };
                let t = numerator / denominator;
                let base = if middle { FRAC_PI_4 } else { 0.0 };
                let base = if big { FRAC_PI_2 } else { base };
                let low = if middle { 0.25 * PI_LO } else { 0.0 };
                let low = if big { 0.5 * PI_LO } else { low };
                (base + (t + (rest_of_atan(t) + low))).copysign(x)
            }

            /// The angle of the point `(x, y)`, within 3 ulp.
            #[inline(always)]
            pub(in super::super) fn atan2(y: $t, x: $t) -> $t {
                let (b, a) = (y.abs(), x.abs());
                let steep = b > a;
                let (small, large) = (if steep { a } else { b }, if steep { b } else { a });
                // So that neither the sum overflows nor a difference of subnormals is coarse.
                let scale: $t = if large > $huge { $shrink } else { 1.0 };
                let scale: $t = if large < $minute { $grow } else { scale };
                let (s, l) = (small * scale, large * scale);
                let middle = s > EIGHTH * l;
                let numerator = if middle { s - l } else { s };
                // Also for two infinities, and for two zeros.
                let numerator = if small == large { 0.0 } else { numerator };
                let denominator = if middle { s + l } else { l };
                let denominator = if large == 0.0 { 1.0 } else { denominator };
                let t = numerator / denominator;
                let diagonal = middle | ((small == large) & (large > 0.0));
                let rest = rest_of_atan(t);
                // The angle is base + sign (t + rest), by octants.
                let back = x.is_sign_negative();
                let base = if diagonal { FRAC_PI_4 } else { 0.0 };
                let low = if diagonal { 0.25 * PI_LO } else { 0.0 };
                let base = if steep { FRAC_PI_2 - base } else { base };
                let low = if steep { 0.5 * PI_LO - low } else { low };
                let base = if back { PI - base } else { base };
                let low = if back { PI_LO - low } else { low };
                let flipped = steep != back;
                let (t, rest) = (if flipped { -t } else { t }, if flipped { -rest } else { rest });
                let value = (base + (t + (rest + low))).copysign(y);
                // Comparisons have dropped a NaN.
                if a <= $t::INFINITY && b <= $t::INFINITY { value } else { x + y }
            }

            /// `asin x`, within 2 ulp.
            #[inline(always)]
            pub(in super::super) fn asin(x: $t) -> $t {
                let a = x.abs();
                let outer = a > 0.5;
                let z = if outer { 0.5 * (1.0 - a) } else { a * a };
                let s = if outer { z.sqrt() } else { a };
                let rest = rest_of_asin(s, z);
                let value = if outer { FRAC_PI_2 - (2.0 * s + (2.0 * rest - 0.5 * PI_LO)) } else { s + rest };
                value.copysign(x)
            }

            /// `acos x`, within 3 ulp.
            #[inline(always)]
            pub(in super::super) fn acos(x: $t) -> $t {
                let a = x.abs();
                let outer = a > 0.5;
                let z = if outer { 0.5 * (1.0 - a) } else { a * a };
                let s = if outer { z.sqrt() } else { x };
                let rest = rest_of_asin(s, z);
                let right = 2.0 * (s + rest);
                let left = PI - (2.0 * s + (2.0 * rest - PI_LO));
                let middle = FRAC_PI_2 - (s + (rest - 0.5 * PI_LO));
                let value = if x < 0.0 { left } else { right };
                if outer { value } else { middle }
            }
        }
    };
}

// (atan(t)/t - 1)/t^2 and (asin(s)/s - 1)/s^2 in the square, interpolated at Chebyshev points.
arcs!(f64, 1.224_646_799_147_353_2e-16, 1e300, 1e-100, 1e-200, 1e100;
    [-0.3333333333333333, 0.19999999999999804, -0.1428571428565962, 0.11111111105135144, -0.0909090875249078,
     0.07692296345833015, -0.06666424361404927, 0.05878922970309668, -0.052304098866177415, 0.045513908032899016,
     -0.03456535729190067, 0.01627999005782057];
    [0.16666666666666669, 0.07499999999998433, 0.04464285714635543, 0.030381944138531247, 0.02237217294214989,
     0.017352392720869973, 0.013971212973552933, 0.011479177415184906, 0.01032281435018578, 0.005457506718640358,
     0.01740087944269402, -0.014851887071247204, 0.028757851367421566]);
arcs!(f32, -8.742_277_657_347_586e-8, 1e38, 1e-10, 1e-25, 1e12;
    [-0.333_333_313_465_118_4, 0.199_995_398_521_423_34, -0.142_639_309_167_861_94, 0.107_434_675_097_465_52,
     -0.064_510_546_624_660_49];
    [0.166_666_731_238_365_17, 0.074_988_551_437_854_77, 0.045_001_380_145_549_774, 0.026_554_541_662_335_396,
     0.038_085_024_803_876_88]);
