//! Elementwise functions as instructions: one stretch at a time.

use super::context::{Around, Context};
use super::in_place::STRIP;
use super::instr::{Arg, Map, Run};
use crate::Real;
use crate::kernels::{Binary, Operand, Ternary};

/// An elementwise function over one stretch. Where an operand is the stretch itself, the result takes its place.
#[inline(always)]
pub(super) fn run<T: Real>(c: &Context<'_, T>, map: Map, run: &Run, count: usize, arena: &mut [T]) {
    let (target, around) = c.split(arena, run.out, count);
    let own = Arg::Slice(run.out);
    match map {
        Map::Copy if run.args[0] == own => {}
        Map::Unary(f) if run.args[0] == own => T::unary_in_place(c.processor, f, target),
        Map::Binary(f) if run.args[0] == own => {
            let b = c.operand(&around, run.args[1], count);
            if count == 1
                && let Some(value) = of_one(f, target[0], b)
            {
                target[0] = value;
            } else {
                T::binary_in_place(c.processor, f, target, b);
            }
        }
        Map::Ternary(f) if run.args.contains(&own) => ternary_in_place(c, f, run, target, &around),
        _ => apply(c, map, &run.args, count, target, &around),
    }
}

/// An elementwise function into a stretch that is none of its operands.
#[inline(always)]
pub(super) fn apply<T: Real>(
    c: &Context<'_, T>,
    map: Map,
    args: &[Arg; 3],
    count: usize,
    target: &mut [T],
    around: &Around<'_, T>,
) {
    let a = c.operand(around, args[0], count);
    match map {
        Map::Copy => match a {
            Operand::Slice(s) => target.copy_from_slice(s),
            Operand::Scalar(s) => target.fill(s),
        },
        Map::Unary(f) => match a {
            Operand::Slice(s) => T::unary(c.processor, f, s, target),
            Operand::Scalar(s) => {
                target.fill(s);
                T::unary_in_place(c.processor, f, target);
            }
        },
        Map::Binary(f) => {
            let b = c.operand(around, args[1], count);
            if count == 1
                && let Some(value) = of_one(f, single(a), b)
            {
                target[0] = value;
            } else {
                T::binary(c.processor, f, a, b, target);
            }
        }
        Map::Ternary(f) => {
            let b = c.operand(around, args[1], count);
            let d = c.operand(around, args[2], count);
            if count == 1 && f == Ternary::MulAdd {
                target[0] = single(a).fused(single(b), single(d));
            } else {
                T::ternary(c.processor, f, a, b, d, target);
            }
        }
    }
}

/// One element: the call of a kernel costs ten times the operation.
#[inline(always)]
fn of_one<T: Real>(f: Binary, a: T, b: Operand<'_, T>) -> Option<T> {
    match f {
        Binary::Add => Some(a + single(b)),
        Binary::Sub => Some(a - single(b)),
        Binary::Mul => Some(a * single(b)),
        _ => None,
    }
}

/// A function of three whose result takes the place of one: that one is kept aside, strip by strip.
#[inline(never)]
fn ternary_in_place<T: Real>(
    c: &Context<'_, T>,
    f: Ternary,
    run: &Run,
    target: &mut [T],
    around: &Around<'_, T>,
) {
    let count = target.len();
    // What is not the stretch itself.
    let others = run.args.map(|arg| (arg != Arg::Slice(run.out)).then(|| c.operand(around, arg, count)));
    let mut kept = [T::ZERO; STRIP];
    for (i, target) in target.chunks_mut(STRIP).enumerate() {
        let (start, kept) = (i * STRIP, &mut kept[..target.len()]);
        kept.copy_from_slice(target);
        let [a, b, d] = others.map(|other| match other {
            None => Operand::Slice(&*kept),
            Some(Operand::Slice(s)) => Operand::Slice(&s[start..start + kept.len()]),
            Some(scalar) => scalar,
        });
        T::ternary(c.processor, f, a, b, d, target);
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
