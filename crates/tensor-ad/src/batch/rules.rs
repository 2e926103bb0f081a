//! The rule of each primitive for operands of which at least one has the new leading axis.

use super::rows;
use super::site::{Site, Value};
use super::{gradient, matrix, recurrence};
use crate::dim::{Dim, Shape};
use crate::op::Op;

/// The value of the primitive, its attributes being those for one example.
pub(super) fn mapped(op: &Op, args: &[Value], site: &Site<'_>) -> Value {
    let all = || args.iter().map(|a| site.stretched(a)).collect();
    let one = || vec![args[0].expr.clone()];
    Value::mapped(match op {
        Op::Unary(_) | Op::StopGradient => site.node(op.clone(), one()),
        Op::WithGradient(rule) => return gradient::with_gradient(rule, args, site),
        Op::Barrier => {
            let both = args.iter().map(|a| a.expr.clone()).collect();
            return Value { expr: site.node(Op::Barrier, both), mapped: args[0].mapped };
        }
        Op::Binary(_) | Op::Ternary(_) | Op::Select => site.node(op.clone(), all()),
        Op::Reduce(reduce, axes) => {
            site.node(Op::Reduce(*reduce, axes.iter().map(|a| a + 1).collect()), one())
        }
        Op::Broadcast(target) => {
            // The axes that stretching puts before those of the operand come after the new one.
            let (x, own) = (&args[0].expr, args[0].own_axes());
            let gap = std::iter::repeat_n(Dim::Fixed(1), target.rank() - own.len());
            let dims = std::iter::once(x.dim(0)).chain(gap).chain(own.iter().cloned());
            site.broadcast(&site.reshape(x, dims), &after(site, target))
        }
        Op::Reshape(target) => site.node(Op::Reshape(after(site, target)), one()),
        Op::Permute(order) => {
            let order = std::iter::once(0).chain(order.iter().map(|a| a + 1)).collect();
            site.node(Op::Permute(order), one())
        }
        Op::Slice { axis, start, length, step } => {
            site.node(Op::Slice { axis: axis + 1, start: *start, length: *length, step: *step }, one())
        }
        Op::Pad { axis, before, after, between } => {
            let (axis, before, after, between) = (axis + 1, *before, *after, *between);
            site.node(Op::Pad { axis, before, after, between }, one())
        }
        Op::Reverse(axis) => site.node(Op::Reverse(axis + 1), one()),
        Op::Recurrence { axis, reverse } => {
            site.node(Op::Recurrence { axis: axis + 1, reverse: *reverse }, all())
        }
        Op::LogCumSumExp { axis, reverse } => {
            site.node(Op::LogCumSumExp { axis: axis + 1, reverse: *reverse }, one())
        }
        Op::Concat(axis) => site.node(Op::Concat(axis + 1), all()),
        Op::Windows { axis, size, stride, dilation } => site
            .node(Op::Windows { axis: axis + 1, size: *size, stride: *stride, dilation: *dilation }, one()),
        Op::Overlap { axis, length, stride, dilation } => site.node(
            Op::Overlap { axis: axis + 1, length: *length, stride: *stride, dilation: *dilation },
            one(),
        ),
        Op::MatMul => matrix::product(site, &args[0], &args[1]),
        Op::Cholesky | Op::LogAbsDet | Op::EigenSymmetric => site.node(op.clone(), one()),
        Op::TriangularSolve(_) | Op::Solve => matrix::solve(site, op, &args[0], &args[1]),
        Op::Take { batch } => rows::take(site, *batch, &args[0], &args[1]),
        Op::ScatterAdd { length, batch } => rows::scatter_add(site, length, *batch, &args[0], &args[1]),
        Op::Scan(body) => recurrence::scan(site, body, args),
        // No operand: never mapped.
        Op::Input(_) | Op::Constant(_) | Op::Literal(_) | Op::Size(_) | Op::Iota(_) => {
            return Value::shared(site.node(op.clone(), Vec::new()));
        }
    })
}

/// The shape with the new axis before it.
fn after(site: &Site<'_>, shape: &Shape) -> Shape {
    std::iter::once(site.dim).chain(shape.dims()).cloned().collect()
}
