//! A streamed part in groups of rows, on as many threads as there are.

use super::execute::stream;
use super::groups::{Groups, Sums};
use super::instr::Program;
use super::workspace::Arena;
use crate::kernels::{Level, Processor, Runner, VectorWork};
use crate::{Error, Real};

/// What all groups of a part share.
#[derive(Clone, Copy)]
struct Part<'a, T> {
    processor: Processor,
    program: &'a Program,
    groups: &'a Groups,
    phase: usize,
    inputs: &'a [&'a [T]],
}

/// Runs a streamed part: the first group in the workspace's own memory, the others beside it in theirs. The threads are those
/// of the caller's `rayon` pool.
pub(super) fn run<T: Real>(
    processor: Processor,
    (program, groups, phase): (&Program, &Groups, usize),
    sums: &[Sums],
    arena: &mut [T],
    others: &mut [Arena<T>],
    inputs: &[&[T]],
) -> Result<(), Error> {
    let part = Part { processor, program, groups, phase, inputs };
    if rayon::current_num_threads() == 1
        && let [other, ..] = others
    {
        // The same sums in the same order in one memory, which stays in the cache.
        let other = other.elements_mut();
        part.rows(0, arena)?;
        other[..groups.fixed].copy_from_slice(&arena[..groups.fixed]);
        for group in 1..groups.count {
            sums.iter().for_each(|s| s.clear(other));
            part.rows(group, other)?;
            sums.iter().for_each(|s| s.add(arena, other));
        }
        return Ok(());
    }
    for other in others.iter_mut() {
        let memory = other.elements_mut();
        memory[..groups.fixed].copy_from_slice(&arena[..groups.fixed]);
        sums.iter().for_each(|s| s.clear(memory));
    }
    let (first, rest) = rayon::join(|| part.rows(0, arena), || part.all(1, others));
    first.and(rest)?;
    for other in others.iter() {
        sums.iter().for_each(|s| s.add(arena, other.elements()));
    }
    Ok(())
}

impl<T: Real> Part<'_, T> {
    /// The groups from `first` on, halved until each is one task. Of several errors the one of the first rows counts.
    fn all(self, first: usize, others: &mut [Arena<T>]) -> Result<(), Error> {
        match others {
            [] => Ok(()),
            [one] => self.rows(first, one.elements_mut()),
            many => {
                let middle = many.len() / 2;
                let (left, right) = many.split_at_mut(middle);
                let (a, b) = rayon::join(|| self.all(first, left), || self.all(first + middle, right));
                a.and(b)
            }
        }
    }

    /// The rows of one group.
    fn rows(self, group: usize, arena: &mut [T]) -> Result<(), Error> {
        Runner::run_vectors(self.processor, Rows { part: self, group, arena })
    }
}

/// The rows of one group, to be dispatched: a task on another thread begins without a level.
struct Rows<'a, 'b, T> {
    part: Part<'a, T>,
    group: usize,
    arena: &'b mut [T],
}

impl<T: Real> VectorWork for Rows<'_, '_, T> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<L: Level>(self, level: L) -> Result<(), Error> {
        let Part { processor, program, groups, phase, inputs } = self.part;
        let from = self.group * groups.rows;
        let rows = (from, program.rows.min(from + groups.rows));
        // Neither outputs nor factorisations are in a part that has groups.
        let mut scratch = T::scratch(&[]);
        let instrs = &program.phases[phase].instrs;
        stream(level, processor, program, instrs, rows, inputs, self.arena, &mut [], &mut scratch)
    }
}
