//! Several bijectors as one, and one backwards.

use elbo_tensor_ad::Expr;

use super::Bijector;
use crate::Error;

impl Bijector {
    /// These maps one after another, the first one applied first.
    ///
    /// ```
    /// use elbo_distributions::Bijector;
    /// use elbo_tensor_ad::Array;
    ///
    /// // A vector of rising positive numbers.
    /// let b = Bijector::composed([Bijector::Ordered, Bijector::Exp])?;
    /// let x = b.forward_at(&Array::vector(vec![0.0, 0.0]))?;
    /// assert!((x.data()[1] - 1f64.exp()).abs() < 1e-15);
    /// # Ok::<(), elbo_distributions::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Composition`] when one map leads onto a set of fewer degrees of freedom than numbers (a simplex) and the next
    /// one takes numbers that are free, or the other way round: there is no determinant of that.
    pub fn composed(parts: impl IntoIterator<Item = Bijector>) -> Result<Bijector, Error> {
        let parts: Vec<Bijector> = parts.into_iter().collect();
        for pair in parts.windows(2) {
            if pair[0].thin().1 != pair[1].thin().0 {
                return Err(Error::Composition { first: pair[0].name(), then: pair[1].name() });
            }
        }
        Ok(Bijector::Composed(parts))
    }

    /// This map backwards.
    #[must_use]
    pub fn inverted(self) -> Bijector {
        match self {
            Bijector::Inverse(of) => *of,
            other => Bijector::Inverse(Box::new(other)),
        }
    }

    /// How many trailing axes of `y` belong to one event.
    pub fn unconstrained_rank(&self) -> usize {
        match self {
            Bijector::Composed(parts) => start_rank(parts),
            Bijector::Inverse(of) => of.constrained_rank(),
            Bijector::ZeroSum { axes } => *axes,
            _ if self.of_numbers() => 0,
            _ => 1,
        }
    }

    /// How many trailing axes of `x` belong to one event: 0 for a number, 1 for a vector, 2 for a matrix.
    pub fn constrained_rank(&self) -> usize {
        match self {
            Bijector::Composed(parts) => {
                parts.iter().fold(start_rank(parts), |r, p| r + p.constrained_rank() - p.unconstrained_rank())
            }
            Bijector::Inverse(of) => of.unconstrained_rank(),
            Bijector::CholeskyCovariance
            | Bijector::Covariance
            | Bijector::CorrelationCholesky
            | Bijector::Correlation => 2,
            other => other.unconstrained_rank(),
        }
    }

    /// True for a map of single numbers.
    fn of_numbers(&self) -> bool {
        use Bijector as B;
        match self {
            B::Identity | B::Exp | B::Softplus | B::Sigmoid | B::Circular => true,
            B::Interval { .. } | B::Above { .. } | B::Below { .. } | B::Affine { .. } => true,
            B::Ordered | B::Simplex | B::StickBreaking | B::AdditiveLogRatio | B::ZeroSum { .. } => false,
            B::CholeskyCovariance | B::Covariance | B::CorrelationCholesky | B::Correlation => false,
            B::Composed(parts) => parts.iter().all(B::of_numbers),
            B::Inverse(of) => of.of_numbers(),
        }
    }

    /// Whether `y` and `x` lie in sets of fewer degrees of freedom than numbers.
    fn thin(&self) -> (bool, bool) {
        match self {
            Bijector::Composed(parts) => {
                (parts.first().is_some_and(|p| p.thin().0), parts.last().is_some_and(|p| p.thin().1))
            }
            Bijector::Inverse(of) => {
                let (y, x) = of.thin();
                (x, y)
            }
            Bijector::Ordered => (false, false),
            other => (false, !other.of_numbers()),
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Bijector::Identity => "Identity",
            Bijector::Exp => "Exp",
            Bijector::Softplus => "Softplus",
            Bijector::Sigmoid => "Sigmoid",
            Bijector::Interval { .. } => "Interval",
            Bijector::Above { .. } => "Above",
            Bijector::Below { .. } => "Below",
            Bijector::Affine { .. } => "Affine",
            Bijector::Circular => "Circular",
            Bijector::Ordered => "Ordered",
            Bijector::Simplex => "Simplex",
            Bijector::StickBreaking => "StickBreaking",
            Bijector::AdditiveLogRatio => "AdditiveLogRatio",
            Bijector::ZeroSum { .. } => "ZeroSum",
            Bijector::CholeskyCovariance => "CholeskyCovariance",
            Bijector::Covariance => "Covariance",
            Bijector::CorrelationCholesky => "CorrelationCholesky",
            Bijector::Correlation => "Correlation",
            Bijector::Composed(_) => "Composed",
            Bijector::Inverse(_) => "Inverse",
        }
    }
}

/// The event rank of the first part's `y` that leaves every part at least the axes it needs.
fn start_rank(parts: &[Bijector]) -> usize {
    let (mut start, mut now) = (0, 0);
    for part in parts {
        let needed = part.unconstrained_rank();
        start += needed.saturating_sub(now);
        now = now.max(needed) - needed + part.constrained_rank();
    }
    start
}

/// The sum of the parts' log-determinants, each where it is applied, and for one event of the whole.
pub(super) fn log_det(parts: &[Bijector], y: &Expr) -> Expr {
    let mut rank = start_rank(parts);
    let (mut y, mut sum) = (y.clone(), None::<Expr>);
    for part in parts {
        let own = part.log_abs_det_jacobian(&y);
        if own.check().is_err() {
            return own;
        }
        // A part with fewer axes an event has one number for each of the others.
        let extra = rank - part.unconstrained_rank();
        let own = own.sum_axes(&(own.rank().saturating_sub(extra)..own.rank()).collect::<Vec<_>>());
        sum = Some(match sum {
            Some(sum) => sum + own,
            None => own,
        });
        y = part.forward(&y);
        rank = extra + part.constrained_rank();
    }
    sum.unwrap_or_else(|| Expr::constant(0.0).broadcast_to(y.shape()))
}
