//! `Binary`: the primitive functions of two elements.

/// Functions of two elements. Comparisons give 1 or 0, and 0 when an operand is NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Binary {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
    /// `a^b`
    Pow,
    /// The angle of the point `(x, y) = (b, a)`, between `-pi` and `pi`.
    Atan2,
    /// The larger; NaN when one is NaN.
    Max,
    /// The smaller; NaN when one is NaN.
    Min,
    /// `a < b`
    Less,
    /// `a <= b`
    LessEqual,
    /// `a == b`
    Equal,
    /// `ln B(a, b)`, the logarithm of the beta function.
    LnBeta,
    /// `psi^(n)(a + b) - psi^(n)(a)`, accurate however small `b` is beside `a`.
    PolygammaStep(u8),
    /// The regularised lower incomplete gamma function `P(a, x)`.
    GammaP,
    /// The regularised upper incomplete gamma function `Q(a, x)`.
    GammaQ,
    /// The derivative of `P(a, x)` in `a`; has itself a derivative in `x` only.
    GammaPSlope,
    /// `x^(a-1) e^-x / Gamma(a)`, the derivative of `P(a, x)` in `x`.
    GammaDensity,
}

impl Binary {
    /// The name in listings and messages.
    pub fn name(self) -> &'static str {
        match self {
            Binary::Add => "add",
            Binary::Sub => "sub",
            Binary::Mul => "mul",
            Binary::Div => "div",
            Binary::Pow => "pow",
            Binary::Atan2 => "atan2",
            Binary::Max => "max",
            Binary::Min => "min",
            Binary::Less => "less",
            Binary::LessEqual => "less_equal",
            Binary::Equal => "equal",
            Binary::LnBeta => "betaln",
            Binary::PolygammaStep(_) => "polygamma_step",
            Binary::GammaP => "gamma_p",
            Binary::GammaQ => "gamma_q",
            Binary::GammaPSlope => "gamma_p_slope",
            Binary::GammaDensity => "gamma_density",
        }
    }
}
