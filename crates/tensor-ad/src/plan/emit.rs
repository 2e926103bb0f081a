//! What a lowering writes: instructions, and the places of their results.

use super::arena;
use super::instr::{Arg, Instr, Map, Ref, Run, Space};
use super::lower::{BLOCK_STEP, Lowering};
use crate::graph::NodeId;

impl Lowering<'_> {
    /// Adds an instruction to the once-only part of a level.
    pub(super) fn emit_once(&mut self, level: usize, instr: Instr) {
        self.once[level].push(instr);
    }

    /// Adds runs pushed since `first` to the once-only part of a level: to its last instruction, where that is the
    /// same function next to them.
    pub(super) fn emit_map_once(&mut self, level: usize, map: Map, first: usize) {
        if let Some(Instr::Map { map: before, first: start, last }) = self.once[level].last_mut()
            && *before == map
            && *last == first
            && self.runs.len() == first + 1
            && *start < first
        {
            let (a, b) = (self.runs[first - 1], self.runs[first]);
            if a.padded == b.padded && joins(&a, &b, a.count) {
                self.runs[first - 1].count += b.count;
                self.runs.pop();
                return;
            }
        }
        let instr = self.map_instr(map, first);
        self.emit_once(level, instr);
    }

    /// Takes the last instruction of a streamed part away.
    pub(super) fn pop_rows(&mut self, level: usize) -> Option<Instr> {
        self.streamed[level].pop()
    }

    /// The last instruction of a streamed part.
    pub(super) fn last_rows(&self, level: usize) -> Option<&Instr> {
        self.streamed[level].last()
    }

    /// The output that the sums of a node can go straight to: the only use of it.
    pub(super) fn straight_to(&mut self, id: NodeId) -> Option<usize> {
        let output = self.graph.outputs().iter().position(|&o| o == id)?;
        let straight = self.straight && self.uses[id] == 1;
        straight.then(|| {
            self.stored.push(id);
            output
        })
    }

    /// A place for this many sums, which are zero when a run starts.
    pub(super) fn accumulators(&mut self, count: usize) -> Ref {
        let at = Ref::arena(arena::ZEROS + self.zeros);
        self.zeros += count;
        at
    }

    /// Adds an instruction to the streamed part of a level.
    pub(super) fn emit_rows(&mut self, level: usize, instr: Instr) {
        self.streamed[level].push(instr);
    }

    /// A fixed place for this many elements. Places start on whole cache lines.
    pub(super) fn fixed(&mut self, elements: usize) -> Ref {
        let at = self.fixed;
        // Saturating: more than can be addressed is refused at the end.
        let length = elements.checked_next_multiple_of(BLOCK_STEP).unwrap_or(elements);
        self.fixed = self.fixed.saturating_add(length);
        self.fixed_places.push((at, length));
        Ref::arena(at)
    }

    /// A fixed place that holds these numbers from the start.
    pub(super) fn literal(&mut self, values: Vec<f64>) -> Ref {
        let at = self.fixed(values.len());
        self.constants.push((at.offset, values));
        at
    }

    /// A place in the block for this many columns, its final position to be assigned.
    pub(super) fn columns(&mut self, count: usize) -> Ref {
        let at = self.next_virtual;
        self.storages.push((at, count * self.block));
        // A gap, so that neighbours in name are not merged into one stretch.
        self.next_virtual += (count + 1) * self.block;
        Ref::arena(at)
    }

    /// What is assigned its place as a whole: the block storage or the fixed place that `at` belongs to; `None` for a
    /// place in an input.
    pub(super) fn storage(&self, at: Ref) -> Option<usize> {
        if at.space.input().is_some() {
            None
        } else if at.offset >= arena::VIRTUAL {
            Some(self.storages.partition_point(|&(start, _)| start <= at.offset))
        } else {
            Some(usize::MAX - self.fixed_places.partition_point(|&(start, _)| start <= at.offset))
        }
    }

    /// Columns for the result of a streamed task: in the block, or over all rows where a later part needs them.
    pub(super) fn result_columns(&mut self, id: NodeId, count: usize) -> (Ref, usize) {
        if self.schedule.kept[id] {
            let at = self.fixed(count * self.rows);
            (Ref { space: Space::ArenaRows, ..at }, self.rows)
        } else {
            (self.columns(count), self.block)
        }
    }

    /// Adds a map over runs that were pushed since `first`.
    pub(super) fn map_instr(&self, map: Map, first: usize) -> Instr {
        Instr::Map { map, first, last: self.runs.len() }
    }

    /// Adds one stretch, joined to the last one where everything advances together by `step`.
    pub(super) fn push_run(&mut self, first: usize, out: Ref, args: [Arg; 3], count: usize, step: usize) {
        if self.runs.len() > first
            && let Some(last) = self.runs.last_mut()
        {
            let next = Run { out, args, count, padded: false };
            if follows(last, &next, last.count * step) {
                last.count += count;
                return;
            }
        }
        self.runs.push(Run { out, args, count, padded: false });
    }
}

/// True when everything in `b` lies `advance` elements after what is in `a`.
fn follows(a: &Run, b: &Run, advance: usize) -> bool {
    let after = |a: &Ref, b: &Ref| b.space == a.space && b.offset == a.offset + advance;
    after(&a.out, &b.out)
        && a.args.iter().zip(&b.args).all(|(a, b)| match (a, b) {
            (Arg::Slice(a), Arg::Slice(b)) => after(a, b),
            (Arg::Scalar(a), Arg::Scalar(b)) => a == b,
            _ => false,
        })
}

/// True when `b` follows `a` after `count` elements and reads nothing that `a` writes.
fn joins(a: &Run, b: &Run, count: usize) -> bool {
    let written = |r: &Ref| {
        r.space == a.out.space && r.offset < a.out.offset + count && a.out.offset < r.offset + b.count
    };
    follows(a, b, count)
        && b.args.iter().all(|arg| match arg {
            Arg::Slice(r) => !written(r),
            Arg::Scalar(r) => {
                r.space != a.out.space || !(a.out.offset..a.out.offset + count).contains(&r.offset)
            }
        })
        && a.args.iter().all(|arg| match arg {
            // The joined stretch may not read what its second half writes.
            Arg::Slice(r) | Arg::Scalar(r) => {
                r.space != b.out.space
                    || r.offset + count <= b.out.offset
                    || r.offset >= b.out.offset + b.count
            }
        })
}
