//! Algebra: neutral elements, signs and literal factors of elementwise functions, and of sums.
//!
//! Rules that would hide a NaN or an infinity are left out: `0 * x`, `x - x` and `x / x` stay. The sign of a zero is
//! not kept (`x + 0` is `x`). Products and sums are computed in another order only as far as [`moves`] says.

use super::{Graph, Node, NodeId};
use crate::dim::{Dim, Shape};
use crate::op::{Binary, Op, Reduce, Unary};
use crate::reference;

/// True for a literal factor that may be multiplied at another place of a product or a sum: intermediate results are
/// then larger or smaller by that much, which matters only within this factor of overflow.
fn moves(c: f64) -> bool {
    (f64::from(1u32 << 31).recip()..=f64::from(1u32 << 31)).contains(&c.abs())
}

impl Graph {
    fn as_unary(&self, id: NodeId, op: Unary) -> Option<NodeId> {
        (self.nodes[id].op == Op::Unary(op)).then(|| self.nodes[id].args[0])
    }

    /// `(c, x)` when the node is `c * x` with a literal `c` that may change its place.
    fn as_scaled(&self, id: NodeId) -> Option<(f64, NodeId)> {
        let node = &self.nodes[id];
        match node.op {
            Op::Binary(Binary::Mul) => {
                self.scalar(node.args[0]).filter(|&c| moves(c)).map(|c| (c, node.args[1]))
            }
            Op::Unary(Unary::Neg) => Some((-1.0, node.args[0])),
            _ => None,
        }
    }

    /// The same, unless another literal factor, which was too large to be joined to this one, stands below: taking factors
    /// out of such a pile one by one would take as many steps at each product that it is in.
    fn as_scaled_once(&self, id: NodeId) -> Option<(f64, NodeId)> {
        self.as_scaled(id).filter(|&(_, inner)| self.as_scaled(inner).is_none())
    }

    pub(super) fn simplify_unary(&mut self, u: Unary, node: &Node) -> NodeId {
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
            | Unary::Ln
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
            | Unary::Erfc
            | Unary::Erfcx(_)
            | Unary::Erfinv
            | Unary::NormalCdf
            | Unary::LogNormalCdf
            | Unary::NormalQuantile
            | Unary::Lgamma1p
            | Unary::BesselI(_)
            | Unary::BesselI0e(_)
            | Unary::BesselI1e => {}
        }
        self.intern(node.clone())
    }

    pub(super) fn simplify_binary(&mut self, b: Binary, node: &Node) -> NodeId {
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
                        if let Some((d, inner)) = self.as_scaled(y)
                            && moves(c)
                            && moves(c * d)
                        {
                            let product = self.filled(c * d, node);
                            return self.make(Op::Binary(Binary::Mul), vec![product, inner], node);
                        }
                    }
                    None => {
                        if x == y {
                            return self.make(Op::Unary(Unary::Square), vec![x], node);
                        }
                        if let Some((c, inner)) = self.as_scaled_once(x) {
                            let product = self.make(Op::Binary(Binary::Mul), vec![inner, y], node);
                            let c = self.filled(c, node);
                            return self.make(Op::Binary(Binary::Mul), vec![c, product], node);
                        }
                        if let Some((c, inner)) = self.as_scaled_once(y) {
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
            Binary::Atan2
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
        self.intern(node.clone())
    }

    /// Literal factors and summands leave a sum; a sum over a stretched axis is a product.
    pub(super) fn simplify_sum(&mut self, axes: &[usize], node: Node) -> NodeId {
        let x = node.args[0];
        let inner = self.nodes[x].clone();
        if let Some((c, rest)) = self.as_scaled(x) {
            let sum = self.make(Op::Reduce(Reduce::Sum, axes.to_vec()), vec![rest], &node);
            let c = self.filled(c, &node);
            return self.make(Op::Binary(Binary::Mul), vec![c, sum], &node);
        }
        if inner.op == Op::Binary(Binary::Add)
            && let Some(c) = self.scalar(inner.args[1]).filter(|c| c.is_finite())
            && let Some(count) =
                axes.iter().map(|&a| inner.shape.dims()[a].fixed()).product::<Option<usize>>()
        {
            let sum = self.make(Op::Reduce(Reduce::Sum, axes.to_vec()), vec![inner.args[0]], &node);
            let total = self.filled(c * count as f64, &node);
            return self.make(Op::Binary(Binary::Add), vec![sum, total], &node);
        }
        if let Some(c) = self.scalar(x).filter(|c| c.is_finite()) {
            return self.times_lengths(c, &inner.shape, axes, &node);
        }
        // Summing axes of length 1 only removes them.
        if axes.iter().all(|&a| inner.shape.dims()[a] == Dim::Fixed(1)) {
            return self.make(Op::Reshape(node.shape.clone()), vec![x], &node);
        }
        self.intern(node)
    }

    /// A finite number, added up over these axes of a shape: times their lengths.
    fn times_lengths(&mut self, c: f64, shape: &Shape, axes: &[usize], like: &Node) -> NodeId {
        let (mut number, mut named) = (c, Vec::new());
        for &axis in axes {
            match shape.dims()[axis].clone() {
                Dim::Fixed(n) => number *= n as f64,
                name => named.push(name),
            }
        }
        let mut total = self.filled(number, like);
        for name in named {
            let scalar =
                Node { op: Op::Size(name), args: Vec::new(), shape: Shape::scalar(), ..like.clone() };
            let mut length = self.intern(scalar);
            if like.shape.rank() > 0 {
                length = self.make(Op::Broadcast(like.shape.clone()), vec![length], like);
            }
            total = self.make(Op::Binary(Binary::Mul), vec![total, length], like);
        }
        total
    }
}
