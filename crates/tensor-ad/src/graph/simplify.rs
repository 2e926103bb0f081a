//! Local rewriting while a graph is built: a node enters in its simplest equal form.
//!
//! Every rule keeps the value for all finite operands. Rules that would hide a NaN or an infinity
//! (`0 * x`, `x - x`) are left out.

use super::{Graph, Node, NodeId};
use crate::dim::{Dim, Shape};
use crate::op::{Binary, Op, Reduce, Unary};
use crate::reference;

impl Graph {
    /// The node in its simplest form; the rules are applied where the node enters, its operands
    /// being simple already.
    pub(super) fn simplify(&mut self, node: Node) -> NodeId {
        match &node.op {
            Op::Unary(u) => self.simplify_unary(*u, &node),
            Op::Binary(b) => self.simplify_binary(*b, &node),
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

    /// The number, when every element of the node is one literal.
    fn scalar(&self, id: NodeId) -> Option<f64> {
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
    fn filled(&mut self, c: f64, like: &Node) -> NodeId {
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

    /// A node like this one, of its shape and place, with another primitive and other operands.
    fn make(&mut self, op: Op, args: Vec<NodeId>, like: &Node) -> NodeId {
        self.simplify(Node { op, args, shape: like.shape.clone(), label: like.label.clone(), at: like.at })
    }

    fn as_unary(&self, id: NodeId, op: Unary) -> Option<NodeId> {
        (self.nodes[id].op == Op::Unary(op)).then(|| self.nodes[id].args[0])
    }

    /// `(c, x)` when the node is `c * x` with a literal `c`.
    fn as_scaled(&self, id: NodeId) -> Option<(f64, NodeId)> {
        let node = &self.nodes[id];
        match node.op {
            Op::Binary(Binary::Mul) => self.scalar(node.args[0]).map(|c| (c, node.args[1])),
            Op::Unary(Unary::Neg) => Some((-1.0, node.args[0])),
            _ => None,
        }
    }

    fn simplify_unary(&mut self, u: Unary, node: &Node) -> NodeId {
        let x = node.args[0];
        if let Some(c) = self.scalar(x) {
            return self.filled(reference::unary(u, c), node);
        }
        match u {
            Unary::Neg => {
                if let Some(inner) = self.as_unary(x, Unary::Neg) {
                    return inner;
                }
                if let Some((c, inner)) = self.as_scaled(x) {
                    let c = self.filled(-c, node);
                    return self.make(Op::Binary(Binary::Mul), vec![c, inner], node);
                }
                let inner = &self.nodes[x];
                if inner.op == Op::Binary(Binary::Sub) {
                    let args = vec![inner.args[1], inner.args[0]];
                    return self.make(Op::Binary(Binary::Sub), args, node);
                }
            }
            // ln σ(x) = -softplus(-x); ln eˣ = x.
            Unary::Ln => {
                if let Some(inner) = self.as_unary(x, Unary::Sigmoid) {
                    let minus = self.make(Op::Unary(Unary::Neg), vec![inner], node);
                    let soft = self.make(Op::Unary(Unary::Softplus), vec![minus], node);
                    return self.make(Op::Unary(Unary::Neg), vec![soft], node);
                }
                if let Some(inner) = self.as_unary(x, Unary::Exp) {
                    return inner;
                }
                // ln(1 - σ(x)) = -softplus(x).
                let inner = &self.nodes[x];
                if inner.op == Op::Binary(Binary::Sub) && self.scalar(inner.args[0]) == Some(1.0) {
                    let subtracted = inner.args[1];
                    if let Some(logit) = self.as_unary(subtracted, Unary::Sigmoid) {
                        let soft = self.make(Op::Unary(Unary::Softplus), vec![logit], node);
                        return self.make(Op::Unary(Unary::Neg), vec![soft], node);
                    }
                }
            }
            Unary::Square => {
                if let Some(inner) = self.as_unary(x, Unary::Neg) {
                    return self.make(Op::Unary(Unary::Square), vec![inner], node);
                }
            }
            Unary::Recip => {
                if let Some(inner) = self.as_unary(x, Unary::Recip) {
                    return inner;
                }
            }
            Unary::Abs
            | Unary::Sign
            | Unary::Floor
            | Unary::Round
            | Unary::Sqrt
            | Unary::Cbrt
            | Unary::Exp
            | Unary::Expm1
            | Unary::Ln1p
            | Unary::Sin
            | Unary::Cos
            | Unary::Tan
            | Unary::Asin
            | Unary::Acos
            | Unary::Atan
            | Unary::Sinh
            | Unary::Cosh
            | Unary::Asinh
            | Unary::Acosh
            | Unary::Tanh
            | Unary::Sigmoid
            | Unary::Softplus
            | Unary::Lgamma
            | Unary::Polygamma(_)
            | Unary::Erf
            | Unary::Erfc => {}
        }
        self.intern(node.clone())
    }

    fn simplify_binary(&mut self, b: Binary, node: &Node) -> NodeId {
        let (x, y) = (node.args[0], node.args[1]);
        let (cx, cy) = (self.scalar(x), self.scalar(y));
        if let (Some(p), Some(q)) = (cx, cy) {
            return self.filled(reference::binary(b, p, q), node);
        }
        match b {
            Binary::Add => {
                if cx == Some(0.0) {
                    return y;
                }
                if cy == Some(0.0) {
                    return x;
                }
                if let Some(minus) = self.as_unary(y, Unary::Neg) {
                    return self.make(Op::Binary(Binary::Sub), vec![x, minus], node);
                }
                if let Some(minus) = self.as_unary(x, Unary::Neg) {
                    return self.make(Op::Binary(Binary::Sub), vec![y, minus], node);
                }
                // A literal stands on the right of a sum.
                if cx.is_some() {
                    return self.make(Op::Binary(Binary::Add), vec![y, x], node);
                }
            }
            Binary::Sub => {
                if cy == Some(0.0) {
                    return x;
                }
                if cx == Some(0.0) {
                    return self.make(Op::Unary(Unary::Neg), vec![y], node);
                }
                if let Some(c) = cy {
                    let minus = self.filled(-c, node);
                    return self.make(Op::Binary(Binary::Add), vec![x, minus], node);
                }
                if let Some(minus) = self.as_unary(y, Unary::Neg) {
                    return self.make(Op::Binary(Binary::Add), vec![x, minus], node);
                }
            }
            Binary::Mul => {
                // A literal stands on the left of a product.
                if cy.is_some() {
                    return self.make(Op::Binary(Binary::Mul), vec![y, x], node);
                }
                match cx {
                    Some(1.0) => return y,
                    Some(-1.0) => return self.make(Op::Unary(Unary::Neg), vec![y], node),
                    Some(c) => {
                        if let Some((d, inner)) = self.as_scaled(y) {
                            let product = self.filled(c * d, node);
                            return self.make(Op::Binary(Binary::Mul), vec![product, inner], node);
                        }
                    }
                    None => {
                        if x == y {
                            return self.make(Op::Unary(Unary::Square), vec![x], node);
                        }
                        if let Some((c, inner)) = self.as_scaled(x) {
                            let product = self.make(Op::Binary(Binary::Mul), vec![inner, y], node);
                            let c = self.filled(c, node);
                            return self.make(Op::Binary(Binary::Mul), vec![c, product], node);
                        }
                        if let Some((c, inner)) = self.as_scaled(y) {
                            let product = self.make(Op::Binary(Binary::Mul), vec![x, inner], node);
                            let c = self.filled(c, node);
                            return self.make(Op::Binary(Binary::Mul), vec![c, product], node);
                        }
                    }
                }
            }
            Binary::Div => {
                // Division by a literal power of two is exact as a product; by others it is kept.
                if let Some(c) = cy
                    && c.is_finite()
                    && c != 0.0
                    && c.to_bits() & ((1 << 52) - 1) == 0
                    && c.recip().is_normal()
                {
                    let inverse = self.filled(c.recip(), node);
                    return self.make(Op::Binary(Binary::Mul), vec![inverse, x], node);
                }
                if cx == Some(1.0) {
                    return self.make(Op::Unary(Unary::Recip), vec![y], node);
                }
            }
            Binary::Pow => match cy {
                Some(1.0) => return x,
                Some(2.0) => return self.make(Op::Unary(Unary::Square), vec![x], node),
                Some(-1.0) => return self.make(Op::Unary(Unary::Recip), vec![x], node),
                _ => {}
            },
            Binary::Atan2 | Binary::Max | Binary::Min | Binary::Less | Binary::LessEqual | Binary::Equal => {}
        }
        self.intern(node.clone())
    }

    /// Literal factors and summands leave a sum; a sum over a stretched axis is a product.
    fn simplify_sum(&mut self, axes: &[usize], node: Node) -> NodeId {
        let x = node.args[0];
        let inner = self.nodes[x].clone();
        if let Some((c, rest)) = self.as_scaled(x) {
            let sum = self.make(Op::Reduce(Reduce::Sum, axes.to_vec()), vec![rest], &node);
            let c = self.filled(c, &node);
            return self.make(Op::Binary(Binary::Mul), vec![c, sum], &node);
        }
        if inner.op == Op::Binary(Binary::Add)
            && let Some(c) = self.scalar(inner.args[1])
            && let Some(count) =
                axes.iter().map(|&a| inner.shape.dims()[a].fixed()).product::<Option<usize>>()
        {
            let sum = self.make(Op::Reduce(Reduce::Sum, axes.to_vec()), vec![inner.args[0]], &node);
            let total = self.filled(c * count as f64, &node);
            return self.make(Op::Binary(Binary::Add), vec![sum, total], &node);
        }
        // Summing axes of length 1 only removes them.
        if axes.iter().all(|&a| inner.shape.dims()[a] == Dim::Fixed(1)) {
            return self.make(Op::Reshape(node.shape.clone()), vec![x], &node);
        }
        self.intern(node)
    }

    fn simplify_broadcast(&mut self, node: Node) -> NodeId {
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

    fn simplify_reshape(&mut self, node: Node) -> NodeId {
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

    fn simplify_permute(&mut self, order: &[usize], node: Node) -> NodeId {
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
