//! The readable listing of a graph, one line a node.

use std::fmt;

use super::Graph;
use crate::op::{Binary, Op, Unary};

/// Literals of up to this many numbers are written out.
const SHORT_LITERAL: usize = 4;

/// The primitive with its attributes.
pub(crate) fn described(op: &Op) -> String {
    let name = op.name();
    match op {
        Op::Input(input) => format!("{name} {input}"),
        Op::Constant(c) => format!("{name} {c:?}"),
        Op::Literal(a) if a.data().len() <= SHORT_LITERAL => format!("{name} {:?}", a.data()),
        Op::Size(d) | Op::Iota(d) => format!("{name} {d}"),
        Op::Reduce(_, axes) => format!("{name} {axes:?}"),
        Op::Permute(order) => format!("{name} {order:?}"),
        Op::Slice { axis, start, length, step: 1 } => {
            format!("{name} axis {axis} [{start}..{}]", start.saturating_add(*length))
        }
        Op::Slice { axis, start, length, step } => {
            format!("{name} axis {axis} [{start}..] by {step}, {length} of them")
        }
        Op::Pad { axis, before, after, between: 0 } => format!("{name} axis {axis} +{before} +{after}"),
        Op::Pad { axis, before, after, between } => {
            format!("{name} axis {axis} +{before} +{after}, {between} between")
        }
        Op::Concat(axis) | Op::Reverse(axis) => format!("{name} axis {axis}"),
        Op::Recurrence { axis, reverse } | Op::LogCumSumExp { axis, reverse } => {
            format!("{name} axis {axis}{}", if *reverse { " reversed" } else { "" })
        }
        Op::Take { batch } | Op::ScatterAdd { batch, .. } if *batch > 0 => format!("{name} batch {batch}"),
        Op::Windows { axis, size, stride, dilation } => {
            format!("{name} axis {axis} size {size} stride {stride} dilation {dilation}")
        }
        Op::Overlap { axis, length, stride, dilation } => {
            format!("{name} axis {axis} length {length} stride {stride} dilation {dilation}")
        }
        Op::Unary(Unary::Polygamma(n) | Unary::Erfcx(n) | Unary::BesselI(n) | Unary::BesselI0e(n))
        | Op::Binary(Binary::PolygammaStep(n)) => format!("{name} {n}"),
        Op::Scan(body) => {
            format!("{name} over {}{}", body.length(), if body.is_reverse() { " backwards" } else { "" })
        }
        Op::TriangularSolve(t) => {
            let side = if t.upper { "upper" } else { "lower" };
            let turned = if t.transposed { " transposed" } else { "" };
            format!("{name} {side}{turned}{}", if t.unit { " unit" } else { "" })
        }
        Op::Literal(_)
        | Op::Unary(_)
        | Op::Binary(_)
        | Op::Ternary(_)
        | Op::Select
        | Op::Broadcast(_)
        | Op::Reshape(_)
        | Op::MatMul
        | Op::Cholesky
        | Op::Solve
        | Op::LogAbsDet
        | Op::EigenSymmetric
        | Op::Take { .. }
        | Op::ScatterAdd { .. }
        | Op::StopGradient
        | Op::WithGradient(_)
        | Op::Barrier => name.to_string(),
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, node) in self.nodes().iter().enumerate() {
            write!(f, "%{id} = {}", described(&node.op))?;
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
