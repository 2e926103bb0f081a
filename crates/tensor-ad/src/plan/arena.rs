//! Places in the block: lifetimes first, memory second.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::instr::{Arg, Instr, Program, Ref, Space};

/// Block storages carry offsets from here on until they are assigned.
pub(super) const VIRTUAL: usize = 1 << 48;

/// Accumulators that start at zero carry offsets from here on until [`place_zeros`].
pub(super) const ZEROS: usize = 1 << 47;

/// Puts the accumulators where they belong.
pub(super) fn place_zeros(program: &mut Program, at: usize) {
    let Program { phases, runs, .. } = program;
    for instr in phases.iter_mut().flat_map(|p| &mut p.instrs) {
        each_place(instr, runs, &mut |r: &mut Ref| {
            if r.space == Space::Arena && (ZEROS..VIRTUAL).contains(&r.offset) {
                r.offset = at + (r.offset - ZEROS);
            }
        });
    }
}

/// Finds what may be computed in whole vectors: what reads and writes nothing but columns of the block, which are
/// as long as the block is, whole cache lines.
pub(super) fn mark_padded(program: &mut Program) {
    let Program { phases, runs, block, .. } = program;
    let inside = |r: &Ref| r.space == Space::Arena;
    let columns = |c: &super::instr::ColumnsRef| inside(&c.at) && (c.count == 1 || c.stride == *block);
    for instr in phases.iter_mut().filter(|p| p.streamed).flat_map(|p| &mut p.instrs) {
        match instr {
            Instr::Map { first, last, .. } => {
                for run in &mut runs[*first..*last] {
                    let slices = run
                        .args
                        .iter()
                        .all(|a| matches!(a, Arg::Scalar(_)) || matches!(a, Arg::Slice(r) if inside(r)));
                    run.padded = inside(&run.out) && slices;
                }
            }
            Instr::LookedUpProduct { x, out, stride, padded, .. } => {
                *padded = inside(x) && inside(out) && *stride == *block;
            }
            Instr::SoftplusAndSigmoid { x, padded, .. } => *padded = inside(x),
            Instr::Product { x, out, padded, .. } => *padded = columns(x) && columns(out),
            Instr::ProductThroughTanh { x, t, out, padded, .. } => {
                *padded = columns(x) && columns(t) && columns(out);
            }
            _ => {}
        }
    }
}

/// Gives every block storage its place behind the fixed ones, reusing what is no longer needed, and
/// returns how many elements the block takes.
///
/// A storage lives from the first instruction that names it to the last, within one streamed part.
pub(super) fn assign(program: &mut Program, storages: &[(usize, usize)]) -> usize {
    let base = program.arena;
    let mut place = vec![usize::MAX; storages.len()];
    let mut most = 0;
    let Program { phases, runs, .. } = program;
    let storage_of = |offset: usize| storages.partition_point(|&(start, _)| start <= offset) - 1;
    let mut life = vec![(usize::MAX, 0); storages.len()];
    for phase in phases.iter_mut().filter(|p| p.streamed) {
        // In the order of their first use.
        let mut births = Vec::new();
        for (time, instr) in phase.instrs.iter_mut().enumerate() {
            each_place(instr, runs, &mut |r: &mut Ref| {
                if r.offset >= VIRTUAL {
                    let s = storage_of(r.offset);
                    if life[s].0 == usize::MAX {
                        life[s].0 = time;
                        births.push(s);
                    }
                    life[s].1 = time;
                }
            });
        }
        let mut gaps = Gaps { end: base, free: BTreeMap::new() };
        let mut deaths: BinaryHeap<Reverse<(usize, usize)>> = BinaryHeap::new();
        for s in births {
            while let Some(&Reverse((last, other))) = deaths.peek()
                && last < life[s].0
            {
                gaps.give(place[other], storages[other].1);
                deaths.pop();
            }
            place[s] = gaps.take(storages[s].1);
            deaths.push(Reverse((life[s].1, s)));
            most = most.max(gaps.end - base);
        }
    }
    for phase in phases.iter_mut().filter(|p| p.streamed) {
        for instr in &mut phase.instrs {
            each_place(instr, runs, &mut |r: &mut Ref| {
                if r.offset >= VIRTUAL {
                    let s = storage_of(r.offset);
                    r.offset = place[s] + (r.offset - storages[s].0);
                }
            });
        }
    }
    most
}

/// Free stretches below `end`, by their start; neighbours are joined.
struct Gaps {
    end: usize,
    free: BTreeMap<usize, usize>,
}

impl Gaps {
    /// The start of the lowest stretch of this length.
    fn take(&mut self, length: usize) -> usize {
        let Some((start, free)) = self.free.iter().find(|&(_, &n)| n >= length).map(|(&s, &n)| (s, n)) else {
            // What is free at the very end is part of it.
            let start = match self.free.last_key_value().map(|(&s, &n)| (s, n)) {
                Some((s, n)) if s + n == self.end => {
                    self.free.remove(&s);
                    s
                }
                _ => self.end,
            };
            self.end = start + length;
            return start;
        };
        self.free.remove(&start);
        if free > length {
            self.free.insert(start + length, free - length);
        }
        start
    }

    fn give(&mut self, mut start: usize, mut length: usize) {
        if length == 0 {
            return;
        }
        if let Some((&before, &n)) = self.free.range(..start).next_back()
            && before + n == start
        {
            self.free.remove(&before);
            (start, length) = (before, n + length);
        }
        if let Some(n) = self.free.remove(&(start + length)) {
            length += n;
        }
        self.free.insert(start, length);
    }
}

fn each_place(instr: &mut Instr, runs: &mut [super::instr::Run], f: &mut impl FnMut(&mut Ref)) {
    if let Instr::Map { first, last, .. } = instr {
        for run in &mut runs[*first..*last] {
            f(&mut run.out);
            run.args.iter_mut().map(Arg::place).for_each(&mut *f);
        }
    }
    if let Instr::Scan(scan) = instr {
        scan.body.iter_mut().for_each(|i| each_place(i, runs, f));
    }
    instr.places().into_iter().for_each(|r| {
        debug_assert!(r.offset < VIRTUAL || r.space == Space::Arena);
        f(r);
    });
}
