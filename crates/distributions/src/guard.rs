//! What makes a log density NaN where a computed parameter is out of its range.

use elbo_tensor_ad::Expr;

use crate::{Distribution, Parameter, Requirement};

/// How far the sum of a computed probability vector may be from 1, for each of its elements: what a sum in `f32` is off by.
const SUM: f64 = 1e-6;
/// How far a computed matrix may be from symmetric, of its largest entry: further than products in `f32` and steps of a difference. The symmetric
/// part counts.
const SYMMETRY: f64 = 1e-3;

/// The log density where all computed parameters are in their ranges, NaN elsewhere.
///
/// For the formulas that give a number out of the range too; the others are NaN or minus infinity there by themselves.
pub(crate) fn within(d: &dyn Distribution, log_density: Expr) -> Expr {
    match d.faults() {
        Some(faults) => log_density + faults,
        None => log_density,
    }
}

/// What [`Distribution::faults`] is by default, of these parameters, which name each other.
pub(crate) fn of_all(parameters: &[Parameter]) -> Option<Expr> {
    parameters.iter().filter_map(|p| fault(p, parameters)).reduce(|sum, f| sum + f)
}

/// 0 in the range and NaN outside, for each value of the parameter and without a slope; `None` where that is known beforehand.
fn fault(p: &Parameter, all: &[Parameter]) -> Option<Expr> {
    let others: Vec<&Parameter> = p.requires.others().iter().filter_map(|(n, _)| named(all, n)).collect();
    if p.is_literal() && others.iter().all(|p| p.is_literal()) {
        return None;
    }
    let other = |name: &str| named(all, name).map_or(Expr::constant(f64::NAN), |p| p.value.stop_gradient());
    Some(faults(p.requires, &p.value.stop_gradient(), &other))
}

fn named<'a>(all: &'a [Parameter], name: &str) -> Option<&'a Parameter> {
    all.iter().find(|p| p.name == name)
}

fn faults(requires: Requirement, v: &Expr, other: &dyn Fn(&str) -> Expr) -> Expr {
    use Requirement as R;
    // 0 for a finite number, NaN for an infinity and for NaN.
    let finite = || 0.0 * v;
    let only = |inside: Expr| inside.select(0.0, f64::NAN);
    let finite_where = |inside: Expr| inside.select(finite(), f64::NAN);
    let whole = || v.equal(v.floor());
    let last = || v.rank().saturating_sub(1);
    let over = |each: Expr, axes: usize| {
        let rank = each.rank();
        each.sum_axes(&(rank.saturating_sub(axes)..rank).collect::<Vec<_>>())
    };
    match requires {
        R::Real => finite(),
        R::Extended => only(v.equal(v)),
        R::Positive => finite_where(v.greater(0.0)),
        R::Over(bound) => finite_where(v.greater(bound as f64)),
        R::NonNegative => finite_where(v.greater_equal(0.0)),
        R::Probability => only(v.greater_equal(0.0) * v.less_equal(1.0)),
        R::PositiveProbability => only(v.greater(0.0) * v.less_equal(1.0)),
        R::OpenProbability => only(v.greater(0.0) * v.less(1.0)),
        R::OpenCorrelation => only(v.greater(-1.0) * v.less(1.0)),
        R::Count => finite_where(whole() * v.greater_equal(0.0)),
        R::CountUpTo(high) => finite_where(whole() * v.greater_equal(0.0) * v.less_equal(other(high))),
        R::Whole => finite_where(whole()),
        R::WholeFrom(low) => finite_where(whole() * v.greater_equal(other(low))),
        R::Above(low) => only(v.greater(other(low))),
        R::ExtendedFrom(low) => only(v.greater_equal(other(low))),
        R::AtLeast(low) => finite_where(v.greater_equal(other(low))),
        R::FiniteAbove(low) => finite_where(v.greater(other(low))),
        R::Within(low, high) => finite_where(v.greater_equal(other(low)) * v.less_equal(other(high))),
        R::SdOfProportion(mean) => {
            let m = other(mean);
            only(v.greater(0.0) * v.square().less(&m * (1.0 - &m)))
        }
        R::NonZero => finite_where(v.not_equal(0.0)),
        R::RealVector => over(finite(), 1),
        R::PositiveVector => over(finite_where(v.greater(0.0)), 1),
        R::NonNegativeVector => {
            let some = over(v.clone(), 1).greater(0.0).select(0.0, f64::NAN);
            over(finite_where(v.greater_equal(0.0)), 1) + some
        }
        R::Ordered => {
            let rises = match v.dim(last()).fixed() {
                Some(n) if n > 1 => {
                    v.slice(last(), 1, n - 1).greater(v.slice(last(), 0, n - 1)).select(0.0, f64::NAN)
                }
                // Of axes known by name only there is no slice.
                Some(_) | None => Expr::constant(0.0),
            };
            let rises = if rises.rank() == 0 { rises } else { over(rises, 1) };
            over(finite(), 1) + rises
        }
        R::Simplex => {
            let tolerance = SUM * Expr::size(v.dim(last()));
            let sums = (over(v.clone(), 1) - 1.0).abs().less_equal(tolerance);
            over(only(v.greater_equal(0.0)), 1) + sums.select(0.0, f64::NAN)
        }
        R::LogWeights => {
            let some = over(v.greater(f64::NEG_INFINITY), 1).greater(0.0).select(0.0, f64::NAN);
            over(only(v.less(f64::INFINITY)), 1) + some
        }
        R::RealMatrix => over(finite(), 2),
        R::CholeskyFactor => over(finite(), 2) + over(only(v.diagonal().greater(0.0)), 1),
        // What is not positive definite has no factor.
        R::PositiveDefinite => over(finite(), 2) + skew(v),
        // That it is in one piece is left to the determinant.
        R::Adjacency | R::ConnectedAdjacency => {
            let off = SYMMETRY * v.abs().max_axes(&[last().saturating_sub(1), last()]);
            let least = -off.expand(off.rank()).expand(off.rank() + 1);
            over(finite_where(v.greater_equal(least)), 2)
                + skew(v)
                + over(only(v.diagonal().abs().less_equal(off.expand(off.rank()))), 1)
                + over(only(over(v.clone(), 1).greater(0.0)), 1)
        }
    }
}

/// 0 for a symmetric matrix, NaN for another.
fn skew(m: &Expr) -> Expr {
    let axes = [m.rank().saturating_sub(2), m.rank().saturating_sub(1)];
    let off = (m - m.matrix_transpose()).abs().max_axes(&axes);
    off.less_equal(SYMMETRY * m.abs().max_axes(&axes)).select(0.0, f64::NAN)
}
