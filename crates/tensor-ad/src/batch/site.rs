//! `Value` and `Site`: a value with or without the new leading axis, and the place in the source at which a rule builds nodes.

use std::panic::Location;

use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::op::{Op, Reduce};

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

    /// Axis `from` at position `to`, the others in their order.
    pub(super) fn move_axis(&self, e: &Expr, from: usize, to: usize) -> Expr {
        if from == to {
            return e.clone();
        }
        let mut order: Vec<usize> = (0..e.rank()).filter(|&a| a != from).collect();
        order.insert(to.min(order.len()), from);
        self.node(Op::Permute(order), vec![e.clone()])
    }

    pub(super) fn sum(&self, e: &Expr, axes: Vec<usize>) -> Expr {
        if axes.is_empty() { e.clone() } else { self.node(Op::Reduce(Reduce::Sum, axes), vec![e.clone()]) }
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
