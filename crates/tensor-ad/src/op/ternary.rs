//! `Ternary`: the primitive functions of three elements.

/// Functions of three elements `(a, b, x)`, the shapes of a beta distribution and a point from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ternary {
    /// The regularised incomplete beta function `I_x(a, b)`.
    BetaInc,
    /// Its derivative in `a`; has itself a derivative in `x` only.
    BetaIncSlopeA,
    /// Its derivative in `b`; has itself a derivative in `x` only.
    BetaIncSlopeB,
    /// `x^(a-1) (1-x)^(b-1) / B(a, b)`, its derivative in `x`.
    BetaDensity,
}

impl Ternary {
    /// The name in listings and messages.
    pub fn name(self) -> &'static str {
        match self {
            Ternary::BetaInc => "beta_inc",
            Ternary::BetaIncSlopeA => "beta_inc_slope_a",
            Ternary::BetaIncSlopeB => "beta_inc_slope_b",
            Ternary::BetaDensity => "beta_density",
        }
    }
}
