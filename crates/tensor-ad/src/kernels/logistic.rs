//! `tanh`, the logistic function and `softplus`, branch-free, each from one exponential of `-|x|` or `2|x|`.

macro_rules! logistic {
    ($t:ident, $saturated:expr) => {
        pub(in super::super) mod $t {
            use super::super::exp::$t::{exp, expm1_moderate};
            use super::super::ln::$t::ln1p_unit;

            /// `tanh x = u / (u + 2)`, `u = e^(2|x|) - 1`, with the sign of `x`; within 4 ulp.
            #[inline(always)]
            pub(in super::super) fn tanh(x: $t) -> $t {
                let y = x.abs();
                let y = if y > $saturated { $saturated } else { y };
                let u = expm1_moderate(2.0 * y);
                (u / (u + 2.0)).copysign(x)
            }

            /// `1 / (1 + e^-x)`, within 3 ulp down to the smallest subnormal.
            #[inline(always)]
            pub(in super::super) fn sigmoid(x: $t) -> $t {
                let e = exp(-x.abs());
                let numerator = if x < 0.0 { e } else { 1.0 };
                numerator / (1.0 + e)
            }

            /// `ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|)`, within 3 ulp.
            #[inline(always)]
            pub(in super::super) fn softplus(x: $t) -> $t {
                let positive = if x > 0.0 { x } else { 0.0 };
                positive + ln1p_unit(exp(-x.abs()))
            }
        }
    };
}
logistic!(f64, 22.0);
logistic!(f32, 10.0);
