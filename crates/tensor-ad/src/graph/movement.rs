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
            let args = vec![inner.args[0]];
            return self.make(node.op.clone(), args, &node);
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
            let args = vec![inner.args[0]];
            return self.make(node.op.clone(), args, &node);
        }
        // A reshaped stretch of a scalar is a stretch to the other shape.
        if matches!(inner.op, Op::Broadcast(_)) && self.nodes[inner.args[0]].shape.rank() == 0 {
            let args = vec![inner.args[0]];
            return self.make(Op::Broadcast(node.shape.clone()), args, &node);
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
            let args = vec![inner.args[0]];
            return self.make(Op::Permute(combined), args, &node);
        }
        self.intern(node)
    }
}
