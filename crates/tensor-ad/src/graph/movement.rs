//! Movement: stretches, reshapes and permutations joined, and left out where they do nothing.

use super::{Graph, Node, NodeId};
use crate::op::Op;

impl Graph {
    pub(super) fn simplify_broadcast(&mut self, node: Node) -> NodeId {
        let x = node.args[0];
        if self.nodes[x].shape == node.shape {
            return x;
        }
        let inner = &self.nodes[x];
        // A stretch of a stretch, and a stretched scalar under another scalar shape.
        if matches!(inner.op, Op::Broadcast(_))
            || (matches!(inner.op, Op::Reshape(_)) && self.nodes[inner.args[0]].shape.rank() == 0)
        {
            return self.joined(node.op.clone(), &node);
        }
        self.intern(node)
    }

    pub(super) fn simplify_reshape(&mut self, node: Node) -> NodeId {
        let x = node.args[0];
        let inner = &self.nodes[x];
        if inner.shape == node.shape {
            return x;
        }
        if matches!(inner.op, Op::Reshape(_)) {
            return self.joined(node.op.clone(), &node);
        }
        // A reshaped stretch of a scalar is a stretch to the other shape.
        if matches!(inner.op, Op::Broadcast(_)) && self.nodes[inner.args[0]].shape.rank() == 0 {
            return self.joined(Op::Broadcast(node.shape.clone()), &node);
        }
        self.intern(node)
    }

    pub(super) fn simplify_permute(&mut self, order: &[usize], node: Node) -> NodeId {
        let x = node.args[0];
        if order.iter().enumerate().all(|(i, &a)| i == a) {
            return x;
        }
        let inner = &self.nodes[x];
        if let Op::Permute(first) = &inner.op {
            let combined: Vec<usize> = order.iter().map(|&a| first[a]).collect();
            return self.joined(Op::Permute(combined), &node);
        }
        self.intern(node)
    }

    /// One movement in place of this node and its operand, which are the same elements: it has the label of either.
    fn joined(&mut self, op: Op, node: &Node) -> NodeId {
        let inner = &self.nodes[node.args[0]];
        let (args, label) = (vec![inner.args[0]], node.label.clone().or_else(|| inner.label.clone()));
        self.simplify(Node { op, args, shape: node.shape.clone(), label, at: node.at })
    }
}
