//! Places in the arena: lifetimes first, memory second.
//!
//! Fixed places come first in the arena, the block behind them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use super::in_place::{self, Stretch};
use super::instr::{Arg, Finish, Instr, Map, Phase, Program, Ref, Run, Space};

/// Block storages carry offsets from here on until they are assigned.
pub(super) const VIRTUAL: usize = 1 << 48;

/// Accumulators that start at zero carry offsets from here on until [`place_zeros`].
pub(super) const ZEROS: usize = 1 << 47;

/// How far memory is used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reuse {
    /// Not at all.
    Never,
    /// From the instruction after the last that needs it.
    After,
    /// And by the result of that last instruction itself, where it reads what it overwrites.
    InPlace,
}

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

/// Gives every fixed place its final one, reusing what is no longer needed.
///
/// A place lives from the first instruction that names it to the last; a streamed part is one instruction to it, for its
/// instructions are run again for each block. Literals live for ever. Places that one stretch runs through stay side by side. A
/// result takes the place of an operand as long as itself that dies with the instruction, as [`in_place`] allows.
pub(super) fn assign_fixed(program: &mut Program, places: &[(usize, usize)]) {
    let Program { phases, runs, block, constants, .. } = program;
    let index = |offset: usize| places.partition_point(|&(start, _)| start <= offset).saturating_sub(1);
    let fixed = |r: &Ref| r.space.input().is_none() && r.offset < ZEROS;
    let mut joined = vec![false; places.len()];
    for (run, count) in stretches(phases, runs, *block) {
        let slices = run.args.iter().filter_map(|a| if let Arg::Slice(r) = a { Some(r) } else { None });
        for r in slices.chain([&run.out]).filter(|r| fixed(r)) {
            (index(r.offset)..index(r.offset + count.max(1) - 1)).for_each(|i| joined[i] = true);
        }
    }
    // Neighbours that are joined are one group; a group has the number of its first place.
    let mut group: Vec<usize> = (0..places.len()).collect();
    let mut length = vec![0; places.len()];
    for i in 0..places.len() {
        if i > 0 && joined[i - 1] {
            group[i] = group[i - 1];
        }
        length[group[i]] += places[i].1;
    }
    let mut life = vec![(usize::MAX, 0); places.len()];
    let mut births = Vec::new();
    let mut live = |g: usize, time: usize| {
        if life[g].0 == usize::MAX {
            life[g].0 = time;
            births.push(g);
        }
        life[g].1 = life[g].1.max(time);
    };
    for (at, _) in constants.iter() {
        live(group[index(*at)], 0);
        live(group[index(*at)], usize::MAX - 1);
    }
    let mut time = 1;
    let mut maps: HashMap<usize, MapRuns> = HashMap::new();
    for phase in phases.iter_mut() {
        time += 1;
        for instr in &mut phase.instrs {
            time += usize::from(!phase.streamed);
            if !phase.streamed
                && let Some(map) = map_runs(instr)
            {
                maps.insert(time, map);
            }
            each_place(instr, runs, &mut |r: &mut Ref| {
                if fixed(r) && !places.is_empty() {
                    live(group[index(r.offset)], time);
                }
            });
        }
    }
    let mut gaps = Gaps { end: 0, free: BTreeMap::new() };
    let mut deaths: BinaryHeap<Reverse<(usize, usize)>> = BinaryHeap::new();
    let mut place = vec![0; places.len()];
    let mut taken = vec![false; places.len()];
    for g in births {
        while let Some(&Reverse((last, other))) = deaths.peek()
            && last < life[g].0
        {
            if !taken[other] {
                gaps.give(place[other], length[other]);
            }
            deaths.pop();
        }
        let over = maps.get(&life[g].0).and_then(|map| {
            let dying = |at: &Ref| {
                let other = fixed(at).then(|| group[index(at.offset)])?;
                (life[other].1 == life[g].0 && !taken[other])
                    .then_some((other, (places[other].0, length[other])))
            };
            map.taken(runs, (places[g].0, length[g]), dying, |run| run.count)
        });
        place[g] = match over {
            Some(other) => {
                taken[other] = true;
                place[other]
            }
            None => gaps.take(length[g]),
        };
        deaths.push(Reverse((life[g].1, g)));
    }
    let moved = |offset: usize| {
        let g = group[index(offset)];
        place[g] + (offset - places[g].0)
    };
    for instr in phases.iter_mut().flat_map(|p| &mut p.instrs) {
        each_place(instr, runs, &mut |r: &mut Ref| {
            if fixed(r) && !places.is_empty() {
                r.offset = moved(r.offset);
            }
        });
    }
    constants.iter_mut().for_each(|(at, _)| *at = moved(*at));
    program.arena = gaps.end;
}

/// The stretches of all elementwise functions, and how many elements each spans.
fn stretches<'r>(phases: &[Phase], runs: &'r [Run], block: usize) -> Vec<(&'r Run, usize)> {
    let mut found = Vec::new();
    for phase in phases {
        let mut instrs: Vec<&Instr> = phase.instrs.iter().collect();
        while let Some(instr) = instrs.pop() {
            match instr {
                Instr::Map { first, last, .. } => {
                    let span = |run: &Run| if phase.streamed { run.count * block } else { run.count };
                    found.extend(runs[*first..*last].iter().map(|run| (run, span(run))));
                }
                Instr::Scan(scan) => instrs.extend(&scan.body),
                _ => {}
            }
        }
    }
    found
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
            Instr::Product { x, finish, out, padded, .. } => {
                let finish = !matches!(finish, Finish::TanhPullback(t) if !columns(t));
                *padded = columns(x) && columns(out) && finish;
            }
            Instr::LayerGradient { a, g, back, padded, .. } => {
                *padded = columns(a) && columns(g) && columns(back);
            }
            _ => {}
        }
    }
}

/// Gives every block storage its place behind the fixed ones, reusing what is no longer needed, and
/// returns how many elements the block takes.
///
/// A storage lives from the first instruction that names it to the last, within one streamed part; without reuse,
/// for ever.
pub(super) fn assign(program: &mut Program, storages: &[(usize, usize)], reuse: Reuse) -> usize {
    let base = program.arena;
    let mut place = vec![usize::MAX; storages.len()];
    let mut most = 0;
    let Program { phases, runs, block, .. } = program;
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
        let end = if reuse == Reuse::Never { base + most } else { base };
        let mut gaps = Gaps { end, free: BTreeMap::new() };
        let mut deaths: BinaryHeap<Reverse<(usize, usize)>> = BinaryHeap::new();
        let mut taken = HashSet::new();
        for s in births {
            while let Some(&Reverse((last, other))) = deaths.peek()
                && last < life[s].0
                && reuse != Reuse::Never
            {
                if !taken.contains(&other) {
                    gaps.give(place[other], storages[other].1);
                }
                deaths.pop();
            }
            let map = if reuse == Reuse::InPlace { map_runs(&phase.instrs[life[s].0]) } else { None };
            let over = map.filter(|map| in_place::as_fast(map.map)).and_then(|map| {
                let dying = |at: &Ref| {
                    let other = (at.offset >= VIRTUAL).then(|| storage_of(at.offset))?;
                    (life[other].1 == life[s].0 && !taken.contains(&other))
                        .then_some((other, storages[other]))
                };
                map.taken(runs, storages[s], dying, |run| run.count * *block)
            });
            place[s] = match over {
                Some(other) => {
                    taken.insert(other);
                    place[other]
                }
                None => gaps.take(storages[s].1),
            };
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

/// An elementwise function, and which runs are its own.
#[derive(Debug, Clone, Copy)]
struct MapRuns {
    map: Map,
    first: usize,
    last: usize,
}

fn map_runs(instr: &Instr) -> Option<MapRuns> {
    match *instr {
        Instr::Map { map, first, last } => Some(MapRuns { map, first, last }),
        _ => None,
    }
}

impl MapRuns {
    /// The operand whose place the result `own` takes, if there is one that dies: `dying` says which an address belongs to. The
    /// runs are changed so that this operand stands where it can be overwritten.
    fn taken(
        self,
        runs: &mut [Run],
        own: Stretch,
        dying: impl Fn(&Ref) -> Option<(usize, Stretch)>,
        span: impl Fn(&Run) -> usize,
    ) -> Option<usize> {
        let runs = &mut runs[self.first..self.last];
        let mut operands = runs.first()?.args;
        let candidates = operands.iter_mut().filter_map(|arg| {
            let at = arg.place();
            if at.space.input().is_some() { None } else { dying(at) }
        });
        for (other, stretch) in candidates.collect::<Vec<_>>() {
            if let Some(position) = in_place::operand_taken(self.map, runs, own, stretch, &span) {
                in_place::exchange(self.map, runs, position);
                return Some(other);
            }
        }
        None
    }
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

pub(super) fn each_place(instr: &mut Instr, runs: &mut [Run], f: &mut impl FnMut(&mut Ref)) {
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
