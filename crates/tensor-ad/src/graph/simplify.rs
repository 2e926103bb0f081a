//! Folding, while a graph is built: a node enters in its simplest equal form.
//!
//! This file sends a node to the rules of its primitive; those are in `algebra`, `constants` and `movement`.

use super::{Graph, Node, NodeId};
use crate::dim::Dim;
use crate::op::{Op, Reduce};
use crate::passes::Pass;
use crate::reference;

impl Graph {
    /// The node in its simplest form; the rules are applied where the node enters, its operands
    /// being simple already.
    pub(super) fn simplify(&mut self, node: Node) -> NodeId {
        if !self.passes.has(Pass::Folding) {
            return self.intern(node);
        }
        match &node.op {
            Op::Unary(u) => self.simplify_unary(*u, &node),
            Op::Binary(b) => self.simplify_binary(*b, &node),
            Op::Ternary(t) => {
                let numbers: Vec<f64> = node.args.iter().filter_map(|&a| self.scalar(a)).collect();
                match numbers[..] {
                    [a, b, x] => self.filled(reference::ternary(*t, a, b, x), &node),
                    _ => self.intern(node),
                }
            }
            Op::Reduce(Reduce::Sum, axes) => self.simplify_sum(&axes.clone(), node),
            Op::Broadcast(_) => self.simplify_broadcast(node),
            Op::Reshape(_) => self.simplify_reshape(node),
            Op::Permute(order) => {
                let order = order.clone();
                self.simplify_permute(&order, node)
            }
            Op::Slice { start: 0, .. } if self.nodes[node.args[0]].shape == node.shape => node.args[0],
            Op::Pad { before: 0, after: 0, .. } if self.nodes[node.args[0]].shape == node.shape => {
                node.args[0]
            }
            // Reversed twice, or one element.
            Op::Reverse(axis) => {
                let inner = &self.nodes[node.args[0]];
                if inner.op == node.op {
                    inner.args[0]
                } else if inner.shape.dims()[*axis] == Dim::Fixed(1) || self.scalar(node.args[0]).is_some() {
                    node.args[0]
                } else {
                    self.intern(node)
                }
            }
            Op::Reduce(Reduce::Max | Reduce::Min | Reduce::Prod, axes) => {
                // Over axes of length 1 only the axes go.
                let inner = &self.nodes[node.args[0]].shape;
                if axes.iter().all(|&a| inner.dims()[a] == Dim::Fixed(1)) {
                    return self.make(Op::Reshape(node.shape.clone()), vec![node.args[0]], &node);
                }
                self.intern(node)
            }
            Op::Concat(_) if node.args.len() == 1 => node.args[0],
            Op::Select => match self.scalar(node.args[0]) {
                Some(0.0) => node.args[2],
                Some(_) => node.args[1],
                None => self.intern(node),
            },
            // Its work is done once the gradient is taken.
            Op::StopGradient | Op::WithGradient(_) => node.args[0],
            Op::Input(_)
            | Op::Constant(_)
            | Op::Literal(_)
            | Op::Size(_)
            | Op::Iota(_)
            | Op::Slice { .. }
            | Op::Pad { .. }
            | Op::Windows { .. }
            | Op::Overlap { .. }
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
            | Op::Barrier => self.intern(node),
        }
    }

    /// A node like this one, of its shape and place, with another primitive and other operands.
    pub(super) fn make(&mut self, op: Op, args: Vec<NodeId>, like: &Node) -> NodeId {
        self.simplify(Node { op, args, shape: like.shape.clone(), label: like.label.clone(), at: like.at })
    }
}
