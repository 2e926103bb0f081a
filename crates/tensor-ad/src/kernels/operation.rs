//! What an elementwise kernel can compute, and what it can read.

/// A function of one number.
///
/// Bounds are in units in the last place of the result (ulp), over the whole range. Unless it says otherwise, a NaN
/// gives a NaN and special values follow C's `math.h`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unary {
    /// `-x`, exact.
    Neg,
    /// `|x|`, exact.
    Abs,
    /// -1, 1, or `x` itself at either zero; exact.
    Sign,
    /// `1 / x`, 0.5 ulp.
    Recip,
    /// `x^2`, 0.5 ulp.
    Square,
    /// `sqrt x`, 0.5 ulp.
    Sqrt,
    /// `1 / sqrt x`, 1.5 ulp.
    Rsqrt,
    /// `e^x`, 1.5 ulp.
    Exp,
    /// `e^x - 1`, 3 ulp.
    Expm1,
    /// `ln x`, 1.5 ulp.
    Ln,
    /// `ln(1 + x)`, 2 ulp.
    Ln1p,
    /// `tanh x`, 4 ulp.
    Tanh,
    /// `1 / (1 + e^-x)`, 3 ulp.
    Sigmoid,
    /// `ln(1 / (1 + e^-x)) = -softplus(-x)`, 4 ulp.
    LogSigmoid,
    /// `ln(1 + e^x)`, 4 ulp.
    Softplus,
    /// `sin x`, 1 ulp (arguments past 1e9, in `f32` past 1e5, are done one by one).
    Sin,
    /// `cos x`, 1 ulp, the same.
    Cos,
    /// The largest integer not above `x`, exact.
    Floor,
    /// The nearest integer, halfway the even one; exact.
    Round,
    /// The cube root, 1 ulp.
    Cbrt,
    /// `tan x`, 3 ulp, the same.
    Tan,
    /// `asin x`, 2 ulp.
    Asin,
    /// `acos x`, 3 ulp.
    Acos,
    /// `atan x`, 2 ulp.
    Atan,
    /// `sinh x`, 3 ulp.
    Sinh,
    /// `cosh x`, 3 ulp.
    Cosh,
    /// `asinh x`, 4 ulp.
    Asinh,
    /// `acosh x`, 4 ulp.
    Acosh,
    /// `ln |Gamma(x)|`, 4 ulp of it or of 1 for `x >= 0`, and relative error 1e-15 about its zeros 1 and 2 (in `f32` 5e-7); negative numbers one by one, relative error 1e-13 away from the zeros there.
    Lgamma,
    /// `d/dx ln Gamma(x)`, 4 ulp of it or of 1 for `x > 0`, and relative error 1e-13 about its zero 1.4616321449683623, where it is done one by one (in `f32` 1 ulp); negative numbers one by one, relative error 1e-13 away from the zeros there.
    Digamma,
    /// The `n`-th derivative of digamma, relative error 1e-13 for positive `x`. Scalar.
    Polygamma(u32),
    /// `erf x`, 2 ulp.
    Erf,
    /// `1 - erf x`, 4 ulp.
    Erfc,
    /// The `n`-th derivative of `e^(x^2) erfc x` (`n = 0` is that itself), relative error 1e-15 up to `n = 2` and 1e-14 up to
    /// `n = 6`. Scalar.
    Erfcx(u32),
    /// The inverse of `erf`, relative error 1e-15. Scalar.
    Erfinv,
    /// `Phi(x)` of the standard normal, relative error 1e-15 in both tails. Scalar.
    NormalCdf,
    /// `ln Phi(x)`, relative error 1e-15 in both tails. Scalar.
    LogNormalCdf,
    /// The inverse of `Phi`, relative error 1e-15. Scalar.
    NormalQuantile,
    /// `ln |Gamma(1 + x)|`, error 1e-15 of the result or, from 1/2 on, of 1. Scalar.
    Lgamma1p,
    /// The modified Bessel function `I_n(x)`, relative error 3e-15 up to `n = 20`. Scalar.
    BesselI(u32),
    /// `1/pi int_0^pi (1 - cos t)^n e^(-|x| (1 - cos t)) dt`, which is `e^-|x| I_0(x)` at `n = 0`; relative error 3e-15 up to
    /// `n = 6`. Scalar.
    BesselI0e(u32),
    /// `e^-|x| I_1(x)`, relative error 3e-15. Scalar.
    BesselI1e,
}

/// A function of two numbers.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Binary {
    /// `a + b`.
    Add,
    /// `a - b`.
    Sub,
    /// `a * b`.
    Mul,
    /// `a / b`.
    Div,
    /// `a^b`, 1 ulp. Zeros, infinities and subnormal bases one by one.
    Pow,
    /// The angle of the point `(b, a)`, 3 ulp.
    Atan2,
    /// The larger; NaN if either is. Of two zeros, `b`.
    Max,
    /// The smaller; NaN if either is. Of two zeros, `b`.
    Min,
    /// 1 if `a < b`, else 0 (NaN compares false).
    Lt,
    /// 1 if `a <= b`, else 0.
    Le,
    /// 1 if `a == b`, else 0.
    Eq,
    /// `ln B(a, b)`, error 1e-15 of the result or, where that is smaller, of 1. Scalar.
    LnBeta,
    /// `psi^(n)(a + b) - psi^(n)(a)` for positive `a` and `a + b`, relative error 1e-14. Scalar.
    PolygammaStep(u32),
    /// `P(a, b)`, the regularised lower incomplete gamma function: relative error 1e-13 down to 1e-100, 1e-12 to the underflow.
    /// Scalar.
    GammaP,
    /// `Q(a, b) = 1 - P(a, b)`, the same. Scalar.
    GammaQ,
    /// The derivative of `P(a, b)` in `a`, the same. Scalar.
    GammaPSlope,
    /// `b^(a-1) e^-b / Gamma(a)`, the same. Scalar.
    GammaDensity,
    /// `a * (1 - b^2)`: a gradient `a` pulled back through `b = tanh x`.
    TanhPullback,
    /// `a * b * (1 - b)`: a gradient `a` pulled back through `b = sigmoid x`.
    SigmoidPullback,
}

/// A function of three numbers.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ternary {
    /// `a * b + c`, rounded once.
    MulAdd,
    /// `c - a * b`, rounded once.
    NegMulAdd,
    /// `a * b - c`, rounded once.
    MulSub,
    /// `b` where `a` is not zero (NaN counts as not zero), else `c`.
    Select,
    /// `I_c(a, b)`, the regularised incomplete beta function: relative error 1e-13 down to 1e-100, 1e-12 to the underflow. Scalar.
    BetaInc,
    /// The derivative of `I_c(a, b)` in `a`, relative error 1e-11. Scalar.
    BetaIncSlopeA,
    /// The derivative of `I_c(a, b)` in `b`, the same. Scalar.
    BetaIncSlopeB,
    /// `c^(a-1) (1-c)^(b-1) / B(a, b)`, as [`BetaInc`](Self::BetaInc). Scalar.
    BetaDensity,
}

/// What an elementwise kernel reads: a slice, or one number for every element.
#[derive(Copy, Clone, Debug)]
pub enum Operand<'a, T> {
    /// An element each.
    Slice(&'a [T]),
    /// The same number throughout.
    Scalar(T),
}

impl<'a, T> From<&'a [T]> for Operand<'a, T> {
    #[inline]
    fn from(slice: &'a [T]) -> Self {
        Self::Slice(slice)
    }
}
