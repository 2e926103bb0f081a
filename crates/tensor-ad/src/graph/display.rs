//! The readable listing of a graph, one line a node.

use std::fmt;

use super::Graph;
use crate::op::Op;

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, node) in self.nodes().iter().enumerate() {
            write!(f, "%{id} = {}", node.op.name())?;
            match &node.op {
                Op::Input(name) => write!(f, " {name}")?,
                Op::Constant(c) => write!(f, " {c:?}")?,
                Op::Size(d) | Op::Iota(d) => write!(f, " {d}")?,
                Op::Reduce(_, axes) => write!(f, " {axes:?}")?,
                Op::Permute(order) => write!(f, " {order:?}")?,
                Op::Windows { axis, size, stride, dilation } => {
                    write!(f, " axis {axis} size {size} stride {stride} dilation {dilation}")?;
                }
                Op::Overlap { axis, length, stride, dilation } => {
                    write!(f, " axis {axis} length {length} stride {stride} dilation {dilation}")?;
                }
                Op::Slice { axis, start, length, step: 1 } => {
                    write!(f, " axis {axis} [{start}..{}]", start + length)?;
                }
                Op::Slice { axis, start, length, step } => {
                    write!(f, " axis {axis} [{start}..] by {step}, {length} of them")?;
                }
                Op::Pad { axis, before, after, between: 0 } => {
                    write!(f, " axis {axis} +{before} +{after}")?;
                }
                Op::Pad { axis, before, after, between } => {
                    write!(f, " axis {axis} +{before} +{after}, {between} between")?;
                }
                Op::Concat(axis) | Op::Reverse(axis) => write!(f, " axis {axis}")?,
                Op::Recurrence { axis, reverse } | Op::LogCumSumExp { axis, reverse } => {
                    write!(f, " axis {axis}{}", if *reverse { " reversed" } else { "" })?;
                }
                Op::Take { batch: 0 } | Op::ScatterAdd { batch: 0, .. } => {}
                Op::Take { batch } | Op::ScatterAdd { batch, .. } => write!(f, " batch {batch}")?,
                Op::Unary(crate::op::Unary::Polygamma(n)) => write!(f, " {n}")?,
                Op::Scan(body) => {
                    let back = if body.is_reverse() { " backwards" } else { "" };
                    write!(f, " over {}{back}", body.length())?;
                }
                Op::TriangularSolve(t) => {
                    let side = if t.upper { "upper" } else { "lower" };
                    let turned = if t.transposed { " transposed" } else { "" };
                    write!(f, " {side}{turned}{}", if t.unit { " unit" } else { "" })?;
                }
                Op::Literal(_)
                | Op::Unary(_)
                | Op::Binary(_)
                | Op::Select
                | Op::Broadcast(_)
                | Op::Reshape(_)
                | Op::MatMul
                | Op::Cholesky
                | Op::Solve
                | Op::LogAbsDet
                | Op::EigenSymmetric
                | Op::StopGradient
                | Op::WithGradient(_)
                | Op::Barrier => {}
            }
            for a in &node.args {
                write!(f, " %{a}")?;
            }
            write!(f, " : {}", node.shape)?;
            if let Some(label) = &node.label {
                write!(f, "  // {label}")?;
            }
            writeln!(f)?;
        }
        write!(f, "return")?;
        for o in self.outputs() {
            write!(f, " %{o}")?;
        }
        writeln!(f)
    }
}
