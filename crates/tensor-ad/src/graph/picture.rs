//! `Picture`: a graph or a plan in the language of Graphviz, box by box and arrow by arrow.

use std::fmt::Write;

use super::sizes::is_ours;
use super::{Graph, Node, NodeId, described};
use crate::op::{Binary, Op};

/// A file of Graphviz as it is written. Scalars that are literals have no box: they are written where they are used.
pub(crate) struct Picture {
    text: String,
    arrows: String,
}

impl Picture {
    pub(crate) fn new(name: &str) -> Self {
        // Courier is a font whose widths Graphviz knows on every machine, so that boxes are as wide as what is in them.
        let text = format!(
            "digraph {name} {{\n  node [shape=box, style=filled, fillcolor=white, fontname=\"Courier\", fontsize=11];\n  \
             edge [color=\"#555555\", fontname=\"Courier\", labelfontsize=9, labeldistance=1.6, arrowsize=0.7];\n  \
             graph [fontname=\"Courier\", fontsize=11, nodesep=0.15, ranksep=0.35];\n"
        );
        Picture { text, arrows: String::new() }
    }

    /// The box of a node, which does `what` to `operands`, and the arrows into it.
    pub(crate) fn vertex(&mut self, graph: &Graph, place: &str, id: NodeId, what: &str, operands: &[NodeId]) {
        let node = &graph.nodes()[id];
        if literal(graph, id).is_some() {
            return;
        }
        let literals: Vec<Option<f64>> = operands.iter().map(|&a| literal(graph, a)).collect();
        let mut lines = format!("%{id} {what}");
        if literals.iter().any(Option::is_some) {
            let written = literals.iter().map(|l| l.map_or("_".to_string(), |c| format!("{c:?}")));
            lines += &format!("({})", written.collect::<Vec<_>>().join(", "));
        }
        lines += &format!("\n{}", node.shape);
        if let Some(label) = &node.label {
            lines += &format!("\n// {label}");
        }
        let (file, line) = (node.at.file(), node.at.line());
        if !is_ours(node.at) {
            lines += &format!("\n{}:{line}", file.rsplit(['/', '\\']).next().unwrap_or(file));
        }
        let shape = if matches!(node.op, Op::Input(_)) { ", shape=ellipse" } else { "" };
        let border = if graph.outputs().contains(&id) { ", peripheries=2" } else { "" };
        let (text, tip) = (quoted(&lines), quoted(&format!("{file}:{line}")));
        // Writing to a string cannot fail.
        let _ = writeln!(
            self.text,
            "  {place}{id} [label={text}, tooltip={tip}, fillcolor=\"{}\"{shape}{border}];",
            colour(node)
        );
        let ordered = operands.len() > 1 && !commutes(&node.op, what);
        for (k, (a, _)) in operands.iter().zip(&literals).enumerate().filter(|(_, (_, l))| l.is_none()) {
            let number = if ordered { format!(" [headlabel=\"{k}\"]") } else { String::new() };
            let _ = writeln!(self.arrows, "  {place}{a} -> {place}{id}{number};");
        }
    }

    /// What follows is within a frame, until it is [closed](Self::close).
    pub(crate) fn frame(&mut self, key: &str, title: &str) {
        let title = quoted(title);
        let _ = writeln!(
            self.text,
            "  subgraph cluster_{key} {{\n    label={title}; labeljust=l; color=\"#999999\"; style=rounded;"
        );
    }

    pub(crate) fn close(&mut self) {
        self.text.push_str("  }\n");
    }

    /// One step of the scan `place id` in a frame, drawn by `inner` at the place that it is given; a dashed arrow leads from its result to the scan.
    pub(crate) fn step(
        &mut self,
        place: &str,
        id: NodeId,
        of: &Graph,
        graph: &Graph,
        inner: impl FnOnce(&mut Self, &str),
    ) {
        let within = format!("{place}{id}_");
        self.frame(&within, &format!("one step of %{id}, {}", described(&of.nodes()[id].op)));
        inner(self, &within);
        self.close();
        for result in graph.outputs() {
            let _ = writeln!(self.arrows, "  {within}{result} -> {place}{id} [style=dashed];");
        }
    }

    pub(crate) fn finished(self) -> String {
        self.text + &self.arrows + "}\n"
    }
}

impl Graph {
    /// The graph in the language of Graphviz, for `dot -Tsvg`.
    ///
    /// A box says the operation, the shape, the label and, where a caller wrote it, the line; its tooltip is the line in any case. Inputs are
    /// ellipses, outputs have a double border. An arrow goes from an operand to its user; where the order of operands matters they are
    /// numbered. A literal scalar is written where it is used, with `_` for each operand that has an arrow. The step of a
    /// scan is a frame. Colours: inputs blue, other leaves and movement grey, products and matrices green, sums and what goes
    /// step by step orange, look-ups violet, elementwise white.
    pub fn to_dot(&self) -> String {
        let mut picture = Picture::new("graph_");
        self.drawn(&mut picture, "n");
        picture.finished()
    }

    fn drawn(&self, picture: &mut Picture, place: &str) {
        for (id, node) in self.nodes().iter().enumerate() {
            picture.vertex(self, place, id, &described(&node.op), &node.args);
            if let Op::Scan(body) = &node.op {
                let step = self.of_body(body);
                picture.step(place, id, self, &step, |picture, within| step.drawn(picture, within));
            }
        }
    }
}

/// The number, where the node is a scalar literal or one stretched, and not itself asked for.
fn literal(graph: &Graph, id: NodeId) -> Option<f64> {
    let node = &graph.nodes()[id];
    match (&node.op, &node.args[..]) {
        _ if graph.outputs().contains(&id) => None,
        (Op::Constant(c), _) => Some(*c),
        (Op::Broadcast(_), [x]) => match graph.nodes()[*x].op {
            Op::Constant(c) if !graph.outputs().contains(x) => Some(c),
            _ => None,
        },
        _ => None,
    }
}

/// True where the operands can be exchanged.
fn commutes(op: &Op, what: &str) -> bool {
    let symmetric =
        matches!(op, Op::Binary(Binary::Add | Binary::Mul | Binary::Max | Binary::Min | Binary::Equal));
    // What a fused form does is said by its name.
    what == "dot" || symmetric && what == op.name()
}

/// By what a node does: an input, arithmetic, a fold, a matrix, a look-up, or (grey) what only gives or moves numbers.
fn colour(node: &Node) -> &'static str {
    match &node.op {
        Op::Input(_) => "#d6e6f5",
        Op::Unary(_) | Op::Binary(_) | Op::Ternary(_) | Op::Select => "#ffffff",
        Op::Reduce(..) | Op::Recurrence { .. } | Op::LogCumSumExp { .. } | Op::Scan(_) => "#fce5c8",
        Op::MatMul
        | Op::Cholesky
        | Op::TriangularSolve(_)
        | Op::Solve
        | Op::LogAbsDet
        | Op::EigenSymmetric => "#dcefd6",
        Op::Take { .. } | Op::ScatterAdd { .. } => "#e7def4",
        _ => "#efefef",
    }
}

/// A text between quotes in a `dot` file, shown as it is: neither escapes nor entities are read into it, and characters that no
/// drawing can hold are written by their number.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '&' => out.push_str("&amp;"),
            '\u{fffe}' | '\u{ffff}' => out.push_str(&format!("\\\\u{{{:x}}}", c as u32)),
            c if c.is_control() => out.push_str(&format!("\\\\u{{{:x}}}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
