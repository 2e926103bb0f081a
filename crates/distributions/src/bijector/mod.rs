//! `Bijector`: smooth one-to-one maps from the whole space to a support, with the logarithm of their stretch.

mod compose;
mod matrix;
mod shape;
mod vector;

use core::f64::consts::PI;

use elbo_tensor_ad::{Array, Expr, reference};

use crate::Error;

/// A map `y ↦ x` from the whole space onto a support.
///
/// It works on expressions, and its bounds may be computed; [`forward_at`](Self::forward_at) and its kin
/// give plain numbers. A density `p` of `x` becomes the density `ln p(forward(y)) + log_abs_det_jacobian(y)` of `y`.
///
/// Maps of numbers act elementwise; maps of vectors act on the last axis, maps onto matrices make the last axis the last two. What
/// stands before are batch axes. The length of a vector must be a number, not a name.
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
/// | `Circular` | `y - 2π ⌊y/2π + 1/2⌋` | 0 | `circular` |
/// | `Ordered` | `x₁ = y₁`, `xₖ = xₖ₋₁ + exp yₖ` | `Σ_{k>1} yₖ` | `ordered` |
/// | `Simplex` | `softmax(y, -Σ y)` | `ln K + Σ ln x` | `simplex` |
/// | `StickBreaking` | `xₖ = zₖ (1 - Σ_{j<k} xⱼ)`, `zₖ = σ(yₖ - ln(K - k))` | `Σ ln zₖ(1 - zₖ)(1 - Σ_{j<k} xⱼ)` | none; Stan's `simplex` to 2.36 |
/// | `AdditiveLogRatio` | `softmax(y, 0)` | `Σ ln x` | none; NumPyro's `SoftmaxCentered`-like maps |
/// | `ZeroSum` | `(y, 0) - ` its mean, isometric; along each of `axes` axes | 0 | `ZeroSumTransform` |
/// | `CholeskyCovariance` | lower triangle row by row, `exp` on the diagonal | `Σ yᵢᵢ` | `cholesky-cov-packed` |
/// | `Covariance` | `L Lᵀ` of the former | `n ln 2 + Σ (n - i + 2) yᵢᵢ` | none |
/// | `CorrelationCholesky` | rows of length 1 from `tanh y` (Stan) | `Σ_{j<i} ln(1 - zᵢⱼ²) + ln √(1 - Σ_{k<j} Lᵢₖ²)` | none; Stan's `cholesky_factor_corr` |
/// | `Correlation` | `L Lᵀ` of the former | that `+ Σ (n - i) ln Lᵢᵢ` | none; Stan's `corr_matrix` |
/// | `Composed` | one after another | the sum | `Chain` |
/// | `Inverse` | the inverse of another | `-` its own at `x` | |
///
/// **What the determinant is of.** A simplex, a zero-sum vector, a symmetric matrix has fewer degrees of freedom than numbers: the
/// determinant is that of the first `K - 1` coordinates of a simplex, of the hyperplane's own length (`ZeroSum`), of the entries on and
/// below the diagonal (covariances) or below it (correlations). The densities of this crate over these sets are with respect to the same.
///
/// The log-determinants stay finite and accurate far out; PyMC 5.28's `logodds` gives `-inf` above
/// `y ≈ 36`, its `simplex` at spreads near 1000.
///
/// ```
/// use elbo_distributions::Bijector;
/// use elbo_tensor_ad::Array;
///
/// let unit = Bijector::Sigmoid;
/// assert_eq!(unit.log_abs_det_jacobian_at(&Array::scalar(700.0))?.data(), [-700.0]);
/// let x = Bijector::Simplex.forward_at(&Array::vector(vec![0.0, 0.0]))?;
/// assert!(x.data().iter().all(|p| (p - 1.0 / 3.0).abs() < 1e-15));
/// assert_eq!(Bijector::CholeskyCovariance.constrained_shape(&[7, 6])?, [7, 3, 3]);
/// # Ok::<(), elbo_distributions::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Bijector {
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
        lower: Expr,
        /// The upper bound, above `lower`.
        upper: Expr,
    },
    /// Onto `(lower, ∞)`.
    Above {
        /// The lower bound.
        lower: Expr,
    },
    /// Onto `(-∞, upper)`. A larger `y` is a smaller `x`.
    Below {
        /// The upper bound.
        upper: Expr,
    },
    /// Onto the whole line, shifted and scaled.
    Affine {
        /// `x` at `y = 0`.
        shift: Expr,
        /// `dx/dy`, not 0.
        scale: Expr,
    },
    /// Onto the angles `-π..=π`, by winding the line around the circle. Not one-to-one: [`inverse`](Self::inverse) returns the angle itself.
    Circular,
    /// Onto rising vectors, `[.., n]` to `[.., n]`.
    Ordered,
    /// Onto vectors that sum to 1, `[.., K - 1]` to `[.., K]`, by a softmax in which every coordinate plays the same part.
    Simplex,
    /// Onto vectors that sum to 1, `[.., K - 1]` to `[.., K]`, each coordinate a part of what those before it left. `y = 0` is the centre.
    StickBreaking,
    /// Onto vectors that sum to 1, `[.., K - 1]` to `[.., K]`: `yₖ = ln(xₖ / x_K)`.
    AdditiveLogRatio,
    /// Onto arrays that sum to 0 along each of their axes, `K - 1` numbers to `K` along each, lengths and angles kept.
    ZeroSum {
        /// How many trailing axes: 1 for a vector.
        axes: usize,
    },
    /// Onto lower triangular matrices with a positive diagonal, `[.., n (n + 1) / 2]` to `[.., n, n]`.
    CholeskyCovariance,
    /// Onto symmetric positive definite matrices, `[.., n (n + 1) / 2]` to `[.., n, n]`.
    Covariance,
    /// Onto Cholesky factors of correlation matrices, `[.., n (n - 1) / 2]` to `[.., n, n]`.
    CorrelationCholesky,
    /// Onto correlation matrices, `[.., n (n - 1) / 2]` to `[.., n, n]`.
    Correlation,
    /// Several maps, the first one applied first: [`Bijector::composed`] makes one.
    #[non_exhaustive]
    Composed(Vec<Bijector>),
    /// Another map backwards: [`Bijector::inverted`] makes one.
    #[non_exhaustive]
    Inverse(Box<Bijector>),
}

impl Bijector {
    /// `x` at `y`.
    ///
    /// Far out `x` may round to a bound of the support, or to infinity; the log-determinant does not.
    #[must_use]
    pub fn forward(&self, y: &Expr) -> Expr {
        match self {
            Bijector::Identity => y.clone(),
            Bijector::Exp => y.exp(),
            Bijector::Softplus => y.softplus(),
            Bijector::Sigmoid => y.sigmoid(),
            // A convex combination keeps the relative accuracy of x next to a bound that is 0.
            Bijector::Interval { lower, upper } => lower * (-y).sigmoid() + upper * y.sigmoid(),
            Bijector::Above { lower } => lower + y.exp(),
            Bijector::Below { upper } => upper - y.exp(),
            Bijector::Affine { shift, scale } => shift + scale * y,
            Bijector::Circular => wrapped(y),
            Bijector::Ordered => vector::ordered(y),
            Bijector::Simplex => vector::simplex(y),
            Bijector::StickBreaking => vector::stick_breaking(y),
            Bijector::AdditiveLogRatio => vector::additive_log_ratio(y),
            Bijector::ZeroSum { axes } => vector::zero_sum(y, *axes),
            Bijector::CholeskyCovariance => matrix::cholesky_covariance(y),
            Bijector::Covariance => matrix::gram(&matrix::cholesky_covariance(y)),
            Bijector::CorrelationCholesky => matrix::correlation_cholesky(y),
            Bijector::Correlation => matrix::correlation(y),
            Bijector::Composed(parts) => parts.iter().fold(y.clone(), |y, part| part.forward(&y)),
            Bijector::Inverse(of) => of.inverse(y),
        }
    }

    /// The `y` whose [`forward`](Self::forward) is `x`; infinite on the support's bounds, NaN outside.
    #[must_use]
    pub fn inverse(&self, x: &Expr) -> Expr {
        match self {
            Bijector::Identity | Bijector::Circular => x.clone(),
            Bijector::Exp => x.ln(),
            // ln(eˣ - 1) = x + ln(1 - e⁻ˣ).
            Bijector::Softplus => x + (-(-x).expm1()).ln(),
            Bijector::Sigmoid => x.ln() - (-x).ln1p(),
            Bijector::Interval { lower, upper } => (x - lower).ln() - (upper - x).ln(),
            Bijector::Above { lower } => (x - lower).ln(),
            Bijector::Below { upper } => (upper - x).ln(),
            Bijector::Affine { shift, scale } => (x - shift) / scale,
            Bijector::Ordered => vector::ordered_inverse(x),
            Bijector::Simplex => vector::simplex_inverse(x),
            Bijector::StickBreaking => vector::stick_breaking_inverse(x),
            Bijector::AdditiveLogRatio => vector::additive_log_ratio_inverse(x),
            Bijector::ZeroSum { axes } => vector::zero_sum_inverse(x, *axes),
            Bijector::CholeskyCovariance => matrix::cholesky_covariance_inverse(x),
            Bijector::Covariance => matrix::cholesky_covariance_inverse(&x.cholesky()),
            Bijector::CorrelationCholesky => matrix::correlation_cholesky_inverse(x),
            Bijector::Correlation => matrix::correlation_cholesky_inverse(&x.cholesky()),
            Bijector::Composed(parts) => parts.iter().rev().fold(x.clone(), |x, part| part.inverse(&x)),
            Bijector::Inverse(of) => of.forward(x),
        }
    }

    /// `ln |dx/dy|` at `y`, in nats, one for each event of `y`: for each element of a map of numbers, for each vector of a map of vectors.
    #[must_use]
    pub fn log_abs_det_jacobian(&self, y: &Expr) -> Expr {
        let logistic = || -(y.softplus() + (-y).softplus());
        let like_y = |e: Expr| e.broadcast_to(y.shape());
        match self {
            Bijector::Identity | Bijector::Circular => like_y(Expr::constant(0.0)),
            Bijector::Exp | Bijector::Above { .. } | Bijector::Below { .. } => y.clone(),
            Bijector::Softplus => -(-y).softplus(),
            Bijector::Sigmoid => logistic(),
            Bijector::Interval { lower, upper } => (upper - lower).ln() + logistic(),
            Bijector::Affine { scale, .. } => like_y(scale.abs().ln()),
            Bijector::Ordered => vector::ordered_log_det(y),
            Bijector::Simplex => vector::simplex_log_det(y),
            Bijector::StickBreaking => vector::stick_breaking_log_det(y),
            Bijector::AdditiveLogRatio => vector::additive_log_ratio_log_det(y),
            Bijector::ZeroSum { axes } => vector::zero_sum_log_det(y, *axes),
            Bijector::CholeskyCovariance => matrix::cholesky_covariance_log_det(y),
            Bijector::Covariance => matrix::covariance_log_det(y),
            Bijector::CorrelationCholesky => matrix::correlation_cholesky_log_det(y),
            Bijector::Correlation => matrix::correlation_log_det(y),
            Bijector::Composed(parts) => compose::log_det(parts, y),
            Bijector::Inverse(of) => -of.log_abs_det_jacobian(&of.inverse(y)),
        }
    }

    /// True for the map that changes nothing, whose log-determinant need not be added.
    pub fn is_identity(&self) -> bool {
        matches!(self, Bijector::Identity)
    }

    /// [`forward`](Self::forward) at plain numbers.
    ///
    /// # Errors
    /// [`Error::BijectorShape`] for a vector of a length that it does not map, [`Error::Expression`] for bounds that are computed.
    pub fn forward_at(&self, y: &Array<f64>) -> Result<Array<f64>, Error> {
        self.constrained_shape(y.shape())?;
        at(&self.forward(&Expr::literal(y.clone())))
    }

    /// [`inverse`](Self::inverse) at plain numbers.
    ///
    /// # Errors
    /// As [`forward_at`](Self::forward_at); [`Error::Expression`] for a matrix that is not positive definite.
    pub fn inverse_at(&self, x: &Array<f64>) -> Result<Array<f64>, Error> {
        self.unconstrained_shape(x.shape())?;
        at(&self.inverse(&Expr::literal(x.clone())))
    }

    /// [`log_abs_det_jacobian`](Self::log_abs_det_jacobian) at plain numbers.
    ///
    /// # Errors
    /// As [`forward_at`](Self::forward_at).
    pub fn log_abs_det_jacobian_at(&self, y: &Array<f64>) -> Result<Array<f64>, Error> {
        self.constrained_shape(y.shape())?;
        at(&self.log_abs_det_jacobian(&Expr::literal(y.clone())))
    }
}

fn at(e: &Expr) -> Result<Array<f64>, Error> {
    Ok(reference::evaluate(std::slice::from_ref(e), &[])?.remove(0))
}

/// The angle of `y` in `-π..=π`. Its slope is 1 everywhere.
fn wrapped(y: &Expr) -> Expr {
    let x = y - 2.0 * PI * (y / (2.0 * PI) + 0.5).floor();
    // Rounding may leave an ulp too much.
    let excess = (&x - PI).max(0.0) + (&x + PI).min(0.0);
    x - excess.stop_gradient()
}

/// The last axis and its length; what is not a vector of a known length carries that mistake on.
fn last(e: &Expr) -> Result<(usize, usize), Expr> {
    before_last(e, 0)
}

/// The axis that stands so many before the last, as [`last`].
fn before_last(e: &Expr, back: usize) -> Result<(usize, usize), Expr> {
    if e.check().is_err() {
        return Err(e.clone());
    }
    let axis = e.rank().saturating_sub(back + 1);
    match e.dim(axis).fixed() {
        Some(n) if e.rank() > back => Ok((axis, n)),
        // A length without a number: it is not 1, and the mistake names it.
        _ if e.rank() > back => Err(e.squeeze(&[axis])),
        _ => Err(e.slice(e.rank(), 0, 1)),
    }
}

/// `Σ_{j<k} xⱼ` along an axis of a known length.
fn sums_before(x: &Expr, axis: usize, n: usize) -> Expr {
    x.pad(axis, 1, 0).slice(axis, 0, n).cumsum(axis)
}
