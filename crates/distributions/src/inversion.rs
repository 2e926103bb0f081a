//! Quantiles of distributions whose distribution function has no inverse in closed form, in two ways.
//!
//! [`quantile`], for a distribution that knows its scale: the logarithm of the nearer tail is brought to that of `p` by bisection and then by
//! Newton's rule within the bracket, in a coordinate that runs over the whole line: one body that is scanned, so that the graph is as small as two
//! distribution functions. The accuracy is that of the tails: `x` is off by at most some `1e-15 / h + 1e-15` of itself, where
//! `h = d ln F / d ln x` there.
//!
//! [`by_powers`], for a modifier, which knows the tails of any distribution and no scale: by powers of two and then by halves.
//!
//! The gradient is the implicit one, `dx = (dp - ∂F) / p(x)`: of the logarithms in the first, plain in the second.

use elbo_tensor_ad::{Array, Expr, Scan};

use crate::continuous::tails;
use crate::discrete::counts::smallest;
use crate::hull::Hull;
use crate::{Distribution, Support};

/// A monotone map of the line onto the support, whose ends in `f64` are so far out that the quantile of any `p` but 0 and 1 lies between.
pub(crate) enum Coordinate {
    /// `centre + scale sinh y`
    Line {
        /// About the median.
        centre: Expr,
        /// About the spread.
        scale: Expr,
    },
    /// `scale eʸ`
    Positive {
        /// Of the size of usual values.
        scale: Expr,
    },
    /// `1 / (1 + e⁻ʸ)`
    Unit,
    /// Between two bounds, evenly near each: `lower + (upper - lower) / (1 + e⁻ʸ)`.
    Between {
        /// The lower bound.
        lower: Expr,
        /// The upper bound.
        upper: Expr,
    },
}

/// Halvings of a bracket 1500 wide: to `1e-7`.
const HALVINGS: usize = 34;
/// From `1e-7` on Newton's rule needs two or three steps, and more where the distribution is as narrow as that.
const STEPS: usize = HALVINGS + 7;

impl Coordinate {
    fn bracket(&self) -> (f64, f64) {
        match self {
            Coordinate::Line { .. } => (-710.0, 710.0),
            Coordinate::Positive { .. } => (-745.0, 709.0),
            Coordinate::Unit | Coordinate::Between { .. } => (-745.0, 38.0),
        }
    }

    /// `x` at `y`, and `ln dx/dy`.
    fn at(&self, y: &Expr) -> (Expr, Expr) {
        let unit = || -y.softplus() - (-y).softplus();
        match self {
            Coordinate::Line { centre, scale } => (centre + scale * y.sinh(), scale.ln() + y.cosh().ln()),
            Coordinate::Positive { scale } => (scale * y.exp(), scale.ln() + y),
            Coordinate::Unit => (y.sigmoid(), unit()),
            Coordinate::Between { lower, upper } => {
                (lower * (-y).sigmoid() + upper * y.sigmoid(), unit() + (upper - lower).ln())
            }
        }
    }

    fn ends(&self) -> (Expr, Expr) {
        match self {
            Coordinate::Line { .. } => (f64::NEG_INFINITY.into(), f64::INFINITY.into()),
            Coordinate::Positive { .. } => (0.0.into(), f64::INFINITY.into()),
            Coordinate::Unit => (0.0.into(), 1.0.into()),
            Coordinate::Between { lower, upper } => (lower.clone(), upper.clone()),
        }
    }
}

/// How far `ln F(x)` is above `ln p`, taken from the nearer end, and the logarithm of its slope in `x`.
fn excess(d: &dyn Distribution, x: &Expr, p: &Expr, low: &Expr) -> Option<(Expr, Expr)> {
    let (below, above) = (d.log_cdf(x)?, d.log_survival(x)?);
    let value = low.select(&below - p.ln(), (-p).ln1p() - &above);
    Some((value, d.log_density(x) - low.select(below, above)))
}

/// The `x` with `cdf(x) = p`; the ends of the support for 0 and 1, NaN outside.
pub(crate) fn quantile(d: &dyn Distribution, p: &Expr, coordinate: &Coordinate) -> Option<Expr> {
    let shape = d.cdf(p)?.shape().clone();
    let p = tails::probability(p).broadcast_to(&shape);
    let inside = p.greater(0.0) * p.less(1.0);
    let q = inside.select(&p, 0.5);
    let low = q.less(0.5);
    let fixed = q.stop_gradient();

    let (from, to) = coordinate.bracket();
    let flat = |v: f64| Expr::constant(v).broadcast_to(&shape);
    let start = Expr::stack(&[flat(from), flat(to), flat(0.5 * (from + to))], 0);
    // What a step needs is there, or the cdf above would not be.
    excess(d, &q, &q, &low)?;
    let found = Scan::from(&start).over(&Expr::iota(STEPS)).run(|carry, step| {
        let [lower, upper, y] = [0, 1, 2].map(|k| carry[0].index(0, k));
        let (x, stretch) = coordinate.at(&y);
        let Some((value, slope)) = excess(d, &x, &fixed, &low) else { return carry.to_vec() };
        let above = value.greater(0.0);
        let (lower, upper) = (above.select(&lower, &y), above.select(&y, &upper));
        let middle = 0.5 * (&lower + &upper);
        let newton = &y - value / (slope + stretch).exp();
        let good =
            newton.greater_equal(&lower) * newton.less_equal(&upper) * step[0].greater_equal(HALVINGS as f64);
        vec![Expr::stack(&[lower, upper, good.select(newton, middle)], 0)]
    });
    let y = found[0].last().index(0, 2);
    let x = coordinate.at(&y).0.stop_gradient();

    let (value, slope) = excess(d, &x, &q, &low)?;
    let slope = slope.exp().stop_gradient();
    let usable = value.abs().less(f64::INFINITY);
    // The coordinate's own scale has no part in the value: only the tails move it.
    let (first, last) = coordinate.ends();
    let edge = p.equal(0.0).select(first, p.equal(1.0).select(last, f64::NAN));
    Some(inside.select(x + implicit(&-value, &slope, &usable), edge))
}

/// What is 0 and carries the implicit gradient: that of how far short the distribution function falls, over its slope. None where it is not
/// `usable` or the slope is no positive number.
fn implicit(short: &Expr, slope: &Expr, usable: &Expr) -> Expr {
    let usable = usable * slope.greater(0.0) * slope.less(f64::INFINITY);
    usable.select(short - short.stop_gradient(), 0.0) / usable.select(slope, 1.0)
}

/// The quantile of a distribution over numbers from its logarithms of the tails: the lower one for `p` below a half, the upper one above.
///
/// By powers of two and then by halves from the bound of the support or, without one, from the initial value: 63 evaluations,
/// which leave a relative error of `1e-15` in the distance from there. Whole numbers are exact at the steps of the distribution
/// function as it is computed. The gradient, with respect to `p` and to the parameters, is the implicit one.
pub(crate) fn by_powers(d: &dyn Distribution, p: &Expr) -> Option<Expr> {
    let hull = Hull::of(&d.support())?;
    d.log_cdf(&d.initial_value())?;
    d.log_survival(&d.initial_value())?;
    if hull.discrete {
        let (lower, upper) = (hull.lower?, hull.upper.unwrap_or(f64::INFINITY.into()));
        let lower = lower.stop_gradient();
        return Some(smallest(p, &lower, upper, |x| d.cdf(x).unwrap_or(f64::NAN.into())));
    }
    let fixed = p.stop_gradient();
    let (low, high) = (fixed.ln(), (-&fixed).ln1p());
    let lower_half = fixed.less(0.5);
    search(d, p, &hull, |x| {
        let (cdf, survival) = (d.log_cdf(x), d.log_survival(x));
        let (cdf, survival) = (cdf.unwrap_or(f64::NAN.into()), survival.unwrap_or(f64::NAN.into()));
        lower_half.select(cdf.less(&low), survival.greater(&high))
    })
}

/// The quantile of a continuous distribution, from `below(x)`, 1 where it is above `x`.
pub(crate) fn search(
    d: &dyn Distribution,
    p: &Expr,
    hull: &Hull,
    below: impl Fn(&Expr) -> Expr,
) -> Option<Expr> {
    let fixed = p.stop_gradient();
    let below = |x: &Expr| below(x).stop_gradient();
    let origin = match (&hull.lower, &hull.upper) {
        (Some(bound), _) | (None, Some(bound)) => bound.clone(),
        _ => d.initial_value(),
    };
    let origin = origin.stop_gradient();
    let up = match (&hull.lower, &hull.upper) {
        (Some(_), _) => Expr::constant(1.0),
        (None, Some(_)) => Expr::constant(0.0),
        _ => below(&origin),
    };
    let side = up.select(1.0, -1.0);
    // A carry has its full shape from the start.
    let shape = d.log_density(&(&fixed + &origin));
    let like = |e: &Expr| e.broadcast_to(shape.shape());
    // 1 where the quantile is farther from the origin.
    let farther = |distance: &Expr| {
        let before = below(&(&origin + &side * distance));
        up.select(&before, 1.0 - &before)
    };
    let leaps: Vec<f64> = (0..10).rev().map(|bit| 2f64.powi(1 << bit)).collect();
    let start = Expr::constant(2f64.powi(-600));
    let width = like(&start).scan(&[Array::vector(leaps).into()], |width, leap| {
        let wider = width * &leap[0];
        like(&farther(&wider).select(&wider, width))
    });
    let width = width.last();
    let halves: Vec<f64> = (1..=53).map(|k| 2f64.powi(-k)).collect();
    let found = width.scan(&[Array::vector(halves).into()], |distance, half| {
        let step = distance + &width * &half[0];
        like(&farther(&step).select(&step, distance))
    });
    let inside = &origin + &side * found.last();
    let inside = match &hull.upper {
        Some(upper) => inside.min(upper),
        None => inside,
    };
    let inside = inside.stop_gradient();
    let edge = |bound: &Option<Expr>, infinity: f64| bound.clone().unwrap_or(infinity.into());
    let (bottom, top) = (edge(&hull.lower, f64::NEG_INFINITY), edge(&hull.upper, f64::INFINITY));
    let end = p.equal(0.0).max(p.equal(1.0));
    let sane = p.greater(0.0) * p.less(1.0);
    let at = sane.select(&inside, d.initial_value().stop_gradient());
    let miss = p - d.cdf(&at)?;
    let slope = d.log_density(&at).exp().stop_gradient();
    let moved = &at + implicit(&miss, &slope, &sane);
    let outer = end.select(p.equal(0.0).select(bottom, top), f64::NAN);
    Some(sane.select(moved, outer))
}

/// True for a support of numbers that no whole number limits.
pub(crate) fn is_continuous(support: &Support) -> bool {
    Hull::of(support).is_some_and(|hull| !hull.discrete)
}
