//! The divergence of two distributions over numbers by a rule on the unconstrained line.

use elbo_tensor_ad::{Array, Expr};

use crate::{Bijector, Distribution, Support};

/// How far the rule reaches in `t` to each side, and its panels in each of its three parts.
const REACH: f64 = 12.5;
const PANELS: usize = 40;

/// The nodes in `0..1` of Gauss's rule with eight points, one half of the symmetric rule on `-1..1`, and their weights.
const NODES: [f64; 4] =
    [0.183_434_642_495_649_8, 0.525_532_409_916_329, 0.796_666_477_413_626_7, 0.960_289_856_497_536_3];
const WEIGHTS: [f64; 4] =
    [0.362_683_783_378_362, 0.313_706_645_877_887_3, 0.222_381_034_453_374_48, 0.101_228_536_290_376_26];

/// `∫ q (ln q - ln p)` by Gauss's rule in `t`, where `x = b(centre + scale sinh t)` with the bijector `b` of `q`'s support: it reaches tails as
/// heavy as `|x|^-2`. Centre and scale are those of `q` by its quartiles or its moments; panels end at the modes of both, where densities
/// may have a kink. All of these steer the rule and have no gradient.
pub(super) fn integral(q: &dyn Distribution, p: &dyn Distribution) -> Option<Expr> {
    if q.event_rank() > 0 || q.support().is_discrete() || p.support().is_discrete() {
        return None;
    }
    let b = match q.support() {
        Support::Circle => {
            Bijector::Interval { lower: (-core::f64::consts::PI).into(), upper: core::f64::consts::PI.into() }
        }
        other => other.bijector()?,
    };
    let (centre, scale) = place(q, &b)?;
    let (centre, scale) = (centre.stop_gradient(), scale.stop_gradient());
    let kink = |d: &dyn Distribution| {
        let t = d.mode().map(|mode| ((b.inverse(&mode) - &centre) / &scale).asinh().stop_gradient());
        // A mode at a bound of the support, or none, is no place to divide at.
        t.map_or(Expr::constant(0.0), |t| t.abs().less(REACH).select(&t, 0.0))
    };
    let (first, second) = (kink(q), kink(p));
    let (low, high) = (first.min(&second), first.max(&second));
    // Nodes on a new first axis, before the batch.
    let rank = (q.log_density(&0.5.into()) + p.log_density(&0.5.into())).rank();
    let rule = unit_rule();
    let nodes = |of: &dyn Fn(usize, f64, f64) -> f64| -> Option<Expr> {
        let all: Vec<f64> = (0..3).flat_map(|part| rule.iter().map(move |(u, w)| of(part, *u, *w))).collect();
        let shape: Vec<usize> = std::iter::once(all.len()).chain(std::iter::repeat_n(1, rank)).collect();
        Some(Array::new(shape, all).ok()?.into())
    };
    // Between -REACH, low, high and REACH: each node and each weight is linear in low and high.
    let t = &low * nodes(&|part, u, _| [u, 1.0 - u, 0.0][part])?
        + &high * nodes(&|part, u, _| [0.0, u, 1.0 - u][part])?
        + nodes(&|part, u, _| [REACH * (u - 1.0), 0.0, REACH * u][part])?;
    let weight = &low * nodes(&|part, _, w| [w, -w, 0.0][part])?
        + &high * nodes(&|part, _, w| [0.0, w, -w][part])?
        + nodes(&|part, _, w| [REACH * w, 0.0, REACH * w][part])?;
    let y = &centre + &scale * t.sinh();
    let x = b.forward(&y);
    let (log_q, log_p) = (q.log_density(&x), p.log_density(&x));
    let log_mass = &log_q + b.log_abs_det_jacobian(&y) + (scale * t.cosh() * weight.max(0.0)).ln();
    // Beyond double precision there is no mass, and nothing to be multiplied with an infinite ratio.
    let seen = log_mass.greater(-700.0);
    let ratio = seen.select(log_q - log_p, 0.0);
    let mass = seen.select(log_mass, f64::NEG_INFINITY).exp();
    Some((mass * ratio).sum_axes(&[0]))
}

/// The middle of `q` in the unconstrained space, and its width there.
fn place(q: &dyn Distribution, b: &Bijector) -> Option<(Expr, Expr)> {
    let at = |p: f64| q.quantile(&p.into()).map(|x| b.inverse(&x));
    if let (Some(low), Some(middle), Some(high)) = (at(0.25), at(0.5), at(0.75)) {
        return Some((middle, (high - low) / 1.35));
    }
    let (mean, deviation) = (q.mean()?, q.variance()?.sqrt());
    if b.is_identity() {
        return Some((mean, deviation));
    }
    // One deviation of x is about this wide where the mean is.
    let centre = b.inverse(&mean);
    let width = deviation / b.log_abs_det_jacobian(&centre).exp();
    Some((centre, width))
}

/// The nodes and the weights of the panels on `0..1`.
fn unit_rule() -> Vec<(f64, f64)> {
    let width = 1.0 / PANELS as f64;
    let one =
        NODES.iter().zip(WEIGHTS).flat_map(|(&x, w)| [(0.5 - 0.5 * x, 0.5 * w), (0.5 + 0.5 * x, 0.5 * w)]);
    let one: Vec<(f64, f64)> = one.collect();
    (0..PANELS).flat_map(|k| one.iter().map(move |(x, w)| ((k as f64 + x) * width, w * width))).collect()
}
