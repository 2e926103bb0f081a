//! Squashing functions and activations, in forms that hold at both ends of the line.

use core::f64::consts::{FRAC_1_SQRT_2, PI};

use crate::Expr;

/// `f` where `|x| < bound`, and beyond it what every one of these functions is there: 0 on the left, `x` on the right.
/// `f` sees nothing from beyond, so that it cannot give `0 * inf`.
#[track_caller]
fn between(x: &Expr, bound: f64, f: impl Fn(&Expr) -> Expr) -> Expr {
    let inside = x.abs().less(bound);
    let inner = f(&inside.select(x, 0.0));
    inside.select(inner, x.relu())
}

impl Expr {
    /// `ln σ(x) = -softplus(-x)`, accurate in both tails; gradient `σ(-x)`. Within 4 ulp.
    #[track_caller]
    #[must_use]
    pub fn log_sigmoid(&self) -> Expr {
        -(-self).softplus()
    }

    /// `ln(p / (1 - p))`, the inverse of [`sigmoid`](Self::sigmoid), accurate near 0, 1/2 and 1; infinite at 0 and 1,
    /// NaN outside. Gradient `1 / (p (1 - p))`. Within 4 ulp.
    #[track_caller]
    #[must_use]
    pub fn logit(&self) -> Expr {
        // From a quarter on 2p - 1 is exact, and the function is ln(1 + (2p - 1)) - ln(1 - (2p - 1)).
        let small = self.less(0.25);
        let middle = 2.0 * self - 1.0;
        let upper = small.select(small.select(self, 1.0).ln(), small.select(0.0, &middle).ln1p());
        upper - (-small.select(self, middle)).ln1p()
    }

    /// `ln(eʸ - 1)` for `y > 0`, the inverse of [`softplus`](Self::softplus); minus infinity at 0, NaN below. Gradient `1 / (1 - e⁻ʸ)`.
    /// Within 4 ulp of it or, near its zero at `ln 2`, of 1.
    #[track_caller]
    #[must_use]
    pub fn softplus_inverse(&self) -> Expr {
        let small = self.less(2.0);
        let near = small.select(self, 1.0).expm1().ln();
        let far = small.select(2.0, self);
        small.select(near, (-(-&far).exp()).ln1p() + far)
    }

    /// `max(x, 0)`; gradient 1 above 0, and 0 at 0 and below.
    #[track_caller]
    #[must_use]
    pub fn relu(&self) -> Expr {
        self.less_equal(0.0).select(0.0, self)
    }

    /// `x` above 0, `slope x` below; gradient `slope` at 0.
    #[track_caller]
    #[must_use]
    pub fn leaky_relu(&self, slope: f64) -> Expr {
        self.less_equal(0.0).select(slope * self, self)
    }

    /// `x` above 0, `alpha (eˣ - 1)` below (Clevert et al. 2016, eq. 15); gradient `alpha` at 0. Within 4 ulp.
    #[track_caller]
    #[must_use]
    pub fn elu(&self, alpha: f64) -> Expr {
        let below = self.less_equal(0.0);
        // The branch not taken must not overflow.
        below.select(below.select(self, 0.0).expm1() * alpha, self)
    }

    /// `x Φ(x) = x erfc(-x/√2) / 2`, exact form (Hendrycks and Gimpel 2016): PyTorch's `gelu`.
    ///
    /// Small negative values keep their digits: the relative error grows as `x²` roundings in the left tail, which is that of `x/√2`. Within `4 + x²` ulp.
    #[track_caller]
    #[must_use]
    pub fn gelu(&self) -> Expr {
        between(self, 40.0, |x| 0.5 * x * (-FRAC_1_SQRT_2 * x).erfc())
    }

    /// `x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2`, the approximation of [`gelu`](Self::gelu) by the same authors:
    /// PyTorch's `gelu(approximate="tanh")`. Computed as `x σ(2 √(2/π) (x + 0.044715 x³))`, which keeps the left tail. Within `4 + 4 |x| + 0.2 |x|³` ulp.
    #[track_caller]
    #[must_use]
    pub fn gelu_tanh(&self) -> Expr {
        between(self, 30.0, |x| x * ((0.044_715 * x.square() + 1.0) * x * (8.0 / PI).sqrt()).sigmoid())
    }

    /// `x σ(x)`, also called swish (Hendrycks and Gimpel 2016; Ramachandran et al. 2017). Within 4 ulp, subnormal results apart.
    #[track_caller]
    #[must_use]
    pub fn silu(&self) -> Expr {
        between(self, 800.0, |x| x * x.sigmoid())
    }
}
