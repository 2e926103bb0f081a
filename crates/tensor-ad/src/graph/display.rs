//! The readable listing of a graph, one line a node, and its picture for Graphviz.

use std::fmt::{self, Write};

use super::{Graph, Node};
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

/// A text between quotes in a `dot` file.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The lines of a node's box: what it does, its shape, its label.
pub(crate) fn boxed(what: &str, node: &Node) -> String {
    let label = node.label.as_ref().map_or(String::new(), |l| format!("\n{l}"));
    quoted(&format!("{what}\n{}{label}", node.shape))
}

impl Graph {
    /// The graph in the language of Graphviz, for `dot -Tsvg`: inputs are ellipses, outputs have a double border, an arrow goes from an
    /// operand to its user; where the order of operands matters they are numbered. A box's tooltip is its source line.
    pub fn to_dot(&self) -> String {
        let mut dot = String::from("digraph graph_ {\n  node [shape=box, fontname=\"monospace\"];\n");
        for (id, node) in self.nodes().iter().enumerate() {
            let shape = if matches!(node.op, Op::Input(_)) { ", shape=ellipse" } else { "" };
            let border = if self.outputs().contains(&id) { ", peripheries=2" } else { "" };
            let tip = quoted(&format!("{}:{}", node.at.file(), node.at.line()));
            let text = boxed(&format!("%{id} {}", described(&node.op)), node);
            // Writing to a string cannot fail.
            let _ = writeln!(dot, "  n{id} [label={text}, tooltip={tip}{shape}{border}];");
        }
        for (id, node) in self.nodes().iter().enumerate() {
            for (k, a) in node.args.iter().enumerate() {
                let number = if node.args.len() > 1 { format!(" [label=\"{k}\"]") } else { String::new() };
                let _ = writeln!(dot, "  n{a} -> n{id}{number};");
            }
        }
        dot.push_str("}\n");
        dot
    }
}
