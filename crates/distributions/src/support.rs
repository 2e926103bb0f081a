//! `Support`: the set of values that have a positive density.

use core::f64::consts::PI;
use std::fmt;

use elbo_tensor_ad::{Array, Dim, Expr};

use crate::error::unravel;
use crate::{Bijector, Error, Requirement};

/// The set of values that a distribution can take.
///
/// Bounds may be computed (`Support`, that is `Support<Expr>`); membership is decided at plain numbers
/// (`Support<f64>`), reached by [`literal`](Support::literal) where the bounds are literals.
///
/// ```
/// use elbo_distributions::{Distribution, HalfNormal};
///
/// let support = HalfNormal::new(2.0).support();
/// assert_eq!(support.contains(-1.0), Some(false));
/// assert_eq!(support.to_string(), "numbers >= 0");
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Support<B = Expr> {
    /// The whole line.
    Real,
    /// `x > 0`
    Positive,
    /// `x >= 0`
    NonNegative,
    /// `0 <= x <= 1`
    UnitInterval,
    /// `lower <= x <= upper`
    Interval {
        /// The lower bound.
        lower: B,
        /// The upper bound.
        upper: B,
    },
    /// `x >= lower`
    Above {
        /// The lower bound.
        lower: B,
    },
    /// `x <= upper`
    Below {
        /// The upper bound.
        upper: B,
    },
    /// An angle in `-π..=π`.
    Circle,
    /// 0 or 1.
    Boolean,
    /// A whole number in `0..k`.
    Category(Dim),
    /// A whole number, at least `lower`.
    WholeAbove {
        /// The lower bound, a whole number.
        lower: B,
    },
    /// A whole number in `lower..=upper`.
    WholeInterval {
        /// The lower bound, a whole number.
        lower: B,
        /// The upper bound, a whole number.
        upper: B,
    },
    /// A vector of numbers in `0..=1` whose sum is 1.
    Simplex,
    /// A vector of numbers, each above the one before it.
    Ordered,
    /// An array of numbers whose sum along each of its axes is 0: a vector, where it has one.
    ZeroSum {
        /// How many axes it has.
        axes: usize,
    },
    /// A vector of whole numbers, at least 0, whose sum is `total`.
    Counts {
        /// The sum.
        total: B,
    },
    /// A symmetric positive definite matrix.
    PositiveDefinite,
    /// A lower triangular matrix with a positive diagonal.
    CholeskyFactor,
    /// A symmetric positive definite matrix with ones on its diagonal.
    Correlation,
    /// A lower triangular matrix with a positive diagonal whose rows have length 1.
    CorrelationCholesky,
}

impl<B: Clone + Into<Expr>> Support<B> {
    /// The map from the whole line (or space) onto this set that inference uses unless told otherwise (PyMC's
    /// choice, where it has one), or `None` for a discrete set.
    pub fn bijector(&self) -> Option<Bijector> {
        Some(match self {
            Support::Real => Bijector::Identity,
            Support::Positive | Support::NonNegative => Bijector::Exp,
            Support::UnitInterval => Bijector::Sigmoid,
            Support::Interval { lower, upper } => {
                Bijector::Interval { lower: lower.clone().into(), upper: upper.clone().into() }
            }
            Support::Above { lower } => Bijector::Above { lower: lower.clone().into() },
            Support::Below { upper } => Bijector::Below { upper: upper.clone().into() },
            Support::Circle => Bijector::Circular,
            Support::Simplex => Bijector::Simplex,
            Support::Ordered => Bijector::Ordered,
            Support::ZeroSum { axes } => Bijector::ZeroSum { axes: *axes },
            Support::PositiveDefinite => Bijector::Covariance,
            Support::CholeskyFactor => Bijector::CholeskyCovariance,
            Support::Correlation => Bijector::Correlation,
            Support::CorrelationCholesky => Bijector::CorrelationCholesky,
            Support::Boolean
            | Support::Category(_)
            | Support::WholeAbove { .. }
            | Support::WholeInterval { .. }
            | Support::Counts { .. } => return None,
        })
    }
}

impl<B> Support<B> {
    /// True when the set is a set of whole numbers, or of vectors of them.
    pub fn is_discrete(&self) -> bool {
        matches!(
            self,
            Support::Boolean
                | Support::Category(_)
                | Support::WholeAbove { .. }
                | Support::WholeInterval { .. }
                | Support::Counts { .. }
        )
    }

    /// How many trailing axes belong to one member: 0 for a number, 1 for a vector, 2 for a matrix.
    pub fn event_rank(&self) -> usize {
        match self {
            Support::ZeroSum { axes } => *axes,
            Support::Simplex | Support::Ordered | Support::Counts { .. } => 1,
            Support::PositiveDefinite
            | Support::CholeskyFactor
            | Support::Correlation
            | Support::CorrelationCholesky => 2,
            Support::Real
            | Support::Positive
            | Support::NonNegative
            | Support::UnitInterval
            | Support::Interval { .. }
            | Support::Above { .. }
            | Support::Below { .. }
            | Support::Circle
            | Support::Boolean
            | Support::Category(_)
            | Support::WholeAbove { .. }
            | Support::WholeInterval { .. } => 0,
        }
    }

    /// The same set with its bounds mapped, or `None` when one of them has no image.
    pub(crate) fn map_bounds<C>(&self, of: impl Fn(&B) -> Option<C>) -> Option<Support<C>> {
        Some(match self {
            Support::Real => Support::Real,
            Support::Positive => Support::Positive,
            Support::NonNegative => Support::NonNegative,
            Support::UnitInterval => Support::UnitInterval,
            Support::Interval { lower, upper } => Support::Interval { lower: of(lower)?, upper: of(upper)? },
            Support::Above { lower } => Support::Above { lower: of(lower)? },
            Support::Below { upper } => Support::Below { upper: of(upper)? },
            Support::Circle => Support::Circle,
            Support::Boolean => Support::Boolean,
            Support::Category(k) => Support::Category(k.clone()),
            Support::WholeAbove { lower } => Support::WholeAbove { lower: of(lower)? },
            Support::WholeInterval { lower, upper } => {
                Support::WholeInterval { lower: of(lower)?, upper: of(upper)? }
            }
            Support::Simplex => Support::Simplex,
            Support::Ordered => Support::Ordered,
            Support::ZeroSum { axes } => Support::ZeroSum { axes: *axes },
            Support::Counts { total } => Support::Counts { total: of(total)? },
            Support::PositiveDefinite => Support::PositiveDefinite,
            Support::CholeskyFactor => Support::CholeskyFactor,
            Support::Correlation => Support::Correlation,
            Support::CorrelationCholesky => Support::CorrelationCholesky,
        })
    }
}

impl Support<Expr> {
    /// The same set with plain bounds, when every bound is a scalar literal.
    pub fn literal(&self) -> Option<Support<f64>> {
        self.map_bounds(Expr::as_constant)
    }

    /// Whether `x` is in the set (of a set of vectors: whether it may stand in one, sums and the like apart); `None` when that
    /// hangs on a computed bound, or on a number of classes that has only a name. NaN and the infinities are in no set.
    pub fn contains(&self, x: f64) -> Option<bool> {
        self.literal()?.contains(x)
    }
}

impl Support<f64> {
    /// Whether `x` is in the set (of a set of vectors: whether it may stand in one, sums and the like apart); `None` when that
    /// hangs on a number of classes that has only a name. NaN and the infinities are in no set.
    pub fn contains(&self, x: f64) -> Option<bool> {
        let whole = x.fract() == 0.0;
        let inside = match self {
            Support::Real => true,
            Support::Positive => x > 0.0,
            Support::NonNegative => x >= 0.0,
            Support::UnitInterval => (0.0..=1.0).contains(&x),
            Support::Interval { lower, upper } => (*lower..=*upper).contains(&x),
            Support::Above { lower } => x >= *lower,
            Support::Below { upper } => x <= *upper,
            Support::Circle => (-PI..=PI).contains(&x),
            Support::Boolean => x == 0.0 || x == 1.0,
            Support::Category(k) => match k {
                Dim::Fixed(n) => whole && x >= 0.0 && x < *n as f64,
                Dim::Named(_) if whole && x >= 0.0 => return None,
                Dim::Named(_) => false,
            },
            Support::WholeAbove { lower } => whole && x >= *lower,
            Support::WholeInterval { lower, upper } => whole && (*lower..=*upper).contains(&x),
            Support::Simplex => (0.0..=1.0).contains(&x),
            Support::Counts { total } => whole && (0.0..=*total).contains(&x),
            Support::Correlation | Support::CorrelationCholesky => (-1.0..=1.0).contains(&x),
            Support::Ordered | Support::ZeroSum { .. } => true,
            Support::PositiveDefinite | Support::CholeskyFactor => true,
        };
        Some(inside && x.is_finite())
    }

    /// Checks that every element (vector, matrix) of `values` is in the set, so that
    /// [`log_density_unchecked`](crate::Distribution::log_density_unchecked) may be used for them. What
    /// [`contains`](Self::contains) leaves open passes. Sums of vectors, lengths of rows and symmetry may be off by `1e-6`, as those
    /// of parameters may.
    ///
    /// # Errors
    /// [`Error::Outside`] with the first element that is not, and where it stands; for what holds of a whole vector or
    /// matrix, the number that shows it (the sum, the length of a row) and the place of that vector, matrix or row.
    pub fn check(&self, distribution: &'static str, values: &Array<f64>) -> Result<(), Error> {
        let outside = |value: f64, index: Vec<usize>| {
            Err(Error::Outside { distribution, value, index, support: self.to_string() })
        };
        if let Some(flat) = values.data().iter().position(|&x| self.contains(x) == Some(false)) {
            return outside(values.data()[flat], unravel(flat, values.shape()));
        }
        let rank = self.event_rank();
        if rank == 0 {
            return Ok(());
        }
        let Some(split) = values.rank().checked_sub(rank) else {
            return outside(f64::NAN, vec![]);
        };
        let (batch, event) = values.shape().split_at(split);
        let length = event.iter().product::<usize>();
        for (i, one) in values.data().chunks(length.max(1)).enumerate() {
            if let Some((value, at)) = self.fault_of(one, event) {
                return outside(value, [unravel(i, batch), at].concat());
            }
        }
        Ok(())
    }

    /// What is wrong with one vector or matrix as a whole: the number that shows it, and where within it.
    fn fault_of(&self, one: &[f64], event: &[usize]) -> Option<(f64, Vec<usize>)> {
        let n = *event.last()?;
        if matches!(self, Support::ZeroSum { .. }) {
            return unbalanced(one, event);
        }
        if event.len() == 2 && event[0] != n {
            return Some((f64::NAN, vec![]));
        }
        let sum = || one.iter().sum::<f64>();
        let requirement = |r: Requirement| r.fault_of(one, event).map(|(at, value)| (value, at));
        let row = |i: usize| (one[i * n..(i + 1) * n].iter().map(|v| v * v).sum::<f64>().sqrt(), vec![i]);
        let upper = || {
            (0..n * n).find(|at| at % n > at / n && one[*at] != 0.0).map(|at| (one[at], unravel(at, event)))
        };
        match self {
            Support::Simplex => ((sum() - 1.0).abs() > TOLERANCE).then(|| (sum(), vec![])),
            Support::Counts { total } => (sum() != *total).then(|| (sum(), vec![])),
            Support::Ordered => requirement(Requirement::Ordered),
            Support::PositiveDefinite => requirement(Requirement::PositiveDefinite),
            Support::CholeskyFactor => upper().or_else(|| requirement(Requirement::CholeskyFactor)),
            Support::Correlation => (0..n)
                .find(|i| (one[i * (n + 1)] - 1.0).abs() > TOLERANCE)
                .map(|i| (one[i * (n + 1)], vec![i, i]))
                .or_else(|| requirement(Requirement::PositiveDefinite)),
            Support::CorrelationCholesky => upper()
                .or_else(|| requirement(Requirement::CholeskyFactor))
                .or_else(|| (0..n).map(row).find(|(length, _)| (length - 1.0).abs() > TOLERANCE)),
            _ => None,
        }
    }
}

/// The sum of a line of the array that is not 0, and where that line begins.
fn unbalanced(one: &[f64], event: &[usize]) -> Option<(f64, Vec<usize>)> {
    let scale = one.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
    let mut step = 1;
    for &n in event.iter().rev() {
        for first in (0..one.len()).filter(|at| at / step % n == 0) {
            let sum: f64 = (0..n).map(|k| one[first + k * step]).sum();
            if sum.abs() > TOLERANCE * scale {
                let at = unravel(first, event);
                return Some((sum, if event.len() == 1 { vec![] } else { at }));
            }
        }
        step *= n;
    }
    None
}

/// How far a sum may be from what it should be: what a sum of `f32` numbers is off by.
const TOLERANCE: f64 = 1e-6;

/// `<literal>` for a number, `[computed]` for an expression that is not one.
trait Bound {
    fn show(&self) -> String;
}

impl Bound for f64 {
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Bound for Expr {
    fn show(&self) -> String {
        self.as_constant().map_or_else(|| format!("[{self:?}]"), |c| c.to_string())
    }
}

fn describe<B: Bound>(support: &Support<B>) -> String {
    match support {
        Support::Real => "real numbers".into(),
        Support::Positive => "numbers > 0".into(),
        Support::NonNegative => "numbers >= 0".into(),
        Support::UnitInterval => "numbers in 0..=1".into(),
        Support::Interval { lower, upper } => format!("numbers in {}..={}", lower.show(), upper.show()),
        Support::Above { lower } => format!("numbers >= {}", lower.show()),
        Support::Below { upper } => format!("numbers <= {}", upper.show()),
        Support::Boolean => "0 or 1".into(),
        Support::Category(k) => format!("whole numbers in 0..{k}"),
        Support::Circle => "angles in -π..=π".into(),
        Support::WholeAbove { lower } => format!("whole numbers >= {}", lower.show()),
        Support::WholeInterval { lower, upper } => {
            format!("whole numbers in {}..={}", lower.show(), upper.show())
        }
        Support::Simplex => "vectors in 0..=1 that sum to 1".into(),
        Support::Ordered => "vectors of rising numbers".into(),
        Support::ZeroSum { axes: 1 } => "vectors that sum to 0".into(),
        Support::ZeroSum { axes } => format!("arrays of {axes} axes that sum to 0 along each"),
        Support::Counts { total } => format!("vectors of whole numbers >= 0 that sum to {}", total.show()),
        Support::PositiveDefinite => "symmetric positive definite matrices".into(),
        Support::CholeskyFactor => "lower triangular matrices with a positive diagonal".into(),
        Support::Correlation => "correlation matrices".into(),
        Support::CorrelationCholesky => "Cholesky factors of correlation matrices".into(),
    }
}

impl fmt::Display for Support<f64> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&describe(self))
    }
}

impl fmt::Display for Support<Expr> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&describe(self))
    }
}
