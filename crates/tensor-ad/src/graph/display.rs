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
                Op::Slice { axis, start, length } => write!(f, " axis {axis} [{start}..{}]", start + length)?,
                Op::Pad { axis, before, after } => write!(f, " axis {axis} +{before} +{after}")?,
                Op::Concat(axis) => write!(f, " axis {axis}")?,
                Op::Windows { axis, size, stride, dilation } => {
                    write!(f, " axis {axis} size {size} stride {stride} dilation {dilation}")?;
                }
                Op::Overlap { axis, length, stride, dilation } => {
                    write!(f, " axis {axis} length {length} stride {stride} dilation {dilation}")?;
                }
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
                | Op::Take
                | Op::ScatterAdd(_)
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
