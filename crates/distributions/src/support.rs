//! `Support`: the set of values that have a positive density.

use std::fmt;

use elbo_tensor_ad::{Array, Dim, Expr};

use crate::{Bijector, Error};

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
    /// 0 or 1.
    Boolean,
    /// A whole number in `0..k`.
    Category(Dim),
}

impl<B: Clone> Support<B> {
    /// The map from the whole line onto this set that inference uses unless told otherwise (PyMC's
    /// choice), or `None` for a discrete set.
    pub fn bijector(&self) -> Option<Bijector<B>> {
        match self {
            Support::Real => Some(Bijector::Identity),
            Support::Positive | Support::NonNegative => Some(Bijector::Exp),
            Support::UnitInterval => Some(Bijector::Sigmoid),
            Support::Interval { lower, upper } => {
                Some(Bijector::Interval { lower: lower.clone(), upper: upper.clone() })
            }
            Support::Above { lower } => Some(Bijector::Above { lower: lower.clone() }),
            Support::Below { upper } => Some(Bijector::Below { upper: upper.clone() }),
            Support::Boolean | Support::Category(_) => None,
        }
    }
}

impl<B> Support<B> {
    /// True when the set is a set of whole numbers.
    pub fn is_discrete(&self) -> bool {
        matches!(self, Support::Boolean | Support::Category(_))
    }
}

impl Support<Expr> {
    /// The same set with plain bounds, when every bound is a scalar literal.
    pub fn literal(&self) -> Option<Support<f64>> {
        Some(match self {
            Support::Real => Support::Real,
            Support::Positive => Support::Positive,
            Support::NonNegative => Support::NonNegative,
            Support::UnitInterval => Support::UnitInterval,
            Support::Interval { lower, upper } => {
                Support::Interval { lower: lower.as_constant()?, upper: upper.as_constant()? }
            }
            Support::Above { lower } => Support::Above { lower: lower.as_constant()? },
            Support::Below { upper } => Support::Below { upper: upper.as_constant()? },
            Support::Boolean => Support::Boolean,
            Support::Category(k) => Support::Category(k.clone()),
        })
    }

    /// Whether `x` is in the set; `None` when that hangs on a computed bound, or on a number of
    /// classes that has only a name. NaN and the infinities are in no set.
    pub fn contains(&self, x: f64) -> Option<bool> {
        self.literal()?.contains(x)
    }
}

impl Support<f64> {
    /// Whether `x` is in the set; `None` when that hangs on a number of classes that has only a name.
    /// NaN and the infinities are in no set.
    pub fn contains(&self, x: f64) -> Option<bool> {
        let inside = match self {
            Support::Real => true,
            Support::Positive => x > 0.0,
            Support::NonNegative => x >= 0.0,
            Support::UnitInterval => (0.0..=1.0).contains(&x),
            Support::Interval { lower, upper } => (*lower..=*upper).contains(&x),
            Support::Above { lower } => x >= *lower,
            Support::Below { upper } => x <= *upper,
            Support::Boolean => x == 0.0 || x == 1.0,
            Support::Category(k) => {
                let whole = x >= 0.0 && x.fract() == 0.0;
                match k {
                    Dim::Fixed(n) => whole && x < *n as f64,
                    Dim::Named(_) if whole => return None,
                    Dim::Named(_) => false,
                }
            }
        };
        Some(inside && x.is_finite())
    }

    /// Checks that every element of `values` is in the set, so that
    /// [`log_density_unchecked`](crate::Distribution::log_density_unchecked) may be used for them. What
    /// [`contains`](Self::contains) leaves open passes.
    ///
    /// # Errors
    /// [`Error::Outside`] with the first element that is not, and where it stands.
    pub fn check(&self, distribution: &'static str, values: &Array<f64>) -> Result<(), Error> {
        match values.data().iter().position(|&x| self.contains(x) == Some(false)) {
            None => Ok(()),
            Some(flat) => Err(Error::Outside {
                distribution,
                value: values.data()[flat],
                index: crate::error::unravel(flat, values.shape()),
                support: self.to_string(),
            }),
        }
    }
}

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
