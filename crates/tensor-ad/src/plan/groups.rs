//! Groups of rows that threads share: what each sums up is added together in the order of the groups.
//!
//! How many groups there are follows from the sizes alone, never from the number of threads, so that a run gives the same bits on any
//! number of them.

use std::collections::BTreeMap;

use super::instr::{Arg, Fold, Instr, Phase, Program, Ref, Run, Space};
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
    /// For each part of the program the stretches that its blocks add up in; `None` for one that runs as a whole.
    pub(super) sums: Vec<Option<Vec<Sums>>>,
}

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
        if blocks < 4 {
            return None;
        }
        let sums: Vec<_> = program.phases.iter().map(|phase| sums_of(phase, &program.runs, fixed)).collect();
        let grouped = program.phases.iter().zip(&sums).filter(|(_, sums)| sums.is_some());
        let work: usize = grouped.flat_map(|(p, _)| &p.instrs).map(|i| time_of(i, &program.runs)).sum();
        // Each group's memory is made ready and its sums are added once: little beside its rows.
        let added: usize = sums.iter().flatten().flatten().map(|s| s.count).sum::<usize>() + fixed;
        if work == 0 {
            return None;
        }
        let each = GROUP.max(ELEMENT * added).div_ceil(work);
        let count = (program.rows / each).min(blocks / 2).min(MOST);
        if count < 2 {
            return None;
        }
        let rows = blocks.div_ceil(count) * program.block;
        let count = program.rows.div_ceil(rows);
        (count > 1).then_some(Groups { count, rows, fixed, sums })
    }
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

/// Where the blocks of a part are added up, when groups of them can run apart.
fn sums_of(phase: &Phase, runs: &[Run], fixed: usize) -> Option<Vec<Sums>> {
    if !phase.streamed {
        return None;
    }
    let mut found = BTreeMap::new();
    for instr in &phase.instrs {
        for (at, fold) in effect(instr, runs, fixed)? {
            if *found.entry(at).or_insert(fold) != fold {
                return None;
            }
        }
    }
    Some(stretches(&found))
}

/// The elements that an instruction folds its block into; none for one that writes its block alone, `None` for what groups cannot do apart.
fn effect(instr: &Instr, runs: &[Run], fixed: usize) -> Option<Vec<(usize, Fold)>> {
    if instr.clone().places().iter().any(|r| r.space == Space::ArenaRows) {
        return None;
    }
    let own = |out: &Ref| (out.space == Space::Arena && out.offset >= fixed).then(Vec::new);
    let into = |fold: Fold, out: &Ref, size: [usize; 2], steps: [usize; 2]| {
        let at = |i: usize| out.offset + i / size[1] * steps[0] + i % size[1] * steps[1];
        let all: Vec<_> = (0..size[0] * size[1]).map(|i| (at(i), fold)).collect();
        all.iter().all(|(at, _)| *at < fixed).then_some(all)
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
        ) => own(out),
        Instr::Product { out, .. } | Instr::LookUp(LookUp::PutRows { out, .. }) => own(&out.at),
        Instr::SolveRows(work) => own(&work.x.at),
        Instr::FoldRows { fold, out, .. } => {
            let fold = if matches!(fold, Fold::Dot | Fold::Of(_)) { Fold::Sum } else { *fold };
            into(fold, out, [1, 1], [0, 0])
        }
        Instr::TransposedProduct { a, g, out } => {
            into(Fold::Sum, &out.at, [a.count, g.count], [out.row_stride, out.column_stride])
        }
        Instr::LookedUpTransposed { size, out, .. } => {
            into(Fold::Sum, &out.at, [size[1], size[2]], [out.row_stride, out.column_stride])
        }
        Instr::LookUp(LookUp::ScatterRows { length, row_stride, out, .. }) => {
            into(Fold::Sum, out, [*length, 1], [*row_stride, 0])
        }
        _ => None,
    }
}

/// Elements of one fold side by side, as stretches.
fn stretches(elements: &BTreeMap<usize, Fold>) -> Vec<Sums> {
    let mut found: Vec<Sums> = Vec::new();
    for (&at, &fold) in elements {
        match found.last_mut() {
            Some(last) if last.fold == fold && last.at + last.count == at => last.count += 1,
            _ => found.push(Sums { fold, at, count: 1 }),
        }
    }
    found
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
        Instr::SolveRows(work) => 5 * work.x.count * work.x.count,
        Instr::LookUp(_) => 6,
        _ => 3,
    }
}
