//! Tasks over the streamed axis: columns in, columns or folds out.

use super::fuse::{Kind, Task};
use super::instr::{Arg, ColumnsRef, Finish, Fold, Instr, Map, MatrixRef, Ref, SumsTo};
use super::lower::{Lowering, arg, without};
use super::views::{Column, Columns, Place, View, row_major};
use crate::Error;
use crate::graph::NodeId;
use crate::kernels;
use crate::op::{Op, Reduce};

impl Lowering<'_> {
    pub(super) fn rows_task(&mut self, id: NodeId, task: &Task) -> Result<Place, Error> {
        let args = &task.operands;
        if let Some(chain) = self.chains.get(&id).cloned() {
            return self.rows_overlap_of_product(&chain);
        }
        match (task.kind, &self.graph.nodes()[id].op) {
            (Kind::Map(map), _) => Ok(self.rows_map(id, map, args)),
            (Kind::Dot, Op::Reduce(_, axes)) => self.rows_reduce(id, Fold::Dot, args, axes),
            (Kind::SumOf(f), Op::Reduce(_, axes)) => self.rows_reduce(id, Fold::Of(f), args, axes),
            (Kind::Own, Op::Reduce(reduce, axes)) => {
                let fold = match reduce {
                    Reduce::Sum => Fold::Sum,
                    Reduce::Prod => Fold::Prod,
                    Reduce::Max => Fold::Max,
                    Reduce::Min => Fold::Min,
                };
                self.rows_reduce(id, fold, args, axes)
            }
            (Kind::Own, Op::Broadcast(_)) => self.rows_broadcast(id, args[0]),
            (Kind::Own, Op::Reshape(_)) => {
                let (columns, axis, rest) = (self.streamed(args[0]), self.axis(id), self.rest(id)?);
                let positions = View::contiguous(Ref::arena(0), &rest);
                Ok(Place::Streamed(columns.remapped(&positions, axis)))
            }
            (Kind::Own, Op::Permute(order)) => {
                let columns = self.streamed(args[0]);
                let rest_of = |a: usize| if a > columns.axis { a - 1 } else { a };
                let rest_order: Vec<usize> =
                    order.iter().filter(|&&a| a != columns.axis).map(|&a| rest_of(a)).collect();
                let axis = self.axis(id);
                Ok(Place::Streamed(columns.remapped(&columns.positions().permuted(&rest_order), axis)))
            }
            (Kind::Own, Op::Slice { axis, start, length, step }) => {
                let columns = self.streamed(args[0]);
                let rest_axis = columns.rest_axis(*axis);
                let cut = columns.positions().sliced(rest_axis, *start, *length, *step);
                Ok(Place::Streamed(columns.remapped(&cut, columns.axis)))
            }
            (Kind::Own, Op::Pad { axis, before, between, .. }) => {
                self.rows_pad(id, args[0], *axis, *before, *between)
            }
            (Kind::Own, Op::Reverse(axis)) => Ok(self.rows_reverse(args[0], *axis)),
            (Kind::Own, Op::Recurrence { axis, reverse }) => {
                Ok(self.rows_recurrence(id, args[0], args[1], *axis, *reverse))
            }
            (Kind::Own, Op::LogCumSumExp { axis, reverse }) => {
                Ok(self.rows_log_cumulative(id, args[0], *axis, *reverse))
            }
            (Kind::Own, Op::Windows { axis, stride, dilation, .. }) => {
                self.rows_windows(id, args[0], *axis, [*stride, *dilation])
            }
            (Kind::Own, Op::Overlap { axis, stride, dilation, .. }) => {
                self.rows_overlap(id, args[0], *axis, [*stride, *dilation])
            }
            (Kind::Own, Op::Concat(axis)) => self.rows_concat(id, args, *axis),
            (Kind::Own, Op::MatMul) if self.graph.nodes()[id].shape.rank() == 2 => {
                self.rows_matmul(id, args[0], args[1])
            }
            (Kind::Own, Op::MatMul) => {
                let (a, b) = (self.streamed(args[0]), self.streamed(args[1]));
                self.rows_batched_matmul(id, &a, &b, self.level_of(id))
            }
            (Kind::SumOfProducts, _) => {
                let (a, b) = (self.streamed(args[0]), self.streamed(args[1]));
                self.rows_sum_of_products(id, &a, &b, self.level_of(id))
            }
            (Kind::Own, Op::TriangularSolve(triangle)) => {
                let (a, b) = (self.whole(args[0]), self.streamed(args[1]));
                Ok(self.rows_triangular_solve(id, *triangle, &a, &b, self.level_of(id)))
            }
            (Kind::Own, Op::Take { batch }) => self.rows_take(id, args[0], args[1], *batch),
            (Kind::Own, Op::ScatterAdd { batch, .. }) => self.rows_scatter(id, args[0], args[1], *batch),
            // The schedule streams no other primitive; these have no streamed operand.
            (_, op) => unreachable_task(op.name()),
        }
    }

    pub(super) fn axis(&self, id: NodeId) -> usize {
        self.streamed_axis(id).unwrap_or(0)
    }

    /// The lengths of the node's axes other than the streamed one.
    pub(super) fn rest(&self, id: NodeId) -> Result<Vec<usize>, Error> {
        let mut shape = self.shape(id)?;
        if let Some(axis) = self.streamed_axis(id) {
            shape.remove(axis);
        }
        Ok(shape)
    }

    /// The columns of an operand that has the streamed axis.
    pub(super) fn streamed(&self, id: NodeId) -> Columns {
        match self.place(id) {
            Place::Streamed(columns) => columns.clone(),
            Place::Whole(view) => {
                Columns { rest: Vec::new(), axis: 0, columns: vec![Column::Scalar(view.at)] }
            }
        }
    }

    pub(super) fn whole(&self, id: NodeId) -> View {
        match self.place(id) {
            Place::Whole(view) => view.clone(),
            Place::Streamed(columns) => View::contiguous(Ref::arena(0), &columns.rest),
        }
    }

    /// The streamed part in which the node's task runs.
    pub(super) fn level_of(&self, id: NodeId) -> usize {
        let level = self.schedule.level[id];
        if self.streamed_axis(id).is_some() { level } else { level.saturating_sub(1) }
    }

    /// The node that takes the sigmoid of what `id` takes the softplus of, or the other way round, when both can
    /// be computed together.
    fn partner(&self, id: NodeId) -> Option<NodeId> {
        let partner = self.partners[id]?;
        let free = |n: NodeId| !self.schedule.kept[n] && self.schedule.level[n] == self.schedule.level[id];
        (free(id) && free(partner)).then_some(partner)
    }

    /// The columns of a product that was computed last and that nothing else needs.
    fn last_product(&self, id: NodeId, from: NodeId, level: usize) -> Option<Columns> {
        let kept = &self.schedule.kept;
        if self.uses[from] != 1 || kept[from] || kept[id] || self.streamed_axis(from).is_none() {
            return None;
        }
        let product = self.streamed(from);
        let Some(Instr::Product { out, finish: Finish::Plain, .. }) = self.last_rows(level) else {
            return None;
        };
        let is_product = product.columns.len() == out.count
            && (product.columns.iter().enumerate())
                .all(|(j, &c)| c == Column::Rows(out.at.plus(j * out.stride)));
        is_product.then_some(product)
    }

    /// A gradient that is a product and goes back through `tanh` at once, when nothing else needs it.
    fn product_through_tanh(&mut self, id: NodeId, args: &[NodeId]) -> Option<Place> {
        let level = self.level_of(id);
        let product = self.last_product(id, args[0], level)?;
        let tanh = self.streamed(args[1]);
        if tanh.columns.len() != product.columns.len() {
            return None;
        }
        let Some(Instr::Product { x, w, out, padded, .. }) = self.pop_rows(level) else { return None };
        let finish = Finish::TanhPullback(self.regular(&tanh.columns, level));
        self.emit_rows(level, Instr::Product { x, w, finish, out, padded });
        Some(Place::Streamed(product))
    }

    /// Softplus and sigmoid of the same columns, from one exponential.
    fn softplus_and_sigmoid(&mut self, id: NodeId, x: &Columns) -> Option<[Place; 2]> {
        let count = x.columns.len();
        if count == 0 || x.columns.iter().any(|c| matches!(c, Column::Scalar(_))) {
            return None;
        }
        let level = self.level_of(id);
        let from = self.regular(&x.columns, level);
        if count > 1 && from.stride != self.block {
            return None;
        }
        let (out, distance) = (self.columns(2 * count), count * self.block);
        self.emit_rows(level, Instr::SoftplusAndSigmoid { x: from.at, count, distance, out, padded: false });
        Some([0, count].map(|first| {
            let at = |c: usize| Column::Rows(out.plus((first + c) * self.block));
            Place::Streamed(Columns {
                rest: x.rest.clone(),
                axis: x.axis,
                columns: (0..count).map(at).collect(),
            })
        }))
    }

    fn rows_map(&mut self, id: NodeId, map: Map, args: &[NodeId]) -> Place {
        if let Some(partner) = self.partner(id)
            && let Some([softplus, sigmoid]) = self.softplus_and_sigmoid(id, &self.streamed(args[0]))
        {
            let first = map == Map::Unary(kernels::Unary::Softplus);
            let (own, other) = if first { (softplus, sigmoid) } else { (sigmoid, softplus) };
            self.places[partner] = Some(other);
            return own;
        }
        if map == Map::Binary(kernels::Binary::TanhPullback)
            && let Some(place) = self.product_through_tanh(id, args)
        {
            return place;
        }
        let operands: Vec<Columns> = args.iter().map(|&a| self.streamed(a)).collect();
        let first_operand = &operands[0];
        let count = first_operand.columns.len();
        let (out, stride) = self.result_columns(id, count);
        let first = self.runs.len();
        for c in 0..count {
            let at = |i: usize| arg(operands.get(i).unwrap_or(first_operand).columns[c]);
            let padded = [at(0), at(1), at(2)];
            self.push_run(first, out.plus(c * stride), padded, 1, self.block);
        }
        let instr = self.map_instr(map, first);
        self.emit_rows(self.level_of(id), instr);
        Place::Streamed(Columns {
            rest: first_operand.rest.clone(),
            axis: first_operand.axis,
            columns: (0..count).map(|c| Column::Rows(out.plus(c * stride))).collect(),
        })
    }

    /// The column as one element a row, copied out if it is one element for all rows.
    pub(super) fn as_rows(&mut self, column: Column, level: usize) -> Ref {
        match column {
            Column::Rows(r) => r,
            Column::Scalar(_) => {
                // The same in every block: filled once a run.
                let out = self.fixed(self.block);
                let first = self.runs.len();
                self.push_run(first, out, [arg(column); 3], self.block, 1);
                let instr = self.map_instr(Map::Copy, first);
                self.emit_once(level, instr);
                out
            }
        }
    }

    /// Columns a fixed distance apart, copied together if they are not.
    pub(super) fn regular(&mut self, columns: &[Column], level: usize) -> ColumnsRef {
        let rows: Option<Vec<Ref>> =
            columns.iter().map(|c| if let Column::Rows(r) = c { Some(*r) } else { None }).collect();
        if let Some(rows) = rows
            && let Some(first) = rows.first()
        {
            let stride = rows.get(1).and_then(|r| r.offset.checked_sub(first.offset)).unwrap_or(0);
            let even = rows
                .windows(2)
                .all(|w| w[0].space == w[1].space && w[1].offset.checked_sub(w[0].offset) == Some(stride));
            // Distances between block storages mean nothing until these have their places.
            let together = rows.iter().all(|r| self.storage(*r) == self.storage(*first));
            if rows.len() == 1 || even && together && stride >= 1 {
                return ColumnsRef { at: *first, stride, count: rows.len() };
            }
        }
        let out = self.columns(columns.len());
        let first = self.runs.len();
        for (c, column) in columns.iter().enumerate() {
            self.push_run(first, out.plus(c * self.block), [arg(*column); 3], 1, self.block);
        }
        let instr = self.map_instr(Map::Copy, first);
        self.emit_rows(level, instr);
        ColumnsRef { at: out, stride: self.block, count: columns.len() }
    }

    fn rows_broadcast(&mut self, id: NodeId, from: NodeId) -> Result<Place, Error> {
        let (target, axis) = (self.shape(id)?, self.axis(id));
        Ok(Place::Streamed(match self.place(from).clone() {
            Place::Whole(view) => {
                let rest = without(&view.stretched(&target), axis);
                let at = |o| Column::Scalar(rest.at.plus(o));
                Columns {
                    rest: rest.shape.clone(),
                    axis,
                    columns: rest.offsets().into_iter().map(at).collect(),
                }
            }
            Place::Streamed(columns) => {
                let rest = self.rest(id)?;
                columns.remapped(&columns.positions().stretched(&rest), axis)
            }
        }))
    }

    fn rows_concat(&mut self, id: NodeId, args: &[NodeId], axis: usize) -> Result<Place, Error> {
        let parts: Vec<Columns> = args.iter().map(|&a| self.streamed(a)).collect();
        let rest = self.rest(id)?;
        let rest_axis = if axis > parts[0].axis { axis - 1 } else { axis };
        let (outer, inner): (usize, usize) =
            (rest[..rest_axis].iter().product(), rest[rest_axis + 1..].iter().product());
        let mut columns = Vec::new();
        for o in 0..outer {
            for part in &parts {
                let width = part.rest[rest_axis] * inner;
                columns.extend_from_slice(&part.columns[o * width..(o + 1) * width]);
            }
        }
        Ok(Place::Streamed(Columns { rest, axis: parts[0].axis, columns }))
    }

    /// For each column of the operand, which element of the result it belongs to.
    fn groups(&self, columns: &Columns, axes: &[usize]) -> (Vec<usize>, Vec<usize>) {
        let reduced: Vec<usize> = axes
            .iter()
            .filter(|&&a| a != columns.axis)
            .map(|&a| if a > columns.axis { a - 1 } else { a })
            .collect();
        let kept: Vec<usize> =
            (0..columns.rest.len()).filter(|a| !reduced.contains(a)).map(|a| columns.rest[a]).collect();
        let kept_strides = row_major(&kept);
        let mut next = kept_strides.iter();
        let strides: Vec<usize> = (0..columns.rest.len())
            .map(|a| if reduced.contains(&a) { 0 } else { *next.next().unwrap_or(&0) })
            .collect();
        let view = View { at: Ref::arena(0), shape: columns.rest.clone(), strides };
        (kept, view.offsets())
    }

    fn rows_reduce(
        &mut self,
        id: NodeId,
        fold: Fold,
        args: &[NodeId],
        axes: &[usize],
    ) -> Result<Place, Error> {
        let a = self.streamed(args[0]);
        let b = self.streamed(*args.get(1).unwrap_or(&args[0]));
        let c = self.streamed(*args.get(2).unwrap_or(&args[0]));
        let (kept, group) = self.groups(&a, axes);
        let level = self.level_of(id);
        let count: usize = kept.iter().product();
        if axes.contains(&a.axis) {
            let out = match fold {
                Fold::Sum | Fold::Dot | Fold::Of(_) => self.accumulators(count),
                Fold::Prod | Fold::Max | Fold::Min => {
                    let value = fold.of_none();
                    let out = self.fixed(count);
                    self.emit_once(level, Instr::Fill { out, count, value });
                    out
                }
            };
            for (i, &g) in group.iter().enumerate() {
                let (a, b, c) = self.folded(fold, [&a, &b, &c].map(|x| x.columns[i]), level);
                self.emit_rows(level, Instr::FoldRows { fold, a, b, c, out: out.plus(g) });
            }
            return Ok(Place::Whole(View::contiguous(out, &kept)));
        }
        // Across columns: the first is copied, the others are joined to it.
        let (out, stride) = self.result_columns(id, count);
        let join = match fold {
            Fold::Sum | Fold::Dot | Fold::Of(_) => kernels::Binary::Add,
            Fold::Prod => kernels::Binary::Mul,
            Fold::Max => kernels::Binary::Max,
            Fold::Min => kernels::Binary::Min,
        };
        let mut started = vec![false; count];
        let term = match fold {
            Fold::Dot => Some(Map::Binary(kernels::Binary::Mul)),
            Fold::Of(f) => Some(Map::Ternary(f)),
            Fold::Sum | Fold::Prod | Fold::Max | Fold::Min => None,
        };
        for (i, &g) in group.iter().enumerate() {
            let target = out.plus(g * stride);
            let started = std::mem::replace(&mut started[g], true);
            let columns = [&a, &b, &c].map(|x| arg(x.columns[i]));
            let column = if let Some(term) = term {
                let product = if started { self.columns(1) } else { target };
                self.emit_map(level, term, product, columns);
                Arg::Slice(product)
            } else {
                columns[0]
            };
            if started {
                self.emit_map(level, Map::Binary(join), target, [Arg::Slice(target), column, column]);
            } else if term.is_none() {
                self.emit_map(level, Map::Copy, target, [column; 3]);
            }
        }
        if group.is_empty() {
            let literal = Arg::Scalar(self.literal(vec![fold.of_none()]));
            for g in 0..count {
                self.emit_map(level, Map::Copy, out.plus(g * stride), [literal; 3]);
            }
        }
        let columns = (0..count).map(|g| Column::Rows(out.plus(g * stride))).collect();
        Ok(Place::Streamed(Columns { rest: kept, axis: self.axis(id), columns }))
    }

    /// The operands of a fold over rows: columns, but for the first and the last of a function of three, which may be numbers.
    fn folded(&mut self, fold: Fold, columns: [Column; 3], level: usize) -> (Arg, Ref, Arg) {
        let Fold::Of(f) = fold else {
            let [a, b, c] = columns.map(|column| self.as_rows(column, level));
            return (Arg::Slice(a), b, Arg::Slice(c));
        };
        let [mut a, mut b, c] = columns;
        let factors =
            matches!(f, kernels::Ternary::MulAdd | kernels::Ternary::NegMulAdd | kernels::Ternary::MulSub);
        if factors && matches!((a, b), (Column::Rows(_), Column::Scalar(_))) {
            std::mem::swap(&mut a, &mut b);
        }
        (arg(a), self.as_rows(b, level), arg(c))
    }

    pub(super) fn emit_map(&mut self, level: usize, map: Map, out: Ref, args: [Arg; 3]) {
        let first = self.runs.len();
        self.push_run(first, out, args, 1, self.block);
        let instr = self.map_instr(map, first);
        self.emit_rows(level, instr);
    }

    fn rows_matmul(&mut self, id: NodeId, a: NodeId, b: NodeId) -> Result<Place, Error> {
        let level = self.level_of(id);
        let shape = self.shape(id)?;
        let (a_axis, b_axis) = (self.streamed_axis(a), self.streamed_axis(b));
        if a_axis == Some(1) {
            // The inner axis is streamed: a fold over the rows.
            let (a, b) = (self.streamed(a), self.streamed(b));
            let (a, g) = (self.regular(&a.columns, level), self.regular(&b.columns, level));
            let some = a.count > 0 && g.count > 0;
            if let Some(output) = if some { self.straight_to(id) } else { None } {
                self.emit_rows(level, Instr::TransposedProduct { a, g, to: SumsTo::Output(output) });
                // Nothing reads it: being an output is its only use.
                return Ok(Place::Whole(View::contiguous(Ref::arena(0), &shape)));
            }
            let out = self.accumulators(shape[0] * shape[1]);
            if some {
                let to = SumsTo::Place(MatrixRef { at: out, row_stride: shape[1], column_stride: 1 });
                self.emit_rows(level, Instr::TransposedProduct { a, g, to });
            }
            return Ok(Place::Whole(View::contiguous(out, &shape)));
        }
        let (x, w) = if b_axis == Some(1) {
            let w = self.whole(a);
            (self.streamed(b), MatrixRef { at: w.at, row_stride: w.strides[1], column_stride: w.strides[0] })
        } else {
            let w = self.whole(b);
            (self.streamed(a), MatrixRef { at: w.at, row_stride: w.strides[0], column_stride: w.strides[1] })
        };
        let axis = self.axis(id);
        let count = shape[1 - axis];
        let (out, stride) = self.result_columns(id, count);
        let result = ColumnsRef { at: out, stride, count };
        if x.columns.is_empty() {
            let zero = Arg::Scalar(self.literal(vec![0.0]));
            for j in 0..count {
                self.emit_map(level, Map::Copy, out.plus(j * stride), [zero; 3]);
            }
        } else if count > 0 {
            let x = self.regular(&x.columns, level);
            self.emit_rows(level, Instr::Product { x, w, finish: Finish::Plain, out: result, padded: false });
        }
        let columns = (0..count).map(|j| Column::Rows(out.plus(j * stride))).collect();
        Ok(Place::Streamed(Columns { rest: vec![count], axis, columns }))
    }
}

/// The schedule has ruled these out (`schedule::streams`); a mistake there must not go unseen.
fn unreachable_task(op: &'static str) -> Result<Place, Error> {
    debug_assert!(false, "{op} is not streamed");
    Err(Error::Unsupported { op })
}
