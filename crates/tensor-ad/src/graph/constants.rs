//! Constants: numbers known when the graph is built, and nodes that hold nothing else.

use super::{Graph, Node, NodeId};
use crate::dim::Shape;
use crate::op::Op;

impl Graph {
    /// The number, when every element of the node is one literal.
    pub(super) fn scalar(&self, id: NodeId) -> Option<f64> {
        match &self.nodes[id].op {
            Op::Constant(c) => Some(*c),
            Op::Broadcast(_) | Op::Reshape(_) => match self.nodes[self.nodes[id].args[0]].op {
                Op::Constant(c) => Some(c),
                _ => None,
            },
            _ => None,
        }
    }

    /// A node of this shape whose every element is the number.
    pub(super) fn filled(&mut self, c: f64, like: &Node) -> NodeId {
        let constant = self.intern(Node {
            op: Op::Constant(c),
            args: Vec::new(),
            shape: Shape::scalar(),
            label: None,
            at: like.at,
        });
        if like.shape.rank() == 0 {
            return constant;
        }
        self.intern(Node {
            op: Op::Broadcast(like.shape.clone()),
            args: vec![constant],
            shape: like.shape.clone(),
            label: None,
            at: like.at,
        })
    }
}
