//! Recurrences as instructions: the steps, one after another.

use super::context::Context;
use super::execute::step;
use super::instr::{OnTape, Program, Recurrence, Ref};
use crate::kernels::{Scratch, Tape};
use crate::{Error, Real};

#[inline(never)]
pub(super) fn scan<T: Real>(
    c: &Context<'_, T>,
    program: &Program,
    scan: &Recurrence,
    arena: &mut [T],
    outputs: &mut [&mut [T]],
    scratch: &mut Scratch,
) -> Result<(), Error> {
    let copied = |arena: &mut [T], from: Ref, to: Ref, count: usize| {
        let (target, around) = c.split(arena, to, count);
        target.copy_from_slice(c.read(&around, from, count));
    };
    copied(arena, scan.init, scan.carry, scan.width);
    if let Some(OnTape { ops, copies, slices }) = &scan.tape {
        for copy in copies {
            copied(arena, copy.from, copy.to, copy.count);
        }
        let (steps, reverse, width) = (scan.steps, scan.reverse, scan.width);
        let [carry, next, out] = [scan.carry, scan.next, scan.out].map(|r| r.offset);
        let tape = Tape { ops, steps, reverse, width, carry, next, out, slices };
        T::tape(c.processor, arena, tape);
        return Ok(());
    }
    for i in 0..scan.steps {
        let t = if scan.reverse { scan.steps - 1 - i } else { i };
        for slice in &scan.slices {
            copied(arena, slice.from.plus(t * slice.count), slice.to, slice.count);
        }
        for instr in &scan.body {
            step(c.processor, c, program, instr, (0, 1), arena, outputs, scratch)?;
        }
        let out = scan.out.plus(t * scan.width);
        copied(arena, scan.next, out, scan.width);
        copied(arena, out, scan.carry, scan.width);
    }
    Ok(())
}
