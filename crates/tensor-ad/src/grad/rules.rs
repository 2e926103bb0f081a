//! The gradient of each primitive: one line a primitive, in terms of operands, value and incoming gradient.

use std::panic::Location;

use super::dense;
use super::elementwise::{binary, unary};
use super::special;
use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::op::{Op, Reduce};

/// The contributions to the gradients of the operands of `node`, given the gradient `g` of `node`.
/// `None` where none is wanted or there is none.
pub(super) fn pull_back(node: &Expr, g: &Expr, wanted: &[bool]) -> Vec<Option<Expr>> {
    let args = node.args();
    let x = &args.first();
    match (node.op(), x) {
        (Op::Unary(u), Some(x)) => vec![unary(*u, x, node).map(|d| g * d)],
        (Op::Binary(b), Some(a)) => binary(*b, a, &args[1], node, g, wanted),
        (Op::Ternary(t), Some(_)) => {
            (0..3).map(|k| wanted[k].then(|| g * special::ternary(*t, k, args, node))).collect()
        }
        (Op::Select, Some(condition)) => {
            let zero = Expr::constant(0.0);
            vec![
                None,
                wanted[1].then(|| condition.select(g, &zero)),
                wanted[2].then(|| condition.select(&zero, g)),
            ]
        }
        (Op::Reduce(reduce, axes), Some(x)) => vec![Some(reduction(*reduce, axes, x, node, g))],
        (Op::Broadcast(target), Some(x)) => vec![Some(unstretch(g, x.shape(), target))],
        (Op::Reshape(_), Some(x)) => vec![Some(g.reshape(x.shape()))],
        (Op::Permute(order), _) => {
            let mut inverse = vec![0; order.len()];
            for (i, &axis) in order.iter().enumerate() {
                inverse[axis] = i;
            }
            vec![Some(g.permute(&inverse))]
        }
        (Op::Slice { axis, start, length, step }, Some(x)) => {
            let Some(n) = x.dim(*axis).fixed() else {
                // Zeros behind it as many as a name leaves: each element to its place. A slice too, so that its end is looked at.
                let places = Expr::node_at(
                    Op::Slice { axis: 0, start: *start, length: *length, step: *step },
                    vec![Expr::iota(x.dim(*axis))],
                    node.location(),
                );
                return vec![Some(g.scatter_add(*axis, &places, x.dim(*axis)))];
            };
            let (before, read) = match length.checked_sub(1) {
                Some(last) => (*start, last * step + 1),
                None => (n, 0),
            };
            vec![Some(g.pad_between(*axis, before, n - before - read, step - 1))]
        }
        (Op::Pad { axis, before, between, .. }, Some(x)) => {
            let step = between.saturating_add(1);
            vec![x.dim(*axis).fixed().map(|n| g.strided(*axis, *before, n, step))]
        }
        (Op::Reverse(axis), _) => vec![Some(g.reverse_axis(*axis))],
        (Op::Concat(axis), _) => {
            let mut start = 0;
            args.iter()
                .zip(wanted)
                .map(|(a, &w)| {
                    let n = a.dim(*axis).fixed().unwrap_or(0);
                    start += n;
                    w.then(|| g.slice(*axis, start - n, n))
                })
                .collect()
        }
        (Op::Windows { axis, stride, dilation, .. }, Some(x)) => {
            vec![x.dim(*axis).fixed().map(|n| g.overlap(*axis, n, *stride, *dilation))]
        }
        (Op::Overlap { axis, stride, dilation, .. }, Some(x)) => {
            let lengths = (x.dim(*axis).fixed(), x.dim(axis + 1).fixed());
            let (Some(windows), Some(size)) = lengths else { return vec![None] };
            if windows * size == 0 {
                return vec![None];
            }
            // The axis may be long enough for more windows than there were.
            vec![Some(g.windows(*axis, size, *stride, *dilation).slice(*axis, 0, windows))]
        }
        (
            Op::MatMul
            | Op::Cholesky
            | Op::TriangularSolve(_)
            | Op::Solve
            | Op::LogAbsDet
            | Op::EigenSymmetric,
            Some(_),
        ) => dense::pull_back(node, g, wanted),
        (Op::Take { batch }, Some(table)) => {
            let op = Op::ScatterAdd { length: table.dim(*batch), batch: *batch };
            let at = node.location();
            vec![wanted[0].then(|| Expr::node_at(op, vec![args[1].clone(), g.clone()], at)), None]
        }
        (Op::ScatterAdd { batch, .. }, Some(index)) => {
            let op = Op::Take { batch: *batch };
            let at = node.location();
            vec![None, wanted[1].then(|| Expr::node_at(op, vec![g.clone(), (*index).clone()], at))]
        }
        (Op::Recurrence { axis, reverse }, Some(a)) => {
            // dL/dz_{t+1} is the state before step t of the recurrence that runs the other way over g.
            let op = Op::Recurrence { axis: *axis, reverse: !reverse };
            let adjoint = Expr::node_at(op, vec![(*a).clone(), g.clone()], node.location());
            vec![wanted[0].then(|| &adjoint * node), wanted[1].then(|| adjoint.clone())]
        }
        (Op::LogCumSumExp { axis, reverse }, Some(x)) => {
            vec![Some(log_cumulative(*axis, *reverse, x, node, g))]
        }
        (Op::Scan(body), _) => super::scan::pull_back(node, body, g, wanted).unwrap_or_else(|error| {
            wanted.iter().map(|w| w.then(|| Expr::mistaken(&error, node.location()))).collect()
        }),
        // What the second operand is does not matter.
        (Op::Barrier, _) => vec![Some(g.clone()), None],
        (
            Op::StopGradient
            | Op::WithGradient(_)
            | Op::Input(_)
            | Op::Constant(_)
            | Op::Literal(_)
            | Op::Size(_)
            | Op::Iota(_),
            _,
        )
        | (_, None) => args.iter().map(|_| None).collect(),
    }
}

fn reduction(reduce: Reduce, axes: &[usize], x: &Expr, y: &Expr, g: &Expr) -> Expr {
    // The removed axes, back with length 1, so that the gradient stretches over them.
    let kept = |e: &Expr| {
        let dims = x
            .shape()
            .dims()
            .iter()
            .enumerate()
            .map(|(i, d)| if axes.contains(&i) { Dim::Fixed(1) } else { d.clone() });
        e.reshape(dims.collect::<Shape>())
    };
    match reduce {
        Reduce::Sum => kept(g).broadcast_to(x.shape()),
        Reduce::Prod => product(axes, x, g, y.location()),
        Reduce::Max | Reduce::Min => {
            let hit = x.equal(kept(y));
            let count = kept(&hit.sum_axes(axes));
            kept(g) / count * hit
        }
    }
}

/// The gradient of a product: for each element the product of all others, before it and after it. Nothing is
/// divided, so that zeros do no harm.
fn product(axes: &[usize], x: &Expr, g: &Expr, at: &'static Location<'static>) -> Expr {
    let Some((&axis, rest)) = axes.split_last() else { return g.clone() };
    let inner = x.prod_axes(&[axis]);
    // The other axes come before this one: they stand where they stood.
    let g = if rest.is_empty() { g.clone() } else { product(rest, &inner, g, at) };
    let others = x.products_before(axis, false, at) * x.products_before(axis, true, at);
    g.expand(axis) * others
}

/// The gradient of `yₜ = ln Σ_{s ≤ t} e^{xₛ}`: `e^{xᵢ - yᵢ} Sᵢ` with `Sᵢ = gᵢ + e^{yᵢ - yᵢ₊₁} Sᵢ₊₁`, a linear recurrence
/// whose every factor lies in 0..1, so that nothing overflows and small terms keep their digits.
fn log_cumulative(axis: usize, reverse: bool, x: &Expr, y: &Expr, g: &Expr) -> Expr {
    // e^(a - b) for a <= b; both may be minus infinity: then `at_bottom`.
    let ratio = |a: &Expr, b: &Expr, at_bottom: f64| {
        let bottom = a.equal(f64::NEG_INFINITY);
        let both = &bottom * b.equal(f64::NEG_INFINITY);
        let difference = bottom.select(0.0, a - b);
        both.select(at_bottom, bottom.select(0.0, difference.exp()))
    };
    let decay = ratio(&y.neighbour_before(axis, reverse), y, 1.0);
    let later = (&decay * g).recurrence_states(&decay, axis, !reverse, y.location());
    ratio(x, y, 0.0) * (g + later)
}

/// The gradient through a stretch: summed over the stretched axes. The others keep the names that the
/// stretched shape gave them (`from` may name the same length otherwise).
fn unstretch(g: &Expr, from: &Shape, to: &Shape) -> Expr {
    let skip = to.rank() - from.rank();
    let axes: Vec<usize> = (0..to.rank())
        .filter(|&i| i < skip || from.dims()[i - skip] == Dim::Fixed(1) && to.dims()[i] != Dim::Fixed(1))
        .collect();
    let kept = (0..from.rank())
        .map(|i| if axes.contains(&(i + skip)) { Dim::Fixed(1) } else { to.dims()[i + skip].clone() });
    g.sum_axes(&axes).reshape(kept.collect::<Shape>())
}
