//! `Value` and `Site`: a value with or without the new leading axis, and the place in the source at which a rule builds nodes.

use std::panic::Location;

use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::op::{Binary, Op, Reduce};

/// What a node has become: with the new leading axis, or one for all examples.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) expr: Expr,
    pub(super) mapped: bool,
}

impl Value {
    pub(super) fn mapped(expr: Expr) -> Self {
        Value { expr, mapped: true }
    }

    pub(super) fn shared(expr: Expr) -> Self {
        Value { expr, mapped: false }
    }

    /// The axes without the new one.
    pub(super) fn own_axes(&self) -> &[Dim] {
        let dims = self.expr.shape().dims();
        if self.mapped { dims.get(1..).unwrap_or(&[]) } else { dims }
    }
}

/// Where a node stands in the source, and the new axis: nodes built here are reported with the user's line.
pub(super) struct Site<'a> {
    pub(super) dim: &'a Dim,
    pub(super) at: &'static Location<'static>,
}

impl Site<'_> {
    pub(super) fn node(&self, op: Op, args: Vec<Expr>) -> Expr {
        Expr::node_at(op, args, self.at)
    }

    /// The value with the new axis: stretched over it when all examples share it.
    pub(super) fn stretched(&self, value: &Value) -> Expr {
        if value.mapped {
            return value.expr.clone();
        }
        let target = std::iter::once(self.dim).chain(value.own_axes()).cloned().collect();
        self.node(Op::Broadcast(target), vec![value.expr.clone()])
    }

    pub(super) fn reshape(&self, e: &Expr, dims: impl IntoIterator<Item = Dim>) -> Expr {
        let shape: Shape = dims.into_iter().collect();
        if e.shape() == &shape { e.clone() } else { self.node(Op::Reshape(shape), vec![e.clone()]) }
    }

    pub(super) fn broadcast(&self, e: &Expr, shape: &Shape) -> Expr {
        if e.shape() == shape { e.clone() } else { self.node(Op::Broadcast(shape.clone()), vec![e.clone()]) }
    }

    /// The value with axis `axis` equal to this length: an equality that an operation implied is not lost in what takes its place.
    pub(super) fn equated(&self, e: &Expr, axis: usize, dim: &Dim) -> Expr {
        let length = match (e.dim(axis), dim) {
            (Dim::Named(_), Dim::Fixed(_)) => dim.clone(),
            (Dim::Named(own), Dim::Named(other)) if own != *other => dim.clone(),
            _ => return e.clone(),
        };
        self.broadcast(e, &e.shape().with(axis, length))
    }

    /// Axis `from` at position `to`, the others in their order.
    pub(super) fn move_axis(&self, e: &Expr, from: usize, to: usize) -> Expr {
        if from == to {
            return e.clone();
        }
        let mut order: Vec<usize> = (0..e.rank()).filter(|&a| a != from).collect();
        order.insert(to.min(order.len()), from);
        self.node(Op::Permute(order), vec![e.clone()])
    }

    /// An elementwise function of two arrays that stretch to each other.
    pub(super) fn binary(&self, op: Binary, a: &Expr, b: &Expr) -> Expr {
        match a.shape().broadcast(b.shape()) {
            Some(shape) => {
                self.node(Op::Binary(op), vec![self.broadcast(a, &shape), self.broadcast(b, &shape)])
            }
            // Reported by the operation itself.
            None => self.node(Op::Binary(op), vec![a.clone(), b.clone()]),
        }
    }

    pub(super) fn sum(&self, e: &Expr, axes: Vec<usize>) -> Expr {
        if axes.is_empty() { e.clone() } else { self.node(Op::Reduce(Reduce::Sum, axes), vec![e.clone()]) }
    }

    /// `0, 1, ...` along axis `axis` of `rank` axes, of length 1 along the others.
    pub(super) fn positions(&self, dim: &Dim, axis: usize, rank: usize) -> Expr {
        let along = self.node(Op::Iota(dim.clone()), Vec::new());
        self.reshape(&along, (0..rank).map(|a| if a == axis { dim.clone() } else { Dim::Fixed(1) }))
    }

    /// The same value, whose leading axis can be told from `like`, of which nothing else matters.
    pub(super) fn sized(&self, e: &Expr, like: &Expr) -> Expr {
        if self.dim.fixed().is_some() {
            return e.clone();
        }
        let ones = std::iter::once(like.dim(0)).chain(std::iter::repeat_n(Dim::Fixed(1), e.rank() - 1));
        let along = self.reshape(&self.sum(like, (1..like.rank()).collect()), ones);
        let args = [&self.constant(1.0), e, &self.node(Op::StopGradient, vec![along])]
            .map(|part| self.broadcast(part, e.shape()));
        self.node(Op::Select, args.to_vec())
    }

    pub(super) fn constant(&self, value: f64) -> Expr {
        self.node(Op::Constant(value), Vec::new())
    }
}

/// The length of two neighbouring axes as one, where it can be written.
pub(super) fn merged(outer: &Dim, inner: &Dim) -> Option<Dim> {
    match (outer, inner) {
        (Dim::Fixed(1), other) | (other, Dim::Fixed(1)) => Some(other.clone()),
        (Dim::Fixed(a), Dim::Fixed(b)) => a.checked_mul(*b).map(Dim::Fixed),
        (Dim::Named(_), _) | (_, Dim::Named(_)) => None,
    }
}
