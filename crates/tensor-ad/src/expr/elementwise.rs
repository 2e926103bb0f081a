//! Elementwise functions as methods.

use std::panic::Location;

use crate::Expr;
use crate::op::{Binary, Op, Unary};

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident => $op:expr;)*) => {
        impl Expr {
            $(
                $(#[$doc])*
                #[track_caller]
                #[must_use]
                pub fn $name(&self) -> Expr {
                    self.unary($op)
                }
            )*
        }
    };
}

unary! {
    /// `|x|`; gradient `sign(x)`, 0 at 0.
    abs => Unary::Abs;
    /// `-1`, `0` or `1`; gradient 0.
    sign => Unary::Sign;
    /// The largest integer not above `x`; gradient 0.
    floor => Unary::Floor;
    /// `1 / x`.
    recip => Unary::Recip;
    /// `x²`.
    square => Unary::Square;
    /// `√x`; NaN below 0.
    sqrt => Unary::Sqrt;
    /// `eˣ`.
    exp => Unary::Exp;
    /// `eˣ - 1`, accurate near 0.
    expm1 => Unary::Expm1;
    /// The natural logarithm; minus infinity at 0, NaN below.
    ln => Unary::Ln;
    /// `ln(1 + x)`, accurate near 0.
    ln1p => Unary::Ln1p;
    /// `sin x`, `x` in radians.
    sin => Unary::Sin;
    /// `cos x`, `x` in radians.
    cos => Unary::Cos;
    /// `tanh x`.
    tanh => Unary::Tanh;
    /// `σ(x) = 1 / (1 + e⁻ˣ)`.
    sigmoid => Unary::Sigmoid;
    /// `ln(1 + eˣ)`, without overflow.
    softplus => Unary::Softplus;
    /// `ln |Γ(x)|`; gradient `digamma(x)`.
    lgamma => Unary::Lgamma;
    /// `ψ(x) = d/dx ln Γ(x)`.
    digamma => Unary::Polygamma(0);
    /// `erf x = 2/√π ∫₀ˣ e^(-t²) dt`.
    erf => Unary::Erf;
    /// `1 - erf x`, accurate in the right tail.
    erfc => Unary::Erfc;
}

impl Expr {
    #[track_caller]
    pub(crate) fn unary(&self, op: Unary) -> Expr {
        if let Some(c) = self.as_constant() {
            return Expr::node_at(
                Op::Constant(crate::reference::unary(op, c)),
                Vec::new(),
                Location::caller(),
            );
        }
        Expr::node(Op::Unary(op), vec![self.clone()])
    }

    /// The polygamma function `ψ⁽ⁿ⁾(x)`: order 0 is [`digamma`](Self::digamma), 1 the trigamma function.
    #[track_caller]
    #[must_use]
    pub fn polygamma(&self, order: u8) -> Expr {
        self.unary(Unary::Polygamma(order))
    }

    /// `ln σ(x) = -softplus(-x)`, accurate in both tails.
    #[track_caller]
    #[must_use]
    pub fn log_sigmoid(&self) -> Expr {
        -(-self).softplus()
    }

    /// `ln(1 - eˣ)` for `x < 0`, accurate near 0 and far from it (Mächler 2012, eq. 7).
    #[track_caller]
    #[must_use]
    pub fn log1mexp(&self) -> Expr {
        let near_zero = Expr::constant(-core::f64::consts::LN_2).less(self);
        // Each branch sees only arguments on which its gradient is finite.
        let near = near_zero.select(self, -1.0);
        let far = near_zero.select(-1.0, self);
        near_zero.select((-near.expm1()).ln(), (-far.exp()).ln1p())
    }

    /// `a^b`.
    #[track_caller]
    #[must_use]
    pub fn pow(&self, exponent: impl Into<Expr>) -> Expr {
        self.binary(Binary::Pow, &exponent.into())
    }

    /// The larger of the two; the gradient is shared equally where they are equal.
    #[track_caller]
    #[must_use]
    pub fn max(&self, other: impl Into<Expr>) -> Expr {
        self.binary(Binary::Max, &other.into())
    }

    /// The smaller of the two; the gradient is shared equally where they are equal.
    #[track_caller]
    #[must_use]
    pub fn min(&self, other: impl Into<Expr>) -> Expr {
        self.binary(Binary::Min, &other.into())
    }

    /// 1 where `self < other`, else 0. No gradient.
    #[track_caller]
    #[must_use]
    pub fn less(&self, other: impl Into<Expr>) -> Expr {
        self.binary(Binary::Less, &other.into())
    }

    /// 1 where `self <= other`, else 0. No gradient.
    #[track_caller]
    #[must_use]
    pub fn less_equal(&self, other: impl Into<Expr>) -> Expr {
        self.binary(Binary::LessEqual, &other.into())
    }

    /// 1 where `self > other`, else 0. No gradient.
    #[track_caller]
    #[must_use]
    pub fn greater(&self, other: impl Into<Expr>) -> Expr {
        other.into().binary(Binary::Less, self)
    }

    /// 1 where `self >= other`, else 0. No gradient.
    #[track_caller]
    #[must_use]
    pub fn greater_equal(&self, other: impl Into<Expr>) -> Expr {
        other.into().binary(Binary::LessEqual, self)
    }

    /// 1 where `self == other`, else 0. No gradient.
    #[track_caller]
    #[must_use]
    pub fn equal(&self, other: impl Into<Expr>) -> Expr {
        self.binary(Binary::Equal, &other.into())
    }

    /// `a` where this condition is not 0, `b` elsewhere, all stretched to one shape.
    ///
    /// The branch not taken contributes neither a value nor a gradient, whatever it computes,
    /// infinities included, as long as its own gradient is finite; where that is not so, select a
    /// harmless argument first.
    #[track_caller]
    #[must_use]
    pub fn select(&self, a: impl Into<Expr>, b: impl Into<Expr>) -> Expr {
        let at = Location::caller();
        match Expr::stretched(&[self, &a.into(), &b.into()], at, "select") {
            Ok(args) => Expr::node_at(Op::Select, args, at),
            Err(faulty) => faulty,
        }
    }

    /// The value with no gradient through it.
    #[track_caller]
    #[must_use]
    pub fn stop_gradient(&self) -> Expr {
        Expr::node(Op::StopGradient, vec![self.clone()])
    }

    /// `ln(eᵃ + eᵇ)` without overflow.
    #[track_caller]
    #[must_use]
    pub fn logaddexp(&self, other: impl Into<Expr>) -> Expr {
        let other = other.into();
        let top = self.max(&other).stop_gradient();
        // Both infinite of one sign would give inf - inf; shifting by a finite number is as good.
        let top = top.abs().less(f64::INFINITY).select(&top, 0.0);
        ((self - &top).exp() + (other - &top).exp()).ln() + top
    }
}
