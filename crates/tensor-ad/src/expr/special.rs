//! Special functions as methods: the error function's kin, the normal distribution, the gamma and beta families, Bessel functions.
//!
//! Bounds are relative errors in `f64` over the whole range, unless they say otherwise; a plan in `f32` rounds the same values
//! once. Sources: DLMF (chapters 5, 7, 8, 10) for the definitions; the tables of the tests are mpmath's.

use core::f64::consts::{PI, SQRT_2};
use std::panic::Location;

use crate::Expr;
use crate::op::{Binary, Op, Ternary, Unary};

impl Expr {
    /// `erfcx x = e^(x²) erfc x`: falls off as `1/(x√π)` on the right, infinite below -26.64. Bound 1e-15.
    #[track_caller]
    #[must_use]
    pub fn erfcx(&self) -> Expr {
        self.unary(Unary::Erfcx(0))
    }

    /// The inverse of [`erf`](Self::erf): infinite at -1 and 1, NaN outside. Bound 1e-15 (AS 241). Its slope at -1 and 1 is infinite, so a
    /// gradient there is, too, or NaN where what comes back to it is 0.
    #[track_caller]
    #[must_use]
    pub fn erfinv(&self) -> Expr {
        self.unary(Unary::Erfinv)
    }

    /// The inverse of [`erfc`](Self::erfc) on `0..2`: infinite at the ends, NaN outside. Accurate for small `x`, where `erfinv(1 - x)` is not. Bound 2e-15,
    /// near its zero at 1 of the distance to it.
    #[track_caller]
    #[must_use]
    pub fn erfcinv(&self) -> Expr {
        (0.5 * self).normal_quantile() * (-1.0 / SQRT_2)
    }

    /// `Φ(x) = ½ erfc(-x/√2)`, the distribution function of the standard normal; accurate in the lower tail down to
    /// -38.5, where it underflows. Bound 1e-15.
    #[track_caller]
    #[must_use]
    pub fn normal_cdf(&self) -> Expr {
        self.unary(Unary::NormalCdf)
    }

    /// `ln Φ(x)`, accurate in both tails: `-x²/2 - ln(-x) - ln √(2π)` far below 0, `-Φ(-x)` far above. Bound 1e-15.
    ///
    /// Its gradient is the inverse of Mills' ratio, through `erfcx` and without `0/0`.
    #[track_caller]
    #[must_use]
    pub fn normal_log_cdf(&self) -> Expr {
        self.unary(Unary::LogNormalCdf)
    }

    /// `Φ⁻¹(p)`, the quantile of the standard normal: infinite at 0 and 1, NaN outside. Bound 1e-15 (AS 241), however small `p`.
    /// Its slope at 0 and 1 is infinite, as that of [`erfinv`](Self::erfinv) at its ends.
    #[track_caller]
    #[must_use]
    pub fn normal_quantile(&self) -> Expr {
        self.unary(Unary::NormalQuantile)
    }

    /// `ln |Γ(1 + x)|`, relatively accurate near 0, where it is `-0.577 x`. Bound 1e-15 of the value or, from ½ on, of 1.
    #[track_caller]
    #[must_use]
    pub fn lgamma1p(&self) -> Expr {
        self.unary(Unary::Lgamma1p)
    }

    /// `ln Γ_d(x) = d(d-1)/4 ln π + Σ_(j<d) ln Γ(x - j/2)`, the multivariate gamma function of Wishart densities, for
    /// `x > (d-1)/2`. Bound 1e-14 of the value or, where it is smaller, of 1.
    #[track_caller]
    #[must_use]
    pub fn multi_lgamma(&self, d: usize) -> Expr {
        let constant = (d * d.saturating_sub(1)) as f64 / 4.0 * PI.ln();
        (0..d).fold(Expr::constant(constant), |sum, j| sum + (self - 0.5 * j as f64).lgamma())
    }

    /// `B(a, b) = Γ(a) Γ(b) / Γ(a + b)` for positive `a` (this) and `b`: the exponential of [`betaln`](Self::betaln), whose
    /// absolute error is its relative one.
    #[track_caller]
    #[must_use]
    pub fn beta(&self, b: impl Into<Expr>) -> Expr {
        let b = b.into();
        self.betaln(&b).exp().called("beta", &[self, &b])
    }

    /// `ln B(a, b)` for `a` (this) and `b` not below 0; infinite where one is 0, NaN below. Bound 2e-15 of the value or, where it
    /// is smaller, of 1, whatever the sizes: nothing cancels where one argument is huge (Didonato and Morris 1992).
    /// Its gradients `ψ(a) - ψ(a+b)` and `ψ(b) - ψ(a+b)` are computed as differences: bound 1e-14.
    #[track_caller]
    #[must_use]
    pub fn betaln(&self, b: impl Into<Expr>) -> Expr {
        self.binary(Binary::LnBeta, &b.into())
    }

    /// The logarithm of the binomial coefficient, `n` (this) over `k`: `-ln(n + 1) - ln B(n - k + 1, k + 1)`, for `0 <= k <= n`, not
    /// only whole numbers. Bound 1e-13 of the value or, where it is smaller, of 1.
    #[track_caller]
    #[must_use]
    pub fn ln_binomial(&self, k: impl Into<Expr>) -> Expr {
        let k = k.into();
        let found = -(self.ln1p() + (self - &k + 1.0).betaln(&k + 1.0));
        found.called("ln_binomial", &[self, &k])
    }

    /// `P(a, x) = 1/Γ(a) ∫₀ˣ t^(a-1) e^-t dt`, the regularised lower incomplete gamma function of the shape `a` (this), and the
    /// distribution function of the gamma distribution; NaN for a negative `a` or `x`.
    ///
    /// Bound 1e-13 down to 1e-100, 1e-12 to the underflow; near the mean of a huge shape too (Temme's expansion). Gradients
    /// in `x` and in `a`, bound 1e-11; the gradient in `a` has a derivative in `x`, and one in `a` is
    /// [refused](crate::Error::NoGradient).
    #[track_caller]
    #[must_use]
    pub fn gamma_p(&self, x: impl Into<Expr>) -> Expr {
        self.binary(Binary::GammaP, &x.into())
    }

    /// `Q(a, x) = 1 - P(a, x)`, relatively accurate where it is small; otherwise as [`gamma_p`](Self::gamma_p).
    #[track_caller]
    #[must_use]
    pub fn gamma_q(&self, x: impl Into<Expr>) -> Expr {
        self.binary(Binary::GammaQ, &x.into())
    }

    /// `I_x(a, b) = 1/B(a, b) ∫₀ˣ t^(a-1) (1-t)^(b-1) dt`, the regularised incomplete beta function of the shapes `a` (this) and
    /// `b`, and the distribution function of the beta distribution; NaN for a negative shape or an `x` outside 0 to 1.
    ///
    /// Bound 1e-13 down to 1e-100, 1e-12 to the underflow, whatever the shapes. Gradients in all three, bound 1e-11; those in
    /// the shapes have a derivative in `x`, and one in a shape is [refused](crate::Error::NoGradient).
    /// For `1 - I` exchange the shapes and give `1 - x`.
    #[track_caller]
    #[must_use]
    pub fn beta_inc(&self, b: impl Into<Expr>, x: impl Into<Expr>) -> Expr {
        self.ternary(Ternary::BetaInc, &b.into(), &x.into(), Location::caller())
    }

    /// `I₀(x)`, the modified Bessel function of order 0; infinite from 713.99 on. Bound 3e-15.
    #[track_caller]
    #[must_use]
    pub fn bessel_i0(&self) -> Expr {
        self.unary(Unary::BesselI(0))
    }

    /// `I₁(x)`, the modified Bessel function of order 1; infinite from 713.99 on. Bound 3e-15.
    #[track_caller]
    #[must_use]
    pub fn bessel_i1(&self) -> Expr {
        self.unary(Unary::BesselI(1))
    }

    /// `e^-|x| I₀(x)`, which does not overflow; gradient 0 at 0, where it has a kink. Bound 3e-15.
    #[track_caller]
    #[must_use]
    pub fn bessel_i0e(&self) -> Expr {
        self.unary(Unary::BesselI0e(0))
    }

    /// `e^-|x| I₁(x)`, which does not overflow. Bound 3e-15.
    #[track_caller]
    #[must_use]
    pub fn bessel_i1e(&self) -> Expr {
        self.unary(Unary::BesselI1e)
    }

    /// `ln I₀(x)`, the normaliser of the von Mises distribution: `x²/4` near 0, `|x| - ln √(2π|x|)` far from it, relatively
    /// accurate in both. Bound 1e-15.
    #[track_caller]
    #[must_use]
    pub fn log_bessel_i0(&self) -> Expr {
        let near = self.abs().less(1.0);
        // I_0 - 1 by its series: 1/(k!)^2 of the quarter square.
        let quarter = 0.25 * near.select(self, 0.0).square();
        let factors = [64.0, 49.0, 36.0, 25.0, 16.0, 9.0, 4.0];
        let series = factors.iter().fold(Expr::constant(1.0), |sum, k| 1.0 + &quarter * (sum / *k));
        let far = near.select(1.0, self);
        near.select((quarter * series).ln1p(), far.abs() + far.bessel_i0e().ln())
    }

    /// The operands stretched to one shape by NumPy's rule, then the elementwise function of three.
    pub(crate) fn ternary(&self, op: Ternary, b: &Expr, x: &Expr, at: &'static Location<'static>) -> Expr {
        if let (Some(a), Some(b), Some(x)) = (self.as_constant(), b.as_constant(), x.as_constant()) {
            return Expr::node_at(Op::Constant(crate::reference::ternary(op, a, b, x)), Vec::new(), at);
        }
        match Expr::stretched(&[self, b, x], at, op.name()) {
            Ok(args) => Expr::node_at(Op::Ternary(op), args, at),
            Err(faulty) => faulty,
        }
    }
}
