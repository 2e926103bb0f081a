//! Windows that move along an axis, and what they see added up again.

use crate::Expr;
use crate::dim::Dim;
use crate::error::Reason;
use crate::op::Op;

use super::shape_rule::windows_in;

/// How a window moves along one axis: stride, dilation, and what stands around the axis.
///
/// By default it moves by one, its elements are neighbours, and it stays within the axis.
///
/// ```
/// use elbo_tensor_ad::{Expr, Sliding};
///
/// let x = Expr::input("x", [10]);
/// assert_eq!(x.max_pool(&[0], &[3], &[Sliding::default().stride(2)]).shape().to_string(), "[4]");
/// assert_eq!(x.max_pool(&[0], &[3], &[Sliding::same().stride(2)]).shape().to_string(), "[5]");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sliding {
    stride: usize,
    dilation: usize,
    padding: Padding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Padding {
    Numbers(usize, usize),
    Same,
}

impl Default for Sliding {
    fn default() -> Self {
        Sliding { stride: 1, dilation: 1, padding: Padding::Numbers(0, 0) }
    }
}

impl Sliding {
    /// Within the axis only, by one: `n - size + 1` places. The default.
    #[must_use]
    pub fn valid() -> Self {
        Self::default()
    }

    /// With as much around the axis as gives `⌈n / stride⌉` places; where that is odd, one more after it than before
    /// (the rule `SAME` of TensorFlow and JAX).
    #[must_use]
    pub fn same() -> Self {
        Sliding { padding: Padding::Same, ..Self::default() }
    }

    /// Moving by this many elements. Default 1; 0 is refused.
    #[must_use]
    pub fn stride(self, stride: usize) -> Self {
        Sliding { stride, ..self }
    }

    /// With elements that lie this far apart. Default 1; 0 is refused.
    #[must_use]
    pub fn dilation(self, dilation: usize) -> Self {
        Sliding { dilation, ..self }
    }

    /// With this many elements before and after the axis: zeros in a convolution, none at all in pooling.
    #[must_use]
    pub fn padding(self, before: usize, after: usize) -> Self {
        Sliding { padding: Padding::Numbers(before, after), ..self }
    }

    /// How much is added before and after an axis of `length` for a window of `size`.
    fn around(self, length: usize, size: usize) -> (usize, usize) {
        match self.padding {
            Padding::Numbers(before, after) => (before, after),
            Padding::Same => {
                let places = length.div_ceil(self.stride.max(1));
                let reach = size.saturating_sub(1).saturating_mul(self.dilation).saturating_add(1);
                let needed = places.saturating_sub(1).saturating_mul(self.stride).saturating_add(reach);
                let total = needed.saturating_sub(length);
                (total / 2, total - total / 2)
            }
        }
    }
}

/// Stride and dilation as small as they can be without another result: there is no second window, or no second
/// element in one, as far away as the axis is long.
fn within(length: usize, size: usize, stride: usize, dilation: usize) -> (usize, usize) {
    (stride.min(length.max(1)), if size <= 1 { dilation.min(1) } else { dilation })
}

impl Expr {
    /// What a window of `size` elements, `dilation` apart, sees as it moves along an axis by `stride`:
    /// `[.., n, ..]` becomes `[.., windows, size, ..]`, `windows = ⌊(n - (size - 1) dilation - 1) / stride⌋ + 1`. Nothing is copied.
    ///
    /// The axis must be a number. A window that does not fit, sees nothing or does not move is a [mistake](Reason::Window).
    ///
    /// ```
    /// use elbo_tensor_ad::{Array, Expr, reference};
    ///
    /// let x = Expr::iota(5);
    /// let seen = reference::evaluate(&[x.windows(0, 3, 2, 1)], &[])?;
    /// assert_eq!(seen[0].data(), [0.0, 1.0, 2.0, 2.0, 3.0, 4.0]);
    /// # Ok::<(), elbo_tensor_ad::Error>(())
    /// ```
    #[track_caller]
    #[must_use]
    pub fn windows(&self, axis: usize, size: usize, stride: usize, dilation: usize) -> Expr {
        let length = self.dim(axis).fixed().unwrap_or(usize::MAX);
        let (stride, dilation) = within(length, size, stride, dilation);
        Expr::node(Op::Windows { axis, size, stride, dilation }, vec![self.clone()])
    }

    /// The transpose of [`windows`](Self::windows): `[.., windows, size, ..]` becomes `[.., length, ..]`, where element `i` is the sum
    /// of all `[w, s]` with `w * stride + s * dilation = i`.
    #[track_caller]
    #[must_use]
    pub fn overlap(&self, axis: usize, length: usize, stride: usize, dilation: usize) -> Expr {
        let size = axis.checked_add(1).and_then(|a| self.dim(a).fixed()).unwrap_or(usize::MAX);
        let (stride, dilation) = within(length, size, stride, dilation);
        Expr::node(Op::Overlap { axis, length, stride, dilation }, vec![self.clone()])
    }

    /// The windows along one axis with the padding that `sliding` asks for, of elements with this value.
    #[track_caller]
    pub(super) fn slid(&self, axis: usize, size: usize, sliding: Sliding, value: f64) -> Expr {
        let Some(n) = self.dim(axis).fixed().filter(|_| axis < self.rank()) else {
            // Reports what is wrong with the axis.
            return self.windows(axis, size, sliding.stride, sliding.dilation);
        };
        let (before, after) = sliding.around(n, size);
        let total = n.saturating_add(before).saturating_add(after);
        if windows_in(total, size, sliding.stride, sliding.dilation).is_none() {
            let Sliding { stride, dilation, .. } = sliding;
            let reason = Reason::Window { axis, size, stride, dilation, length: total };
            let (found, label) = (vec![self.shape().clone()], self.label().map(Into::into));
            return match self.check() {
                Ok(_) => {
                    Expr::faulty_labelled("windows", reason, found, label, std::panic::Location::caller())
                }
                Err(_) => self.clone(),
            };
        }
        let padded = if before == 0 && after == 0 {
            self.clone()
        } else if value == 0.0 {
            self.pad(axis, before, after)
        } else {
            let border = |n| Expr::constant(value).broadcast_to(self.shape().with(axis, Dim::Fixed(n)));
            Expr::concat(&[border(before), self.clone(), border(after)], axis)
        };
        padded.windows(axis, size, sliding.stride, sliding.dilation)
    }

    /// The largest element that a window sees, along several axes at once: `sizes[i]` elements of axis `axes[i]`,
    /// moved as `sliding[i]` says. Elements of padding are none at all (minus infinity).
    ///
    /// As in [`max_axes`](Self::max_axes), the gradient is shared equally among equal maxima of one window (JAX and PyTorch give all of it to
    /// the first).
    #[track_caller]
    #[must_use]
    pub fn max_pool(&self, axes: &[usize], sizes: &[usize], sliding: &[Sliding]) -> Expr {
        let (seen, inner) = self.pooled("max_pool", axes, sizes, sliding, f64::NEG_INFINITY);
        seen.max_axes(&inner)
    }

    /// The mean of what a window sees, as [`max_pool`](Self::max_pool). Elements of padding are zeros and count: the sum is divided by
    /// the size of the window everywhere.
    #[track_caller]
    #[must_use]
    pub fn avg_pool(&self, axes: &[usize], sizes: &[usize], sliding: &[Sliding]) -> Expr {
        let (seen, inner) = self.pooled("avg_pool", axes, sizes, sliding, 0.0);
        let count: f64 = sizes.iter().map(|&s| s as f64).product();
        seen.sum_axes(&inner) * (1.0 / count)
    }

    /// The windows along several axes, and which axes of the result are within windows.
    #[track_caller]
    fn pooled(
        &self,
        name: &'static str,
        axes: &[usize],
        sizes: &[usize],
        sliding: &[Sliding],
        value: f64,
    ) -> (Expr, Vec<usize>) {
        let at = std::panic::Location::caller();
        if self.check().is_err() {
            return (self.clone(), Vec::new());
        }
        let wrong = |reason| {
            let (found, label) = (vec![self.shape().clone()], self.label().map(Into::into));
            (Expr::faulty_labelled(name, reason, found, label, at), Vec::new())
        };
        if let Some(&axis) = axes.iter().find(|&&axis| axis >= self.rank()) {
            return wrong(Reason::Axis { axis, rank: self.rank() });
        }
        if let Some(found) = [sizes.len(), sliding.len()].into_iter().find(|&n| n != axes.len()) {
            return wrong(Reason::Rank { expected: axes.len(), found });
        }
        let mut order: Vec<usize> = (0..axes.len()).collect();
        order.sort_by_key(|&i| axes[i]);
        if let Some(pair) = order.windows(2).find(|p| axes[p[0]] == axes[p[1]]) {
            return wrong(Reason::RepeatedAxis { axis: axes[pair[0]] });
        }
        let (mut seen, mut inner) = (self.clone(), Vec::new());
        for (before, &i) in order.iter().enumerate() {
            // Each axis seen so far has become two.
            let axis = axes[i] + before;
            seen = seen.slid(axis, sizes[i], sliding[i], value);
            inner.push(axis + 1);
        }
        if seen.check().is_err() {
            inner.clear();
        }
        (seen, inner)
    }
}
