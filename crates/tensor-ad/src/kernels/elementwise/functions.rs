//! Functions as types, so that each loop is compiled with its function inside.

use super::super::lane::Lane;
use super::super::{erfcx, normal, special};

/// A function of one number.
pub(super) trait Function1<T> {
    /// True when some arguments are rare enough to be done one by one, after the vectors.
    const HAS_RARE: bool = false;
    fn at(&self, x: T) -> T;
    #[inline(always)]
    fn is_rare(&self, _: T) -> bool {
        false
    }
    fn rare(&self, x: T) -> T {
        x
    }
}
/// A function of two.
pub(super) trait Function2<T> {
    const HAS_RARE: bool = false;
    fn at(&self, a: T, b: T) -> T;
    #[inline(always)]
    fn is_rare(&self, _: T, _: T) -> bool {
        false
    }
    fn rare(&self, a: T, _: T) -> T {
        a
    }
}
/// A function of three.
pub(in super::super) trait Function3<T> {
    fn at(&self, a: T, b: T, c: T) -> T;
}

macro_rules! functions1 {
    ($($name:ident: |$x:ident| $body:expr;)*) => {$(
        pub(super) struct $name;
        impl<T: Lane> Function1<T> for $name {
            #[inline(always)]
            fn at(&self, $x: T) -> T {
                $body
            }
        }
    )*};
}
functions1! {
    Neg: |x| -x;
    Abs: |x| x.abs_lane();
    Sign: |x| if x > T::NIL { T::UNIT } else if x < T::NIL { -T::UNIT } else { x };
    Recip: |x| T::UNIT / x;
    Square: |x| x * x;
    Sqrt: |x| x.sqrt_lane();
    Rsqrt: |x| T::UNIT / x.sqrt_lane();
    Exp: |x| x.exp_lane();
    Expm1: |x| x.expm1_lane();
    Ln: |x| x.ln_lane();
    Ln1p: |x| x.ln1p_lane();
    Tanh: |x| x.tanh_lane();
    Sigmoid: |x| x.sigmoid_lane();
    LogSigmoid: |x| -(-x).softplus_lane();
    Softplus: |x| x.softplus_lane();
    Floor: |x| x.floor_lane();
    Round: |x| x.round_lane();
    Erf: |x| x.erf_lane();
    Erfc: |x| x.erfc_lane();
    Cbrt: |x| x.cbrt_lane();
    Asin: |x| x.asin_lane();
    Acos: |x| x.acos_lane();
    Atan: |x| x.atan_lane();
    Sinh: |x| x.sinh_lane();
    Cosh: |x| x.cosh_lane();
    Asinh: |x| x.asinh_lane();
    Acosh: |x| x.acosh_lane();
    Erfcx: |x| x.through_f64(erfcx::erfcx);
    LogNormalCdf: |x| x.through_f64(normal::log_normal_cdf);
    NormalCdf: |x| x.through_f64(normal::normal_cdf);
    Lgamma1p: |x| x.through_f64(special::lgamma_1p);
    BesselI1e: |x| x.through_f64(special::bessel_i1e);
}
macro_rules! functions1_with_rare {
    ($($name:ident: |$x:ident| $body:expr, where $when:expr => $rare:expr;)*) => {$(
        pub(super) struct $name;
        impl<T: Lane> Function1<T> for $name {
            const HAS_RARE: bool = true;
            #[inline(always)]
            fn at(&self, $x: T) -> T {
                $body
            }
            #[inline(always)]
            fn is_rare(&self, $x: T) -> bool {
                $when
            }
            #[inline(never)]
            fn rare(&self, $x: T) -> T {
                $rare
            }
        }
    )*};
}
functions1_with_rare! {
    Sin: |x| x.sin_lane(), where x.abs_lane() > T::FAR => x.through_f64(libm::sin);
    Cos: |x| x.cos_lane(), where x.abs_lane() > T::FAR => x.through_f64(libm::cos);
    Tan: |x| x.tan_lane(), where x.abs_lane() > T::FAR => x.through_f64(libm::tan);
    Lgamma: |x| x.lgamma_lane(), where x < T::NIL => x.through_f64(special::lgamma);
    Digamma: |x| x.digamma_lane(), where x.digamma_is_rare() => x.through_f64(special::digamma);
    Erfinv: |x| x.through_f64(normal::erfinv), where x.holds_in_f64(normal::erfinv_is_rare) => x.through_f64(special::erfinv);
    NormalQuantile: |x| x.through_f64(normal::normal_quantile),
        where x.holds_in_f64(normal::quantile_is_rare) => x.through_f64(special::normal_quantile);
}
/// Functions of one number with an order.
macro_rules! orders {
    ($($name:ident => $function:path;)*) => {$(
        pub(super) struct $name(pub(super) u32);
        impl<T: Lane> Function1<T> for $name {
            #[inline(always)]
            fn at(&self, x: T) -> T {
                let n = self.0;
                x.through_f64(|x| $function(n, x))
            }
        }
    )*};
}
orders! {
    Polygamma => special::polygamma;
    ErfcxDerivative => special::erfcx_derivative;
    BesselI => special::bessel_i;
    BesselI0e => special::bessel_moment;
}
pub(super) struct Affine<T>(pub(super) T, pub(super) T);
impl<T: Lane> Function1<T> for Affine<T> {
    #[inline(always)]
    fn at(&self, x: T) -> T {
        x.fused(self.0, self.1)
    }
}

macro_rules! functions2 {
    ($($name:ident: |$a:ident, $b:ident| $body:expr;)*) => {$(
        #[derive(Copy, Clone)]
        pub(super) struct $name;
        impl<T: Lane> Function2<T> for $name {
            #[inline(always)]
            fn at(&self, $a: T, $b: T) -> T {
                $body
            }
        }
    )*};
}
functions2! {
    Add: |a, b| a + b;
    Sub: |a, b| a - b;
    Mul: |a, b| a * b;
    Div: |a, b| a / b;
    Atan2: |a, b| a.atan2_lane(b);
    Max: |a, b| if (a > b) | is_nan(a) { a } else { b };
    Min: |a, b| if (a < b) | is_nan(a) { a } else { b };
    Lt: |a, b| if a < b { T::UNIT } else { T::NIL };
    Le: |a, b| if a <= b { T::UNIT } else { T::NIL };
    Eq: |a, b| if a == b { T::UNIT } else { T::NIL };
    TanhPullback: |a, b| a * (-b).fused(b, T::UNIT);
    SigmoidPullback: |a, b| a * (-b).fused(b, b);
    GammaP: |a, b| a.through_f64_with(b, special::gamma_p);
    GammaQ: |a, b| a.through_f64_with(b, special::gamma_q);
    GammaPSlope: |a, b| a.through_f64_with(b, special::gamma_p_slope);
    GammaDensity: |a, b| a.through_f64_with(b, special::gamma_density);
}
pub(super) struct PolygammaStep(pub(super) u32);
impl<T: Lane> Function2<T> for PolygammaStep {
    #[inline(always)]
    fn at(&self, a: T, b: T) -> T {
        let n = self.0;
        a.through_f64_with(b, |a, b| special::polygamma_step(n, a, b))
    }
}
/// Functions of two numbers, some of whose arguments are done one by one.
macro_rules! functions2_with_rare {
    ($($name:ident: |$a:ident, $b:ident| $body:expr, where $is:expr => $rare:expr;)*) => {$(
        #[derive(Copy, Clone)]
        pub(super) struct $name;
        impl<T: Lane> Function2<T> for $name {
            const HAS_RARE: bool = true;
            #[inline(always)]
            fn at(&self, $a: T, $b: T) -> T {
                $body
            }
            #[inline(always)]
            fn is_rare(&self, $a: T, $b: T) -> bool {
                $is
            }
            #[inline(never)]
            fn rare(&self, $a: T, $b: T) -> T {
                $rare
            }
        }
    )*};
}
functions2_with_rare! {
    LnBeta: |a, b| a.ln_beta_lane(b), where a.ln_beta_is_rare(b) => a.through_f64_with(b, special::ln_beta);
    DigammaStep: |a, b| a.digamma_step_lane(b),
        where a.digamma_step_is_rare(b) => a.through_f64_with(b, |a, b| special::polygamma_step(0, a, b));
    Pow: |a, b| a.pow_lane(b), where a.pow_is_rare(b) => a.rare_pow(b);
}
pub(super) struct ScaledSum<T>(pub(super) T);
impl<T: Lane> Function2<T> for ScaledSum<T> {
    #[inline(always)]
    fn at(&self, a: T, b: T) -> T {
        b.fused(self.0, a)
    }
}

pub(super) struct MulAdd;
impl<T: Lane> Function3<T> for MulAdd {
    #[inline(always)]
    fn at(&self, a: T, b: T, c: T) -> T {
        a.fused(b, c)
    }
}
pub(super) struct NegMulAdd;
impl<T: Lane> Function3<T> for NegMulAdd {
    #[inline(always)]
    fn at(&self, a: T, b: T, c: T) -> T {
        (-a).fused(b, c)
    }
}
pub(super) struct MulSub;
impl<T: Lane> Function3<T> for MulSub {
    #[inline(always)]
    fn at(&self, a: T, b: T, c: T) -> T {
        a.fused(b, -c)
    }
}
#[derive(Default)]
pub(in super::super) struct Select;
impl<T: Lane> Function3<T> for Select {
    #[inline(always)]
    fn at(&self, a: T, b: T, c: T) -> T {
        if a == T::NIL { c } else { b }
    }
}
macro_rules! functions3 {
    ($($name:ident => $function:path;)*) => {$(
        #[derive(Default)]
        pub(in super::super) struct $name;
        impl<T: Lane> Function3<T> for $name {
            #[inline(always)]
            fn at(&self, a: T, b: T, c: T) -> T {
                a.three_through_f64(b, c, $function)
            }
        }
    )*};
}
functions3! {
    BetaInc => special::beta_inc;
    BetaIncSlopeA => special::beta_inc_slope_a;
    BetaIncSlopeB => special::beta_inc_slope_b;
    BetaDensity => special::beta_density;
}

#[inline(always)]
#[allow(clippy::eq_op)]
fn is_nan<T: Lane>(x: T) -> bool {
    x != x
}
