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

/// What is this far below another logarithm adds nothing to it, not even to its rounding.
pub(crate) const FAR: f64 = 750.0;

/// A logarithm of a tail at this point, minus infinity and without a slope where there is nothing: the tail's own may be infinite there.
fn tail(d: &dyn Distribution, at: &Expr, of: impl Fn(&Expr) -> Option<Expr>) -> Option<Expr> {
    let none = of(at)?.equal(f64::NEG_INFINITY);
    let seen = of(&none.select(d.initial_value().stop_gradient(), at))?;
    Some(none.select(f64::NEG_INFINITY, seen))
}

/// `ln P(low < X <= high)`, from the tail that is smaller, so that nothing cancels far out. Infinite bounds are none. Minus infinity, without a slope,
/// where it is beyond the range of the logarithms.
pub(crate) fn log_between(d: &dyn Distribution, low: &Expr, high: &Expr) -> Option<Expr> {
    match (low.as_constant(), high.as_constant()) {
        (Some(f64::NEG_INFINITY), Some(f64::INFINITY)) => return Some(0.0.into()),
        (Some(f64::NEG_INFINITY), _) => return tail(d, high, |x| d.log_cdf(x)),
        (_, Some(f64::INFINITY)) => return tail(d, low, |x| d.log_survival(x)),
        _ => {}
    }
    let (open_low, open_high) = (low.equal(f64::NEG_INFINITY), high.equal(f64::INFINITY));
    let none = f64::NEG_INFINITY;
    // Below and above each bound: where there is none, or where it does not matter, a point where every slope is finite stands for it.
    let start = d.initial_value();
    let sides = |left_out_low: &Expr, left_out_high: &Expr| {
        let at_low = open_low.max(left_out_low).select(&start, low);
        let at_high = open_high.max(left_out_high).select(&start, high);
        Some([
            open_low.select(none, d.log_cdf(&at_low)?),
            open_low.select(0.0, d.log_survival(&at_low)?),
            open_high.select(0.0, d.log_cdf(&at_high)?),
            open_high.select(none, d.log_survival(&at_high)?),
        ])
    };
    let nothing = Expr::constant(0.0);
    let [below_low, above_low, below_high, above_high] = sides(&nothing, &nothing)?;
    let upper = above_low.less(&below_high);
    let (more, less) = (upper.select(above_low, below_high), upper.select(above_high, below_low));
    // Of counts the difference of logarithms may be less than they round, too.
    let discrete = d.support().is_discrete();
    let dead = more.equal(none);
    let dead = if discrete { dead.max(less.greater_equal(&more)) } else { dead };
    let little = less.less(&more - FAR).max(less.equal(none));
    let [below_low, above_low, below_high, above_high] =
        sides(&upper.select(&dead, &little), &upper.select(&little, &dead))?;
    let (more, less) = (upper.select(above_low, below_high), upper.select(above_high, below_low));
    let (more, less) = (dead.select(none, more), little.select(none, less));
    if discrete {
        return Some(dead.select(none, dead.select(0.0, more).log_diff_exp(dead.select(-1.0, less))));
    }
    // Between close bounds the logarithms differ by less than they round: there the density in the middle.
    let near = (&more - less.max(-1e300)).less(1e-7) * more.greater(f64::NEG_INFINITY);
    let near = near * (1.0 - open_low) * (1.0 - open_high) * low.less(high);
    let middle = near.select(0.5 * low + 0.5 * high, &start);
    let narrow = d.log_density(&middle) + near.select(high - low, 1.0).ln();
    let aside = near.max(&dead);
    let (more, less) = (aside.select(0.0, more), aside.select(-1.0, less));
    Some(near.select(narrow, dead.select(none, more.log_diff_exp(less))))
}

/// `base` plus a density's logarithm, and minus infinity, with no slope from either, where the density is 0.
pub(crate) fn with_density(base: impl Into<Expr>, density: &Expr) -> Expr {
    let none = density.equal(f64::NEG_INFINITY);
    none.select(f64::NEG_INFINITY, base.into() + none.select(0.0, density))
}
