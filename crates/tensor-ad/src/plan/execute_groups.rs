//! A streamed part in groups of rows, on as many threads as there are.

use super::execute::run_part;
use super::groups::{Groups, OUTPUTS, Part};
use super::instr::Program;
use super::workspace::Arena;
use crate::kernels::{Level, Processor, Runner, VectorWork};
use crate::{Error, Real};

/// What all groups of a part share.
#[derive(Clone, Copy)]
struct Shared<'a, T> {
    processor: Processor,
    program: &'a Program,
    groups: &'a Groups,
    phase: usize,
    part: &'a Part,
    inputs: &'a [&'a [T]],
}

/// The rows of the outputs that are stored, from some row on; empty for others.
type Stored<'a, T> = [&'a mut [T]; OUTPUTS];

/// Runs a streamed part: the first group in the workspace's own memory, the others beside it in theirs. The threads are those
/// of the caller's `rayon` pool.
pub(super) fn run<T: Real>(
    processor: Processor,
    (program, groups, phase): (&Program, &Groups, usize),
    part: &Part,
    arena: &mut [T],
    others: &mut [Arena<T>],
    inputs: &[&[T]],
    outputs: &mut [&mut [T]],
) -> Result<(), Error> {
    let shared = Shared { processor, program, groups, phase, part, inputs };
    let mut rows: Stored<'_, T> = std::array::from_fn(|_| Default::default());
    for ((slot, output), &width) in rows.iter_mut().zip(outputs.iter_mut()).zip(&part.stored) {
        if width > 0 {
            *slot = output;
        }
    }
    let sums = &part.sums;
    let (own, mut rows) = shared.cut(rows, 1);
    if rayon::current_num_threads() == 1
        && let [other, ..] = others
    {
        // The same sums in the same order in one memory, which stays in the cache.
        let other = other.elements_mut();
        shared.rows(0, arena, own)?;
        other[..groups.fixed].copy_from_slice(&arena[..groups.fixed]);
        for group in 1..groups.count {
            let (own, rest) = shared.cut(rows, 1);
            rows = rest;
            sums.iter().for_each(|s| s.clear(other));
            shared.rows(group, other, own)?;
            sums.iter().for_each(|s| s.add(arena, other));
        }
        return Ok(());
    }
    for other in others.iter_mut() {
        let memory = other.elements_mut();
        memory[..groups.fixed].copy_from_slice(&arena[..groups.fixed]);
        sums.iter().for_each(|s| s.clear(memory));
    }
    let (first, rest) = rayon::join(|| shared.rows(0, arena, own), || shared.all(1, others, rows));
    first.and(rest)?;
    for other in others.iter() {
        sums.iter().for_each(|s| s.add(arena, other.elements()));
    }
    Ok(())
}

impl<T: Real> Shared<'_, T> {
    /// The groups from `first` on, halved until each is one task. Of several errors the one of the first rows counts.
    fn all(self, first: usize, others: &mut [Arena<T>], rows: Stored<'_, T>) -> Result<(), Error> {
        match others {
            [] => Ok(()),
            [one] => self.rows(first, one.elements_mut(), rows),
            many => {
                let middle = many.len() / 2;
                let (left, right) = many.split_at_mut(middle);
                let (rows_left, rows_right) = self.cut(rows, middle);
                let (a, b) = rayon::join(
                    || self.all(first, left, rows_left),
                    || self.all(first + middle, right, rows_right),
                );
                a.and(b)
            }
        }
    }

    /// The stored rows of the next `groups` groups, and those after them.
    fn cut<'r>(self, rows: Stored<'r, T>, groups: usize) -> (Stored<'r, T>, Stored<'r, T>) {
        let mut after: Stored<'r, T> = std::array::from_fn(|_| Default::default());
        let mut before: Stored<'r, T> = std::array::from_fn(|_| Default::default());
        for (k, slot) in rows.into_iter().enumerate() {
            let at = slot.len().min(groups * self.groups.rows * self.part.stored[k]);
            (before[k], after[k]) = slot.split_at_mut(at);
        }
        (before, after)
    }

    /// The rows of one group.
    fn rows(self, group: usize, arena: &mut [T], mut stored: Stored<'_, T>) -> Result<(), Error> {
        let outputs = &mut stored[..];
        Runner::run_vectors(self.processor, Rows { shared: self, group, arena, outputs })
    }
}

/// The rows of one group, to be dispatched: a task on another thread begins without a level.
struct Rows<'a, 'b, 'o, T> {
    shared: Shared<'a, T>,
    group: usize,
    arena: &'b mut [T],
    outputs: &'b mut [&'o mut [T]],
}

impl<T: Real> VectorWork for Rows<'_, '_, '_, T> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<L: Level>(self, level: L) -> Result<(), Error> {
        let Shared { processor, program, groups, phase, inputs, .. } = self.shared;
        let from = self.group * groups.rows;
        let rows = (from, program.rows.min(from + groups.rows));
        // No factorisation is in a part that has groups.
        let mut scratch = T::scratch(&[]);
        let phase = &program.phases[phase];
        run_part(level, processor, program, phase, rows, inputs, self.arena, self.outputs, &mut scratch)
    }
}
