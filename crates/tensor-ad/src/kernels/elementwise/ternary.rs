//! Functions of three numbers, by name.

use super::super::lane::Lane;
use super::super::operation::{Operand, Ternary};
use super::super::processor::Processor;
use super::binary::fits;
use super::functions::*;
use super::loops::Map3;
use super::source::{Constant, Source};

pub(in super::super) fn ternary<T: Lane>(
    p: Processor,
    f: Ternary,
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    c: Operand<'_, T>,
    out: &mut [T],
) {
    debug_assert!(fits(a, out.len()) && fits(b, out.len()) && fits(c, out.len()));
    match f {
        Ternary::MulAdd => ternary_as(p, MulAdd, a, b, c, out),
        Ternary::NegMulAdd => ternary_as(p, NegMulAdd, a, b, c, out),
        Ternary::MulSub => ternary_as(p, MulSub, a, b, c, out),
        Ternary::Select => ternary_as(p, Select, a, b, c, out),
        Ternary::BetaInc => ternary_as(p, BetaInc, a, b, c, out),
        Ternary::BetaIncSlopeA => ternary_as(p, BetaIncSlopeA, a, b, c, out),
        Ternary::BetaIncSlopeB => ternary_as(p, BetaIncSlopeB, a, b, c, out),
        Ternary::BetaDensity => ternary_as(p, BetaDensity, a, b, c, out),
    }
}

#[inline(always)]
fn ternary_as<T: Lane, F: Function3<T>>(
    p: Processor,
    f: F,
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    c: Operand<'_, T>,
    out: &mut [T],
) {
    match a {
        Operand::Slice(a) => ternary_tail(p, f, a, b, c, out),
        Operand::Scalar(a) => ternary_tail(p, f, Constant(a), b, c, out),
    }
}

#[inline(always)]
fn ternary_tail<T: Lane, F: Function3<T>, A: Source<T>>(
    p: Processor,
    f: F,
    a: A,
    b: Operand<'_, T>,
    c: Operand<'_, T>,
    out: &mut [T],
) {
    match (b, c) {
        (Operand::Slice(b), Operand::Slice(c)) => p.run(Map3 { f, a, b, c, out }),
        (Operand::Slice(b), Operand::Scalar(c)) => p.run(Map3 { f, a, b, c: Constant(c), out }),
        (Operand::Scalar(b), Operand::Slice(c)) => p.run(Map3 { f, a, b: Constant(b), c, out }),
        (Operand::Scalar(b), Operand::Scalar(c)) => {
            p.run(Map3 { f, a, b: Constant(b), c: Constant(c), out });
        }
    }
}
