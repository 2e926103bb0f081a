//! Windows and their overlap over the streamed axis: columns are seen otherwise, or added up.

use super::instr::{Arg, Map, Ref};
use super::lower::{Lowering, arg};
use super::views::{Column, Columns, Place, View};
use crate::Error;
use crate::graph::NodeId;
use crate::kernels;

impl Lowering<'_> {
    /// The same columns, those that several windows see several times.
    pub(super) fn rows_windows(
        &mut self,
        id: NodeId,
        from: NodeId,
        axis: usize,
        [stride, dilation]: [usize; 2],
    ) -> Result<Place, Error> {
        let (from, rest) = (self.streamed(from), self.rest(id)?);
        let streamed = self.axis(id);
        let axis = if axis > streamed { axis - 1 } else { axis };
        let view = from.positions().windowed(axis, [rest[axis], rest[axis + 1]], stride, dilation);
        Ok(Place::Streamed(from.remapped(&view, streamed)))
    }

    /// Columns added up where windows overlap; one that no other meets stays where it is.
    pub(super) fn rows_overlap(
        &mut self,
        id: NodeId,
        from: NodeId,
        axis: usize,
        [stride, dilation]: [usize; 2],
    ) -> Result<Place, Error> {
        let (from, rest) = (self.streamed(from), self.rest(id)?);
        let axis = from.rest_axis(axis);
        let lengths = [from.rest[axis], from.rest[axis + 1]];
        let mut terms: Vec<Vec<Column>> = vec![Vec::new(); rest.iter().product()];
        if lengths.iter().product::<usize>() > 0 {
            let target = View::contiguous(Ref::arena(0), &rest).windowed(axis, lengths, stride, dilation);
            for (o, &column) in target.offsets().into_iter().zip(&from.columns) {
                terms[o].push(column);
            }
        }
        let columns = self.added_up(id, &terms);
        Ok(Place::Streamed(Columns { rest, axis: self.axis(id), columns }))
    }

    /// For each of these the sum of its columns.
    fn added_up(&mut self, id: NodeId, terms: &[Vec<Column>]) -> Vec<Column> {
        let level = self.level_of(id);
        let zero = Column::Scalar(self.literal(vec![0.0]));
        // What a later part needs must lie where it stays.
        let fewest = if self.schedule.kept[id] { 0 } else { 2 };
        let count = terms.iter().filter(|t| t.len() >= fewest).count();
        let (out, stride) = self.result_columns(id, count);
        let mut next = 0;
        let columns: Vec<Column> = terms
            .iter()
            .map(|t| {
                if t.len() >= fewest {
                    next += 1;
                    Column::Rows(out.plus((next - 1) * stride))
                } else {
                    t.first().copied().unwrap_or(zero)
                }
            })
            .collect();
        let most = terms.iter().map(Vec::len).max().unwrap_or(0);
        for (map, round) in [(Map::Copy, 0), (Map::Binary(kernels::Binary::Add), 1)]
            .into_iter()
            .chain((2..most).map(|i| (Map::Binary(kernels::Binary::Add), i)))
        {
            let first = self.runs.len();
            for (t, &column) in terms.iter().zip(&columns) {
                let Column::Rows(target) = column else { continue };
                if t.len() < fewest {
                    continue;
                }
                let args = match (round, t.len()) {
                    (0, 0) => [arg(zero); 3],
                    (0, 1) => [arg(t[0]); 3],
                    (1, 2..) => [arg(t[0]), arg(t[1]), arg(t[1])],
                    (2.., n) if round < n => [Arg::Slice(target), arg(t[round]), arg(t[round])],
                    _ => continue,
                };
                self.push_run(first, target, args, 1, self.block);
            }
            if self.runs.len() > first {
                let instr = self.map_instr(map, first);
                self.emit_rows(level, instr);
            }
        }
        columns
    }
}
