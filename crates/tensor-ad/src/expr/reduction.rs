//! Reductions over axes as methods: sums, moments, extremes, positions, norms, logarithms of sums.
//!
//! Each removes the axes it goes over; [`keep_axes`](Expr::keep_axes) with the same axes puts them back with length 1.

use std::panic::Location;

use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::error::Reason;
use crate::op::{Op, Reduce};

impl Expr {
    /// The sum of all elements: a scalar.
    #[track_caller]
    #[must_use]
    pub fn sum(&self) -> Expr {
        self.sum_axes(&self.every_axis())
    }

    /// The sum over these axes, which are removed. 0 of no element.
    #[track_caller]
    #[must_use]
    pub fn sum_axes(&self, axes: &[usize]) -> Expr {
        self.reduce(Reduce::Sum, axes)
    }

    /// The product of all elements: a scalar.
    #[track_caller]
    #[must_use]
    pub fn prod(&self) -> Expr {
        self.prod_axes(&self.every_axis())
    }

    /// The product over these axes, which are removed. 1 of no element. The gradient at an element is the product of
    /// the others, also where some are zero.
    #[track_caller]
    #[must_use]
    pub fn prod_axes(&self, axes: &[usize]) -> Expr {
        self.reduce(Reduce::Prod, axes)
    }

    /// The largest of all elements: a scalar.
    #[track_caller]
    #[must_use]
    pub fn largest(&self) -> Expr {
        self.max_axes(&self.every_axis())
    }

    /// The largest element over these axes, which are removed; NaN when one is NaN, minus infinity of none. The gradient is
    /// shared equally among equal maxima.
    #[track_caller]
    #[must_use]
    pub fn max_axes(&self, axes: &[usize]) -> Expr {
        self.reduce(Reduce::Max, axes)
    }

    /// The smallest of all elements: a scalar.
    #[track_caller]
    #[must_use]
    pub fn smallest(&self) -> Expr {
        self.min_axes(&self.every_axis())
    }

    /// The smallest element over these axes, which are removed; as [`max_axes`](Self::max_axes), infinity of none.
    #[track_caller]
    #[must_use]
    pub fn min_axes(&self, axes: &[usize]) -> Expr {
        self.reduce(Reduce::Min, axes)
    }

    /// The position of the largest element along one axis, which is removed: the first of equal ones, and the first
    /// NaN where there is one (as NumPy's `argmax`). Infinity, which is no index, of no element. No gradient.
    #[track_caller]
    #[must_use]
    pub fn argmax(&self, axis: usize) -> Expr {
        self.argmax_axes(&[axis])
    }

    /// The position of the largest element among these axes, counted row-major over them; as [`argmax`](Self::argmax).
    #[track_caller]
    #[must_use]
    pub fn argmax_axes(&self, axes: &[usize]) -> Expr {
        match self.refused("argmax", axes) {
            Some(refused) => refused,
            None => self.position_of(&self.max_axes(axes), axes),
        }
    }

    /// The position of the smallest element along one axis, which is removed; as [`argmax`](Self::argmax).
    #[track_caller]
    #[must_use]
    pub fn argmin(&self, axis: usize) -> Expr {
        self.argmin_axes(&[axis])
    }

    /// The position of the smallest element among these axes; as [`argmax_axes`](Self::argmax_axes).
    #[track_caller]
    #[must_use]
    pub fn argmin_axes(&self, axes: &[usize]) -> Expr {
        match self.refused("argmin", axes) {
            Some(refused) => refused,
            None => self.position_of(&self.min_axes(axes), axes),
        }
    }

    /// The first position at which `best`, the extreme over these axes, or a NaN stands.
    #[track_caller]
    fn position_of(&self, best: &Expr, axes: &[usize]) -> Expr {
        let number = self.less_equal(f64::INFINITY);
        let hit = number.select(self.equal(best.keep_axes(axes)), 1.0);
        let mut sorted = axes.to_vec();
        sorted.sort_unstable();
        let (mut position, mut stride) = (Expr::constant(0.0), Expr::constant(1.0));
        for &axis in sorted.iter().rev() {
            position = position + self.positions_along(axis) * &stride;
            stride = stride * Expr::size(self.dim(axis));
        }
        hit.select(position, f64::INFINITY).min_axes(&sorted).stop_gradient()
    }

    /// The mean of all elements: a scalar. NaN of no element.
    #[track_caller]
    #[must_use]
    pub fn mean(&self) -> Expr {
        self.mean_axes(&self.every_axis())
    }

    /// The mean over these axes, which are removed. NaN of no element.
    #[track_caller]
    #[must_use]
    pub fn mean_axes(&self, axes: &[usize]) -> Expr {
        match self.refused("mean", axes) {
            Some(refused) => refused,
            None => self.sum_axes(axes).divided_by_sizes(self, axes),
        }
    }

    /// The variance of all elements: a scalar; as [`var_axes`](Self::var_axes).
    #[track_caller]
    #[must_use]
    pub fn var(&self, ddof: usize) -> Expr {
        self.var_axes(&self.every_axis(), ddof)
    }

    /// The variance over these axes, which are removed: `Σ (x - mean)² / (n - ddof)`, in two passes. `ddof` is 0 for the mean
    /// of squares (NumPy's default), 1 for the unbiased estimate. NaN or infinite where `n ≤ ddof`.
    #[track_caller]
    #[must_use]
    pub fn var_axes(&self, axes: &[usize], ddof: usize) -> Expr {
        if let Some(refused) = self.refused("var", axes) {
            return refused;
        }
        let squares = (self - self.mean_axes(axes).keep_axes(axes)).square().sum_axes(axes);
        if ddof == 0 {
            squares.divided_by_sizes(self, axes)
        } else {
            squares / (self.count(axes) - ddof as f64)
        }
    }

    /// The standard deviation of all elements: a scalar; as [`std_axes`](Self::std_axes).
    #[track_caller]
    #[must_use]
    pub fn std(&self, ddof: usize) -> Expr {
        self.std_axes(&self.every_axis(), ddof)
    }

    /// The standard deviation over these axes, the square root of [`var_axes`](Self::var_axes). Its gradient where all
    /// elements are equal, and there is none, is 0.
    #[track_caller]
    #[must_use]
    pub fn std_axes(&self, axes: &[usize], ddof: usize) -> Expr {
        let variance = self.var_axes(axes, ddof).called("std", &[self]);
        let zero = variance.equal(0.0);
        zero.select(0.0, zero.select(1.0, variance).sqrt())
    }

    /// The norm of order `p` of all elements: a scalar; as [`norm_axes`](Self::norm_axes).
    #[track_caller]
    #[must_use]
    pub fn norm(&self, p: f64) -> Expr {
        self.norm_axes(&self.every_axis(), p)
    }

    /// `(Σ |x|^p)^(1/p)` over these axes, which are removed: 1 for the sum of sizes, 2 for the Euclidean norm, infinity for the
    /// largest size, minus infinity for the smallest, 0 for the number of elements that are not zero; 0 of no element
    /// (of minus infinity: infinity). A finite `p > 1` neither overflows nor underflows on the way. The gradient where all
    /// elements are zero is 0. NaN for a `p` that is NaN.
    #[track_caller]
    #[must_use]
    pub fn norm_axes(&self, axes: &[usize], p: f64) -> Expr {
        if let Some(refused) = self.refused("norm", axes) {
            return refused;
        }
        let size = self.abs();
        if p == 1.0 {
            return size.sum_axes(axes);
        } else if p == f64::INFINITY {
            let largest = size.max_axes(axes);
            return largest.less(0.0).select(0.0, largest);
        } else if p == f64::NEG_INFINITY {
            return size.min_axes(axes);
        } else if p == 0.0 {
            return self.is_nonzero().sum_axes(axes);
        } else if p.is_nan() || p < 0.0 {
            return size.pow(p).sum_axes(axes).pow(1.0 / p);
        }
        // In units of the largest size: its value does not matter, so that it has no gradient.
        let largest = size.max_axes(axes).stop_gradient();
        let usable = largest.greater(0.0) * largest.less(f64::INFINITY);
        let unit = usable.select(largest, 1.0);
        let scaled = self / unit.keep_axes(axes);
        let terms = if p == 2.0 {
            scaled.square()
        } else {
            let size = scaled.abs();
            let zero = size.equal(0.0);
            zero.select(0.0, zero.select(1.0, size).pow(p))
        };
        let sum = terms.sum_axes(axes);
        let zero = sum.equal(0.0);
        let safe = zero.select(1.0, sum);
        let root = if p == 2.0 { safe.sqrt() } else { safe.pow(1.0 / p) };
        zero.select(0.0, root) * unit
    }

    /// 1 when some element is not zero (NaN is not), else 0: a scalar. No gradient.
    #[track_caller]
    #[must_use]
    pub fn any(&self) -> Expr {
        self.any_axes(&self.every_axis())
    }

    /// 1 where some element over these axes is not zero, else 0, also of no element. No gradient.
    #[track_caller]
    #[must_use]
    pub fn any_axes(&self, axes: &[usize]) -> Expr {
        match self.refused("any", axes) {
            Some(refused) => refused,
            None => self.is_nonzero().max_axes(axes).max(0.0),
        }
    }

    /// 1 when no element is zero, else 0: a scalar. No gradient.
    #[track_caller]
    #[must_use]
    pub fn all(&self) -> Expr {
        self.all_axes(&self.every_axis())
    }

    /// 1 where no element over these axes is zero, else 0; 1 of no element. No gradient.
    #[track_caller]
    #[must_use]
    pub fn all_axes(&self, axes: &[usize]) -> Expr {
        match self.refused("all", axes) {
            Some(refused) => refused,
            None => self.is_nonzero().min_axes(axes).min(1.0),
        }
    }

    #[track_caller]
    fn is_nonzero(&self) -> Expr {
        1.0 - self.stop_gradient().equal(0.0)
    }

    /// `ln Σ eˣ` over one axis, which is removed; as [`logsumexp_axes`](Self::logsumexp_axes).
    #[track_caller]
    #[must_use]
    pub fn logsumexp(&self, axis: usize) -> Expr {
        self.logsumexp_axes(&[axis])
    }

    /// `ln Σ eˣ` over these axes, which are removed, without overflow. Minus infinity, with gradient 0, when all elements are
    /// or there is none; infinity when one is.
    #[track_caller]
    #[must_use]
    pub fn logsumexp_axes(&self, axes: &[usize]) -> Expr {
        if let Some(refused) = self.refused("logsumexp", axes) {
            return refused;
        }
        let (shifted, top) = self.below_top(axes);
        let sum = shifted.exp().sum_axes(axes);
        let none = sum.equal(0.0);
        none.select(f64::NEG_INFINITY, none.select(1.0, sum).ln()) + top
    }

    /// `eˣ / Σ eˣ` along one axis; as [`softmax_axes`](Self::softmax_axes).
    #[track_caller]
    #[must_use]
    pub fn softmax(&self, axis: usize) -> Expr {
        self.softmax_axes(&[axis])
    }

    /// `eˣ / Σ eˣ`, the sum over these axes, which stay: probabilities from any real scores, without overflow. NaN where all scores are minus
    /// infinity or one is infinity.
    #[track_caller]
    #[must_use]
    pub fn softmax_axes(&self, axes: &[usize]) -> Expr {
        if let Some(refused) = self.refused("softmax", axes) {
            return refused;
        }
        let terms = self.below_top(axes).0.exp();
        let sum = terms.sum_axes(axes).keep_axes(axes);
        terms / sum
    }

    /// `x - ln Σ eˣ` along one axis; as [`log_softmax_axes`](Self::log_softmax_axes).
    #[track_caller]
    #[must_use]
    pub fn log_softmax(&self, axis: usize) -> Expr {
        self.log_softmax_axes(&[axis])
    }

    /// `x - ln Σ eˣ`, the sum over these axes, which stay: log probabilities from any real scores, accurate for large scores and for
    /// small probabilities.
    #[track_caller]
    #[must_use]
    pub fn log_softmax_axes(&self, axes: &[usize]) -> Expr {
        if let Some(refused) = self.refused("log_softmax", axes) {
            return refused;
        }
        let shifted = self.below_top(axes).0;
        let sum = shifted.exp().sum_axes(axes).keep_axes(axes);
        shifted - sum.ln()
    }

    /// This minus its largest element over the axes, and that element, where it is a number. It has no gradient: what is
    /// made of the two does not depend on it.
    #[track_caller]
    fn below_top(&self, axes: &[usize]) -> (Expr, Expr) {
        let top = self.max_axes(axes).stop_gradient();
        let top = top.abs().less(f64::INFINITY).select(&top, 0.0);
        (self - top.keep_axes(axes), top)
    }

    /// The axes that a reduction has removed, back with length 1: `x.sum_axes(&[0, 2]).keep_axes(&[0, 2])` stretches
    /// against `x`. Axes are those of the operand of the reduction.
    #[track_caller]
    #[must_use]
    pub fn keep_axes(&self, axes: &[usize]) -> Expr {
        let at = Location::caller();
        if axes.is_empty() || self.check().is_err() {
            return self.clone();
        }
        let mut sorted = axes.to_vec();
        sorted.sort_unstable();
        let mut dims = self.shape().dims().to_vec();
        let rank = self.rank() + axes.len();
        for (i, &axis) in sorted.iter().enumerate() {
            let reason = if axis >= rank {
                Reason::Axis { axis, rank }
            } else if i > 0 && sorted[i - 1] == axis {
                Reason::RepeatedAxis { axis }
            } else {
                dims.insert(axis, Dim::Fixed(1));
                continue;
            };
            let label = self.nearest_label(at);
            return Expr::faulty_labelled("keep_axes", reason, vec![self.shape().clone()], label, at);
        }
        self.reshape(dims)
    }

    /// The number of every axis.
    fn every_axis(&self) -> Vec<usize> {
        (0..self.rank()).collect()
    }

    /// How many elements there are over these axes.
    #[track_caller]
    fn count(&self, axes: &[usize]) -> Expr {
        let mut count = Expr::constant(1.0);
        for &axis in axes {
            count = count * Expr::size(self.dim(axis));
        }
        count
    }

    /// This divided by the lengths of these axes of another expression.
    #[track_caller]
    fn divided_by_sizes(&self, of: &Expr, axes: &[usize]) -> Expr {
        let mut quotient = self.clone();
        for &axis in axes {
            quotient = quotient / Expr::size(of.dim(axis));
        }
        quotient
    }

    /// `0, 1, 2, ...` along one axis of this, in a shape that stretches against it.
    #[track_caller]
    pub(super) fn positions_along(&self, axis: usize) -> Expr {
        let later = (axis + 1..self.rank()).map(|_| Dim::Fixed(1));
        let shape: Shape = std::iter::once(self.dim(axis)).chain(later).collect();
        Expr::iota(self.dim(axis)).reshape(shape)
    }

    #[track_caller]
    fn reduce(&self, reduce: Reduce, axes: &[usize]) -> Expr {
        let mut axes = axes.to_vec();
        axes.sort_unstable();
        if axes.is_empty() { self.clone() } else { Expr::node(Op::Reduce(reduce, axes), vec![self.clone()]) }
    }
}
