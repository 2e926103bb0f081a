//! Reductions over axes as methods.

use crate::Expr;
use crate::op::{Op, Reduce};

impl Expr {
    /// The sum of all elements: a scalar.
    #[track_caller]
    #[must_use]
    pub fn sum(&self) -> Expr {
        self.sum_axes(&(0..self.rank()).collect::<Vec<_>>())
    }

    /// The sum over these axes, which are removed.
    #[track_caller]
    #[must_use]
    pub fn sum_axes(&self, axes: &[usize]) -> Expr {
        self.reduce(Reduce::Sum, axes)
    }

    /// The largest element over these axes, which are removed; NaN when one is NaN. The gradient is
    /// shared equally among equal maxima.
    #[track_caller]
    #[must_use]
    pub fn max_axes(&self, axes: &[usize]) -> Expr {
        self.reduce(Reduce::Max, axes)
    }

    /// The smallest element over these axes, which are removed; as [`max_axes`](Self::max_axes).
    #[track_caller]
    #[must_use]
    pub fn min_axes(&self, axes: &[usize]) -> Expr {
        self.reduce(Reduce::Min, axes)
    }

    /// The mean of all elements: a scalar. NaN for no element.
    #[track_caller]
    #[must_use]
    pub fn mean(&self) -> Expr {
        self.shape().dims().iter().fold(self.sum(), |total, d| total / Expr::size(d))
    }

    /// `ln Σ eˣ` over one axis, which is removed, without overflow; minus infinity when all are.
    #[track_caller]
    #[must_use]
    pub fn logsumexp(&self, axis: usize) -> Expr {
        let top = self.max_axes(&[axis]).stop_gradient();
        let top = top.abs().less(f64::INFINITY).select(&top, 0.0);
        (self - top.expand(axis)).exp().sum_axes(&[axis]).ln() + top
    }

    /// `x - logsumexp(x)` along one axis: log probabilities from any real scores.
    #[track_caller]
    #[must_use]
    pub fn log_softmax(&self, axis: usize) -> Expr {
        self - self.logsumexp(axis).expand(axis)
    }

    #[track_caller]
    fn reduce(&self, reduce: Reduce, axes: &[usize]) -> Expr {
        let mut axes = axes.to_vec();
        axes.sort_unstable();
        if axes.is_empty() { self.clone() } else { Expr::node(Op::Reduce(reduce, axes), vec![self.clone()]) }
    }
}
