//! `Scalar`: what a bijector's formula needs of a number, so that it is written once for expressions and for `f64`.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

use elbo_tensor_ad::Expr;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f64 {}
    impl Sealed for elbo_tensor_ad::Expr {}
}

/// An [`Expr`] or an `f64`: the two things that a [`Bijector`](crate::Bijector) can be applied to.
///
/// The trait is sealed.
pub trait Scalar:
    sealed::Sealed
    + Clone
    + Debug
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// The literal `value`.
    fn number(value: f64) -> Self;
    /// `|x|`
    #[must_use]
    fn abs(&self) -> Self;
    /// `eˣ`
    #[must_use]
    fn exp(&self) -> Self;
    /// `eˣ - 1`, accurate near 0.
    #[must_use]
    fn expm1(&self) -> Self;
    /// `ln x`
    #[must_use]
    fn ln(&self) -> Self;
    /// `ln(1 + x)`, accurate near 0.
    #[must_use]
    fn ln1p(&self) -> Self;
    /// `σ(x) = 1 / (1 + e⁻ˣ)`
    #[must_use]
    fn sigmoid(&self) -> Self;
    /// `ln(1 + eˣ)`, without overflow.
    #[must_use]
    fn softplus(&self) -> Self;
    /// This value with the shape of `other` (numbers have none).
    #[must_use]
    fn stretched_like(&self, other: &Self) -> Self;
}

impl Scalar for f64 {
    fn number(value: f64) -> Self {
        value
    }
    fn abs(&self) -> Self {
        f64::abs(*self)
    }
    fn exp(&self) -> Self {
        f64::exp(*self)
    }
    fn expm1(&self) -> Self {
        f64::exp_m1(*self)
    }
    fn ln(&self) -> Self {
        f64::ln(*self)
    }
    fn ln1p(&self) -> Self {
        f64::ln_1p(*self)
    }
    fn sigmoid(&self) -> Self {
        // e⁻|x| never overflows, and both tails keep their relative accuracy.
        let tail = (-self.abs()).exp();
        if *self >= 0.0 { 1.0 / (1.0 + tail) } else { tail / (1.0 + tail) }
    }
    fn softplus(&self) -> Self {
        self.max(0.0) + (-self.abs()).exp().ln_1p()
    }
    fn stretched_like(&self, _other: &Self) -> Self {
        *self
    }
}

impl Scalar for Expr {
    fn number(value: f64) -> Self {
        Expr::constant(value)
    }
    fn abs(&self) -> Self {
        Expr::abs(self)
    }
    fn exp(&self) -> Self {
        Expr::exp(self)
    }
    fn expm1(&self) -> Self {
        Expr::expm1(self)
    }
    fn ln(&self) -> Self {
        Expr::ln(self)
    }
    fn ln1p(&self) -> Self {
        Expr::ln1p(self)
    }
    fn sigmoid(&self) -> Self {
        Expr::sigmoid(self)
    }
    fn softplus(&self) -> Self {
        Expr::softplus(self)
    }
    fn stretched_like(&self, other: &Self) -> Self {
        self.broadcast_to(other.shape())
    }
}
