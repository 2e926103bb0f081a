//! The gradient of each primitive: one line a primitive, in terms of operands, value and incoming gradient.

use super::dense;
use super::elementwise::{binary, unary};
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
        (Op::Slice { axis, start, length }, Some(x)) => {
            // The shape rule has made sure that the axis is a number.
            let n = x.dim(*axis).fixed().unwrap_or(start + length);
            vec![Some(g.pad(*axis, *start, n - start - length))]
        }
        (Op::Pad { axis, before, .. }, Some(x)) => {
            vec![x.dim(*axis).fixed().map(|n| g.slice(*axis, *before, n))]
        }
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
        (Op::Take, Some(table)) => {
            vec![
                Some(Expr::node_at(
                    Op::ScatterAdd(table.dim(0)),
                    vec![args[1].clone(), g.clone()],
                    node.location(),
                )),
                None,
            ]
        }
        (Op::Scan(body), _) => super::scan::pull_back(node, body, g, wanted).unwrap_or_else(|error| {
            wanted.iter().map(|w| w.then(|| Expr::mistaken(&error, node.location()))).collect()
        }),
        (Op::ScatterAdd(_), Some(index)) => vec![None, Some(g.take(index))],
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
        Reduce::Max | Reduce::Min => {
            let hit = x.equal(kept(y));
            let count = kept(&hit.sum_axes(axes));
            kept(g) / count * hit
        }
    }
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
