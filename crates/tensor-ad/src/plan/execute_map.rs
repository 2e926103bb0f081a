//! Elementwise functions as instructions: one stretch at a time.

use super::context::Context;
use super::instr::{Arg, Map, Run};
use crate::Real;
use crate::kernels::{Binary, Operand, Ternary};

/// An elementwise function over one stretch.
#[inline(always)]
pub(super) fn run<T: Real>(c: &Context<'_, T>, map: Map, run: &Run, count: usize, arena: &mut [T]) {
    let (target, around) = c.split(arena, run.out, count);
    match map {
        Map::Copy => match c.operand(&around, run.args[0], count) {
            Operand::Slice(s) => target.copy_from_slice(s),
            Operand::Scalar(s) => target.fill(s),
        },
        Map::Unary(f) => match c.operand(&around, run.args[0], count) {
            Operand::Slice(s) => T::unary(c.processor, f, s, target),
            Operand::Scalar(s) => {
                target.fill(s);
                T::unary_in_place(c.processor, f, target);
            }
        },
        Map::Binary(f) => {
            let b = c.operand(&around, run.args[1], count);
            if count == 1 && matches!(f, Binary::Add | Binary::Sub | Binary::Mul) {
                // One element: the call of a kernel costs ten times the operation.
                let a = match run.args[0] {
                    Arg::Slice(at) if at == run.out => target[0],
                    arg => single(c.operand(&around, arg, 1)),
                };
                let b = single(b);
                target[0] = match f {
                    Binary::Add => a + b,
                    Binary::Sub => a - b,
                    _ => a * b,
                };
            } else if run.args[0] == Arg::Slice(run.out) {
                T::binary_in_place(c.processor, f, target, b);
            } else {
                T::binary(c.processor, f, c.operand(&around, run.args[0], count), b, target);
            }
        }
        Map::Ternary(f) => {
            let a = c.operand(&around, run.args[0], count);
            let b = c.operand(&around, run.args[1], count);
            let d = c.operand(&around, run.args[2], count);
            if count == 1 && f == Ternary::MulAdd {
                target[0] = single(a).fused(single(b), single(d));
            } else {
                T::ternary(c.processor, f, a, b, d, target);
            }
        }
    }
}

/// An operand of one element.
#[inline(always)]
fn single<T: Real>(operand: Operand<'_, T>) -> T {
    match operand {
        Operand::Slice(s) => s[0],
        Operand::Scalar(s) => s,
    }
}
