//! Which nodes become one instruction: fused elementwise forms, and sums of products.

use super::instr::Map;
use super::kernel_of::{binary, ternary, unary};
use crate::graph::{Graph, NodeId};
use crate::kernels;
use crate::op::{Binary, Op, Reduce, Unary};
use crate::passes::{Pass, Passes};

/// What is to be done for one node, and with the values of which nodes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Task {
    pub(super) kind: Kind,
    pub(super) operands: Vec<NodeId>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// The elementwise function of operands of one shape.
    Map(Map),
    /// The sum of the products of two operands, over the axes of the node's reduction.
    Dot,
    /// The sum of a function of three operands, over the axes of the node's reduction.
    SumOf(kernels::Ternary),
    /// The sum over all leading axes of the products of two batches of matrices.
    SumOfProducts,
    /// What the node's own primitive says.
    Own,
}

/// The task of each node; `None` for a node whose work is done inside another's.
pub(super) fn tasks(graph: &Graph, passes: &Passes) -> Vec<Option<Task>> {
    let nodes = graph.nodes();
    let mut uses = vec![0usize; nodes.len()];
    for node in nodes {
        node.args.iter().for_each(|&a| uses[a] += 1);
    }
    graph.outputs().iter().for_each(|&o| uses[o] += 1);
    // Without the removal of dead code, what nothing uses is wanted all the same.
    let mut needed: Vec<bool> = uses.iter().map(|&u| u == 0 && !passes.has(Pass::DeadCode)).collect();
    graph.outputs().iter().for_each(|&o| needed[o] = true);
    let mut tasks = vec![None; nodes.len()];
    for id in (0..nodes.len()).rev() {
        if needed[id] {
            let matcher = Matcher { graph, uses: &uses, fuse: passes.has(Pass::Fusion) };
            let task = matcher.task(id);
            task.operands.iter().for_each(|&a| needed[a] = true);
            tasks[id] = Some(task);
        }
    }
    tasks
}

struct Matcher<'a> {
    graph: &'a Graph,
    uses: &'a [usize],
    /// Whether forms of several nodes are looked for.
    fuse: bool,
}

impl Matcher<'_> {
    fn task(&self, id: NodeId) -> Task {
        let node = &self.graph.nodes()[id];
        let args = &node.args;
        let map = |map, operands: &[NodeId]| Task { kind: Kind::Map(map), operands: operands.to_vec() };
        match &node.op {
            Op::Unary(u) => map(Map::Unary(unary(*u)), args),
            Op::Binary(b) => self.binary(*b, args),
            Op::Ternary(t) => map(Map::Ternary(ternary(*t)), args),
            Op::Select => map(Map::Ternary(kernels::Ternary::Select), args),
            Op::Reduce(Reduce::Sum, axes) if self.fuse => {
                let inner = &self.graph.nodes()[args[0]];
                let operands = match inner.op {
                    Op::Binary(Binary::Mul) if self.uses[args[0]] == 1 => inner.args.clone(),
                    Op::Unary(Unary::Square) => vec![inner.args[0], inner.args[0]],
                    Op::Binary(Binary::Add | Binary::Sub) if self.uses[args[0]] == 1 => {
                        let inner = self.task(args[0]);
                        if let Kind::Map(Map::Ternary(f)) = inner.kind {
                            return Task { kind: Kind::SumOf(f), operands: inner.operands };
                        }
                        return Task { kind: Kind::Own, operands: args.clone() };
                    }
                    Op::MatMul
                        if self.uses[args[0]] == 1 && axes.iter().copied().eq(0..inner.shape.rank() - 2) =>
                    {
                        return Task { kind: Kind::SumOfProducts, operands: inner.args.clone() };
                    }
                    _ => return Task { kind: Kind::Own, operands: args.clone() },
                };
                Task { kind: Kind::Dot, operands }
            }
            Op::Input(_)
            | Op::Constant(_)
            | Op::Literal(_)
            | Op::Size(_)
            | Op::Iota(_)
            | Op::Reduce(..)
            | Op::Broadcast(_)
            | Op::Reshape(_)
            | Op::Permute(_)
            | Op::Slice { .. }
            | Op::Pad { .. }
            | Op::Windows { .. }
            | Op::Overlap { .. }
            | Op::Reverse(_)
            | Op::Concat(_)
            | Op::MatMul
            | Op::Cholesky
            | Op::TriangularSolve(_)
            | Op::Solve
            | Op::LogAbsDet
            | Op::EigenSymmetric
            | Op::Scan(_)
            | Op::Take { .. }
            | Op::ScatterAdd { .. }
            | Op::Recurrence { .. }
            | Op::LogCumSumExp { .. }
            | Op::StopGradient
            | Op::WithGradient(_)
            | Op::Barrier => Task { kind: Kind::Own, operands: args.clone() },
        }
    }

    fn binary(&self, b: Binary, args: &[NodeId]) -> Task {
        let (x, y) = (args[0], args[1]);
        let map = |map, operands: &[NodeId]| Task { kind: Kind::Map(map), operands: operands.to_vec() };
        match b {
            _ if !self.fuse => {}
            Binary::Mul => {
                for (g, factor) in [(x, y), (y, x)] {
                    if let Some(a) = self.one_minus_square(factor) {
                        return map(Map::Binary(kernels::Binary::TanhPullback), &[g, a]);
                    }
                    if let Some(s) = self.logistic_slope(factor) {
                        return map(Map::Binary(kernels::Binary::SigmoidPullback), &[g, s]);
                    }
                }
            }
            Binary::Add => {
                for (product, other) in [(x, y), (y, x)] {
                    if let Some([p, q]) = self.product(product) {
                        return map(Map::Ternary(kernels::Ternary::MulAdd), &[p, q, other]);
                    }
                }
            }
            Binary::Sub => {
                if let Some([p, q]) = self.product(y) {
                    return map(Map::Ternary(kernels::Ternary::NegMulAdd), &[p, q, x]);
                }
                if let Some([p, q]) = self.product(x) {
                    return map(Map::Ternary(kernels::Ternary::MulSub), &[p, q, y]);
                }
            }
            Binary::Div
            | Binary::Pow
            | Binary::Atan2
            | Binary::Max
            | Binary::Min
            | Binary::Less
            | Binary::LessEqual
            | Binary::Equal
            | Binary::LnBeta
            | Binary::PolygammaStep(_)
            | Binary::GammaP
            | Binary::GammaQ
            | Binary::GammaPSlope
            | Binary::GammaDensity => {}
        }
        map(Map::Binary(binary(b)), args)
    }

    /// The operands of a product that nothing else needs.
    fn product(&self, id: NodeId) -> Option<[NodeId; 2]> {
        let node = &self.graph.nodes()[id];
        // A product that is itself a fused form stays so.
        let plain = node.op == Op::Binary(Binary::Mul)
            && self.uses[id] == 1
            && node
                .args
                .iter()
                .all(|&f| self.one_minus_square(f).is_none() && self.logistic_slope(f).is_none());
        plain.then(|| [node.args[0], node.args[1]])
    }

    /// `a`, when the node is `1 - a²` and nothing else needs it.
    fn one_minus_square(&self, id: NodeId) -> Option<NodeId> {
        let node = &self.graph.nodes()[id];
        if node.op != Op::Binary(Binary::Sub) || self.uses[id] != 1 || !self.is_one(node.args[0]) {
            return None;
        }
        let square = &self.graph.nodes()[node.args[1]];
        (square.op == Op::Unary(Unary::Square)).then(|| square.args[0])
    }

    /// `s`, when the node is `s (1 - s)` and nothing else needs it.
    fn logistic_slope(&self, id: NodeId) -> Option<NodeId> {
        let node = &self.graph.nodes()[id];
        if node.op != Op::Binary(Binary::Mul) || self.uses[id] != 1 {
            return None;
        }
        [(node.args[0], node.args[1]), (node.args[1], node.args[0])].into_iter().find_map(|(s, rest)| {
            let rest = &self.graph.nodes()[rest];
            (rest.op == Op::Binary(Binary::Sub) && self.is_one(rest.args[0]) && rest.args[1] == s)
                .then_some(s)
        })
    }

    fn is_one(&self, id: NodeId) -> bool {
        let node = &self.graph.nodes()[id];
        match node.op {
            Op::Constant(c) => c == 1.0,
            Op::Broadcast(_) => self.is_one(node.args[0]),
            _ => false,
        }
    }
}
