//! Elementwise functions as methods.

use std::f64::consts::{LN_2, LN_10};
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
    /// The nearest integer, halfway the even one (NumPy's and IEEE's rule); gradient 0.
    round => Unary::Round;
    /// `1 / x`.
    recip => Unary::Recip;
    /// `x²`.
    square => Unary::Square;
    /// `√x`; NaN below 0. Correctly rounded.
    sqrt => Unary::Sqrt;
    /// `∛x`, of the sign of `x`; gradient `1 / (3 ∛x²)`, infinite at 0. Within 1 ulp.
    cbrt => Unary::Cbrt;
    /// `eˣ`. Within 1.5 ulp.
    exp => Unary::Exp;
    /// `eˣ - 1`, accurate near 0. Within 3 ulp.
    expm1 => Unary::Expm1;
    /// The natural logarithm; minus infinity at 0, NaN below. Within 1.5 ulp.
    ln => Unary::Ln;
    /// `ln(1 + x)`, accurate near 0. Minus infinity at -1, NaN below. Within 2 ulp.
    ln1p => Unary::Ln1p;
    /// `sin x`, `x` in radians. Within 1 ulp, however large `x` is; NaN for infinities.
    sin => Unary::Sin;
    /// `cos x`, `x` in radians. Within 1 ulp, however large `x` is; NaN for infinities.
    cos => Unary::Cos;
    /// `tan x`, `x` in radians; gradient `1 + tan² x`. Within 3 ulp, however large `x` is; NaN for infinities.
    tan => Unary::Tan;
    /// `arcsin x`, in `-π/2..π/2`; NaN outside `-1..1`, gradient `1 / √(1 - x²)`, infinite at the ends. Within 2 ulp.
    asin => Unary::Asin;
    /// `arccos x`, in `0..π`; NaN outside `-1..1`, gradient `-1 / √(1 - x²)`, infinite at the ends. Within 3 ulp.
    acos => Unary::Acos;
    /// `arctan x`, in `-π/2..π/2`; gradient `1 / (1 + x²)`. Within 2 ulp.
    atan => Unary::Atan;
    /// `sinh x = (eˣ - e⁻ˣ) / 2`. Within 3 ulp.
    sinh => Unary::Sinh;
    /// `cosh x = (eˣ + e⁻ˣ) / 2`. Within 3 ulp.
    cosh => Unary::Cosh;
    /// `arsinh x = ln(x + √(x² + 1))`; gradient `1 / √(1 + x²)`. Within 4 ulp.
    asinh => Unary::Asinh;
    /// `arcosh x = ln(x + √(x² - 1))`; 0 at 1, NaN below; gradient `1 / √(x² - 1)`. Within 4 ulp.
    acosh => Unary::Acosh;
    /// `tanh x`. Within 4 ulp; gradient `1 - tanh² x`, to within 4 ulp of 1.
    tanh => Unary::Tanh;
    /// `σ(x) = 1 / (1 + e⁻ˣ)`. Within 3 ulp; gradient `σ (1 - σ)`, to within 4 ulp of 1.
    sigmoid => Unary::Sigmoid;
    /// `ln(1 + eˣ)`, without overflow. Within 4 ulp; gradient `σ(x)`.
    softplus => Unary::Softplus;
    /// `ln |Γ(x)|`; gradient `digamma(x)`. Infinite at 0 and the negative integers. For positive `x` within 4 ulp of
    /// it or of 1, and about its zeros 1 and 2 relative error 1e-15 (in `f32` 5e-7); for negative `x` within 1e-13 of it or of 1.
    lgamma => Unary::Lgamma;
    /// `ψ(x) = d/dx ln Γ(x)`. For positive `x` within 4 ulp of it or of 1, and relative error 1e-13 about its zero
    /// 1.4616321449683623 (in `f32` 1.2e-7); for negative `x` within 1e-13 of it or of 1.
    digamma => Unary::Polygamma(0);
    /// `erf x = 2/√π ∫₀ˣ e^(-t²) dt`. Within 2 ulp.
    erf => Unary::Erf;
    /// `1 - erf x`, accurate in the right tail. Within 4 ulp.
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

    /// The polygamma function `ψ⁽ⁿ⁾(x)`: order 0 is [`digamma`](Self::digamma), 1 the trigamma function. From order 1 on bound 1e-13.
    #[track_caller]
    #[must_use]
    pub fn polygamma(&self, order: u8) -> Expr {
        self.unary(Unary::Polygamma(order))
    }

    /// `artanh x = (ln(1 + x) - ln(1 - x)) / 2`; infinite at -1 and 1, NaN outside. Nothing cancels near 0. Within 4 ulp.
    #[track_caller]
    #[must_use]
    pub fn atanh(&self) -> Expr {
        0.5 * (self.ln1p() - (-self).ln1p())
    }

    /// The smallest integer not below `x`; gradient 0.
    #[track_caller]
    #[must_use]
    pub fn ceil(&self) -> Expr {
        -(-self).floor()
    }

    /// `1 / √x`; infinite at 0, NaN below; gradient `-1 / (2 x √x)`. Within 1.5 ulp.
    #[track_caller]
    #[must_use]
    pub fn rsqrt(&self) -> Expr {
        self.sqrt().recip()
    }

    /// `log₂ x`; like [`ln`](Self::ln) at 0 and below. `ln x / ln 2`: a power of 2 need not give a whole number to the last bit. Within 3 ulp.
    #[track_caller]
    #[must_use]
    pub fn log2(&self) -> Expr {
        self.ln() / LN_2
    }

    /// `log₁₀ x = ln x / ln 10`; like [`ln`](Self::ln) at 0 and below. Within 3 ulp.
    #[track_caller]
    #[must_use]
    pub fn log10(&self) -> Expr {
        self.ln() / LN_10
    }

    /// `2ˣ`, as a [power](Self::pow): `e^(x ln 2)` would lose the digits that `x ln 2` has before the point. Within 1 ulp.
    #[track_caller]
    #[must_use]
    pub fn exp2(&self) -> Expr {
        Expr::constant(2.0).pow(self)
    }

    /// The angle of the point `(x, y)` in `-π..π`, where `self` is `y`: `arctan(y / x)` in the right half plane.
    ///
    /// Signed zeros and infinities as in C's `math.h`. Gradient `(x, -y) / (x² + y²)` without overflow; 0 at the
    /// origin, where there is none. Within 3 ulp.
    #[track_caller]
    #[must_use]
    pub fn atan2(&self, x: impl Into<Expr>) -> Expr {
        self.binary(Binary::Atan2, &x.into())
    }

    /// `a^b`, as C's `pow`: 1 where `b` is 0 or `a` is 1; NaN for negative `a` and `b` not whole.
    ///
    /// Gradient `b a^(b-1)` in `a`, 0 where `b` is 0; `a^b ln a` in `b`, taken as 0 where `a` is not positive. Within 1 ulp.
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

    /// `x` moved into `low..high`: `min(max(x, low), high)`, so `high` where `low > high`. Gradient 1 inside, 0 outside; on
    /// a bound half of it goes to the bound.
    #[track_caller]
    #[must_use]
    pub fn clamp(&self, low: impl Into<Expr>, high: impl Into<Expr>) -> Expr {
        let (low, high) = (low.into(), high.into());
        self.max(&low).min(&high).called("clamp", &[self, &low, &high])
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
        let other = other.into();
        other.binary(Binary::Less, self).called("greater", &[self, &other])
    }

    /// 1 where `self >= other`, else 0. No gradient.
    #[track_caller]
    #[must_use]
    pub fn greater_equal(&self, other: impl Into<Expr>) -> Expr {
        let other = other.into();
        other.binary(Binary::LessEqual, self).called("greater_equal", &[self, &other])
    }

    /// 1 where `self == other`, else 0. No gradient.
    #[track_caller]
    #[must_use]
    pub fn equal(&self, other: impl Into<Expr>) -> Expr {
        self.binary(Binary::Equal, &other.into())
    }

    /// 1 where `self != other`, else 0: 1 where one is NaN. No gradient.
    #[track_caller]
    #[must_use]
    pub fn not_equal(&self, other: impl Into<Expr>) -> Expr {
        let other = other.into();
        (1.0 - self.equal(&other)).called("not_equal", &[self, &other])
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
}
