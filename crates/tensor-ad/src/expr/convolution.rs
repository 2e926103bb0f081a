//! Convolutions: what windows see, times filters.

use std::panic::Location;

use super::windows::Sliding;
use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::error::Reason;

impl Expr {
    /// The convolution of `[batch, length, channels]` with filters `[size, channels, features]`: `[batch, places, features]`,
    /// `out[b, p, f] = Σ x[b, p stride + s dilation - before, c] filters[s, c, f]` over `s` and `c`, zeros being around the axis.
    ///
    /// As everywhere in machine learning the filters are not mirrored. Give the batch a name: the plan then goes through blocks of
    /// examples and looks the columns of a window up where they are, which takes a quarter of the time that a batch of a number takes (it is
    /// copied into a matrix of windows first). The other axes need numbers. Agrees with `jax.lax.conv_general_dilated` for the dimensions `("NHC", "HIO", "NHC")`.
    ///
    /// A window that does not fit, a stride or dilation of 0, and filters for another number of channels are [mistakes](Reason) with both shapes.
    ///
    /// ```
    /// use elbo_tensor_ad::{Expr, Sliding};
    ///
    /// let x = Expr::input("x", ("series", 100, 1));
    /// let smooth = x.conv1d(&Expr::input("filters", [7, 1, 4]), Sliding::same());
    /// assert_eq!(smooth.shape().to_string(), "[series, 100, 4]");
    /// ```
    #[track_caller]
    #[must_use]
    pub fn conv1d(&self, filters: &Expr, sliding: Sliding) -> Expr {
        self.convolved("conv1d", filters, &[sliding])
    }

    /// The convolution of `[batch, height, width, channels]` with filters `[height, width, channels, features]`:
    /// `[batch, .., .., features]`, as [`conv1d`](Self::conv1d) along two axes.
    ///
    /// ```
    /// use elbo_tensor_ad::{Expr, Sliding};
    ///
    /// let images = Expr::input("images", ("batch", 28, 28, 1));
    /// let filters = Expr::input("filters", [5, 5, 1, 6]);
    /// let features = images.conv2d(&filters, [Sliding::valid(); 2]).tanh();
    /// assert_eq!(features.shape().to_string(), "[batch, 24, 24, 6]");
    /// ```
    #[track_caller]
    #[must_use]
    pub fn conv2d(&self, filters: &Expr, sliding: [Sliding; 2]) -> Expr {
        self.convolved("conv2d", filters, &sliding)
    }

    /// [`conv2d`](Self::conv2d) in `groups`: the channels and the features fall into so many equal parts, in order, and each part of the features
    /// sees its part of the channels only. The filters are `[height, width, channels / groups, features]`, as for JAX's `feature_group_count`.
    ///
    /// ```
    /// use elbo_tensor_ad::{Expr, Sliding};
    ///
    /// // Each of four channels by itself.
    /// let x = Expr::input("x", ("batch", 8, 8, 4));
    /// let each = x.conv2d_grouped(&Expr::input("filters", [3, 3, 1, 4]), [Sliding::same(); 2], 4);
    /// assert_eq!(each.shape().to_string(), "[batch, 8, 8, 4]");
    /// ```
    #[track_caller]
    #[must_use]
    pub fn conv2d_grouped(&self, filters: &Expr, sliding: [Sliding; 2], groups: usize) -> Expr {
        if let Some(bad) = [self, filters].into_iter().find(|e| e.check().is_err()) {
            return bad.clone();
        }
        if self.rank() != 4 || filters.rank() != 4 || groups == 1 {
            return self.conv2d(filters, sliding);
        }
        let lengths = [self.dim(3).fixed(), filters.dim(2).fixed(), filters.dim(3).fixed()];
        let [Some(channels), Some(part), Some(features)] = lengths else {
            return self.conv2d(filters, sliding);
        };
        if groups == 0 || part.checked_mul(groups) != Some(channels) || !features.is_multiple_of(groups) {
            let found = vec![self.shape().clone(), filters.shape().clone()];
            let label = self.label().or(filters.label()).map(Into::into);
            let reason = Reason::Groups { groups, channels, features };
            return Expr::faulty_labelled("conv2d", reason, found, label, Location::caller());
        }
        let wide = features / groups;
        let mut parts = Vec::new();
        for g in 0..groups {
            let (x, w) = (self.slice(3, g * part, part), filters.slice(3, g * wide, wide));
            parts.push(x.conv2d(&w, sliding));
        }
        Expr::concat(&parts, 3)
    }

    #[track_caller]
    fn convolved(&self, name: &'static str, filters: &Expr, sliding: &[Sliding]) -> Expr {
        let at = Location::caller();
        if let Some(bad) = [self, filters].into_iter().find(|e| e.check().is_err()) {
            return bad.clone();
        }
        let wrong = |reason| {
            let found = vec![self.shape().clone(), filters.shape().clone()];
            let label = self.label().or(filters.label()).map(Into::into);
            Expr::faulty_labelled(name, reason, found, label, at)
        };
        let spatial = sliding.len();
        if let Some(e) = [self, filters].into_iter().find(|e| e.rank() != spatial + 2) {
            return wrong(Reason::Rank { expected: spatial + 2, found: e.rank() });
        }
        let named = |e: &Expr, from: usize| (from..e.rank()).find(|&a| e.dim(a).fixed().is_none());
        if let Some(axis) = named(self, 1).or(named(filters, 0)) {
            return wrong(Reason::NamedAxis { axis });
        }
        let length = |e: &Expr, axis: usize| e.dim(axis).fixed().unwrap_or(0);
        let (channels, features) = (length(filters, spatial), length(filters, spatial + 1));
        if channels != length(self, spatial + 1) {
            let found = length(self, spatial + 1);
            return wrong(Reason::Channels { expected: channels, found });
        }
        let mut seen = self.clone();
        for (i, sliding) in sliding.iter().enumerate() {
            // Each axis seen so far has become two.
            let next = seen.slid(1 + 2 * i, length(filters, i), *sliding, 0.0);
            if let Err(crate::Error::Shape(fault)) = next.check() {
                return wrong(fault.reason.clone());
            }
            seen = next;
        }
        // The places together, then what is seen from each.
        let order: Vec<usize> = std::iter::once(0)
            .chain((0..spatial).map(|i| 1 + 2 * i))
            .chain((0..spatial).map(|i| 2 + 2 * i))
            .chain([1 + 2 * spatial])
            .collect();
        let seen = seen.permute(&order);
        let places: Vec<usize> = (1..=spatial).map(|i| length(&seen, i)).collect();
        let size = channels * (0..spatial).map(|i| length(filters, i)).product::<usize>();
        let rows = seen.reshape([self.dim(0), places.iter().product::<usize>().into(), size.into()]);
        let product = rows.matmul(&filters.reshape([size, features]));
        let dims = std::iter::once(self.dim(0))
            .chain(places.into_iter().map(Dim::Fixed))
            .chain([Dim::Fixed(features)]);
        product.reshape(dims.collect::<Shape>())
    }
}
