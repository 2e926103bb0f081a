//! The loop over instructions.

use super::execute_dense;
use super::instr::{
    Arg, ColumnsRef, Fold, Instr, Map, MatrixRef, OnTape, Overlap, Program, Recurrence, Ref, Run,
};
use crate::kernels::{
    self, Binary, Columns, Level, Matrix, MatrixMut, Operand, Processor, Rows, Runner, Scratch, Tape,
    Ternary, VectorWork,
};
use crate::{Error, Real};

/// What the instructions of one block see: the inputs, the rows of the block.
pub(super) struct Context<'a, T> {
    pub(super) processor: Processor,
    inputs: &'a [&'a [T]],
    /// The first row of the block.
    row: usize,
    /// How many rows it has.
    pub(super) rows: usize,
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

impl<'a, T: Real> Context<'a, T> {
    /// The rows to compute: up to a whole vector, where what is beyond them may be written.
    #[inline(always)]
    fn whole(&self, padded: bool) -> usize {
        if padded { self.whole } else { self.rows }
    }

    #[inline(always)]
    fn offset(&self, at: Ref) -> usize {
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
    fn read_from<'m>(&self, around: &Around<'m, T>, at: Ref) -> &'m [T]
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
    fn operand<'m>(&self, around: &Around<'m, T>, arg: Arg, count: usize) -> Operand<'m, T>
    where
        'a: 'm,
    {
        match arg {
            Arg::Slice(at) => Operand::Slice(self.read(around, at, count)),
            Arg::Scalar(at) => Operand::Scalar(self.read(around, at, 1)[0]),
        }
    }
}

/// A number type that programs are compiled for, in this crate: so that they are optimised whatever the calling
/// crate's profile. Not nameable outside.
pub trait Execute: Sized {
    #[doc(hidden)]
    fn execute(
        processor: Processor,
        program: &Program,
        arena: &mut [Self],
        inputs: &[&[Self]],
        outputs: &mut [&mut [Self]],
        scratch: &mut Scratch,
    ) -> Result<(), Error>;
}

macro_rules! execute {
    ($t:ident) => {
        impl Execute for $t {
            fn execute(
                processor: Processor,
                program: &Program,
                arena: &mut [Self],
                inputs: &[&[Self]],
                outputs: &mut [&mut [Self]],
                scratch: &mut Scratch,
            ) -> Result<(), Error> {
                processor.run_vectors(Execution { processor, program, arena, inputs, outputs, scratch })
            }
        }
    };
}
execute!(f64);
execute!(f32);

/// A whole run: dispatched once, so that from an instruction to its kernel it is a plain call.
struct Execution<'a, 'b, T> {
    processor: Processor,
    program: &'a Program,
    arena: &'a mut [T],
    inputs: &'a [&'a [T]],
    outputs: &'a mut [&'b mut [T]],
    scratch: &'a mut Scratch,
}

impl<T: Real> VectorWork for Execution<'_, '_, T> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<L: Level>(self, level: L) -> Result<(), Error> {
        let Execution { processor, program, arena, inputs, outputs, scratch } = self;
        for phase in &program.phases {
            // A part that runs once has no rows: a run's count is its length.
            let (end, block) = if phase.streamed { (program.rows, program.block) } else { (1, 1) };
            let mut row = 0;
            while row < end {
                let rows = if !phase.streamed {
                    0
                } else if end - row < block {
                    end - row
                } else {
                    block
                };
                let context =
                    Context { processor, inputs, row, rows, whole: rows.next_multiple_of(T::LANES) };
                for instr in &phase.instrs {
                    step(level, &context, program, instr, (rows, block), arena, outputs, scratch)?;
                }
                row += block;
            }
        }
        Ok(())
    }
}

/// One instruction, on a level that is known or on one to be found out. `stretch` is `(rows, block)` in a streamed part; `(0, 1)` makes a run's count its length.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
fn step<T: Real, R: Runner>(
    level: R,
    c: &Context<'_, T>,
    program: &Program,
    instr: &Instr,
    stretch: (usize, usize),
    arena: &mut [T],
    outputs: &mut [&mut [T]],
    scratch: &mut Scratch,
) -> Result<(), Error> {
    match instr {
        Instr::Map { map, first, last } => {
            for run in &program.runs[*first..*last] {
                let (rows, block) = (c.whole(run.padded), stretch.1);
                let count = if rows == 0 { run.count } else { (run.count - 1) * block + rows };
                map_run(c, *map, run, count, arena);
            }
        }
        Instr::Fill { out, count, value } => {
            let (target, _) = c.split(arena, *out, *count);
            target.fill(T::from_f64(*value));
        }
        Instr::Gather { from, offsets, out } => {
            let (target, around) = c.split(arena, *out, offsets.len());
            let source = c.read_from(&around, *from);
            for (slot, &o) in target.iter_mut().zip(offsets.iter()) {
                *slot = source[o as usize];
            }
        }
        Instr::Reduce { fold, from, width, count, out } => {
            let (target, around) = c.split(arena, *out, *count);
            let source = c.read(&around, *from, width * count);
            for (i, slot) in target.iter_mut().enumerate() {
                let part = &source[i * width..(i + 1) * width];
                *slot = match fold {
                    Fold::Sum | Fold::Dot | Fold::Of(_) => T::sum(c.processor, part),
                    Fold::Prod => T::product(c.processor, part),
                    Fold::Max => T::max(c.processor, part),
                    Fold::Min => T::min(c.processor, part),
                };
            }
        }
        Instr::Dot { a, b, count, out } => {
            let (target, around) = c.split(arena, *out, 1);
            target[0] = kernels::dot(level, c.read(&around, *a, *count), c.read(&around, *b, *count));
        }
        Instr::MatMul { count, size, steps, a, b, out } => {
            let (target, around) = c.split(arena, out.at, count * size[0] * size[2]);
            if size[1] == 0 {
                target.fill(T::ZERO);
            } else if !target.is_empty() {
                execute_dense::matmul(c, &around, (*count, *size, *steps), [a, b, out], target);
            }
        }
        Instr::Overlap { overlap, from, out } => overlapped(c, overlap, *from, *out, arena),
        Instr::Scan(scan) => recurrence(c, program, scan, arena, outputs, scratch)?,
        Instr::Dense(work) => execute_dense::dense(c, work, arena, scratch)?,
        Instr::SolveRows(work) => execute_dense::solve_rows(c, work, arena)?,
        Instr::Take { table, tables, length, width, index, count, out } => {
            let (target, around) = c.split(arena, *out, tables * count * width);
            let (table, index) =
                (c.read(&around, *table, tables * length * width), c.read(&around, *index, tables * count));
            if *width == 1 && *tables == 1 {
                if !T::take(c.processor, table, Rows::of_one(*length, 1), index, target) {
                    return Err(look_up_error(index, *length));
                }
            } else {
                for (i, &value) in index.iter().enumerate() {
                    let row = i / count * length + whole(value, *length)?;
                    target[i * width..(i + 1) * width]
                        .copy_from_slice(&table[row * width..(row + 1) * width]);
                }
            }
        }
        Instr::ScatterAdd { index, count, updates, tables, length, width, out } => {
            let (target, around) = c.split(arena, *out, tables * length * width);
            let (index, updates) =
                (c.read(&around, *index, tables * count), c.read(&around, *updates, tables * count * width));
            if *width == 1 && *tables == 1 {
                if !T::scatter_add(
                    c.processor,
                    index,
                    Operand::Slice(updates),
                    Rows::of_one(*length, 1),
                    target,
                ) {
                    return Err(look_up_error(index, *length));
                }
            } else {
                for (i, &value) in index.iter().enumerate() {
                    let row = i / count * length + whole(value, *length)?;
                    for j in 0..*width {
                        target[row * width + j] += updates[i * width + j];
                    }
                }
            }
        }
        Instr::LinearRecurrence { a, b, size, reverse, out } => {
            let count = size.iter().product();
            let (target, around) = c.split(arena, *out, count);
            if count > 0 {
                let (a, b) = (c.operand(&around, *a, count), c.read(&around, *b, count));
                T::recurrence(c.processor, *size, *reverse, a, b, target);
            }
        }
        Instr::LogCumSumExp { x, size, reverse, out } => {
            let count = size.iter().product();
            let (target, around) = c.split(arena, *out, count);
            T::log_cumulative(c.processor, *size, *reverse, c.read(&around, *x, count), target);
        }
        Instr::CheckIndex { index, count, length } => {
            let around = Around { before: arena, after: &[], end: 0 };
            for &value in c.read(&around, *index, if c.rows == 0 { *count } else { c.rows }) {
                whole(value, *length)?;
            }
        }
        Instr::PickRows { table, index, out } => {
            let (target, around) = c.split(arena, *out, c.rows);
            let (table, index) = (columns(c, &around, table), c.operand(&around, *index, c.rows));
            match index {
                Operand::Slice(index) => {
                    if !T::take(
                        c.processor,
                        table.data,
                        Rows::across(table.count, table.stride),
                        index,
                        target,
                    ) {
                        return Err(look_up_error(index, table.count));
                    }
                }
                Operand::Scalar(value) => {
                    let first = whole(value, table.count)? * table.stride;
                    target.copy_from_slice(&table.data[first..first + c.rows]);
                }
            }
        }
        Instr::PutRows { index, updates, out } => {
            let reach = if out.count == 0 { 0 } else { (out.count - 1) * out.stride + c.rows };
            let (target, around) = c.split(arena, out.at, reach);
            let (index, updates) = (c.operand(&around, *index, c.rows), c.operand(&around, *updates, c.rows));
            match index {
                Operand::Slice(index) => {
                    if !T::scatter_add(
                        c.processor,
                        index,
                        updates,
                        Rows::across(out.count, out.stride),
                        target,
                    ) {
                        return Err(look_up_error(index, out.count));
                    }
                }
                Operand::Scalar(value) => {
                    let first = whole(value, out.count)? * out.stride;
                    T::binary_in_place(c.processor, Binary::Add, &mut target[first..first + c.rows], updates);
                }
            }
        }
        Instr::Load { from, row_stride, out } => {
            let (target, around) = c.split(arena, *out, c.rows);
            let source = c.read_from(&around, from.plus(c.row * row_stride));
            for (slot, value) in target.iter_mut().zip(source.iter().step_by(*row_stride)) {
                *slot = *value;
            }
        }
        Instr::SoftplusAndSigmoid { x, count, distance, out, padded } => {
            let count = (count - 1) * stretch.1 + c.whole(*padded);
            let (target, around) = c.split(arena, *out, distance + count);
            let (softplus, sigmoid) = target.split_at_mut(*distance);
            kernels::softplus_and_sigmoid(level, c.read(&around, *x, count), &mut softplus[..count], sigmoid);
        }
        Instr::FoldRows { fold, a, b, c: third, out } => {
            let (target, around) = c.split(arena, *out, 1);
            let a = c.read(&around, *a, c.rows);
            match fold {
                Fold::Sum => target[0] += kernels::sum(level, a),
                Fold::Dot => target[0] += kernels::dot(level, a, c.read(&around, *b, c.rows)),
                Fold::Of(f) => {
                    let (b, third) = (c.read(&around, *b, c.rows), c.read(&around, *third, c.rows));
                    target[0] += kernels::sum_of(level, *f, a, b, third);
                }
                Fold::Prod => target[0] *= T::product(c.processor, a),
                Fold::Max => {
                    let m = T::max(c.processor, a);
                    // NaN, once there, stays: nothing compares with it. A new one comes in.
                    if m > target[0] || m.to_f64().is_nan() {
                        target[0] = m;
                    }
                }
                Fold::Min => {
                    let m = T::min(c.processor, a);
                    // NaN, once there, stays: nothing compares with it. A new one comes in.
                    if m < target[0] || m.to_f64().is_nan() {
                        target[0] = m;
                    }
                }
            }
        }
        Instr::Product { x, w, through, out, padded } => {
            let rows = c.whole(*padded);
            let (target, around) = c.split(arena, out.at, (out.count - 1) * out.stride + rows);
            let (x, w) = (columns(c, &around, x), matrix(c, &around, w));
            if through.is_none() && kernels::pays(rows, x.count, out.count) {
                T::columns_times_matrix(c.processor, rows, x, w, target, out.stride, out.count, false);
            } else {
                let through = match through {
                    Some(t) => Some(columns(c, &around, t)),
                    None => None,
                };
                let (stride, count) = (out.stride, out.count);
                kernels::columns_times_matrix(level, rows, x, w, target, stride, count, false, through);
            }
        }
        Instr::TransposedProduct { a, g, out } => {
            let (target, around) = c.split(arena, out.at, a.count * g.count);
            let (a, g) = (columns(c, &around, a), columns(c, &around, g));
            let out =
                MatrixMut { data: target, row_stride: out.row_stride, column_stride: out.column_stride };
            if kernels::pays(c.rows, a.count, g.count) {
                T::columns_transposed_times_columns(c.processor, c.rows, a, g, out);
            } else {
                kernels::columns_transposed_times_columns(level, c.rows, a, g, out);
            }
        }
        Instr::LookedUpProduct { x, w, product, out, stride, padded } => {
            let rows = c.whole(*padded);
            let count = (product.starts.len() - 1) * product.results;
            let (target, around) = c.split(arena, *out, (count - 1) * stride + rows);
            let (x, w) = (c.read_from(&around, *x), c.read_from(&around, *w));
            T::looked_up_product(c.processor, rows, x, w, product.terms(), target, *stride);
        }
        Instr::LookedUpTransposed { size, a, a_offsets, g, g_offsets, out } => {
            let (target, around) = c.split(arena, out.at, size[1] * size[2]);
            let (a, g) = (c.read_from(&around, *a), c.read_from(&around, *g));
            let out =
                MatrixMut { data: target, row_stride: out.row_stride, column_stride: out.column_stride };
            T::looked_up_transposed(c.processor, c.rows, *size, a, a_offsets, g, g_offsets, out);
        }
        Instr::TakeRows { table, length, row_stride, index, out } => {
            let (target, around) = c.split(arena, *out, c.rows);
            let (table, index) = (c.read_from(&around, *table), c.read(&around, *index, c.rows));
            if !T::take(c.processor, table, Rows::of_one(*length, *row_stride), index, target) {
                return Err(look_up_error(index, *length));
            }
        }
        Instr::ScatterRows { index, updates, length, row_stride, out } => {
            let reach = if *length == 0 { 0 } else { (length - 1) * row_stride + 1 };
            let (target, around) = c.split(arena, *out, reach);
            let (index, updates) = (c.read(&around, *index, c.rows), c.operand(&around, *updates, c.rows));
            if !T::scatter_add(c.processor, index, updates, Rows::of_one(*length, *row_stride), target) {
                return Err(look_up_error(index, *length));
            }
        }
        Instr::StoreRows { from, output, offset, row_stride } => {
            let around = Around { before: arena, after: &[], end: 0 };
            let source = c.operand(&around, *from, c.rows);
            let start = offset + c.row * row_stride;
            let target = &mut outputs[*output][start..];
            match source {
                Operand::Slice(s) if *row_stride == 1 => target[..c.rows].copy_from_slice(s),
                Operand::Slice(s) => {
                    for (slot, value) in target.iter_mut().step_by(*row_stride).zip(s) {
                        *slot = *value;
                    }
                }
                Operand::Scalar(s) => {
                    target.iter_mut().step_by(*row_stride).take(c.rows).for_each(|slot| *slot = s)
                }
            }
        }
        Instr::Store { from, offsets, count, output } => {
            let around = Around { before: arena, after: &[], end: 0 };
            match offsets {
                None => outputs[*output].copy_from_slice(c.read(&around, *from, *count)),
                Some(offsets) => {
                    let source = c.read_from(&around, *from);
                    for (slot, &o) in outputs[*output].iter_mut().zip(offsets.iter()) {
                        *slot = source[o as usize];
                    }
                }
            }
        }
    }
    Ok(())
}

#[inline(always)]
fn columns<'m, T: Real>(c: &Context<'m, T>, around: &Around<'m, T>, x: &ColumnsRef) -> Columns<'m, T> {
    Columns { data: c.read_from(around, x.at), stride: x.stride, count: x.count }
}

#[inline(always)]
pub(super) fn matrix<'m, T: Real>(
    c: &Context<'m, T>,
    around: &Around<'m, T>,
    m: &MatrixRef,
) -> Matrix<'m, T> {
    Matrix { data: c.read_from(around, m.at), row_stride: m.row_stride, column_stride: m.column_stride }
}

/// An elementwise function over one stretch.
#[inline(always)]
fn map_run<T: Real>(c: &Context<'_, T>, map: Map, run: &Run, count: usize, arena: &mut [T]) {
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

/// The steps of a recurrence, one after another.
#[inline(never)]
fn recurrence<T: Real>(
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

/// Windows added up, in the order in which they lie.
#[inline(never)]
fn overlapped<T: Real>(c: &Context<'_, T>, o: &Overlap, from: Ref, out: Ref, arena: &mut [T]) {
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

/// An operand of one element.
#[inline(always)]
fn single<T: Real>(operand: Operand<'_, T>) -> T {
    match operand {
        Operand::Slice(s) => s[0],
        Operand::Scalar(s) => s,
    }
}

/// What is wrong with the first wrong index; a table too long for the kernel is reported by its length.
#[cold]
fn look_up_error<T: Real>(index: &[T], length: usize) -> Error {
    let wrong = index.iter().map(|&value| whole(value, length)).find_map(Result::err);
    wrong.unwrap_or(Error::TooLarge)
}

/// The index as a row of a table of `length` rows.
#[inline]
fn whole<T: Real>(value: T, length: usize) -> Result<usize, Error> {
    let index = value.to_f64();
    if index >= 0.0 && index < length as f64 && index as u64 as f64 == index {
        Ok(index as usize)
    } else {
        Err(Error::LookUp { value: index, length })
    }
}
