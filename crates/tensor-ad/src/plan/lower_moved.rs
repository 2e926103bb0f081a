//! Tasks over the streamed axis that move elements of other axes about: zeros added, columns reversed, rows looked up,
//! recurrences from column to column.

use std::sync::Arc;

use super::instr::{Arg, ColumnsRef, Instr, Map, Origin, Ref};
use super::look_up::{LookUp, Names, Row};
use super::lower::{Lowering, arg, without};
use super::views::{Column, Columns, Place, View};
use crate::Error;
use crate::breakdown::NoRow;
use crate::graph::NodeId;
use crate::kernels::{Binary, Ternary, Unary};
use crate::source::Source;

impl Lowering<'_> {
    /// Columns of zeros around and between the others; nothing is computed.
    pub(super) fn rows_pad(
        &mut self,
        id: NodeId,
        from: NodeId,
        axis: usize,
        before: usize,
        between: usize,
    ) -> Result<Place, Error> {
        let (columns, rest) = (self.streamed(from), self.rest(id)?);
        let rest_axis = columns.rest_axis(axis);
        let zero = Column::Scalar(self.literal(vec![0.0]));
        let mut all = vec![zero; rest.iter().product()];
        let (places, step) = (View::contiguous(Ref::arena(0), &rest), between.saturating_add(1));
        let places = places.sliced(rest_axis, before, columns.rest[rest_axis], step);
        for (&column, o) in columns.columns.iter().zip(places.offsets()) {
            all[places.at.offset + o] = column;
        }
        Ok(Place::Streamed(Columns { rest, axis: columns.axis, columns: all }))
    }

    /// The columns in the other order along one axis.
    pub(super) fn rows_reverse(&mut self, from: NodeId, axis: usize) -> Place {
        let Columns { rest, axis: streamed, columns } = self.streamed(from);
        let positions = Columns { rest: rest.clone(), axis: streamed, columns: Vec::new() };
        let order = positions.positions().reversed_offsets(positions.rest_axis(axis));
        let columns = order.into_iter().map(|o| columns[o]).collect();
        Place::Streamed(Columns { rest, axis: streamed, columns })
    }

    /// The positions of the columns that stand at each step along an axis, in the order of the steps.
    fn steps(columns: &Columns, axis: usize, reverse: bool) -> Vec<Vec<usize>> {
        let axis = columns.rest_axis(axis);
        let n = columns.rest[axis];
        let at = |t: usize| {
            let t = if reverse { n - 1 - t } else { t };
            let step = columns.positions().sliced(axis, t, 1, 1);
            step.offsets().into_iter().map(|o| step.at.offset + o).collect()
        };
        (0..n).map(at).collect()
    }

    /// One function of several columns each, into columns of its own.
    fn across(&mut self, level: usize, map: Map, args: [&[Arg]; 3]) -> Vec<Arg> {
        let count = args[0].len();
        let (out, first) = (self.columns(count), self.runs.len());
        for i in 0..count {
            let operands = args.map(|a| a[i]);
            self.push_run(first, out.plus(i * self.block), operands, 1, self.block);
        }
        let instr = self.map_instr(map, first);
        self.emit_rows(level, instr);
        (0..count).map(|i| Arg::Slice(out.plus(i * self.block))).collect()
    }

    pub(super) fn rows_recurrence(
        &mut self,
        id: NodeId,
        a: NodeId,
        b: NodeId,
        axis: usize,
        reverse: bool,
    ) -> Place {
        let level = self.level_of(id);
        let (a, b) = (self.streamed(a), self.streamed(b));
        let (out, stride) = self.result_columns(id, b.columns.len());
        let zero = Arg::Scalar(self.literal(vec![0.0]));
        let at = |p: usize| out.plus(p * stride);
        let mut before: Vec<usize> = Vec::new();
        for (t, places) in Self::steps(&b, axis, reverse).into_iter().enumerate() {
            let first = self.runs.len();
            for (i, &p) in places.iter().enumerate() {
                let args = match before.get(i) {
                    None => [zero; 3],
                    Some(&q) if t == 1 => [arg(b.columns[q]); 3],
                    Some(&q) => [arg(a.columns[q]), Arg::Slice(at(q)), arg(b.columns[q])],
                };
                self.push_run(first, at(p), args, 1, self.block);
            }
            let map = if t < 2 { Map::Copy } else { Map::Ternary(Ternary::MulAdd) };
            let instr = self.map_instr(map, first);
            self.emit_rows(level, instr);
            before = places;
        }
        let columns = (0..b.columns.len()).map(|p| Column::Rows(at(p))).collect();
        Place::Streamed(Columns { columns, ..b })
    }

    pub(super) fn rows_log_cumulative(&mut self, id: NodeId, x: NodeId, axis: usize, reverse: bool) -> Place {
        let level = self.level_of(id);
        let x = self.streamed(x);
        let (out, stride) = self.result_columns(id, x.columns.len());
        let zero = Arg::Scalar(self.literal(vec![0.0]));
        let mut sums: Vec<Arg> = Vec::new();
        for (t, places) in Self::steps(&x, axis, reverse).into_iter().enumerate() {
            let terms: Vec<Arg> = places.iter().map(|&p| arg(x.columns[p])).collect();
            let results: Vec<Arg> = places.iter().map(|&p| Arg::Slice(out.plus(p * stride))).collect();
            let parts = if t == 0 {
                [terms.clone(), terms.clone()]
            } else {
                // high + ln(1 + e^(low - high)), where of two equal infinities the difference is 0.
                let map = |s: &mut Self, f, a: &[Arg], b: &[Arg]| s.across(level, Map::Binary(f), [a, b, a]);
                let high = map(self, Binary::Max, &sums, &terms);
                let low = map(self, Binary::Min, &sums, &terms);
                let same = map(self, Binary::Eq, &low, &high);
                let apart = map(self, Binary::Sub, &low, &high);
                let zeros = vec![zero; terms.len()];
                let select = Map::Ternary(Ternary::Select);
                let apart = self.across(level, select, [&same, &zeros, &apart]);
                let ratio = self.across(level, Map::Unary(Unary::Exp), [&apart; 3]);
                [high, self.across(level, Map::Unary(Unary::Ln1p), [&ratio; 3])]
            };
            let first = self.runs.len();
            for (i, &p) in places.iter().enumerate() {
                let (high, more) = (parts[0][i], parts[1][i]);
                self.push_run(first, out.plus(p * stride), [high, more, high], 1, self.block);
            }
            let instr = self.map_instr(if t == 0 { Map::Copy } else { Map::Binary(Binary::Add) }, first);
            self.emit_rows(level, instr);
            sums = results;
        }
        let columns = (0..x.columns.len()).map(|p| Column::Rows(out.plus(p * stride))).collect();
        Place::Streamed(Columns { columns, ..x })
    }

    pub(super) fn rows_take(
        &mut self,
        id: NodeId,
        table: NodeId,
        index: NodeId,
        batch: usize,
    ) -> Result<Place, Error> {
        if self.streamed_axis(table).is_some() {
            return self.rows_pick(id, table, index, batch);
        }
        let level = self.level_of(id);
        let (table, index) = (self.whole(table), self.streamed(index));
        let (length, row_stride) = (table.shape[batch], table.strides[batch]);
        let (mut tables, mut row) = (table.clone(), without(&table, batch));
        tables.shape.truncate(batch);
        tables.strides.truncate(batch);
        row.shape.drain(..batch);
        row.strides.drain(..batch);
        // The streamed axis of the index is none of those that it shares with the table.
        let count: usize = index.rest[batch..].iter().product();
        let offsets = row.offsets();
        if offsets.is_empty() {
            self.check_rows(id, &index.columns, length);
        }
        let (out, stride) = self.result_columns(id, index.columns.len() * offsets.len());
        let mut columns = Vec::new();
        for (b, first) in tables.offsets().into_iter().enumerate() {
            for &column in &index.columns[b * count..(b + 1) * count] {
                let rows = self.rows_of(id, column, length);
                for &o in &offsets {
                    let (table, out) = (table.at.plus(first + o), out.plus(columns.len() * stride));
                    self.emit_rows(
                        level,
                        self.look_up(id, LookUp::TakeRows { table, length, row_stride, rows, out }),
                    );
                    columns.push(Column::Rows(out));
                }
            }
        }
        Ok(Place::Streamed(Columns { rest: self.rest(id)?, axis: self.axis(id), columns }))
    }

    /// A look-up of this node, or for it.
    pub(super) fn look_up(&self, id: NodeId, work: LookUp) -> Instr {
        Instr::LookUp(work, self.looks_up(id).1.clone())
    }

    /// What the index of this node came from.
    pub(super) fn index_names(&self, id: NodeId) -> Names {
        self.looks_up(id).0.clone()
    }

    fn looks_up(&self, id: NodeId) -> &(Names, Arc<Origin>) {
        self.look_ups[id].get_or_init(|| {
            let node = (self.graph, id);
            let label = node.label_or_of(2).map(Into::into);
            (NoRow::index_of(node).into(), Arc::new(Origin { label, ..self.origin(id, &[]) }))
        })
    }

    /// The rows of tables of this length that a column of an index names: converted once in each streamed part, for the first node that asks.
    fn rows_of(&mut self, id: NodeId, index: Column, length: usize) -> Ref {
        let level = self.level_of(id);
        if let Some(&rows) = self.converted.get(&(level, index, length)) {
            return rows;
        }
        let from = self.as_rows(index, level);
        let out = if self.trial { from } else { self.columns(1) };
        let names = self.index_names(id);
        self.emit_rows(level, self.look_up(id, LookUp::Rows { index: from, length, out, names }));
        self.converted.insert((level, index, length), out);
        out
    }

    /// Refuses an index that is no place, where nothing else looks at it.
    fn check_rows(&mut self, id: NodeId, index: &[Column], length: usize) {
        for &column in index {
            self.rows_of(id, column, length);
        }
    }

    /// Which column of tables that are columns each row looks into.
    fn row_of(&mut self, id: NodeId, index: Column, length: usize) -> Row {
        match index {
            Column::Rows(_) => Row::Each(self.rows_of(id, index, length)),
            Column::Scalar(at) => Row::Same(at),
        }
    }

    /// The columns of an index into tables of this length and width over the rows: one a row where it is streamed
    /// itself, and otherwise the same number in every row.
    fn index_columns(&mut self, id: NodeId, index: NodeId, [_, length, width]: [usize; 3]) -> Vec<Column> {
        let level = self.level_of(id);
        match self.place(index).clone() {
            Place::Streamed(columns) => {
                if width == 0 {
                    self.check_rows(id, &columns.columns, length);
                }
                columns.columns
            }
            Place::Whole(view) => {
                // There may be no rows at all.
                let view = self.gathered(level, &view);
                let (index, count) = (view.at, view.len());
                let names = self.index_names(id);
                self.emit_once(level, self.look_up(id, LookUp::CheckIndex { index, count, length, names }));
                (0..count).map(|o| Column::Scalar(index.plus(o))).collect()
            }
        }
    }

    /// Elements of tables that are columns: every row has tables of its own.
    fn rows_pick(&mut self, id: NodeId, table: NodeId, index: NodeId, batch: usize) -> Result<Place, Error> {
        let level = self.level_of(id);
        let table = self.streamed(table);
        let [tables, length, width] = shape_around(&table, batch);
        let index = self.index_columns(id, index, [tables, length, width]);
        let count = index.len().checked_div(tables).unwrap_or(0);
        let (out, stride) = self.result_columns(id, index.len() * width);
        let mut columns = vec![Column::Rows(out); index.len() * width];
        for b in 0..tables {
            for w in 0..width {
                let rows: Vec<Column> =
                    (0..length).map(|k| table.columns[(b * length + k) * width + w]).collect();
                let table = if rows.is_empty() {
                    ColumnsRef { at: Ref::arena(0), stride: 0, count: 0 }
                } else {
                    self.regular(&rows, level)
                };
                for c in 0..count {
                    let place = (b * count + c) * width + w;
                    let row = self.row_of(id, index[b * count + c], length);
                    let out = out.plus(place * stride);
                    self.emit_rows(level, self.look_up(id, LookUp::PickRows { table, row, out }));
                    columns[place] = Column::Rows(out);
                }
            }
        }
        Ok(Place::Streamed(Columns { rest: self.rest(id)?, axis: self.axis(id), columns }))
    }

    pub(super) fn rows_scatter(
        &mut self,
        id: NodeId,
        index: NodeId,
        updates: NodeId,
        batch: usize,
    ) -> Result<Place, Error> {
        if self.streamed_axis(id).is_some() {
            return self.rows_put(id, index, updates, batch);
        }
        let level = self.level_of(id);
        let shape = self.shape(id)?;
        let (index, updates) = (self.streamed(index), self.streamed(updates));
        let (length, width) = (shape[batch], shape[batch + 1..].iter().product::<usize>());
        let count: usize = index.rest[batch..].iter().product();
        let out = self.accumulators(shape.iter().product());
        if width == 0 {
            self.check_rows(id, &index.columns, length);
        }
        for (i, &column) in index.columns.iter().enumerate() {
            let table = out.plus(i / count * length * width);
            let rows = self.rows_of(id, column, length);
            for j in 0..width {
                let updates = arg(updates.columns[i * width + j]);
                let out = table.plus(j);
                self.emit_rows(
                    level,
                    self.look_up(id, LookUp::ScatterRows { rows, updates, length, row_stride: width, out }),
                );
            }
        }
        Ok(Place::Whole(View::contiguous(out, &shape)))
    }

    /// Into tables that are columns: every row has tables of its own.
    fn rows_put(&mut self, id: NodeId, index: NodeId, updates: NodeId, batch: usize) -> Result<Place, Error> {
        let level = self.level_of(id);
        let updates = self.streamed(updates);
        let result = Columns { rest: self.rest(id)?, axis: self.axis(id), columns: Vec::new() };
        let [tables, length, width] = shape_around(&result, batch);
        let index = self.index_columns(id, index, [tables, length, width]);
        let (out, stride) = self.result_columns(id, tables * length * width);
        let zero = Arg::Scalar(self.literal(vec![0.0]));
        let places: Vec<Ref> = (0..tables * length * width).map(|p| out.plus(p * stride)).collect();
        for &place in &places {
            self.emit_map(level, Map::Copy, place, [zero; 3]);
        }
        let count = index.len().checked_div(tables).unwrap_or(0);
        for (i, &column) in index.iter().enumerate() {
            for w in 0..width {
                let at = out.plus((i / count * length * width + w) * stride);
                let out = ColumnsRef { at, stride: width * stride, count: length };
                let updates = arg(updates.columns[i * width + w]);
                let row = self.row_of(id, column, length);
                self.emit_rows(level, self.look_up(id, LookUp::PutRows { row, updates, out }));
            }
        }
        Ok(Place::Streamed(Columns { columns: places.into_iter().map(Column::Rows).collect(), ..result }))
    }
}

/// How many tables, rows and elements of a row there are besides the streamed axis, in a value whose axis `axis` has
/// the rows.
fn shape_around(columns: &Columns, axis: usize) -> [usize; 3] {
    let (rest, axis) = (&columns.rest, columns.rest_axis(axis));
    [rest[..axis].iter().product(), rest[axis], rest[axis + 1..].iter().product()]
}
