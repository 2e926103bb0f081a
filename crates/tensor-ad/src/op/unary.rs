//! `Unary`: the primitive functions of one element.

/// Functions of one element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unary {
    /// `-x`
    Neg,
    /// `|x|`
    Abs,
    /// `-1`, `0` or `1`
    Sign,
    /// The largest integer not above `x`.
    Floor,
    /// The nearest integer; halfway, the even one.
    Round,
    /// `1 / x`
    Recip,
    /// `x * x`
    Square,
    /// The square root.
    Sqrt,
    /// The cube root.
    Cbrt,
    /// `e^x`
    Exp,
    /// `e^x - 1`
    Expm1,
    /// The natural logarithm.
    Ln,
    /// `ln(1 + x)`
    Ln1p,
    /// The sine.
    Sin,
    /// The cosine.
    Cos,
    /// The tangent.
    Tan,
    /// The inverse of the sine on `-pi/2..pi/2`.
    Asin,
    /// The inverse of the cosine on `0..pi`.
    Acos,
    /// The inverse of the tangent on `-pi/2..pi/2`.
    Atan,
    /// The hyperbolic sine.
    Sinh,
    /// The hyperbolic cosine.
    Cosh,
    /// The inverse of the hyperbolic sine.
    Asinh,
    /// The inverse of the hyperbolic cosine on the positive numbers.
    Acosh,
    /// The hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e^-x)`
    Sigmoid,
    /// `ln(1 + e^x)`
    Softplus,
    /// `ln |Gamma(x)|`
    Lgamma,
    /// The polygamma function of order `n`; order 0 is the digamma function.
    Polygamma(u8),
    /// The error function.
    Erf,
    /// One minus the error function.
    Erfc,
    /// The `n`-th derivative of the scaled complementary error function `e^(x^2) erfc x`; order 0 is that itself.
    Erfcx(u8),
    /// The inverse of the error function.
    Erfinv,
    /// The standard normal's distribution function.
    NormalCdf,
    /// Its logarithm.
    LogNormalCdf,
    /// Its inverse.
    NormalQuantile,
    /// `ln |Gamma(1 + x)|`, accurate near 0.
    Lgamma1p,
    /// The modified Bessel function of the first kind of order `n`.
    BesselI(u8),
    /// `1/pi int_0^pi (1 - cos t)^n e^(-|x| (1 - cos t)) dt`: `e^-|x| I_0(x)` at order 0, else its `n`-th derivative but for the sign.
    BesselI0e(u8),
    /// `e^-|x| I_1(x)`
    BesselI1e,
}

impl Unary {
    /// The name in listings and messages.
    pub fn name(self) -> &'static str {
        match self {
            Unary::Neg => "neg",
            Unary::Abs => "abs",
            Unary::Sign => "sign",
            Unary::Floor => "floor",
            Unary::Round => "round",
            Unary::Recip => "recip",
            Unary::Square => "square",
            Unary::Sqrt => "sqrt",
            Unary::Cbrt => "cbrt",
            Unary::Exp => "exp",
            Unary::Expm1 => "expm1",
            Unary::Ln => "ln",
            Unary::Ln1p => "ln1p",
            Unary::Sin => "sin",
            Unary::Cos => "cos",
            Unary::Tan => "tan",
            Unary::Asin => "asin",
            Unary::Acos => "acos",
            Unary::Atan => "atan",
            Unary::Sinh => "sinh",
            Unary::Cosh => "cosh",
            Unary::Asinh => "asinh",
            Unary::Acosh => "acosh",
            Unary::Tanh => "tanh",
            Unary::Sigmoid => "sigmoid",
            Unary::Softplus => "softplus",
            Unary::Lgamma => "lgamma",
            Unary::Polygamma(0) => "digamma",
            Unary::Polygamma(_) => "polygamma",
            Unary::Erf => "erf",
            Unary::Erfc => "erfc",
            Unary::Erfcx(_) => "erfcx",
            Unary::Erfinv => "erfinv",
            Unary::NormalCdf => "normal_cdf",
            Unary::LogNormalCdf => "normal_log_cdf",
            Unary::NormalQuantile => "normal_quantile",
            Unary::Lgamma1p => "lgamma1p",
            Unary::BesselI(_) => "bessel_i",
            Unary::BesselI0e(_) => "bessel_i0e",
            Unary::BesselI1e => "bessel_i1e",
        }
    }
}
