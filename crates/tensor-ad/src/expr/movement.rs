//! Moving elements about: reshape, permute, stretch, slice, join, repeat.

use std::panic::Location;

use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::error::Reason;
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

    /// Without these axes, each of which has length 1.
    #[track_caller]
    #[must_use]
    pub fn squeeze(&self, axes: &[usize]) -> Expr {
        if let Some(refused) = self.refused("squeeze", axes) {
            return refused;
        }
        if let Some(&axis) = axes.iter().find(|&&a| self.dim(a) != Dim::Fixed(1)) {
            return self.wrong("squeeze", Reason::NotOne { axis, found: self.dim(axis) });
        }
        self.reshape(self.shape().without(axes))
    }

    /// `length` elements of one axis from `start`; the axis stays, and is a number. Where the axis has a name, a range that goes beyond
    /// its end is a [mistake](crate::Reason::Range) found when the name is bound to a number, and the plan does not stream over that axis.
    #[track_caller]
    #[must_use]
    pub fn slice(&self, axis: usize, start: usize, length: usize) -> Expr {
        self.strided(axis, start, length, 1)
    }

    /// `length` elements of one axis, `start`, `start + step`, ...; a negative step walks backwards. The axis stays.
    #[track_caller]
    #[must_use]
    pub fn slice_by(&self, axis: usize, start: usize, length: usize, step: isize) -> Expr {
        let stride = step.unsigned_abs();
        if step >= 0 || length == 0 {
            return self.strided(axis, start, length, stride);
        }
        match (length - 1).checked_mul(stride).and_then(|read| start.checked_sub(read)) {
            Some(first) => self.strided(axis, first, length, stride).reverse_axis(axis),
            None => {
                if let Some(refused) = self.refused("slice", &[axis]) {
                    return refused;
                }
                self.wrong("slice", Reason::BelowZero { axis, start, length, step })
            }
        }
    }

    #[track_caller]
    pub(crate) fn strided(&self, axis: usize, start: usize, length: usize, step: usize) -> Expr {
        Expr::node(Op::Slice { axis, start, length, step }, vec![self.clone()])
    }

    #[track_caller]
    pub(crate) fn reverse_axis(&self, axis: usize) -> Expr {
        Expr::node(Op::Reverse(axis), vec![self.clone()])
    }

    /// The elements of these axes in reverse order.
    #[track_caller]
    #[must_use]
    pub fn flip(&self, axes: &[usize]) -> Expr {
        if let Some(refused) = self.refused("flip", axes) {
            return refused;
        }
        let mut flipped = self.clone();
        for &axis in axes {
            flipped = flipped.reverse_axis(axis);
        }
        flipped
    }

    /// The elements of one axis moved `by` places towards its end (its start, if negative); what leaves it comes back at
    /// the other end.
    #[track_caller]
    #[must_use]
    pub fn roll(&self, axis: usize, by: isize) -> Expr {
        if let Some(refused) = self.refused("roll", &[axis]) {
            return refused;
        }
        match self.dim(axis).fixed() {
            Some(n) => {
                let by =
                    if n == 0 { 0 } else { by.rem_euclid(n.try_into().unwrap_or(isize::MAX)).unsigned_abs() };
                if by == 0 {
                    return self.clone();
                }
                Expr::concat(&[self.slice(axis, n - by, by), self.slice(axis, 0, n - by)], axis)
            }
            None => {
                let size = Expr::size(self.dim(axis));
                let from = Expr::iota(self.dim(axis)) - by as f64;
                let turns = (&from / &size).floor();
                self.take_axis(axis, &(from - turns * size))
            }
        }
    }

    /// Each element of one axis `times` times in a row. An axis with a name is [refused](crate::Reason::NamedAxis), with what to do instead.
    #[track_caller]
    #[must_use]
    pub fn repeat(&self, axis: usize, times: usize) -> Expr {
        self.multiplied("repeat", axis, times, axis.saturating_add(1))
    }

    /// The whole, repeated along each axis: `times[i]` copies along axis `i`, one for each axis. More than one copy along an axis with a name is
    /// [refused](crate::Reason::NamedAxis), with what to do instead.
    #[track_caller]
    #[must_use]
    pub fn tile(&self, times: &[usize]) -> Expr {
        if times.len() != self.rank() && self.check().is_ok() {
            return self.wrong("tile", Reason::Rank { expected: times.len(), found: self.rank() });
        }
        let mut tiled = self.clone();
        for (axis, &n) in times.iter().enumerate() {
            if n != 1 {
                tiled = tiled.multiplied("tile", axis, n, axis);
            }
        }
        tiled
    }

    /// `times` copies along one axis, which is a number: a new axis at `place` beside it, joined to it.
    #[track_caller]
    fn multiplied(&self, op: &'static str, axis: usize, times: usize, place: usize) -> Expr {
        if let Some(refused) = self.refused(op, &[axis]) {
            return refused;
        }
        let Some(n) = self.dim(axis).fixed() else { return self.wrong(op, Reason::NamedAxis { axis }) };
        let mut dims = self.shape().dims().to_vec();
        dims.insert(place, Dim::Fixed(times));
        let joined = self.shape().with(axis, Dim::Fixed(n.saturating_mul(times)));
        self.expand(place).broadcast_to(dims).reshape(joined)
    }

    /// The parts of one axis, one after another, of these lengths, which add up to its own. An axis with a name is
    /// [refused](crate::Reason::NamedAxis), with what to do instead.
    #[track_caller]
    #[must_use]
    pub fn split(&self, axis: usize, lengths: &[usize]) -> Vec<Expr> {
        if let Some(refused) = self.refused("split", &[axis]) {
            return vec![refused; lengths.len()];
        }
        let total = lengths.iter().fold(0usize, |sum, &n| sum.saturating_add(n));
        let mistake = match self.dim(axis).fixed() {
            None => Some(Reason::NamedAxis { axis }),
            Some(length) if length != total => Some(Reason::Parts { axis, total, length }),
            Some(_) => None,
        };
        if let Some(reason) = mistake {
            return vec![self.wrong("split", reason); lengths.len()];
        }
        let mut parts = Vec::new();
        let mut start = 0;
        for &length in lengths {
            parts.push(self.slice(axis, start, length));
            start += length;
        }
        parts
    }

    /// Element `index` of one axis, which is removed.
    #[track_caller]
    #[must_use]
    pub fn index(&self, axis: usize, index: usize) -> Expr {
        let cut = self.slice(axis, index, 1).called("index", &[self]);
        match cut.check() {
            Ok(_) => cut.reshape(cut.shape().without(&[axis])),
            Err(_) => cut,
        }
    }

    /// Zeros added at both ends of one axis. An axis with a name is [refused](crate::Reason::NamedAxis), with what to do instead.
    #[track_caller]
    #[must_use]
    pub fn pad(&self, axis: usize, before: usize, after: usize) -> Expr {
        self.pad_between(axis, before, after, 0)
    }

    /// Zeros added at both ends of one axis, and `between` of them between two neighbours: the transpose of a slice with
    /// a step of `between + 1`.
    #[track_caller]
    #[must_use]
    pub fn pad_between(&self, axis: usize, before: usize, after: usize, between: usize) -> Expr {
        Expr::node(Op::Pad { axis, before, after, between }, vec![self.clone()])
    }

    /// The expressions one after another along an axis that they all have. An axis with a name is
    /// [refused](crate::Reason::NamedAxis), with what to do instead.
    #[track_caller]
    #[must_use]
    pub fn concat(parts: &[Expr], axis: usize) -> Expr {
        Expr::node(Op::Concat(axis), parts.to_vec())
    }

    /// The expressions, all of one shape, along a new axis.
    #[track_caller]
    #[must_use]
    pub fn stack(parts: &[Expr], axis: usize) -> Expr {
        let expanded: Vec<Expr> = parts.iter().map(|p| p.expand(axis)).collect();
        Expr::concat(&expanded, axis).called("stack", &parts.iter().collect::<Vec<_>>())
    }
    /// This expression if it carries a mistake; one that carries the mistake if this has no such axes, or one is named twice.
    #[track_caller]
    pub(super) fn refused(&self, op: &'static str, axes: &[usize]) -> Option<Expr> {
        if self.check().is_err() {
            return Some(self.clone());
        }
        for (i, &axis) in axes.iter().enumerate() {
            if axis >= self.rank() {
                return Some(self.wrong(op, Reason::Axis { axis, rank: self.rank() }));
            }
            if axes[..i].contains(&axis) {
                return Some(self.wrong(op, Reason::RepeatedAxis { axis }));
            }
        }
        None
    }

    /// An expression that carries this mistake in an operation on this one.
    #[track_caller]
    pub(super) fn wrong(&self, op: &'static str, reason: Reason) -> Expr {
        let at = Location::caller();
        Expr::faulty_labelled(op, reason, vec![self.shape().clone()], self.nearest_label(at), at)
    }
}
