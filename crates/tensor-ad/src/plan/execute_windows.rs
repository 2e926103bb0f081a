//! Windows as instructions.

use super::context::Context;
use super::instr::{Overlap, Ref};
use crate::Real;

/// Windows added up, in the order in which they lie.
#[inline(never)]
pub(super) fn overlap<T: Real>(c: &Context<'_, T>, o: &Overlap, from: Ref, out: Ref, arena: &mut [T]) {
    let (target, around) = c.split(arena, out, o.outer * o.length * o.inner);
    let ([windows, size], [stride, dilation]) = (o.windows, o.steps);
    let source = c.read(&around, from, o.outer * windows * size * o.inner);
    target.fill(T::ZERO);
    let mut at = 0;
    for outer in 0..o.outer {
        for w in 0..windows {
            for s in 0..size {
                let start = (outer * o.length + w * stride + s * dilation) * o.inner;
                for (slot, &x) in target[start..start + o.inner].iter_mut().zip(&source[at..at + o.inner]) {
                    *slot += x;
                }
                at += o.inner;
            }
        }
    }
}
