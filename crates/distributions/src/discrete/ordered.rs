//! `OrderedLogistic` and `OrderedProbit`: ordered classes, cut out of a line.

use core::f64::consts::PI;

use elbo_tensor_ad::{Array, Dim, Expr};
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::counts::Table;
use crate::parameter::parameters;
use crate::{Distribution, Error, Requirement, Support, draw};

/// The class `0, 1, .., k - 1` of `eta + z` between rising `cutpoints` `c` (`k - 1` of them, on the last axis), with `z` logistic.
///
/// `p(x) = σ(c[x] - eta) - σ(c[x-1] - eta)`, whose logarithm is computed as `ln σ(c[x] - eta) + ln σ(eta - c[x-1]) + ln(1 - e^(c[x-1] - c[x]))`:
/// accurate however far both cutpoints are on one side, where PyMC 5.28 loses digits to the difference.
///
/// A value that is no whole number of the support has log density minus infinity. Everything is a closed form; the logarithms of the
/// tails stay finite as far as `f64` goes. Moments and entropy are sums over the classes.
///
/// Parameters as in PyMC; NumPyro's `predictor`, `cutpoints`.
#[derive(Debug, Clone)]
pub struct OrderedLogistic {
    eta: Expr,
    cutpoints: Expr,
}

/// The class `0, 1, .., k - 1` of `eta + z` between rising `cutpoints` `c` (`k - 1` of them, on the last axis), with `z` standard normal.
///
/// `p(x) = Φ(c[x] - eta) - Φ(c[x-1] - eta)`, whose logarithm is that of a difference of the tails that are smaller, or of a series
/// in the distance of the cutpoints where that is small: accurate however far both are on one side.
///
/// A value that is no whole number of the support has log density minus infinity. Everything is a closed form; the logarithms of the
/// tails stay finite as far as `f64` goes. Moments and entropy are sums over the classes.
///
/// Parameters as in PyMC, whose `sigma` is 1 here: divide `eta` and the cutpoints by another. NumPyro has none.
#[derive(Debug, Clone)]
pub struct OrderedProbit {
    eta: Expr,
    cutpoints: Expr,
}

impl OrderedLogistic {
    /// Location `eta`, any real number; rising `cutpoints` of shape `[.., k - 1]`.
    #[track_caller]
    pub fn new(eta: impl Into<Expr>, cutpoints: impl Into<Expr>) -> Self {
        OrderedLogistic { eta: eta.into(), cutpoints: cutpoints.into() }
    }

    /// `ln F(z)`
    fn log_below(z: &Expr) -> Expr {
        z.log_sigmoid()
    }

    /// `ln(F(high) - F(low))`, `gap` apart.
    fn log_between(low: &Expr, high: &Expr, gap: &Expr) -> Expr {
        high.log_sigmoid() + (-low).log_sigmoid() + (-gap).log1mexp()
    }

    fn noise(rng: &mut dyn Rng) -> f64 {
        // Both ends are left out.
        let u = (rng.random::<f64>() + f64::EPSILON / 4.0).min(1.0 - f64::EPSILON / 2.0);
        u.ln() - (-u).ln_1p()
    }
}

impl OrderedProbit {
    /// Location `eta`, any real number; rising `cutpoints` of shape `[.., k - 1]`.
    #[track_caller]
    pub fn new(eta: impl Into<Expr>, cutpoints: impl Into<Expr>) -> Self {
        OrderedProbit { eta: eta.into(), cutpoints: cutpoints.into() }
    }

    fn log_below(z: &Expr) -> Expr {
        z.normal_log_cdf()
    }

    /// `ln(Φ(high) - Φ(low))`, `gap` apart (which their difference may have lost).
    fn log_between(low: &Expr, high: &Expr, gap: &Expr) -> Expr {
        // In the lower half, where both tails are small.
        let mirrored = (low + high).greater(0.0);
        let (low, high) = (mirrored.select(-high, low), mirrored.select(-low, high));
        let middle = 0.5 * (&high + &low);
        let near = (gap * middle.abs().max(1.0)).less(NEAR);
        // The integral of the density around the middle, by its even derivatives.
        let (g, m) = (near.select(gap, 1e-3), near.select(&middle, 0.0));
        let (g2, u2) = (g.square(), (&g * &m).square());
        let bend = (&u2 - &g2) / 24.0 + (u2.square() - 6.0 * &u2 * &g2 + 3.0 * g2.square()) / 1920.0;
        let series = -0.5 * m.square() - 0.5 * (2.0 * PI).ln() + g.ln() + bend.ln1p();
        // Far out the logarithms differ by less than they round: from the asymptotic series of both.
        let far = high.less(-FAR);
        let (top, step) = (far.select(-&high, FAR), far.select(gap, 1.0));
        let log_mills = |t: &Expr| {
            let r = t.square().recip();
            (-((15.0 * &r - 3.0) * &r + 1.0) * &r).ln1p()
        };
        let bottom = &top + &step;
        let drop =
            -(&step * (&top + 0.5 * &step)) - (&step / &top).ln1p() + log_mills(&bottom) - log_mills(&top);
        let log_top = (-&top).normal_log_cdf();
        let tail = log_top + drop.log1mexp();
        let plain = near.max(&far);
        let (low, high) = (plain.select(-1.0, low), plain.select(1.0, high));
        let between = high.normal_log_cdf().log_diff_exp(low.normal_log_cdf());
        near.select(series, far.select(tail, between))
    }

    fn noise(rng: &mut dyn Rng) -> f64 {
        rng.sample(StandardNormal)
    }
}

/// Where the series takes over: its first term left out is below `1e-14` up to here.
const NEAR: f64 = 0.03;
/// From here on the asymptotic series of the tail holds to `1e-14`.
const FAR: f64 = 100.0;

/// The classes, where their number is known.
fn table(cutpoints: &Expr, wide: &dyn Distribution) -> Option<Table> {
    let cuts = cutpoints.dim(cutpoints.rank().checked_sub(1)?).fixed()?;
    Some(Table::of((cuts + 1).into(), wide))
}

macro_rules! ordered {
    ($name:ident) => {
        impl $name {
            /// The number of cutpoints, as a length and as a number.
            fn cuts(&self) -> (Dim, Expr) {
                let dim = self.cutpoints.dim(self.cutpoints.rank().saturating_sub(1));
                (dim.clone(), Expr::size(dim))
            }

            /// Cutpoint `x`, and 0 where there is none.
            fn pick(&self, x: &Expr) -> Expr {
                let found = x.one_hot(self.cuts().0).select(&self.cutpoints, 0.0);
                found.sum_axes(&[found.rank().saturating_sub(1)])
            }

            /// Cutpoint `x` from the location.
            fn cut(&self, x: &Expr) -> Expr {
                self.pick(x) - &self.eta
            }

            fn table(&self) -> Option<Table> {
                let cutpoints = if self.cutpoints.rank() == 0 {
                    self.cutpoints.clone()
                } else {
                    self.cutpoints.expand(self.cutpoints.rank() - 1)
                };
                table(&self.cutpoints, &$name { eta: self.eta.expand(self.eta.rank()), cutpoints })
            }
        }

        impl Distribution for $name {
            parameters! { $name { eta: Requirement::Real, cutpoints: Requirement::Ordered } }

            fn support(&self) -> Support {
                match self.cuts() {
                    (Dim::Fixed(cuts), _) => Support::Category((cuts + 1).into()),
                    (_, cuts) => Support::WholeInterval { lower: 0.0.into(), upper: cuts },
                }
            }

            fn log_density(&self, x: &Expr) -> Expr {
                let top = self.cuts().1;
                let (first, last) = (x.equal(0.0), x.equal(&top));
                let inside = x.equal(x.floor()) * x.greater_equal(0.0) * x.less_equal(&top);
                let end = first.max(&last);
                let (high, low) = (self.cut(x), self.cut(&(x - 1.0)));
                // Between ends that both exist; elsewhere two numbers that do no harm.
                let inner = &inside * (1.0 - &end);
                let gap = inner.select(self.pick(x) - self.pick(&(x - 1.0)), 2.0);
                let between = Self::log_between(&inner.select(&low, -1.0), &inner.select(&high, 1.0), &gap);
                let edge = Self::log_below(&first.select(high, last.select(-low, 0.0)));
                // Without any cutpoint there is one class.
                let edge = (&first * &last).select(0.0, edge);
                inside.select(end.select(edge, between), f64::NEG_INFINITY)
            }

            /// The place between the cutpoints of `eta` plus a draw of `z`.
            fn sample(
                &self,
                parameters: &[Array<f64>],
                shape: &[usize],
                rng: &mut dyn Rng,
            ) -> Result<Array<f64>, Error> {
                draw::events(self, parameters, shape, |[eta, cutpoints]| {
                    let at = eta[0] + Self::noise(rng);
                    cutpoints.iter().take_while(|c| **c < at).count() as f64
                })
            }

            fn cdf(&self, x: &Expr) -> Option<Expr> {
                Some(self.log_cdf(x)?.exp())
            }

            fn log_cdf(&self, x: &Expr) -> Option<Expr> {
                let (under, over) = (x.less(0.0), x.greater_equal(self.cuts().1));
                let inner = under.max(&over).select(0.0, x.floor());
                let log = Self::log_below(&self.cut(&inner));
                Some(under.select(f64::NEG_INFINITY, over.select(0.0, log)))
            }

            fn log_survival(&self, x: &Expr) -> Option<Expr> {
                let (under, over) = (x.less(0.0), x.greater_equal(self.cuts().1));
                let inner = under.max(&over).select(0.0, x.floor());
                let log = Self::log_below(&-self.cut(&inner));
                Some(under.select(0.0, over.select(f64::NEG_INFINITY, log)))
            }

            /// The number of cutpoints below which there is less than `p`.
            fn quantile(&self, p: &Expr) -> Option<Expr> {
                let from = &self.cutpoints - self.eta.expand(self.eta.rank());
                let short = Self::log_below(&from).exp().less(p.expand(p.rank()));
                let found = short.sum_axes(&[short.rank().saturating_sub(1)]);
                let sane = p.greater_equal(0.0) * p.less_equal(1.0);
                Some(sane.select(found, f64::NAN).stop_gradient())
            }

            /// The median.
            fn initial_value(&self) -> Expr {
                let below = self.cutpoints.less(self.eta.expand(self.eta.rank()));
                below.sum_axes(&[below.rank().saturating_sub(1)])
            }

            /// The mean of the class's number.
            fn mean(&self) -> Option<Expr> {
                Some(self.table()?.mean())
            }

            /// The variance of the class's number.
            fn variance(&self) -> Option<Expr> {
                Some(self.table()?.variance())
            }

            fn mode(&self) -> Option<Expr> {
                Some(self.table()?.mode())
            }

            fn entropy(&self) -> Option<Expr> {
                Some(self.table()?.entropy())
            }
        }
    };
}

ordered!(OrderedLogistic);
ordered!(OrderedProbit);
