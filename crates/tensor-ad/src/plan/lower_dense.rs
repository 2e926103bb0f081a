//! Products and factorisations of matrices: whole batches of them, and systems whose right-hand sides are rows.

use super::instr::{
    Arg, ColumnsRef, Dense, Finish, Instr, Map, MatrixRef, Origin, Ref, Run, SolveRows, SumsTo,
};
use super::lower::{Lowering, arg};
use super::views::{Column, Columns, Place, View};
use crate::Error;
use crate::graph::NodeId;
use crate::kernels::{self, Routine, Triangle};
use crate::op::Op;
use crate::source::Source;

/// A batch of matrices: the first, and the distance from each to the next.
struct Batch {
    at: Ref,
    step: usize,
    strides: [usize; 2],
}

impl Lowering<'_> {
    /// Where the operation of this node was written, for the error that it may end in.
    pub(super) fn origin(&self, id: NodeId, lead: &[usize]) -> Origin {
        let nodes = self.graph.nodes();
        Origin {
            op: nodes[id].op.clone(),
            lead: lead.to_vec(),
            label: (self.graph, id).label_or_of(1).map(Into::into),
            at: nodes[id].at,
        }
    }

    /// The matrices of a view, one step apart; copied together if they are not.
    fn batch(&mut self, level: usize, view: &View) -> Batch {
        let lead = view.shape.len() - 2;
        let mut step = None;
        let mut even = true;
        for (&n, &stride) in view.shape[..lead].iter().zip(&view.strides).rev() {
            if n != 1 {
                even &= step.is_none_or(|(_, next)| stride == next);
                step = Some((step.map_or(stride, |(first, _)| first), stride * n));
            }
        }
        if even || view.len() == 0 {
            let strides = [view.strides[lead], view.strides[lead + 1]];
            return Batch { at: view.at, step: step.map_or(0, |(first, _)| first), strides };
        }
        let copy = self.gathered(level, view);
        self.batch(level, &copy)
    }

    /// The same, each matrix row-major without gaps.
    fn dense_batch(&mut self, level: usize, view: &View) -> Batch {
        let batch = self.batch(level, view);
        let (n, m) = (view.shape[view.shape.len() - 2], view.shape[view.shape.len() - 1]);
        if (batch.strides[1] == 1 || m <= 1) && (batch.strides[0] == m || n <= 1) {
            return batch;
        }
        let copy = self.gathered(level, view);
        self.batch(level, &copy)
    }

    pub(super) fn whole_matmul(&mut self, level: usize, views: &[View], shape: &[usize]) -> View {
        let lead = shape.len() - 2;
        let mut size = [shape[lead], views[0].shape[lead + 1], shape[lead + 1]];
        let mut count: usize = shape[..lead].iter().product();
        let out = self.fixed(shape.iter().product());
        let (a, b) = (self.batch(level, &views[0]), self.batch(level, &views[1]));
        let mut steps = [a.step, b.step];
        if count > 1 && b.step == 0 && a.step == size[0] * a.strides[0] {
            // One matrix on the right of all, the rows on the left going on: one product.
            (size[0], count, steps) = (size[0] * count, 1, [0, 0]);
        }
        let matrix =
            |b: &Batch| MatrixRef { at: b.at, row_stride: b.strides[0], column_stride: b.strides[1] };
        let target = MatrixRef { at: out, row_stride: size[2], column_stride: 1 };
        if count > 0 {
            let (a, b) = (matrix(&a), matrix(&b));
            self.emit_once(level, Instr::MatMul { count, size, steps, a, b, out: target });
        }
        View::contiguous(out, shape)
    }

    /// The sum of all products of a batch as one, where the inner axis goes on from each matrix to the next.
    pub(super) fn whole_sum_of_products(
        &mut self,
        level: usize,
        views: &[View],
        shape: &[usize],
    ) -> Option<View> {
        let lead = views[0].shape.len() - 2;
        let count: usize = views[0].shape[..lead].iter().product();
        let inner = views[0].shape[lead + 1];
        if count <= 1 || inner == 0 {
            return None;
        }
        let (a, b) = (self.batch(level, &views[0]), self.batch(level, &views[1]));
        // With one row or column of each, the distance to the next is that of the batch.
        let along = |batch: &Batch, axis: usize| if inner == 1 { batch.step } else { batch.strides[axis] };
        let (across, down) = (along(&a, 1), along(&b, 0));
        if a.step != inner * across || b.step != inner * down {
            return None;
        }
        let out = self.fixed(shape.iter().product());
        let size = [shape[0], inner * count, shape[1]];
        let a = MatrixRef { at: a.at, row_stride: a.strides[0], column_stride: across };
        let b = MatrixRef { at: b.at, row_stride: down, column_stride: b.strides[1] };
        let target = MatrixRef { at: out, row_stride: size[2], column_stride: 1 };
        self.emit_once(level, Instr::MatMul { count: 1, size, steps: [0, 0], a, b, out: target });
        Some(View::contiguous(out, shape))
    }

    pub(super) fn whole_dense(&mut self, id: NodeId, views: &[View], shape: &[usize]) -> Result<View, Error> {
        let level = self.schedule.level[id];
        let lead = views[0].shape.len() - 2;
        let n = views[0].shape[lead];
        let m = views.get(1).map_or(n, |b| b.shape[lead + 1]);
        let count: usize = views[0].shape[..lead].iter().product();
        let mut a = self.batch(level, &views[0]);
        let routine = match &self.graph.nodes()[id].op {
            Op::Cholesky => Routine::Cholesky,
            // The transpose of a stored matrix has its other triangle.
            Op::TriangularSolve(t) if n > 1 && a.strides == [1, n] => {
                a.strides = [n, 1];
                Routine::TriangularSolve(Triangle { upper: !t.upper, ..*t }.transposed())
            }
            Op::TriangularSolve(t) => Routine::TriangularSolve(*t),
            Op::Solve => Routine::Solve,
            Op::LogAbsDet => Routine::LogAbsDet,
            Op::EigenSymmetric => Routine::EigenSymmetric,
            op => {
                debug_assert!(false, "{} is lowered elsewhere", op.name());
                return Err(Error::Unsupported { op: op.name() });
            }
        };
        if n > 1 && a.strides != [n, 1] {
            a = self.dense_batch(level, &views[0]);
        }
        let b = views.get(1).map(|b| self.dense_batch(level, b));
        let size = [n, m];
        let out = self.fixed(count * routine.output_len(size) + routine.spare_len(size));
        if count > 0 {
            let work = Dense {
                routine,
                size,
                count,
                a: a.at,
                b: b.as_ref().map(|b| b.at),
                steps: [a.step, b.map_or(0, |b| b.step)],
                out,
                origin: self.origin(id, &views[0].shape[..lead]),
            };
            self.emit_once(level, Instr::Dense(Box::new(work)));
        }
        Ok(View::contiguous(out, shape))
    }

    /// Products of the matrices of each row: of columns with one matrix for all rows, where there is one, otherwise
    /// column by column.
    pub(super) fn rows_batched_matmul(
        &mut self,
        id: NodeId,
        a: &Columns,
        b: &Columns,
        level: usize,
    ) -> Result<Place, Error> {
        if let Some(place) = self.rows_looked_up(id, a, b, level)? {
            return Ok(place);
        }
        let axis = self.streamed_axis(id).unwrap_or(0);
        let mut rest = self.shape(id)?;
        rest.remove(axis);
        let [m, n] = [rest[rest.len() - 2], rest[rest.len() - 1]];
        let k = a.rest[a.rest.len() - 1];
        let count: usize = rest[..rest.len() - 2].iter().product();
        let (out, stride) = self.result_columns(id, count * m * n);
        for g in 0..count {
            let (a, b) = (&a.columns[g * m * k..(g + 1) * m * k], &b.columns[g * k * n..(g + 1) * k * n]);
            let out = out.plus(g * m * n * stride);
            if m * n == 0 {
                continue;
            }
            if k == 0 {
                let zero = Arg::Scalar(self.literal(vec![0.0]));
                for c in 0..m * n {
                    self.emit_map(level, Map::Copy, out.plus(c * stride), [zero; 3]);
                }
            } else if let Some(w) = one_matrix(b, [k, n]) {
                for i in 0..m {
                    let x = self.regular(&a[i * k..(i + 1) * k], level);
                    let out = ColumnsRef { at: out.plus(i * n * stride), stride, count: n };
                    self.emit_rows(level, Instr::Product { x, w, finish: Finish::Plain, out, padded: false });
                }
            } else if let Some(w) = one_matrix(a, [m, k]) {
                let w = MatrixRef { at: w.at, row_stride: w.column_stride, column_stride: w.row_stride };
                for j in 0..n {
                    let column: Vec<Column> = (0..k).map(|l| b[l * n + j]).collect();
                    let x = self.regular(&column, level);
                    let out = ColumnsRef { at: out.plus(j * stride), stride: n * stride, count: m };
                    self.emit_rows(level, Instr::Product { x, w, finish: Finish::Plain, out, padded: false });
                }
            } else {
                self.rows_products(level, [m, k, n], a, b, (out, stride));
            }
        }
        let columns = (0..count * m * n).map(|c| Column::Rows(out.plus(c * stride))).collect();
        Ok(Place::Streamed(Columns { rest, axis, columns }))
    }

    /// `out[i, j] = Σ_l a[i, l] b[l, j]`, every element a column.
    fn rows_products(
        &mut self,
        level: usize,
        [m, k, n]: [usize; 3],
        a: &[Column],
        b: &[Column],
        (out, stride): (Ref, usize),
    ) {
        // A sum is not read where it is written: two places by turns, the last of them the result's.
        let other = if k > 1 { Some(self.columns(m * n)) } else { None };
        let block = self.block;
        let place = |l: usize, c: usize| match other {
            Some(other) if (k - 1 - l) % 2 == 1 => other.plus(c * block),
            _ => out.plus(c * stride),
        };
        for l in 0..k {
            let map = if l == 0 {
                Map::Binary(kernels::Binary::Mul)
            } else {
                Map::Ternary(kernels::Ternary::MulAdd)
            };
            let first = self.runs.len();
            for i in 0..m {
                for j in 0..n {
                    let (x, y) = (arg(a[i * k + l]), arg(b[l * n + j]));
                    let before = if l == 0 { y } else { Arg::Slice(place(l - 1, i * n + j)) };
                    let run = Run { out: place(l, i * n + j), args: [x, y, before], count: 1, padded: false };
                    self.runs.push(run);
                }
            }
            let instr = self.map_instr(map, first);
            self.emit_rows(level, instr);
        }
    }

    /// `Σ a[.., i, l] b[.., l, j]` over rows and all other leading axes.
    pub(super) fn rows_sum_of_products(
        &mut self,
        id: NodeId,
        a: &Columns,
        b: &Columns,
        level: usize,
    ) -> Result<Place, Error> {
        let shape = self.shape(id)?;
        let [m, n] = [shape[0], shape[1]];
        let k = a.rest[a.rest.len() - 1];
        let out = self.accumulators(m * n);
        if m * n > 0 {
            let target = MatrixRef { at: out, row_stride: n, column_stride: 1 };
            let count: usize = a.rest[..a.rest.len() - 2].iter().product();
            if count * k > 1 {
                self.rows_sum_looked_up(level, [m, n, k], a, b, target);
                return Ok(Place::Whole(View::contiguous(out, &shape)));
            }
            for (g, l) in (0..count).flat_map(|g| (0..k).map(move |l| (g, l))) {
                let left: Vec<Column> = (0..m).map(|i| a.columns[(g * m + i) * k + l]).collect();
                let right = &b.columns[(g * k + l) * n..(g * k + l + 1) * n];
                let (a, g) = (self.regular(&left, level), self.regular(right, level));
                self.emit_rows(level, Instr::TransposedProduct { a, g, to: SumsTo::Place(target) });
            }
        }
        Ok(Place::Whole(View::contiguous(out, &shape)))
    }

    /// Right-hand sides over the streamed axis: the columns of the result, solved in place.
    pub(super) fn rows_triangular_solve(
        &mut self,
        id: NodeId,
        triangle: Triangle,
        a: &View,
        b: &Columns,
        level: usize,
    ) -> Place {
        let n = b.columns.len();
        let (out, stride) = self.result_columns(id, n);
        if n > 0 {
            let first = self.runs.len();
            for (i, &column) in b.columns.iter().enumerate() {
                self.push_run(first, out.plus(i * stride), [arg(column); 3], 1, self.block);
            }
            let copy = self.map_instr(Map::Copy, first);
            self.emit_rows(level, copy);
            let work = SolveRows {
                triangle,
                a: MatrixRef { at: a.at, row_stride: a.strides[0], column_stride: a.strides[1] },
                x: ColumnsRef { at: out, stride, count: n },
                origin: self.origin(id, &[]),
            };
            self.emit_rows(level, Instr::SolveRows(Box::new(work)));
        }
        let columns = (0..n).map(|i| Column::Rows(out.plus(i * stride))).collect();
        Place::Streamed(Columns { rest: b.rest.clone(), axis: b.axis, columns })
    }
}

/// The matrix that these `k` by `n` elements are, the same for all rows, when they are one.
fn one_matrix(columns: &[Column], [k, n]: [usize; 2]) -> Option<MatrixRef> {
    let element = |c: &Column| if let Column::Scalar(at) = c { Some(*at) } else { None };
    let all: Vec<Ref> = columns.iter().map(element).collect::<Option<_>>()?;
    let at = *all.first()?;
    let apart = |c: usize| all.get(c).map_or(Some(0), |r| r.offset.checked_sub(at.offset));
    let (row_stride, column_stride) = (if k > 1 { apart(n)? } else { 0 }, if n > 1 { apart(1)? } else { 0 });
    let even = all.iter().enumerate().all(|(c, r)| {
        r.space == at.space && r.offset == at.offset + c / n * row_stride + c % n * column_stride
    });
    even.then_some(MatrixRef { at, row_stride, column_stride })
}
