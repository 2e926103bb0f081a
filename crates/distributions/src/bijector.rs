//! `Bijector`: smooth one-to-one maps from the whole line to a support, with the logarithm of their stretch.

use elbo_tensor_ad::Expr;

use crate::Scalar;

/// A map `y ↦ x` from the whole line onto a support, applied elementwise.
///
/// `Bijector` (that is, `Bijector<Expr>`) works on expressions and its bounds may be computed;
/// `Bijector<f64>` works on plain numbers; [`literal`](Bijector::literal) leads from the first to the second.
/// A density `p` of `x` becomes the density `ln p(forward(y)) + log_abs_det_jacobian(y)` of `y`.
///
/// The set is closed. Maps of whole vectors (simplex, ordered, Cholesky factors) will be further variants.
///
/// | variant | `x = forward(y)` | `ln |dx/dy|` | PyMC |
/// | --- | --- | --- | --- |
/// | `Identity` | `y` | 0 | none |
/// | `Exp` | `eʸ` | `y` | `log` |
/// | `Softplus` | `ln(1 + eʸ)` | `-softplus(-y)` | `log_exp_m1` |
/// | `Sigmoid` | `σ(y)` | `-softplus(y) - softplus(-y)` | `logodds` |
/// | `Interval` | `lower σ(-y) + upper σ(y)` | `ln(upper - lower) - softplus(y) - softplus(-y)` | `interval` |
/// | `Above` | `lower + eʸ` | `y` | `interval`, lower only |
/// | `Below` | `upper - eʸ` | `y` | `interval`, upper only |
/// | `Affine` | `shift + scale y` | `ln |scale|` | none |
///
/// The log-determinants stay finite and accurate far out; PyMC 5.28's `logodds` gives `-inf` above
/// `y ≈ 36`.
///
/// ```
/// use elbo_distributions::Bijector;
///
/// let unit = Bijector::<f64>::Sigmoid;
/// assert_eq!(unit.log_abs_det_jacobian(&700.0), -700.0);
/// assert!((unit.inverse(&unit.forward(&1.5)) - 1.5).abs() < 1e-14);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Bijector<B = Expr> {
    /// `y` itself.
    Identity,
    /// Onto the positive numbers, by `eʸ`.
    Exp,
    /// Onto the positive numbers, by `ln(1 + eʸ)`: nearly linear far right, where `Exp` grows fast.
    Softplus,
    /// Onto `(0, 1)`.
    Sigmoid,
    /// Onto `(lower, upper)`.
    Interval {
        /// The lower bound.
        lower: B,
        /// The upper bound, above `lower`.
        upper: B,
    },
    /// Onto `(lower, ∞)`.
    Above {
        /// The lower bound.
        lower: B,
    },
    /// Onto `(-∞, upper)`. A larger `y` is a smaller `x`.
    Below {
        /// The upper bound.
        upper: B,
    },
    /// Onto the whole line, shifted and scaled.
    Affine {
        /// `x` at `y = 0`.
        shift: B,
        /// `dx/dy`, not 0.
        scale: B,
    },
}

impl<B: Scalar> Bijector<B> {
    /// `x` at `y`.
    ///
    /// Far out `x` may round to a bound of the support, or to infinity; the log-determinant does not.
    #[must_use]
    pub fn forward(&self, y: &B) -> B {
        match self {
            Bijector::Identity => y.clone(),
            Bijector::Exp => y.exp(),
            Bijector::Softplus => y.softplus(),
            Bijector::Sigmoid => y.sigmoid(),
            // A convex combination keeps the relative accuracy of x next to a bound that is 0.
            Bijector::Interval { lower, upper } => {
                lower.clone() * (-y.clone()).sigmoid() + upper.clone() * y.sigmoid()
            }
            Bijector::Above { lower } => lower.clone() + y.exp(),
            Bijector::Below { upper } => upper.clone() - y.exp(),
            Bijector::Affine { shift, scale } => shift.clone() + scale.clone() * y.clone(),
        }
    }

    /// The `y` whose [`forward`](Self::forward) is `x`; infinite on the support's bounds, NaN outside.
    #[must_use]
    pub fn inverse(&self, x: &B) -> B {
        match self {
            Bijector::Identity => x.clone(),
            Bijector::Exp => x.ln(),
            // ln(eˣ - 1) = x + ln(1 - e⁻ˣ).
            Bijector::Softplus => x.clone() + (-(-x.clone()).expm1()).ln(),
            Bijector::Sigmoid => x.ln() - (-x.clone()).ln1p(),
            Bijector::Interval { lower, upper } => {
                (x.clone() - lower.clone()).ln() - (upper.clone() - x.clone()).ln()
            }
            Bijector::Above { lower } => (x.clone() - lower.clone()).ln(),
            Bijector::Below { upper } => (upper.clone() - x.clone()).ln(),
            Bijector::Affine { shift, scale } => (x.clone() - shift.clone()) / scale.clone(),
        }
    }

    /// `ln |dx/dy|` at `y`, in nats, one for each element of `y`.
    #[must_use]
    pub fn log_abs_det_jacobian(&self, y: &B) -> B {
        let logistic = || -(y.softplus() + (-y.clone()).softplus());
        match self {
            Bijector::Identity => B::number(0.0).stretched_like(y),
            Bijector::Exp | Bijector::Above { .. } | Bijector::Below { .. } => y.clone(),
            Bijector::Softplus => -(-y.clone()).softplus(),
            Bijector::Sigmoid => logistic(),
            Bijector::Interval { lower, upper } => (upper.clone() - lower.clone()).ln() + logistic(),
            Bijector::Affine { scale, .. } => scale.abs().ln().stretched_like(y),
        }
    }
}

impl<B> Bijector<B> {
    /// True for the map that changes nothing, whose log-determinant need not be added.
    pub fn is_identity(&self) -> bool {
        matches!(self, Bijector::Identity)
    }
}

impl Bijector<Expr> {
    /// The same map for plain numbers, when every bound is a scalar literal.
    pub fn literal(&self) -> Option<Bijector<f64>> {
        Some(match self {
            Bijector::Identity => Bijector::Identity,
            Bijector::Exp => Bijector::Exp,
            Bijector::Softplus => Bijector::Softplus,
            Bijector::Sigmoid => Bijector::Sigmoid,
            Bijector::Interval { lower, upper } => {
                Bijector::Interval { lower: lower.as_constant()?, upper: upper.as_constant()? }
            }
            Bijector::Above { lower } => Bijector::Above { lower: lower.as_constant()? },
            Bijector::Below { upper } => Bijector::Below { upper: upper.as_constant()? },
            Bijector::Affine { shift, scale } => {
                Bijector::Affine { shift: shift.as_constant()?, scale: scale.as_constant()? }
            }
        })
    }
}
