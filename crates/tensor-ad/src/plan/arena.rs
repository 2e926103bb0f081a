//! Places in the block: lifetimes first, memory second.

use super::instr::{Arg, Instr, Program, Ref, Space};

/// Block storages carry offsets from here on until they are assigned.
pub(super) const VIRTUAL: usize = 1 << 48;

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
    for phase in phases.iter_mut().filter(|p| p.streamed) {
        let mut life = vec![(usize::MAX, 0); storages.len()];
        for (time, instr) in phase.instrs.iter_mut().enumerate() {
            each_place(instr, runs, |r| {
                if r.offset >= VIRTUAL {
                    let (first, last) = &mut life[storage_of(r.offset)];
                    *first = time.min(*first);
                    *last = time;
                }
            });
        }
        let mut births: Vec<usize> = (0..storages.len()).filter(|&s| life[s].0 != usize::MAX).collect();
        births.sort_by_key(|&s| life[s].0);
        let mut live: Vec<usize> = Vec::new();
        for s in births {
            live.retain(|&other| life[other].1 >= life[s].0);
            // The lowest gap that fits.
            let mut taken: Vec<(usize, usize)> = live.iter().map(|&o| (place[o], storages[o].1)).collect();
            taken.sort_unstable();
            let mut at = base;
            for (start, length) in taken {
                if at + storages[s].1 <= start {
                    break;
                }
                at = at.max(start + length);
            }
            place[s] = at;
            live.push(s);
            most = most.max(at + storages[s].1 - base);
        }
    }
    for phase in phases.iter_mut().filter(|p| p.streamed) {
        for instr in &mut phase.instrs {
            each_place(instr, runs, |r| {
                if r.offset >= VIRTUAL {
                    let s = storage_of(r.offset);
                    r.offset = place[s] + (r.offset - storages[s].0);
                }
            });
        }
    }
    most
}

fn each_place(instr: &mut Instr, runs: &mut [super::instr::Run], mut f: impl FnMut(&mut Ref)) {
    if let Instr::Map { first, last, .. } = instr {
        for run in &mut runs[*first..*last] {
            f(&mut run.out);
            run.args.iter_mut().map(Arg::place).for_each(&mut f);
        }
    }
    instr.places().into_iter().for_each(|r| {
        debug_assert!(r.offset < VIRTUAL || r.space == Space::Arena);
        f(r);
    });
}
