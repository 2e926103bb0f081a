//! Numbers computed one after another, without the way from instruction to instruction.

use super::context::{Around, Context};
use super::instr::{Scalar, ScalarFunction};
use crate::Real;
use crate::kernels::{self, Runner};

#[inline(always)]
pub(super) fn scalars<T: Real>(level: impl Runner, c: &Context<'_, T>, scalars: &[Scalar], arena: &mut [T]) {
    for &Scalar { function, args, out } in scalars {
        let around = Around::all(arena);
        let read = |i: usize| c.read(&around, args[i], 1)[0];
        let value = match function {
            ScalarFunction::Add => read(0) + read(1),
            ScalarFunction::Sub => read(0) - read(1),
            ScalarFunction::Mul => read(0) * read(1),
            ScalarFunction::MulAdd => read(0).fused(read(1), read(2)),
            ScalarFunction::Dot(count) => {
                kernels::dot(level, c.read(&around, args[0], count), c.read(&around, args[1], count))
            }
        };
        arena[c.offset(out)] = value;
    }
}
