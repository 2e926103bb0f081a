//! `Nature`: what kind of function of one or two elements a primitive is.

use super::{Binary, Unary};

/// What a primitive costs and how exactly it is known, as far as costs, bounds of rounding and test cases ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    /// An operand, or one with its sign changed: nothing is rounded.
    Exact,
    /// Whole numbers that are constant between jumps.
    Step,
    /// What a processor does in one or a few instructions.
    Arithmetic,
    /// A function with a closed form, or of a standard library.
    Elementary,
    /// What the reference evaluator gets from quadratures and series of its own: slow there, and less precise.
    Series,
}

impl Nature {
    /// True for what a processor does in one or a few instructions; the others are calls.
    pub(crate) fn is_arithmetic(self) -> bool {
        match self {
            Nature::Exact | Nature::Step | Nature::Arithmetic => true,
            Nature::Elementary | Nature::Series => false,
        }
    }
}

impl Unary {
    /// The kind of function.
    pub(crate) fn nature(self) -> Nature {
        match self {
            Unary::Neg | Unary::Abs => Nature::Exact,
            Unary::Sign | Unary::Floor | Unary::Round => Nature::Step,
            Unary::Recip | Unary::Square | Unary::Sqrt => Nature::Arithmetic,
            Unary::Cbrt
            | Unary::Exp
            | Unary::Expm1
            | Unary::Ln
            | Unary::Ln1p
            | Unary::Sin
            | Unary::Cos
            | Unary::Tan
            | Unary::Asin
            | Unary::Acos
            | Unary::Atan
            | Unary::Sinh
            | Unary::Cosh
            | Unary::Asinh
            | Unary::Acosh
            | Unary::Tanh
            | Unary::Sigmoid
            | Unary::Softplus
            | Unary::Lgamma
            | Unary::Polygamma(_)
            | Unary::Erf
            | Unary::Erfc
            | Unary::Lgamma1p => Nature::Elementary,
            Unary::Erfcx(_)
            | Unary::Erfinv
            | Unary::NormalCdf
            | Unary::LogNormalCdf
            | Unary::NormalQuantile
            | Unary::BesselI(_)
            | Unary::BesselI0e(_)
            | Unary::BesselI1e => Nature::Series,
        }
    }
}

impl Binary {
    /// The kind of function; those by series are of positive numbers.
    pub(crate) fn nature(self) -> Nature {
        match self {
            Binary::Max | Binary::Min => Nature::Exact,
            Binary::Less | Binary::LessEqual | Binary::Equal => Nature::Step,
            Binary::Add | Binary::Sub | Binary::Mul | Binary::Div => Nature::Arithmetic,
            Binary::Pow | Binary::Atan2 => Nature::Elementary,
            Binary::LnBeta
            | Binary::PolygammaStep(_)
            | Binary::GammaP
            | Binary::GammaQ
            | Binary::GammaPSlope
            | Binary::GammaDensity => Nature::Series,
        }
    }
}
