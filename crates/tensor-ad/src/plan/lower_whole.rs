//! Tasks on whole arrays, done once a call: parameters and what is folded from rows.

use super::fuse::{Kind, Task};
use super::instr::{Arg, Fold, Instr, Map, Overlap, Ref};
use super::look_up::LookUp;
use super::lower::{Lowering, to_u32};
use super::views::{Place, View, joined};
use crate::Error;
use crate::graph::NodeId;
use crate::kernels;
use crate::op::{Op, Reduce};

impl Lowering<'_> {
    pub(super) fn whole_task(&mut self, id: NodeId, task: &Task) -> Result<Place, Error> {
        let args = &task.operands;
        let views: Vec<View> = args.iter().map(|&a| self.whole_view(a)).collect();
        let shape = self.shape(id)?;
        let level = self.schedule.level[id];
        let view = match (task.kind, &self.graph.nodes()[id].op) {
            (Kind::Map(map), _) => self.whole_map(level, map, &views, &shape, self.destined[id]),
            (Kind::Dot, Op::Reduce(_, axes)) => {
                let (a, b) = (&views[0], &views[1]);
                if axes.len() == a.shape.len() && a.is_contiguous() && b.is_contiguous() {
                    let out = self.fixed(1);
                    self.emit_once(level, Instr::Dot { a: a.at, b: b.at, count: a.len(), out });
                    View::contiguous(out, &shape)
                } else {
                    let product = self.whole_map(
                        level,
                        Map::Binary(kernels::Binary::Mul),
                        &views,
                        &a.shape.clone(),
                        None,
                    );
                    self.whole_reduce(level, Fold::Sum, &product, axes, &shape)
                }
            }
            (Kind::SumOf(f), Op::Reduce(_, axes)) => {
                let terms = self.whole_map(level, Map::Ternary(f), &views, &views[0].shape.clone(), None);
                self.whole_reduce(level, Fold::Sum, &terms, axes, &shape)
            }
            (Kind::SumOfProducts, Op::Reduce(_, axes)) => {
                match self.whole_sum_of_products(level, &views, &shape) {
                    Some(view) => view,
                    None => {
                        let lead = views[0].shape[..axes.len()].iter().copied();
                        let all: Vec<usize> = lead.chain(shape.iter().copied()).collect();
                        let products = self.whole_matmul(level, &views, &all);
                        self.whole_reduce(level, Fold::Sum, &products, axes, &shape)
                    }
                }
            }
            (_, Op::Reduce(reduce, axes)) => {
                let fold = match reduce {
                    Reduce::Sum => Fold::Sum,
                    Reduce::Prod => Fold::Prod,
                    Reduce::Max => Fold::Max,
                    Reduce::Min => Fold::Min,
                };
                self.whole_reduce(level, fold, &views[0], axes, &shape)
            }
            (_, Op::Broadcast(_)) => views[0].stretched(&shape),
            (_, Op::Reshape(_)) => match views[0].reshaped(&shape) {
                Some(view) => view,
                None => View::contiguous(self.gathered(level, &views[0]).at, &shape),
            },
            (_, Op::Permute(order)) => views[0].permuted(order),
            (_, Op::Slice { axis, start, length, step }) => views[0].sliced(*axis, *start, *length, *step),
            (_, Op::Pad { axis, before, between, .. }) => {
                self.whole_pad(level, &views[0], &shape, *axis, *before, *between)
            }
            (_, Op::Reverse(axis)) => {
                let (out, offsets) = (self.fixed(views[0].len()), to_u32(&views[0].reversed_offsets(*axis)));
                self.emit_once(level, Instr::Gather { from: views[0].at, offsets, out });
                View::contiguous(out, &shape)
            }
            (_, Op::Recurrence { axis, reverse }) => {
                let (a, b) = (&views[0], self.gathered(level, &views[1]));
                // One number for all steps, as in a running sum, is not copied.
                let a = if a.strides.iter().zip(&a.shape).all(|(&s, &n)| s == 0 || n == 1) {
                    Arg::Scalar(a.at)
                } else {
                    Arg::Slice(self.gathered(level, a).at)
                };
                let out = self.fixed(b.len());
                let (size, reverse) = (around(&shape, *axis), *reverse);
                self.emit_once(level, Instr::LinearRecurrence { a, b: b.at, size, reverse, out });
                View::contiguous(out, &shape)
            }
            (_, Op::LogCumSumExp { axis, reverse }) => {
                let x = self.gathered(level, &views[0]);
                let out = self.fixed(x.len());
                let (size, reverse) = (around(&shape, *axis), *reverse);
                self.emit_once(level, Instr::LogCumSumExp { x: x.at, size, reverse, out });
                View::contiguous(out, &shape)
            }
            (_, Op::Concat(axis)) => {
                let at = self.destined[id].unwrap_or_else(|| self.fixed(shape.iter().product()));
                let target = View::contiguous(at, &shape);
                let mut start = 0;
                for view in &views {
                    let place = target.sliced(*axis, start, view.shape[*axis], 1);
                    if view.at == place.at && view.is_contiguous() && self.destined[id].is_some() {
                        start += view.shape[*axis];
                        continue;
                    }
                    self.copy_into(level, view, &place);
                    start += view.shape[*axis];
                }
                target
            }
            (_, Op::Windows { axis, size, stride, dilation }) => {
                views[0].windowed(*axis, [shape[*axis], *size], *stride, *dilation)
            }
            (_, Op::Overlap { axis, length, stride, dilation }) => {
                let from = self.gathered(level, &views[0]);
                let out = self.fixed(shape.iter().product());
                let overlap = Overlap {
                    outer: shape[..*axis].iter().product(),
                    windows: [from.shape[*axis], from.shape[axis + 1]],
                    inner: shape[axis + 1..].iter().product(),
                    length: *length,
                    steps: [*stride, *dilation],
                };
                self.emit_once(level, Instr::Overlap { overlap, from: from.at, out });
                View::contiguous(out, &shape)
            }
            (_, Op::MatMul) => self.whole_matmul(level, &views, &shape),
            (_, Op::Cholesky | Op::TriangularSolve(_) | Op::Solve | Op::LogAbsDet | Op::EigenSymmetric) => {
                self.whole_dense(id, &views, &shape)?
            }
            (_, Op::Scan(body)) => self.whole_scan(id, body, &views, &shape)?,
            (_, Op::Take { batch }) => {
                let (table, index) = (self.gathered(level, &views[0]), self.gathered(level, &views[1]));
                let out = self.fixed(shape.iter().product());
                let [tables, length, width] = around(&table.shape, *batch);
                let (count, index) = (index.shape[*batch..].iter().product(), index.at);
                let (table, names) = (table.at, self.index_names(id));
                let work = LookUp::Take { table, tables, length, width, index, count, out, names };
                self.emit_once(level, self.look_up(id, work));
                View::contiguous(out, &shape)
            }
            (_, Op::ScatterAdd { batch, .. }) => {
                let (index, updates) = (self.gathered(level, &views[0]), self.gathered(level, &views[1]));
                let out = self.fixed(shape.iter().product());
                let [tables, length, width] = around(&shape, *batch);
                let (count, index) = (index.shape[*batch..].iter().product(), index.at);
                let (updates, names) = (updates.at, self.index_names(id));
                self.emit_once(level, Instr::Fill { out, count: tables * length * width, value: 0.0 });
                let work = LookUp::ScatterAdd { index, count, updates, tables, length, width, out, names };
                self.emit_once(level, self.look_up(id, work));
                View::contiguous(out, &shape)
            }
            (
                _,
                op @ (Op::Input(_)
                | Op::Constant(_)
                | Op::Literal(_)
                | Op::Size(_)
                | Op::Iota(_)
                | Op::Unary(_)
                | Op::Binary(_)
                | Op::Ternary(_)
                | Op::Select
                | Op::StopGradient
                | Op::WithGradient(_)
                | Op::Barrier),
            ) => {
                debug_assert!(false, "{} is lowered elsewhere", op.name());
                return Err(Error::Unsupported { op: op.name() });
            }
        };
        Ok(Place::Whole(view))
    }

    fn whole_view(&self, id: NodeId) -> View {
        match self.place(id) {
            Place::Whole(view) => view.clone(),
            Place::Streamed(columns) => View::contiguous(Ref::arena(0), &columns.rest),
        }
    }

    /// The elements, row-major without gaps: the view itself, or a copy.
    pub(super) fn gathered(&mut self, level: usize, view: &View) -> View {
        if view.is_contiguous() {
            return View::contiguous(view.at, &view.shape);
        }
        let out = self.fixed(view.len());
        self.emit_once(level, Instr::Gather { from: view.at, offsets: to_u32(&view.offsets()), out });
        View::contiguous(out, &view.shape)
    }

    fn whole_map(
        &mut self,
        level: usize,
        map: Map,
        views: &[View],
        shape: &[usize],
        at: Option<Ref>,
    ) -> View {
        let at = at.unwrap_or_else(|| self.fixed(shape.iter().product()));
        let out = View::contiguous(at, shape);
        self.emit_runs(level, map, views, &out);
        out
    }

    fn copy_into(&mut self, level: usize, from: &View, to: &View) {
        self.emit_runs(level, Map::Copy, std::slice::from_ref(from), to);
    }

    /// Zeros around and between the elements.
    fn whole_pad(
        &mut self,
        level: usize,
        view: &View,
        shape: &[usize],
        axis: usize,
        before: usize,
        between: usize,
    ) -> View {
        let out = self.fixed(shape.iter().product());
        let target = View::contiguous(out, shape);
        if between == 0 {
            self.emit_once(level, Instr::Fill { out, count: target.len(), value: 0.0 });
            self.copy_into(level, view, &target.sliced(axis, before, view.shape[axis], 1));
            return target;
        }
        // The elements and one zero, looked up from every place.
        let from = self.fixed(view.len() + 1);
        self.copy_into(level, view, &View::contiguous(from, &view.shape));
        self.emit_once(level, Instr::Fill { out: from.plus(view.len()), count: 1, value: 0.0 });
        let mut offsets = vec![view.len(); target.len()];
        let places = View::contiguous(Ref::arena(0), shape);
        let places = places.sliced(axis, before, view.shape[axis], between.saturating_add(1));
        for (i, o) in places.offsets().into_iter().enumerate() {
            offsets[places.at.offset + o] = i;
        }
        self.emit_once(level, Instr::Gather { from, offsets: to_u32(&offsets), out });
        target
    }

    /// Stretches along the innermost axis, joined where everything advances together.
    fn emit_runs(&mut self, level: usize, map: Map, views: &[View], out: &View) {
        if out.len() == 0 {
            return;
        }
        let mut all: Vec<View> = views.to_vec();
        all.push(out.clone());
        let mut walk = joined(&all);
        let target = walk.len() - 1;
        if walk[target].strides.last().is_some_and(|&s| s != 1) {
            // The result has gaps: one element at a time.
            for v in &mut walk {
                v.shape.push(1);
                v.strides.push(1);
            }
        } else if let Some(&inner) = walk[target].shape.last()
            && inner > 1
        {
            // The innermost axis of an operand must be contiguous or one element; otherwise it is copied.
            let gaps: Vec<usize> = (0..target).filter(|&k| walk[k].strides.last() > Some(&1)).collect();
            for &k in &gaps {
                all[k] = self.gathered(level, &views[k]);
            }
            if !gaps.is_empty() {
                walk = joined(&all);
            }
        }
        let Some((out, views)) = walk.split_last() else { return };
        let inner = out.shape.last().copied().unwrap_or(1);
        let outer = |v: &View| {
            let mut v = v.clone();
            v.shape.pop();
            v.strides.pop();
            v.offsets()
        };
        let offsets: Vec<Vec<usize>> = views.iter().map(outer).collect();
        let first = self.runs.len();
        for (i, o) in outer(out).into_iter().enumerate() {
            let operand = |k: usize| {
                let k = k.min(views.len() - 1);
                let at = views[k].at.plus(offsets[k][i]);
                match views[k].strides.last() {
                    Some(&1) if inner > 1 => Arg::Slice(at),
                    _ => Arg::Scalar(at),
                }
            };
            let args = [operand(0), operand(1), operand(2)];
            // One element is a stretch or a scalar alike; as a stretch it can be joined.
            let args = if inner == 1 { args.map(as_slice) } else { args };
            self.push_run(first, out.at.plus(o), args, inner, 1);
        }
        self.emit_map_once(level, map, first);
    }

    fn whole_reduce(
        &mut self,
        level: usize,
        fold: Fold,
        view: &View,
        axes: &[usize],
        shape: &[usize],
    ) -> View {
        // The reduced axes innermost, then every result is one contiguous stretch.
        let mut order: Vec<usize> = (0..view.shape.len()).filter(|a| !axes.contains(a)).collect();
        order.extend_from_slice(axes);
        let source = self.gathered(level, &view.permuted(&order));
        let width = axes.iter().map(|&a| view.shape[a]).product();
        let count = shape.iter().product();
        let out = self.fixed(count);
        self.emit_once(level, Instr::Reduce { fold, from: source.at, width, count, out });
        View::contiguous(out, shape)
    }
}

/// How many elements there are before an axis, along it and after it.
fn around(shape: &[usize], axis: usize) -> [usize; 3] {
    [shape[..axis].iter().product(), shape[axis], shape[axis + 1..].iter().product()]
}

fn as_slice(arg: Arg) -> Arg {
    match arg {
        Arg::Slice(at) | Arg::Scalar(at) => Arg::Slice(at),
    }
}
