//! `sinh`, `cosh` and their inverses, branch-free, so that a loop over them vectorises.
//!
//! `e^|x| = 2^n (1 + p)` gives both exponentials, and for `n = 0` nothing cancels: `sinh = (p + p / (1 + p)) / 2`.

macro_rules! hyperbolic {
    ($t:ident, $bias:expr, $top:expr, $small:expr, $huge:expr) => {
        pub(in super::super) mod $t {
            use super::super::exp::$t::{MAGIC, power, reduce};
            use super::super::ln::$t::ln1p;
            use core::$t::consts::LN_2;

            /// `p`, and eighths of `2^n` and `2^-n`: the halves of a function times 4 overflow no earlier than it does.
            #[inline(always)]
            fn pieces(a: $t) -> ($t, $t, $t) {
                let a = if a > $top { $top } else { a };
                let (shifted, p) = reduce(a);
                let n = $t::from_bits(shifted) - MAGIC;
                let up = power(shifted.wrapping_sub(MAGIC.to_bits()).wrapping_add($bias - 3));
                // Past 100 the other exponential counts for nothing.
                let n = if n > 100.0 { 100.0 } else { n };
                let down = power((MAGIC - n).to_bits().wrapping_sub(MAGIC.to_bits()).wrapping_add($bias - 3));
                (p, up, down)
            }

            /// `sinh x`, within 3 ulp.
            #[inline(always)]
            pub(in super::super) fn sinh(x: $t) -> $t {
                let (p, up, down) = pieces(x.abs());
                let value = p.mul_add(up, up - down) + down * (p / (1.0 + p));
                if x.abs() < $small { x } else { (4.0 * value).copysign(x) }
            }

            /// `cosh x`, within 3 ulp.
            #[inline(always)]
            pub(in super::super) fn cosh(x: $t) -> $t {
                let (p, up, down) = pieces(x.abs());
                4.0 * (p.mul_add(up, up) + down / (1.0 + p))
            }

            /// `asinh x = ln(1 + u)`, `u = |x| + x^2 / (1 + sqrt(1 + x^2))`, within 4 ulp.
            #[inline(always)]
            pub(in super::super) fn asinh(x: $t) -> $t {
                let a = x.abs();
                let huge = a > $huge;
                let z = a * a;
                let u = a + z / (1.0 + (1.0 + z).sqrt());
                let value = ln1p(if huge { a } else { u }) + if huge { LN_2 } else { 0.0 };
                if a < $small { x } else { value.copysign(x) }
            }

            /// `acosh x = ln(1 + u)`, `u = t + sqrt(t (t + 2))`, `t = x - 1`, within 4 ulp.
            #[inline(always)]
            pub(in super::super) fn acosh(x: $t) -> $t {
                let huge = x > $huge;
                let t = x - 1.0;
                let u = t + (t * (t + 2.0)).sqrt();
                let value = ln1p(if huge { x } else { u }) + if huge { LN_2 } else { 0.0 };
                if x < 1.0 { $t::NAN } else { value }
            }
        }
    };
}
hyperbolic!(f64, 1023, 711.0, 1e-17, 1e18);
hyperbolic!(f32, 127, 90.0, 1e-8, 1e9);
