//! `sin`, `cos` and `tan`, branch-free, so that a loop over them vectorises.
//!
//! `x = n pi/2 + r`, where `n pi/2` is taken off in three parts with the error of each step kept, so that `r` (in two
//! parts) is right to the last bit even beside a zero. `|x|` up to [`FAR`](f64::FAR); what is beyond is done one by one.

macro_rules! trigonometric {
    ($t:ident, $bits:ident, $last:expr, $far:expr, $tiny:expr, $p1:expr, $p2:expr, $p3:expr; [$($s:expr),+]; [$($c:expr),+]) => {
        pub(in super::super) mod $t {
            use super::super::exp::$t::MAGIC;
            use super::super::lane::polynomial;

            /// The largest argument that is reduced here.
            pub(in super::super) const FAR: $t = $far;

            /// The sign and position of `n` in its last two bits, `sin r` and `cos r`.
            #[inline(always)]
            fn pieces(x: $t) -> ($bits, $t, $t) {
                let shifted = x.mul_add(core::$t::consts::FRAC_2_PI, MAGIC);
                let n = shifted - MAGIC;
                // Exact, as long as n has few bits.
                let a = n.mul_add(-$p1, x);
                let w = n * $p2;
                let r = a - w;
                let b = r - a;
                let lost = ((a - (r - b)) - (w + b)) - n.mul_add($p2, -w);
                let low = n.mul_add(-$p3, lost);
                let z = r * r;
                let half = 0.5 * z;
                let sine = (r * z).mul_add(polynomial!($t, z; $($s),+), low.mul_add(-half, low)) + r;
                let w = 1.0 - half;
                let cosine = w + ((1.0 - w - half) + (z * z).mul_add(polynomial!($t, z; $($c),+), -r * low));
                (shifted.to_bits(), sine, cosine)
            }

            /// `sin x`, within 1 ulp.
            #[inline(always)]
            pub(in super::super) fn sin(x: $t) -> $t {
                let (n, sine, cosine) = pieces(x);
                let value = if n & 1 == 0 { sine } else { cosine };
                let value = $t::from_bits(value.to_bits() ^ ((n & 2) << $last));
                if x.abs() < $tiny { x } else { value }
            }

            /// `cos x`, within 1 ulp.
            #[inline(always)]
            pub(in super::super) fn cos(x: $t) -> $t {
                let (n, sine, cosine) = pieces(x);
                let value = if n & 1 == 0 { cosine } else { sine };
                $t::from_bits(value.to_bits() ^ ((n.wrapping_add(1) & 2) << $last))
            }

            /// `tan x`, within 3 ulp.
            #[inline(always)]
            pub(in super::super) fn tan(x: $t) -> $t {
                let (n, sine, cosine) = pieces(x);
                let value = if n & 1 == 0 { sine } else { cosine } / if n & 1 == 0 { cosine } else { -sine };
                if x.abs() < $tiny { x } else { value }
            }
        }
    };
}

// sin r = r + r^3 S(r^2) and cos r = 1 - r^2/2 + r^4 C(r^2), interpolated at Chebyshev points.
trigonometric!(f64, u64, 62, 1e9, 1e-9, core::f64::consts::FRAC_PI_2, 6.123233995736766e-17, -1.4973849048591698e-33;
    [-0.16666666666666663, 0.008333333333330428, -0.00019841269835985584, 2.7557315709635293e-06,
     -2.505105158684691e-08, 1.5912461499839467e-10];
    [0.041666666666666664, -0.001388888888888707, 2.4801587298282115e-05, -2.755731702592346e-07,
     2.0876096058995368e-09, -1.1379086634729478e-11]);
trigonometric!(f32, u32, 30, 1e5, 1e-5, core::f32::consts::FRAC_PI_2, -4.371_138_828_673_793e-8, -1.715_124_510_005_881_9e-15;
    [-0.166_666_671_633_720_4, 0.008_333_331_905_305_386, -0.000_198_399_895_452_894_27, 2.723_757_688_727_346_2e-6];
    [0.041_666_667_908_430_1, -0.001_388_888_806_104_66, 2.480_051_989_550_702_3e-5, -2.729_065_329_276_636_5e-7]);
