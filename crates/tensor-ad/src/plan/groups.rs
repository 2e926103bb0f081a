//! Groups of rows that threads share: what each sums up is added together in the order of the groups.
//!
//! How many groups there are follows from the sizes alone, never from the number of threads, so that a run gives the same bits on any
//! number of them.

use super::instr::{Arg, Fold, Instr, Phase, Program, Ref, Run, Space, SumsTo};
use super::look_up::LookUp;
use crate::Real;

/// The rows of a program in groups.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    /// How many.
    pub(super) count: usize,
    /// The rows of each, whole blocks; the last has what is left.
    pub(super) rows: usize,
    /// What a group needs of the memory before its first block: the places that are not the block's.
    pub(super) fixed: usize,
    /// What each part of the program leaves; `None` for one that runs as a whole.
    pub(super) parts: Vec<Option<Part>>,
}

/// What a part leaves that runs in groups.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The stretches that its blocks add up in.
    pub(super) sums: Vec<Sums>,
    /// Of each output that it stores rows to, the elements of a row; 0 of the others.
    pub(super) stored: [usize; OUTPUTS],
}

/// Rows can be stored by groups to so many outputs, the first.
pub(super) const OUTPUTS: usize = 8;

/// A stretch of the memory that each block is folded into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sums {
    fold: Fold,
    at: usize,
    count: usize,
}

/// The time, in tenths of a nanosecond of one thread, from which on a group of its own pays: waking a thread takes some ten
/// microseconds, and a group's memory does not lie in the cache of the one before it.
const GROUP: usize = 1_000_000;
/// The same for each element that is copied and added once a group, so that these stay a small part.
const ELEMENT: usize = 100;
/// The most groups: enough that sixteen threads have one each.
const MOST: usize = 16;

impl Groups {
    /// The groups of a program whose first `fixed` places are not the block's; `None` where its rows are too few, or where it does what groups
    /// cannot do apart.
    pub(super) fn of(program: &Program, fixed: usize) -> Option<Groups> {
        let blocks = program.rows.div_ceil(program.block);
        let (count, parts) = wanted(program, fixed)?;
        let count = count.min(blocks);
        if count < 2 {
            return None;
        }
        let rows = blocks.div_ceil(count) * program.block;
        let count = program.rows.div_ceil(rows);
        (count > 1).then_some(Groups { count, rows, fixed, parts })
    }

    /// How many groups would pay, however many rows a block has.
    pub(super) fn worth(program: &Program, fixed: usize) -> usize {
        wanted(program, fixed).map_or(1, |(count, _)| count)
    }
}

/// How many groups pay, and what the parts leave.
fn wanted(program: &Program, fixed: usize) -> Option<(usize, Vec<Option<Part>>)> {
    let parts: Vec<_> = program.phases.iter().map(|phase| part_of(phase, program, fixed)).collect();
    let grouped = program.phases.iter().zip(&parts).filter(|(_, part)| part.is_some());
    let work: usize = grouped.flat_map(|(p, _)| &p.instrs).map(|i| time_of(i, &program.runs)).sum();
    // Each group's memory is made ready and its sums are added once: little beside its rows.
    let added: usize = parts.iter().flatten().flat_map(|p| &p.sums).map(|s| s.count).sum::<usize>() + fixed;
    if work == 0 {
        return None;
    }
    let each = GROUP.max(ELEMENT * added).div_ceil(work);
    Some(((program.rows / each).min(MOST), parts))
}

impl Sums {
    /// Sets what is folded to what a fold makes of nothing.
    pub(super) fn clear<T: Real>(&self, memory: &mut [T]) {
        memory[self.at..self.at + self.count].fill(T::from_f64(self.fold.of_none()));
    }

    /// Folds what another group has into it.
    pub(super) fn add<T: Real>(&self, memory: &mut [T], other: &[T]) {
        let range = self.at..self.at + self.count;
        for (slot, &value) in memory[range.clone()].iter_mut().zip(&other[range]) {
            match self.fold {
                Fold::Sum | Fold::Dot | Fold::Of(_) => *slot += value,
                Fold::Prod => *slot *= value,
                // NaN, once there, stays: nothing compares with it. A new one comes in.
                Fold::Max if value > *slot || value.to_f64().is_nan() => *slot = value,
                Fold::Min if value < *slot || value.to_f64().is_nan() => *slot = value,
                Fold::Max | Fold::Min => {}
            }
        }
    }
}

/// What a part leaves, when groups of its blocks can run apart.
fn part_of(phase: &Phase, program: &Program, fixed: usize) -> Option<Part> {
    if !phase.streamed {
        return None;
    }
    let (mut found, mut stored) = (Vec::new(), [0; OUTPUTS]);
    for instr in &phase.instrs {
        if let Instr::StoreRows { output, row_stride, .. } = *instr {
            // The rows of a group side by side: the streamed axis is the first.
            let elements: usize = program.output_shapes[output].iter().product();
            if output >= OUTPUTS || row_stride * program.rows != elements {
                return None;
            }
            stored[output] = row_stride;
        }
        found.extend(effect(instr, &program.runs, fixed)?);
    }
    Some(Part { sums: joined(found)?, stored })
}

/// The stretches that an instruction folds its block into; none for one that writes its block alone, `None` for what groups cannot do apart.
fn effect(instr: &Instr, runs: &[Run], fixed: usize) -> Option<Vec<Sums>> {
    if instr.clone().places().iter().any(|r| r.space == Space::ArenaRows) {
        return None;
    }
    let own = |out: &Ref| (out.space == Space::Arena && out.offset >= fixed).then(Vec::new);
    let into = |fold: Fold, out: &Ref, size: [usize; 2], steps: [usize; 2]| {
        // Stretches along the axis whose elements are neighbours: a product of matrices has too many to look at each.
        let (along, across) = if steps[1] == 1 || steps[0] != 1 { (1, 0) } else { (0, 1) };
        let (stretches, step, count) =
            if steps[along] == 1 { (1, 0, size[along]) } else { (size[along], steps[along], 1) };
        let start = |i: usize| out.offset + i / stretches * steps[across] + i % stretches * step;
        let all: Vec<_> = (0..size[across] * stretches).map(|i| Sums { fold, at: start(i), count }).collect();
        all.iter().all(|s| s.at + s.count <= fixed).then_some(all)
    };
    match instr {
        Instr::Map { first, last, .. } => {
            let moves = |r: &Run| {
                r.args.iter().any(|(Arg::Slice(at) | Arg::Scalar(at))| at.space == Space::ArenaRows)
            };
            let apart = runs[*first..*last].iter().all(|r| own(&r.out).is_some() && !moves(r));
            apart.then(Vec::new)
        }
        Instr::Fill { out, .. }
        | Instr::Load { out, .. }
        | Instr::SoftplusAndSigmoid { out, .. }
        | Instr::LookedUpProduct { out, .. }
        | Instr::LookUp(
            LookUp::Rows { out, .. } | LookUp::TakeRows { out, .. } | LookUp::PickRows { out, .. },
            _,
        ) => own(out),
        Instr::Product { out, .. } | Instr::LookUp(LookUp::PutRows { out, .. }, _) => own(&out.at),
        Instr::SolveRows(work) => own(&work.x.at),
        Instr::StoreRows { .. } => Some(Vec::new()),
        Instr::FoldRows { fold, out, .. } => {
            let fold = if matches!(fold, Fold::Dot | Fold::Of(_)) { Fold::Sum } else { *fold };
            into(fold, out, [1, 1], [0, 0])
        }
        Instr::Bernoulli { out, slope, .. } => {
            slope.as_ref().is_none_or(|at| own(at).is_some()).then(|| into(Fold::Sum, out, [1, 1], [0, 0]))?
        }
        Instr::LayerGradient { a, g, to, back, .. } => {
            own(&back.at)?;
            into(Fold::Sum, to, [a.count, g.count], [g.count, 1])
        }
        Instr::TransposedProduct { a, g, to: SumsTo::Place(out) } => {
            into(Fold::Sum, &out.at, [a.count, g.count], [out.row_stride, out.column_stride])
        }
        Instr::LookedUpTransposed { size, out, .. } => {
            into(Fold::Sum, &out.at, [size[1], size[2]], [out.row_stride, out.column_stride])
        }
        Instr::LookUp(LookUp::ScatterRows { length, row_stride, out, .. }, _) => {
            into(Fold::Sum, out, [*length, 1], [*row_stride, 0])
        }
        _ => None,
    }
}

/// Stretches in order, those of one fold that touch or overlap as one; `None` where an element is folded in two ways.
fn joined(mut all: Vec<Sums>) -> Option<Vec<Sums>> {
    all.retain(|s| s.count > 0);
    all.sort_unstable_by_key(|s| s.at);
    let mut found: Vec<Sums> = Vec::new();
    for next in all {
        match found.last_mut() {
            Some(last) if last.fold == next.fold && next.at <= last.at + last.count => {
                last.count = last.count.max(next.at + next.count - last.at);
            }
            Some(last) if next.at < last.at + last.count => return None,
            _ => found.push(next),
        }
    }
    Some(found)
}

/// About how many tenths of a nanosecond one row takes of it on one thread: what is counted is vectors of four. It decides whether threads
/// pay, no more.
fn time_of(instr: &Instr, runs: &[Run]) -> usize {
    match instr {
        Instr::Map { first, last, .. } => runs[*first..*last].iter().map(|r| 3 * r.count).sum(),
        Instr::Product { x, out, .. } => x.count * out.count / 2 + out.count,
        Instr::TransposedProduct { a, g, .. } => a.count * g.count / 2 + a.count,
        Instr::LookedUpProduct { product, .. } => product.pairs.len() * product.inner * product.results / 2,
        Instr::LookedUpTransposed { size, .. } => size[0] * size[1] * size[2] / 2,
        Instr::SoftplusAndSigmoid { count, .. } => 30 * count,
        Instr::Bernoulli { .. } => 20,
        Instr::LayerGradient { a, g, .. } => a.count * g.count + 2 * a.count,
        Instr::SolveRows(work) => 5 * work.x.count * work.x.count,
        Instr::LookUp(..) => 6,
        _ => 3,
    }
}
