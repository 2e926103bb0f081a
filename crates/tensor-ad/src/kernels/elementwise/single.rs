//! One element of the short functions, without a loop.

use super::super::lane::Lane;
use super::super::operation::{Binary, Ternary, Unary};
use super::functions::*;

/// One element of the short functions, inlined; `None` for the long ones.
#[inline(always)]
pub(in super::super) fn single_unary<T: Lane>(f: Unary, x: T) -> Option<T> {
    Some(match f {
        Unary::Neg => Neg.at(x),
        Unary::Abs => Abs.at(x),
        Unary::Sign => Sign.at(x),
        Unary::Recip => Recip.at(x),
        Unary::Square => Square.at(x),
        Unary::Sqrt => Sqrt.at(x),
        Unary::Exp => Exp.at(x),
        Unary::Ln => Ln.at(x),
        Unary::Tanh => Tanh.at(x),
        Unary::Sigmoid => Sigmoid.at(x),
        _ => return None,
    })
}

/// The same for functions of two.
#[inline(always)]
pub(in super::super) fn single_binary<T: Lane>(f: Binary, a: T, b: T) -> Option<T> {
    Some(match f {
        Binary::Add => Add.at(a, b),
        Binary::Sub => Sub.at(a, b),
        Binary::Mul => Mul.at(a, b),
        Binary::Div => Div.at(a, b),
        Binary::Max => Max.at(a, b),
        Binary::Min => Min.at(a, b),
        Binary::Lt => Lt.at(a, b),
        Binary::Le => Le.at(a, b),
        Binary::Eq => Eq.at(a, b),
        Binary::TanhPullback => TanhPullback.at(a, b),
        Binary::SigmoidPullback => SigmoidPullback.at(a, b),
        _ => return None,
    })
}

/// The same for functions of three.
#[inline(always)]
pub(in super::super) fn single_ternary<T: Lane>(f: Ternary, a: T, b: T, c: T) -> T {
    match f {
        Ternary::MulAdd => MulAdd.at(a, b, c),
        Ternary::NegMulAdd => NegMulAdd.at(a, b, c),
        Ternary::MulSub => MulSub.at(a, b, c),
        Ternary::Select => Select.at(a, b, c),
        Ternary::BetaInc => BetaInc.at(a, b, c),
        Ternary::BetaIncSlopeA => BetaIncSlopeA.at(a, b, c),
        Ternary::BetaIncSlopeB => BetaIncSlopeB.at(a, b, c),
        Ternary::BetaDensity => BetaDensity.at(a, b, c),
    }
}
