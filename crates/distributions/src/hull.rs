//! `Hull`: the bounds of a support, and the mass between two of them.

use core::f64::consts::PI;

use elbo_tensor_ad::Expr;

use crate::{Distribution, Support};

/// The smallest interval of the line, or of the whole numbers, that holds a support.
#[derive(Debug, Clone)]
pub(crate) struct Hull {
    pub lower: Option<Expr>,
    pub upper: Option<Expr>,
    pub discrete: bool,
}

impl Hull {
    /// `None` for a set of vectors or matrices.
    pub(crate) fn of(support: &Support) -> Option<Hull> {
        let (lower, upper) = match support {
            Support::Real => (None, None),
            Support::Positive | Support::NonNegative => (Some(0.0.into()), None),
            Support::UnitInterval | Support::Boolean => (Some(0.0.into()), Some(1.0.into())),
            Support::Interval { lower, upper } => (Some(lower.clone()), Some(upper.clone())),
            Support::Above { lower } => (Some(lower.clone()), None),
            Support::Below { upper } => (None, Some(upper.clone())),
            Support::Circle => (Some((-PI).into()), Some(PI.into())),
            Support::Category(k) => (Some(0.0.into()), Some(Expr::size(k) - 1.0)),
            Support::WholeAbove { lower } => (Some(lower.clone()), None),
            Support::WholeInterval { lower, upper } => (Some(lower.clone()), Some(upper.clone())),
            _ => return None,
        };
        let infinite = |bound: &Expr| bound.as_constant().is_some_and(f64::is_infinite);
        Some(Hull {
            lower: lower.filter(|b| !infinite(b)),
            upper: upper.filter(|b| !infinite(b)),
            discrete: support.is_discrete(),
        })
    }

    /// The smallest that holds both.
    pub(crate) fn with(&self, other: &Hull) -> Hull {
        let both = |a: &Option<Expr>, b: &Option<Expr>, pick: fn(&Expr, &Expr) -> Expr| match (a, b) {
            (Some(a), Some(b)) => Some(pick(a, b)),
            _ => None,
        };
        Hull {
            lower: both(&self.lower, &other.lower, |a, b| a.min(b)),
            upper: both(&self.upper, &other.upper, |a, b| a.max(b)),
            discrete: self.discrete && other.discrete,
        }
    }

    /// What both hold, for bounds of which an infinite one is none.
    pub(crate) fn within(&self, lower: &Expr, upper: &Expr) -> Hull {
        let finite = |bound: &Expr| match bound.as_constant() {
            Some(b) if b.is_infinite() => None,
            _ => Some(bound.clone()),
        };
        let (lower, upper) =
            if self.discrete { (lower.ceil(), upper.floor()) } else { (lower.clone(), upper.clone()) };
        let join = |a: &Option<Expr>, b: Option<Expr>, pick: fn(&Expr, &Expr) -> Expr| match (a, b) {
            (Some(a), Some(b)) => Some(pick(a, &b)),
            (a, b) => b.or(a.clone()),
        };
        Hull {
            lower: join(&self.lower, finite(&lower), |a, b| a.max(b)),
            upper: join(&self.upper, finite(&upper), |a, b| a.min(b)),
            discrete: self.discrete,
        }
    }

    /// Whether it is known to hold nothing below 0.
    pub(crate) fn non_negative(&self) -> bool {
        self.lower.as_ref().and_then(Expr::as_constant).is_some_and(|lower| lower >= 0.0)
    }

    /// Whether it is of whole numbers, none of them below 0.
    pub(crate) fn of_counts(&self) -> bool {
        self.discrete && self.non_negative()
    }

    pub(crate) fn support(&self) -> Support {
        let constant = |bound: &Expr, value: f64| bound.as_constant() == Some(value);
        match (self.lower.clone(), self.upper.clone()) {
            (lower, None) if self.discrete => {
                Support::WholeAbove { lower: lower.unwrap_or(f64::NEG_INFINITY.into()) }
            }
            (lower, Some(upper)) if self.discrete => {
                Support::WholeInterval { lower: lower.unwrap_or(f64::NEG_INFINITY.into()), upper }
            }
            (None, None) => Support::Real,
            (Some(lower), None) if constant(&lower, 0.0) => Support::NonNegative,
            (Some(lower), None) => Support::Above { lower },
            (None, Some(upper)) => Support::Below { upper },
            (Some(lower), Some(upper)) if constant(&lower, 0.0) && constant(&upper, 1.0) => {
                Support::UnitInterval
            }
            (Some(lower), Some(upper)) => Support::Interval { lower, upper },
        }
    }
}

/// `ln P(low < X <= high)`, from the tail that is smaller, so that nothing cancels far out. Infinite bounds are none.
pub(crate) fn log_between(d: &dyn Distribution, low: &Expr, high: &Expr) -> Option<Expr> {
    match (low.as_constant(), high.as_constant()) {
        (Some(f64::NEG_INFINITY), Some(f64::INFINITY)) => return Some(0.0.into()),
        (Some(f64::NEG_INFINITY), _) => return d.log_cdf(high),
        (_, Some(f64::INFINITY)) => return d.log_survival(low),
        _ => {}
    }
    let (open_low, open_high) = (low.equal(f64::NEG_INFINITY), high.equal(f64::INFINITY));
    // Where there is no bound, a point where every slope is finite stands for it.
    let start = d.initial_value();
    let (at_low, at_high) = (open_low.select(&start, low), open_high.select(&start, high));
    let none = f64::NEG_INFINITY;
    let below_low = open_low.select(none, d.log_cdf(&at_low)?);
    let above_low = open_low.select(0.0, d.log_survival(&at_low)?);
    let below_high = open_high.select(0.0, d.log_cdf(&at_high)?);
    let above_high = open_high.select(none, d.log_survival(&at_high)?);
    let upper = above_low.less(&below_high);
    let (more, less) = (upper.select(above_low, below_high), upper.select(above_high, below_low));
    if d.support().is_discrete() {
        return Some(more.log_diff_exp(less));
    }
    // Between close bounds the logarithms differ by less than they round: there the density in the middle.
    let near = (&more - less.max(-1e300)).less(1e-7) * more.greater(f64::NEG_INFINITY);
    let near = near * (1.0 - open_low) * (1.0 - open_high) * low.less(high);
    let middle = near.select(0.5 * low + 0.5 * high, &start);
    let narrow = d.log_density(&middle) + near.select(high - low, 1.0).ln();
    let (more, less) = (near.select(0.0, more), near.select(-1.0, less));
    Some(near.select(narrow, more.log_diff_exp(less)))
}

/// `base` plus a density's logarithm, and minus infinity, with no slope from either, where the density is 0.
pub(crate) fn with_density(base: impl Into<Expr>, density: &Expr) -> Expr {
    let none = density.equal(f64::NEG_INFINITY);
    none.select(f64::NEG_INFINITY, base.into() + none.select(0.0, density))
}
