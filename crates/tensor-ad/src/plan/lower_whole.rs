//! Tasks on whole arrays, done once a call: parameters and what is folded from rows.

use super::fuse::{Kind, Task};
use super::instr::{Arg, Fold, Instr, Map, Overlap, Ref};
use super::lower::{Lowering, to_u32};
use super::views::{Place, View};
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
            (_, Op::Slice { axis, start, length }) => views[0].sliced(*axis, *start, *length),
            (_, Op::Pad { axis, before, .. }) => {
                let out = self.fixed(shape.iter().product());
                let target = View::contiguous(out, &shape);
                self.emit_once(level, Instr::Fill { out, count: target.len(), value: 0.0 });
                self.copy_into(level, &views[0], &target.sliced(*axis, *before, views[0].shape[*axis]));
                target
            }
            (_, Op::Concat(axis)) => {
                let at = self.destined[id].unwrap_or_else(|| self.fixed(shape.iter().product()));
                let target = View::contiguous(at, &shape);
                let mut start = 0;
                for view in &views {
                    let place = target.sliced(*axis, start, view.shape[*axis]);
                    if view.at == place.at && view.is_contiguous() && self.destined[id].is_some() {
                        start += view.shape[*axis];
                        continue;
                    }
                    self.copy_into(level, view, &target.sliced(*axis, start, view.shape[*axis]));
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
            (_, Op::Take) => {
                let (table, index) = (self.gathered(level, &views[0]), self.gathered(level, &views[1]));
                let out = self.fixed(shape.iter().product());
                let width = table.shape[1..].iter().product();
                let (length, count) = (table.shape[0], index.len());
                self.emit_once(
                    level,
                    Instr::Take { table: table.at, length, width, index: index.at, count, out },
                );
                View::contiguous(out, &shape)
            }
            (_, Op::ScatterAdd(_)) => {
                let (index, updates) = (self.gathered(level, &views[0]), self.gathered(level, &views[1]));
                let out = self.fixed(shape.iter().product());
                let width = shape[1..].iter().product();
                let (length, count) = (shape[0], index.len());
                self.emit_once(level, Instr::Fill { out, count: length * width, value: 0.0 });
                self.emit_once(
                    level,
                    Instr::ScatterAdd { index: index.at, count, updates: updates.at, length, width, out },
                );
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
        // The innermost axis of an operand must be contiguous or one element; otherwise it is copied.
        let views: Vec<View> = views
            .iter()
            .map(|v| match v.strides.last() {
                Some(&s) if s > 1 && v.shape.last() != Some(&1) => self.gathered(level, v),
                _ => v.clone(),
            })
            .collect();
        let at = at.unwrap_or_else(|| self.fixed(shape.iter().product()));
        let out = View::contiguous(at, shape);
        self.emit_runs(level, map, &views, &out);
        out
    }

    fn copy_into(&mut self, level: usize, from: &View, to: &View) {
        let from = match from.strides.last() {
            Some(&s) if s > 1 => self.gathered(level, from),
            _ => from.clone(),
        };
        self.emit_runs(level, Map::Copy, &[from], to);
    }

    /// Stretches along the innermost axis, joined where everything advances together.
    fn emit_runs(&mut self, level: usize, map: Map, views: &[View], out: &View) {
        if out.len() == 0 {
            return;
        }
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

fn as_slice(arg: Arg) -> Arg {
    match arg {
        Arg::Slice(at) | Arg::Scalar(at) => Arg::Slice(at),
    }
}
