//! Sums, differences and products with a logarithm in them, in the forms that neither overflow nor cancel.
//!
//! Where a branch would be infinite or not a number on the arguments of the other, it is given a harmless
//! argument first, so that no gradient is `0 * inf`.

use crate::Expr;

impl Expr {
    /// `ln(1 - eˣ)` for `x < 0`, accurate near 0 and far from it (Mächler 2012, eq. 7); minus infinity at 0
    /// (where the gradient is infinite, of either sign), NaN above. Within 4 ulp.
    #[track_caller]
    #[must_use]
    pub fn log1mexp(&self) -> Expr {
        let near_zero = Expr::constant(-core::f64::consts::LN_2).less(self);
        // Each branch sees only arguments on which its gradient is finite.
        let near = near_zero.select(self, -1.0);
        let far = near_zero.select(-1.0, self);
        near_zero.select((-near.expm1()).ln(), (-far.exp()).ln1p())
    }

    /// `ln(eᵃ + eᵇ)` without overflow: the larger plus the `softplus` of the difference.
    ///
    /// Gradients `σ(a - b)` and `σ(b - a)`, each accurate however small. Two equal infinities give that infinity, and its
    /// whole gradient to `a`. Within 4 ulp of it or, near its zeros, of 1.
    #[track_caller]
    #[must_use]
    pub fn logaddexp(&self, other: impl Into<Expr>) -> Expr {
        let other = other.into();
        let swapped = self.less(&other);
        let (high, low) = (swapped.select(&other, self), swapped.select(self, &other));
        // inf - inf is not a number: beside an infinite term the other adds nothing.
        let finite = high.abs().less(f64::INFINITY);
        let apart = finite.select(low - finite.select(&high, 0.0), f64::NEG_INFINITY);
        (high + apart.softplus()).called("logaddexp", &[self, &other])
    }

    /// `ln(eᵃ - eᵇ) = a + ln(1 - e^(b - a))` for `a > b`; minus infinity where they are equal, NaN for `a < b`. Within 4 ulp of it or of `a`.
    #[track_caller]
    #[must_use]
    pub fn log_diff_exp(&self, other: impl Into<Expr>) -> Expr {
        let other = other.into();
        // ln(0 - 0).
        let nothing = self.equal(f64::NEG_INFINITY);
        (self + (&other - nothing.select(0.0, self)).log1mexp()).called("log_diff_exp", &[self, &other])
    }

    /// `x ln y`, and 0 where `x` is 0, whatever `y` but NaN.
    ///
    /// Gradients `ln y` and `x / y`; where `x` is 0 and `ln y` infinite or not a number, both are 0. Within 2 ulp.
    #[track_caller]
    #[must_use]
    pub fn xlogy(&self, y: impl Into<Expr>) -> Expr {
        let y = y.into();
        let undefined = y.less_equal(0.0) + y.equal(f64::INFINITY);
        let of = (self.equal(0.0) * undefined).select(1.0, &y);
        (of.ln() * self).called("xlogy", &[self, &y])
    }

    /// `x ln(1 + y)`, accurate for small `y`, and 0 where `x` is 0, whatever `y` but NaN. Gradients as those of [`xlogy`](Self::xlogy). Within 3 ulp.
    #[track_caller]
    #[must_use]
    pub fn xlog1py(&self, y: impl Into<Expr>) -> Expr {
        let y = y.into();
        let undefined = y.less_equal(-1.0) + y.equal(f64::INFINITY);
        let of = (self.equal(0.0) * undefined).select(0.0, &y);
        (of.ln1p() * self).called("xlog1py", &[self, &y])
    }
}
