//! Quantiles of distributions whose distribution function has no inverse in closed form.
//!
//! The logarithm of the nearer tail is brought to that of `p` by bisection and then by Newton's rule within the bracket, in a coordinate that runs over
//! the whole line: one body that is scanned, so that the graph is as small as two distribution functions. The accuracy is that of the
//! tails: `x` is off by at most some `1e-15 / h + 1e-15` of itself, where `h = d ln F / d ln x` there.
//! The gradient is the implicit one, `dx = (dp - ∂F) / p(x)`, taken of the logarithms.

use elbo_tensor_ad::{Expr, Scan};

use super::tails;
use crate::Distribution;

/// A monotone map of the line onto the support, whose ends in `f64` are so far out that the quantile of any `p` but 0 and 1 lies between.
pub(super) enum Coordinate {
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
pub(super) fn quantile(d: &dyn Distribution, p: &Expr, coordinate: &Coordinate) -> Option<Expr> {
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
    let usable = value.abs().less(f64::INFINITY) * slope.greater(0.0) * slope.less(f64::INFINITY);
    // The difference is 0, its gradient is not.
    let moved = usable.select(value.stop_gradient() - &value, 0.0) / usable.select(slope, 1.0);
    // The coordinate's own scale has no part in the value: only the tails move it.
    let (first, last) = coordinate.ends();
    let edge = p.equal(0.0).select(first, p.equal(1.0).select(last, f64::NAN));
    Some(inside.select(x + moved, edge))
}
