//! Integrals over the line and its parts, and sums over the whole numbers, as expressions: for moments and entropies without a formula.

use core::f64::consts::{FRAC_PI_2, PI};

use elbo_tensor_ad::{Array, Expr};

use crate::Distribution;
use crate::hull::Hull;

/// The step of the rule in `t`, and from which to which step it goes: over `v = exp(π/2 sinh t)` from `1e-16` to `1e100`.
const STEP: f64 = 1.0 / 32.0;
const FIRST: i32 = -125;
const LAST: i32 = 182;

/// The terms hold a wave of this many radians a step by more than this share of all: the points are too far apart. What the rule errs by is what they hold of a
/// wave of a whole turn a step, some fourth power of this, `1e-6`, or less.
const WAVE: f64 = 0.75 * PI;
const COARSE: f64 = 0.03;

/// A last term that is more than this share of all says that the integral does not exist, or not before the end of the rule.
const UNSETTLED: f64 = 1e-8;

/// The points `v` of the rule on `0..∞`, and their weights.
fn rule() -> (Vec<f64>, Vec<f64>) {
    (FIRST..=LAST)
        .map(|k| {
            let t = f64::from(k) * STEP;
            let v = (FRAC_PI_2 * t.sinh()).exp();
            (v, v * STEP * FRAC_PI_2 * t.cosh())
        })
        .unzip()
}

/// These numbers on a first axis, before as many others.
fn first_axis(values: Vec<f64>, others: usize) -> Expr {
    let shape: Vec<usize> = std::iter::once(values.len()).chain(std::iter::repeat_n(1, others)).collect();
    // The shape is that of the numbers: it has as many.
    Array::new(shape, values).map_or(f64::NAN.into(), Expr::literal)
}

/// `∫₀^∞ f(y) dy` by the trapezoidal rule in `t`, `y = scale exp(π/2 sinh t)` (Takahasi and Mori 1974). `f` takes `y` with one axis more, the first, than the
/// `rank` of all that it holds.
pub(crate) fn above_zero(scale: &Expr, rank: usize, f: impl FnOnce(&Expr) -> Expr) -> Expr {
    let (points, weights) = rule();
    let terms = f(&(scale * first_axis(points, rank))) * (scale * first_axis(weights, rank));
    terms.sum_axes(&[0])
}

/// A part of the line from a place in it to both sides: where integrands have a kink or change fast, and how wide they are about there.
#[derive(Debug)]
pub(crate) struct Stretch {
    pub lower: Option<Expr>,
    pub upper: Option<Expr>,
    /// Within the bounds and not on one. It steers the rule: no gradient passes.
    pub middle: Expr,
    /// Above 0. It steers the rule: no gradient passes.
    pub scale: Expr,
}

impl Stretch {
    /// That of a continuous distribution over numbers, its middle at `kink` where that is inside, else at the median; `None` without a quantile.
    pub(crate) fn of(d: &dyn Distribution, kink: Option<Expr>) -> Option<Stretch> {
        let hull = Hull::of(&d.support()).filter(|hull| !hull.discrete && d.event_rank() == 0)?;
        // All three at once, before the axes of the parameters.
        let rank = d.log_density(&d.initial_value()).rank();
        let quartiles = d.quantile(&first_axis(vec![0.25, 0.5, 0.75], rank))?.stop_gradient();
        let [low, median, high] = [0, 1, 2].map(|k| quartiles.index(0, k));
        let scale = 0.5 * (&high - &low);
        let middle = match kink {
            None => median,
            // Only well inside: beside a bound there is no room for the rule to see that the bound moves.
            Some(kink) => (kink.greater(low) * kink.less(high)).select(kink, median).stop_gradient(),
        };
        Some(Stretch { lower: hull.lower, upper: hull.upper, middle, scale })
    }

    /// `∫ e^l(x) g(x, l(x)) dx` for a log density `l`, which may be minus infinity, and a `g` that is finite.
    ///
    /// The rule resolves what is smooth to both sides of the middle, at scales from `1e-6` to `1e6` of its own, and tails as heavy as `|x|^-1.1`, to some `1e-12`.
    /// NaN where the integral does not exist, or has not settled at `1e100`, or where the points are too far apart for it.
    pub(crate) fn expect(&self, l: impl Fn(&Expr) -> Expr, g: impl Fn(&Expr, &Expr) -> Expr) -> Expr {
        let (middle, scale) = (self.middle.stop_gradient(), self.scale.stop_gradient());
        // Any point tells the axes of all that stands in it.
        let at = &middle + &scale + self.lower.iter().chain(&self.upper).fold(middle.clone(), |a, b| a + b);
        let rank = g(&at, &l(&at)).rank().max(at.rank());
        let side = |bound: Option<&Expr>, sign: f64| {
            let (points, weights) = rule();
            let v = &scale * first_axis(points, rank);
            let dv = &scale * first_axis(weights, rank);
            let (x, dx) = match bound {
                None => (&middle + sign * &v, dv),
                Some(bound) => {
                    // y = v D/(D + v) comes to within D²/(D + v) of the bound; a bound that is infinite is as far as that.
                    let distance = (sign * (bound - &middle)).min(1e200);
                    let share = &distance / (&distance + &v);
                    let near = share.greater(0.5);
                    let x = near.select(
                        &middle + sign * (&v * &share),
                        near.select(&middle, bound) - sign * (&distance * &share),
                    );
                    (x, dv * share.square())
                }
            };
            let log = l(&x);
            let log_mass = &log + dx.max(f64::MIN_POSITIVE).ln();
            // Beyond the range of f64 there is no mass, and nothing to be multiplied with something infinite.
            let seen = log_mass.greater(-700.0) * log_mass.less(700.0);
            let mass = seen.select(log_mass, f64::NEG_INFINITY).exp();
            let terms = mass * seen.select(g(&x, &log), 0.0);
            let (sum, size) = (terms.sum_axes(&[0]), terms.abs().sum_axes(&[0]));
            let last = terms.index(0, (LAST - FIRST) as usize).abs();
            let held = |of: fn(f64) -> f64| {
                let wave = (FIRST..=LAST).map(|k| of(WAVE * f64::from(k))).collect();
                (&terms * first_axis(wave, rank)).sum_axes(&[0]).square()
            };
            let apart = (held(f64::cos) + held(f64::sin)).sqrt().stop_gradient();
            let open = last.greater(UNSETTLED * &size).stop_gradient();
            (open.select(f64::NAN, sum), size, apart)
        };
        let (left, right) = (side(self.lower.as_ref(), -1.0), side(self.upper.as_ref(), 1.0));
        let coarse = (left.2 + right.2).greater(COARSE * (left.1 + right.1)).stop_gradient();
        coarse.select(f64::NAN, left.0 + right.0)
    }

    /// The mean of a density on it.
    pub(crate) fn mean(&self, l: impl Fn(&Expr) -> Expr) -> Expr {
        // From the middle: what is far from 0 loses no digits of its width.
        let middle = self.middle.stop_gradient();
        &middle + self.expect(l, |x, _| x - &middle)
    }

    /// The variance of a density on it, around this mean.
    pub(crate) fn variance(&self, l: impl Fn(&Expr) -> Expr, mean: &Expr) -> Expr {
        self.expect(l, |x, _| (x - mean).square())
    }

    /// `-∫ p ln p`
    pub(crate) fn entropy(&self, l: impl Fn(&Expr) -> Expr) -> Expr {
        self.expect(l, |_, log| -log)
    }
}
