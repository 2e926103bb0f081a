//! What an instruction sees when it runs: inputs, the arena around what it writes, the rows of the block.

use super::instr::{Arg, ColumnsRef, MatrixRef, Ref};
use crate::Real;
use crate::kernels::{Columns, Matrix, Operand, Processor};

/// What the instructions of one block see: the inputs, the rows of the block.
pub(super) struct Context<'a, T> {
    pub(super) processor: Processor,
    inputs: &'a [&'a [T]],
    /// The first row of the block.
    pub(super) row: usize,
    /// How many rows it has.
    pub(super) rows: usize,
    /// The first row of those that the outputs are given for.
    first: usize,
    /// The same, up to a whole vector.
    whole: usize,
}

/// The arena around the stretch that an instruction writes: the rest can be read meanwhile.
pub(super) struct Around<'a, T> {
    before: &'a [T],
    after: &'a [T],
    /// Where `after` starts.
    end: usize,
}

impl<'a, T> Around<'a, T> {
    /// All of the arena, where an instruction writes none of it.
    #[inline(always)]
    pub(super) fn all(arena: &'a [T]) -> Self {
        Around { before: arena, after: &[], end: 0 }
    }
}

impl<'a, T: Real> Context<'a, T> {
    /// `rows` rows from `row` on.
    #[inline(always)]
    pub(super) fn new(processor: Processor, inputs: &'a [&'a [T]], row: usize, rows: usize) -> Self {
        Context { processor, inputs, row, rows, first: 0, whole: rows.next_multiple_of(T::LANES) }
    }

    /// The same, where the outputs that rows are stored to start at the row `first`.
    #[inline(always)]
    pub(super) fn after(self, first: usize) -> Self {
        Context { first, ..self }
    }

    /// The first row of the block among those that the outputs are given for.
    #[inline(always)]
    pub(super) fn row_of_output(&self) -> usize {
        self.row - self.first
    }

    /// The rows to compute: up to a whole vector, where what is beyond them may be written.
    #[inline(always)]
    pub(super) fn whole(&self, padded: bool) -> usize {
        if padded { self.whole } else { self.rows }
    }

    #[inline(always)]
    pub(super) fn offset(&self, at: Ref) -> usize {
        at.offset + if at.space.moves() { self.row } else { 0 }
    }

    /// Splits the arena around `count` elements from `out`.
    #[inline(always)]
    pub(super) fn split<'m>(
        &self,
        arena: &'m mut [T],
        out: Ref,
        count: usize,
    ) -> (&'m mut [T], Around<'m, T>) {
        let start = self.offset(out);
        let (before, rest) = arena.split_at_mut(start);
        let (target, after) = rest.split_at_mut(count);
        (target, Around { before, after, end: start + count })
    }

    /// `count` elements from `at`, in an input or in the arena beside the stretch that is written.
    #[inline(always)]
    pub(super) fn read<'m>(&self, around: &Around<'m, T>, at: Ref, count: usize) -> &'m [T]
    where
        'a: 'm,
    {
        if count == 0 {
            // An empty value has no place of its own: its offset may lie anywhere.
            return &[];
        }
        let offset = self.offset(at);
        // Plain branches: a jump through a table for each operand costs as much as a short column.
        if let Some(i) = at.space.input() {
            &self.inputs[i as usize][offset..offset + count]
        } else if offset < around.before.len() {
            &around.before[offset..offset + count]
        } else {
            &around.after[offset - around.end..offset - around.end + count]
        }
    }

    /// Everything from `at` on, for operands addressed by strides.
    #[inline(always)]
    pub(super) fn read_from<'m>(&self, around: &Around<'m, T>, at: Ref) -> &'m [T]
    where
        'a: 'm,
    {
        let offset = self.offset(at);
        // An empty value may be said to start beyond the end.
        if let Some(i) = at.space.input() {
            self.inputs[i as usize].get(offset..).unwrap_or(&[])
        } else if offset < around.before.len() {
            &around.before[offset..]
        } else {
            offset.checked_sub(around.end).and_then(|o| around.after.get(o..)).unwrap_or(&[])
        }
    }

    #[inline(always)]
    pub(super) fn operand<'m>(&self, around: &Around<'m, T>, arg: Arg, count: usize) -> Operand<'m, T>
    where
        'a: 'm,
    {
        match arg {
            Arg::Slice(at) => Operand::Slice(self.read(around, at, count)),
            Arg::Scalar(at) => Operand::Scalar(self.read(around, at, 1)[0]),
        }
    }

    #[inline(always)]
    pub(super) fn columns<'m>(&self, around: &Around<'m, T>, x: &ColumnsRef) -> Columns<'m, T>
    where
        'a: 'm,
    {
        Columns { data: self.read_from(around, x.at), stride: x.stride, count: x.count }
    }

    #[inline(always)]
    pub(super) fn matrix<'m>(&self, around: &Around<'m, T>, m: &MatrixRef) -> Matrix<'m, T>
    where
        'a: 'm,
    {
        let data = self.read_from(around, m.at);
        Matrix { data, row_stride: m.row_stride, column_stride: m.column_stride }
    }
}
