//! Which kernel computes an elementwise primitive.

use crate::kernels;
use crate::op::{Binary, Ternary, Unary};

pub(super) fn unary(u: Unary) -> kernels::Unary {
    match u {
        Unary::Neg => kernels::Unary::Neg,
        Unary::Abs => kernels::Unary::Abs,
        Unary::Sign => kernels::Unary::Sign,
        Unary::Floor => kernels::Unary::Floor,
        Unary::Round => kernels::Unary::Round,
        Unary::Recip => kernels::Unary::Recip,
        Unary::Square => kernels::Unary::Square,
        Unary::Sqrt => kernels::Unary::Sqrt,
        Unary::Cbrt => kernels::Unary::Cbrt,
        Unary::Exp => kernels::Unary::Exp,
        Unary::Expm1 => kernels::Unary::Expm1,
        Unary::Ln => kernels::Unary::Ln,
        Unary::Ln1p => kernels::Unary::Ln1p,
        Unary::Sin => kernels::Unary::Sin,
        Unary::Cos => kernels::Unary::Cos,
        Unary::Tan => kernels::Unary::Tan,
        Unary::Asin => kernels::Unary::Asin,
        Unary::Acos => kernels::Unary::Acos,
        Unary::Atan => kernels::Unary::Atan,
        Unary::Sinh => kernels::Unary::Sinh,
        Unary::Cosh => kernels::Unary::Cosh,
        Unary::Asinh => kernels::Unary::Asinh,
        Unary::Acosh => kernels::Unary::Acosh,
        Unary::Tanh => kernels::Unary::Tanh,
        Unary::Sigmoid => kernels::Unary::Sigmoid,
        Unary::Softplus => kernels::Unary::Softplus,
        Unary::Lgamma => kernels::Unary::Lgamma,
        Unary::Polygamma(0) => kernels::Unary::Digamma,
        Unary::Polygamma(n) => kernels::Unary::Polygamma(n.into()),
        Unary::Erf => kernels::Unary::Erf,
        Unary::Erfc => kernels::Unary::Erfc,
        Unary::Erfcx(n) => kernels::Unary::Erfcx(n.into()),
        Unary::Erfinv => kernels::Unary::Erfinv,
        Unary::NormalCdf => kernels::Unary::NormalCdf,
        Unary::LogNormalCdf => kernels::Unary::LogNormalCdf,
        Unary::NormalQuantile => kernels::Unary::NormalQuantile,
        Unary::Lgamma1p => kernels::Unary::Lgamma1p,
        Unary::BesselI(n) => kernels::Unary::BesselI(n.into()),
        Unary::BesselI0e(n) => kernels::Unary::BesselI0e(n.into()),
        Unary::BesselI1e => kernels::Unary::BesselI1e,
    }
}

pub(super) fn binary(b: Binary) -> kernels::Binary {
    match b {
        Binary::Add => kernels::Binary::Add,
        Binary::Sub => kernels::Binary::Sub,
        Binary::Mul => kernels::Binary::Mul,
        Binary::Div => kernels::Binary::Div,
        Binary::Pow => kernels::Binary::Pow,
        Binary::Atan2 => kernels::Binary::Atan2,
        Binary::Max => kernels::Binary::Max,
        Binary::Min => kernels::Binary::Min,
        Binary::Less => kernels::Binary::Lt,
        Binary::LessEqual => kernels::Binary::Le,
        Binary::Equal => kernels::Binary::Eq,
        Binary::LnBeta => kernels::Binary::LnBeta,
        Binary::PolygammaStep(n) => kernels::Binary::PolygammaStep(n.into()),
        Binary::GammaP => kernels::Binary::GammaP,
        Binary::GammaQ => kernels::Binary::GammaQ,
        Binary::GammaPSlope => kernels::Binary::GammaPSlope,
        Binary::GammaDensity => kernels::Binary::GammaDensity,
    }
}

pub(super) fn ternary(t: Ternary) -> kernels::Ternary {
    match t {
        Ternary::BetaInc => kernels::Ternary::BetaInc,
        Ternary::BetaIncSlopeA => kernels::Ternary::BetaIncSlopeA,
        Ternary::BetaIncSlopeB => kernels::Ternary::BetaIncSlopeB,
        Ternary::BetaDensity => kernels::Ternary::BetaDensity,
    }
}
