//! Functions of two numbers, by name.

use super::super::lane::Lane;
use super::super::operation::{Binary, Operand};
use super::super::processor::Processor;
use super::STRIP;
use super::functions::*;
use super::loops::{Map2, Map2InPlace};
use super::source::Constant;

pub(in super::super) fn binary<T: Lane>(
    p: Processor,
    f: Binary,
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    out: &mut [T],
) {
    debug_assert!(fits(a, out.len()) && fits(b, out.len()));
    match f {
        Binary::Add => binary_as(p, Add, a, b, out),
        Binary::Sub => binary_as(p, Sub, a, b, out),
        Binary::Mul => binary_as(p, Mul, a, b, out),
        Binary::Div => binary_as(p, Div, a, b, out),
        Binary::Pow => long_binary(p, Pow, a, b, out),
        Binary::Atan2 => long_binary(p, Atan2, a, b, out),
        Binary::Max => binary_as(p, Max, a, b, out),
        Binary::Min => binary_as(p, Min, a, b, out),
        Binary::Lt => binary_as(p, Lt, a, b, out),
        Binary::Le => binary_as(p, Le, a, b, out),
        Binary::Eq => binary_as(p, Eq, a, b, out),
        Binary::LnBeta => long_binary(p, LnBeta, a, b, out),
        Binary::PolygammaStep(0) => long_binary(p, DigammaStep, a, b, out),
        Binary::PolygammaStep(n) => binary_as(p, PolygammaStep(n), a, b, out),
        Binary::GammaP => binary_as(p, GammaP, a, b, out),
        Binary::GammaQ => binary_as(p, GammaQ, a, b, out),
        Binary::GammaPSlope => binary_as(p, GammaPSlope, a, b, out),
        Binary::GammaDensity => binary_as(p, GammaDensity, a, b, out),
        Binary::TanhPullback => binary_as(p, TanhPullback, a, b, out),
        Binary::SigmoidPullback => binary_as(p, SigmoidPullback, a, b, out),
    }
}

/// A long function, compiled for slices alone: a number is written out in strips.
fn long_binary<T: Lane, F: Function2<T> + Copy>(
    p: Processor,
    f: F,
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    out: &mut [T],
) {
    let (mut left, mut right) = ([T::NIL; STRIP], [T::NIL; STRIP]);
    let mut start = 0;
    for out in out.chunks_mut(STRIP) {
        let end = start + out.len();
        let a = strip(a, start, end, &mut left);
        let b = strip(b, start, end, &mut right);
        p.run(Map2 { f, a, b, out });
        start = end;
    }
}

/// The operand from `start` to `end` as a slice.
fn strip<'a, T: Lane>(
    operand: Operand<'a, T>,
    start: usize,
    end: usize,
    buffer: &'a mut [T; STRIP],
) -> &'a [T] {
    match operand {
        // Shorter slices decide, as everywhere.
        Operand::Slice(x) => &x[start.min(x.len())..end.min(x.len())],
        Operand::Scalar(x) => {
            if start == 0 {
                buffer.fill(x);
            }
            &buffer[..end - start]
        }
    }
}

pub(super) fn fits<T>(operand: Operand<'_, T>, n: usize) -> bool {
    match operand {
        Operand::Slice(slice) => slice.len() == n,
        Operand::Scalar(_) => true,
    }
}

#[inline(always)]
fn binary_as<T: Lane, F: Function2<T>>(
    p: Processor,
    f: F,
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    out: &mut [T],
) {
    match (a, b) {
        (Operand::Slice(a), Operand::Slice(b)) => p.run(Map2 { f, a, b, out }),
        (Operand::Slice(a), Operand::Scalar(b)) => p.run(Map2 { f, a, b: Constant(b), out }),
        (Operand::Scalar(a), Operand::Slice(b)) => p.run(Map2 { f, a: Constant(a), b, out }),
        (Operand::Scalar(a), Operand::Scalar(b)) => p.run(Map2 { f, a: Constant(a), b: Constant(b), out }),
    }
}

pub(in super::super) fn binary_in_place<T: Lane>(p: Processor, f: Binary, out: &mut [T], b: Operand<'_, T>) {
    debug_assert!(fits(b, out.len()));
    match f {
        Binary::Add => in_place_as(p, Add, out, b),
        Binary::Sub => in_place_as(p, Sub, out, b),
        Binary::Mul => in_place_as(p, Mul, out, b),
        Binary::Div => in_place_as(p, Div, out, b),
        Binary::Max => in_place_as(p, Max, out, b),
        Binary::Min => in_place_as(p, Min, out, b),
        Binary::Lt => in_place_as(p, Lt, out, b),
        Binary::Le => in_place_as(p, Le, out, b),
        Binary::Eq => in_place_as(p, Eq, out, b),
        Binary::PolygammaStep(n @ 1..) => in_place_as(p, PolygammaStep(n), out, b),
        Binary::GammaP => in_place_as(p, GammaP, out, b),
        Binary::GammaQ => in_place_as(p, GammaQ, out, b),
        Binary::GammaPSlope => in_place_as(p, GammaPSlope, out, b),
        Binary::GammaDensity => in_place_as(p, GammaDensity, out, b),
        Binary::TanhPullback => in_place_as(p, TanhPullback, out, b),
        Binary::SigmoidPullback => in_place_as(p, SigmoidPullback, out, b),
        Binary::Pow | Binary::Atan2 | Binary::LnBeta | Binary::PolygammaStep(0) => {
            let mut before = [T::NIL; STRIP];
            let mut start = 0;
            for out in out.chunks_mut(STRIP) {
                let end = start + out.len();
                let before = &mut before[..out.len()];
                before.copy_from_slice(out);
                let mut buffer = [T::NIL; STRIP];
                if let Operand::Scalar(x) = b {
                    buffer.fill(x);
                }
                let b = match b {
                    Operand::Slice(x) => &x[start.min(x.len())..end.min(x.len())],
                    Operand::Scalar(_) => &buffer[..end - start],
                };
                binary(p, f, Operand::Slice(before), Operand::Slice(b), &mut out[..b.len()]);
                start = end;
            }
        }
    }
}

pub(in super::super) fn axpy<T: Lane>(p: Processor, alpha: T, x: &[T], out: &mut [T]) {
    debug_assert_eq!(x.len(), out.len());
    p.run(Map2InPlace { f: ScaledSum(alpha), out, b: x });
}

#[inline(always)]
fn in_place_as<T: Lane, F: Function2<T>>(p: Processor, f: F, out: &mut [T], b: Operand<'_, T>) {
    match b {
        Operand::Slice(b) => p.run(Map2InPlace { f, out, b }),
        Operand::Scalar(b) => p.run(Map2InPlace { f, out, b: Constant(b) }),
    }
}
