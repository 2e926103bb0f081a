//! Moving elements about: reshape, permute, stretch, slice, join, look up.

use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::op::Op;

impl Expr {
    /// The elements in row-major order under another shape with as many of them.
    #[track_caller]
    #[must_use]
    pub fn reshape(&self, shape: impl Into<Shape>) -> Expr {
        let shape = shape.into();
        if self.shape() == &shape { self.clone() } else { Expr::node(Op::Reshape(shape), vec![self.clone()]) }
    }

    /// Axis `i` of the result is axis `order[i]` of this.
    #[track_caller]
    #[must_use]
    pub fn permute(&self, order: &[usize]) -> Expr {
        Expr::node(Op::Permute(order.to_vec()), vec![self.clone()])
    }

    /// The axes in reverse order; of a matrix, the transpose.
    #[track_caller]
    #[must_use]
    pub fn transpose(&self) -> Expr {
        self.permute(&(0..self.rank()).rev().collect::<Vec<_>>())
    }

    /// Stretched to this shape by NumPy's rule (right-aligned; axes of 1 repeat).
    #[track_caller]
    #[must_use]
    pub fn broadcast_to(&self, shape: impl Into<Shape>) -> Expr {
        let shape = shape.into();
        if self.shape() == &shape {
            self.clone()
        } else {
            Expr::node(Op::Broadcast(shape), vec![self.clone()])
        }
    }

    /// A new axis of length 1 before axis `axis`.
    #[track_caller]
    #[must_use]
    pub fn expand(&self, axis: usize) -> Expr {
        let mut dims = self.shape().dims().to_vec();
        dims.insert(axis.min(dims.len()), Dim::Fixed(1));
        self.reshape(dims)
    }

    /// `length` elements of one axis from `start`; the axis stays.
    #[track_caller]
    #[must_use]
    pub fn slice(&self, axis: usize, start: usize, length: usize) -> Expr {
        Expr::node(Op::Slice { axis, start, length }, vec![self.clone()])
    }

    /// Element `index` of one axis, which is removed.
    #[track_caller]
    #[must_use]
    pub fn index(&self, axis: usize, index: usize) -> Expr {
        let cut = self.slice(axis, index, 1);
        match cut.check() {
            Ok(_) => cut.reshape(cut.shape().without(&[axis])),
            Err(_) => cut,
        }
    }

    /// Zeros added at both ends of one axis.
    #[track_caller]
    #[must_use]
    pub fn pad(&self, axis: usize, before: usize, after: usize) -> Expr {
        Expr::node(Op::Pad { axis, before, after }, vec![self.clone()])
    }

    /// The expressions one after another along an axis that they all have.
    #[track_caller]
    #[must_use]
    pub fn concat(parts: &[Expr], axis: usize) -> Expr {
        Expr::node(Op::Concat(axis), parts.to_vec())
    }

    /// The expressions, all of one shape, along a new axis.
    #[track_caller]
    #[must_use]
    pub fn stack(parts: &[Expr], axis: usize) -> Expr {
        Expr::concat(&parts.iter().map(|p| p.expand(axis)).collect::<Vec<_>>(), axis)
    }

    /// Rows of this table: `self[index]` along axis 0, shape `index.shape ++ self.shape[1..]`.
    ///
    /// Indices are numbers in the expression's number type; one that is not a whole number in
    /// `0..n` is refused when the plan runs.
    #[track_caller]
    #[must_use]
    pub fn take(&self, index: &Expr) -> Expr {
        Expr::node(Op::Take, vec![self.clone(), index.clone()])
    }

    /// 1 at `index`, 0 elsewhere, along a new last axis of `classes`.
    #[track_caller]
    #[must_use]
    pub fn one_hot(&self, classes: impl Into<Dim>) -> Expr {
        self.expand(self.rank()).equal(Expr::iota(classes))
    }
}
