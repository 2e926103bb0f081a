//! The loop over instructions.

use super::context::{Around, Context};
use super::instr::{Finish, Fold, Instr, Phase, Program, SumsTo};
use super::workspace::Arena;
use super::{
    execute_dense, execute_groups, execute_map, execute_scalars, execute_scan, execute_windows, look_up,
};
use crate::kernels::{self, Level, MatrixMut, Operand, Processor, Runner, Scratch, VectorWork};
use crate::{Error, Real};

/// A number type that programs are compiled for, in this crate: so that they are optimised whatever the calling
/// crate's profile. Not nameable outside.
pub trait Execute: Sized {
    #[doc(hidden)]
    fn execute(
        processor: Processor,
        program: &Program,
        arena: &mut [Self],
        others: &mut [Arena<Self>],
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
                others: &mut [Arena<Self>],
                inputs: &[&[Self]],
                outputs: &mut [&mut [Self]],
                scratch: &mut Scratch,
            ) -> Result<(), Error> {
                let processor = processor.sharing(program.shares);
                let run = Execution { processor, program, arena, others, inputs, outputs, scratch };
                let outside = rayon::current_thread_index().is_none();
                if program.shares && outside && rayon::current_num_threads() > 1 {
                    // Once into the pool, and not again for each product.
                    return rayon::join(|| processor.run_vectors(run), || ()).0;
                }
                processor.run_vectors(run)
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
    /// The memory of the groups of rows but the first.
    others: &'a mut [Arena<T>],
    inputs: &'a [&'a [T]],
    outputs: &'a mut [&'b mut [T]],
    scratch: &'a mut Scratch,
}

impl<T: Real> VectorWork for Execution<'_, '_, T> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<L: Level>(self, level: L) -> Result<(), Error> {
        let Execution { processor, program, arena, others, inputs, outputs, scratch } = self;
        for (k, phase) in program.phases.iter().enumerate() {
            if phase.streamed
                && let Some(groups) = &program.groups
                && let Some(part) = &groups.parts[k]
            {
                execute_groups::run(processor, (program, groups, k), part, arena, others, inputs, outputs)?;
            } else {
                let rows = (0, program.rows);
                run_part(level, processor, program, phase, rows, inputs, arena, outputs, scratch)?;
            }
        }
        Ok(())
    }
}

/// The instructions of a part: once, or block by block over the rows `from..end`; outputs that rows are stored to start at the row `from`.
///
/// One loop for both, so that every instruction's code is there once.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
pub(super) fn run_part<T: Real, R: Runner>(
    level: R,
    processor: Processor,
    program: &Program,
    phase: &Phase,
    (from, end): (usize, usize),
    inputs: &[&[T]],
    arena: &mut [T],
    outputs: &mut [&mut [T]],
    scratch: &mut Scratch,
) -> Result<(), Error> {
    // A part that runs once has no rows: a run's count is its length.
    let (mut row, end, block) = if phase.streamed { (from, end, program.block) } else { (0, 1, 1) };
    while row < end {
        let left = if end - row < block { end - row } else { block };
        let rows = if phase.streamed { left } else { 0 };
        let context = Context::new(processor, inputs, row, rows).after(from);
        for instr in &phase.instrs {
            step(level, &context, program, instr, (rows, block), arena, outputs, scratch)?;
        }
        row += block;
    }
    Ok(())
}

/// One instruction, on a level that is known or on one to be found out. `stretch` is `(rows, block)` in a streamed part; `(0, 1)` makes a run's count its length.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
pub(super) fn step<T: Real, R: Runner>(
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
                execute_map::run(c, *map, run, count, arena);
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
        Instr::Scalars(scalars) => execute_scalars::scalars(level, c, scalars, arena),
        Instr::MatMul { count, size, steps, a, b, out } => {
            let (target, around) = c.split(arena, out.at, count * size[0] * size[2]);
            if size[1] == 0 {
                target.fill(T::ZERO);
            } else if !target.is_empty() {
                execute_dense::matmul(c, &around, (*count, *size, *steps), [a, b, out], target);
            }
        }
        Instr::Overlap { overlap, from, out } => execute_windows::overlap(c, overlap, *from, *out, arena),
        Instr::Scan(scan) => execute_scan::scan(c, program, scan, arena, outputs, scratch)?,
        Instr::Dense(work) => execute_dense::dense(c, work, arena, scratch)?,
        Instr::SolveRows(work) => execute_dense::solve_rows(c, work, arena)?,
        Instr::LookUp(work, origin) => look_up::execute(c, work, arena).map_err(|miss| miss.at(origin))?,
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
        Instr::FoldRows { fold, a: first, b, c: third, out } => {
            let (target, around) = c.split(arena, *out, 1);
            if let Fold::Of(f) = fold {
                let (first, third) = (c.operand(&around, *first, c.rows), c.operand(&around, *third, c.rows));
                target[0] += kernels::sum_of(level, *f, first, c.read(&around, *b, c.rows), third);
                return Ok(());
            }
            let a = c.read(&around, first.at(), c.rows);
            match fold {
                Fold::Sum | Fold::Of(_) => target[0] += kernels::sum(level, a),
                Fold::Dot => target[0] += kernels::dot(level, a, c.read(&around, *b, c.rows)),
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
        Instr::Bernoulli { y, x, out, slope, scale } => {
            let likelihood = |around: &Around<'_, T>, slope: Option<&mut [T]>| {
                let y = c.operand(around, *y, c.rows);
                let scale = scale.map_or(T::ONE, |at| c.read(around, at, 1)[0]);
                kernels::bernoulli_logits(level, y, c.read(around, *x, c.rows), scale, slope)
            };
            let sum = if let Some(slope) = slope {
                let (slope, around) = c.split(arena, *slope, c.rows);
                likelihood(&around, Some(slope))
            } else {
                likelihood(&Around::all(arena), None)
            };
            arena[c.offset(*out)] += sum;
        }
        Instr::Product { x, w, finish, out, padded } => {
            let rows = c.whole(*padded);
            let (target, around) = c.split(arena, out.at, (out.count - 1) * out.stride + rows);
            // One by one and by reference: a pair would be copied, which waits for what was just written.
            let x = c.columns(&around, x);
            let w = c.matrix(&around, w);
            let (stride, count) = (out.stride, out.count);
            let t;
            let after = match finish {
                Finish::Plain => kernels::Finish::Plain,
                Finish::Tanh => kernels::Finish::Tanh,
                Finish::TanhPullback(tanh) => {
                    t = c.columns(&around, tanh);
                    kernels::Finish::TanhPullback(&t)
                }
            };
            if matches!(finish, Finish::Plain) && kernels::pays(rows, x.count, count) {
                T::columns_times_matrix(c.processor, rows, x, w, target, stride, count, false);
            } else {
                kernels::columns_times_matrix(level, rows, &x, &w, target, stride, count, false, after);
            }
        }
        Instr::LayerGradient { a, g, w, to, back, padded } => {
            // Into a place of their own first: the arena is split around one stretch.
            let mut sums = [T::ZERO; kernels::LAYER_SUMS];
            let sums = &mut sums[..a.count * g.count];
            let rows = c.whole(*padded);
            let (target, around) = c.split(arena, back.at, (back.count - 1) * back.stride + rows);
            let (a, g) = (c.columns(&around, a), c.columns(&around, g));
            let w = c.matrix(&around, w);
            kernels::layer_gradient(level, [c.rows, rows], &a, &g, &w, sums, target, back.stride);
            let at = c.offset(*to);
            for (slot, &sum) in arena[at..at + sums.len()].iter_mut().zip(sums.iter()) {
                *slot += sum;
            }
        }
        Instr::TransposedProduct { a, g, to } => {
            let (target, around, row_stride, column_stride) = match to {
                SumsTo::Place(out) => {
                    let (target, around) = c.split(arena, out.at, a.count * g.count);
                    (target, around, out.row_stride, out.column_stride)
                }
                SumsTo::Output(k) => {
                    if c.row == 0 {
                        outputs[*k].fill(T::ZERO);
                    }
                    (&mut *outputs[*k], Around::all(arena), g.count, 1)
                }
            };
            let a = c.columns(&around, a);
            let g = c.columns(&around, g);
            let mut out = MatrixMut { data: target, row_stride, column_stride };
            if kernels::pays(c.rows, a.count, g.count) {
                T::columns_transposed_times_columns(c.processor, c.rows, a, g, out);
            } else {
                kernels::columns_transposed_times_columns(level, c.rows, &a, &g, &mut out);
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
        Instr::StoreRows { from, output, offset, row_stride } => {
            let around = Around::all(arena);
            let source = c.operand(&around, *from, c.rows);
            let start = offset + c.row_of_output() * row_stride;
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
        Instr::MapTo { map, args, count, output } => {
            let around = Around::all(arena);
            execute_map::apply(c, *map, args, *count, &mut *outputs[*output], &around);
        }
        Instr::Store { from, offsets, count, output } => {
            let around = Around::all(arena);
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
