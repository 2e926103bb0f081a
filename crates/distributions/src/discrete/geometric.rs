//! `Geometric`: how many trials until the first success.

use elbo_tensor_ad::{Array, Expr};
use rand::{Rng, RngExt};
use rand_distr::Exp1;

use super::counts::{Steps, only, settled, whole_from};
use crate::parameter::parameters;
use crate::{Distribution, Error, Requirement, Support, draw};

/// The number of trials up to and with the first success, each of probability `p`, `0 < p <= 1`; on `1, 2, 3, ..`.
///
/// `ln p(x) = (x - 1) ln(1 - p) + ln p`
///
/// A value that is no whole number from 1 on has log density minus infinity. The logarithms of the tails are closed forms and
/// stay finite as far as `f64` goes.
///
/// Parameter as in PyMC and SciPy (`geom`); NumPyro counts the failures before the success, one less.
#[derive(Debug, Clone)]
pub struct Geometric {
    p: Expr,
}

impl Geometric {
    /// Probability `p` of a success, above 0 and at most 1.
    #[track_caller]
    pub fn new(p: impl Into<Expr>) -> Self {
        Geometric { p: p.into() }
    }

    fn steps<'a>(&self, x: &'a Expr) -> Steps<'a> {
        Steps { lower: 1.0.into(), upper: Some(f64::MAX.into()), x }
    }

    /// `ln P(X > x)` at a whole number from 0 on.
    fn log_above(&self, x: &Expr) -> Expr {
        x.xlog1py(-&self.p)
    }
}

impl Distribution for Geometric {
    parameters! { Geometric { p: Requirement::PositiveProbability } }

    fn support(&self) -> Support {
        Support::WholeAbove { lower: 1.0.into() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        only(&whole_from(x, 1.0), x, 1.0, |x| self.log_density_unchecked(x))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        self.log_above(&(x - 1.0)) + self.p.ln()
    }

    /// A draw of the exponential distribution with the same steps, rounded up: right for every `p`, also where draws pass `2^53`
    /// (`rand_distr` has the largest `u64` for all `p` below `1e-16`).
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        draw::elementwise(self, parameters, shape, |[p]| geometric(p, rng))
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.steps(x).between(0.0, 1.0, |x| -self.log_above(x).expm1()))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.steps(x).between(f64::NEG_INFINITY, 0.0, |x| self.log_above(x).log1mexp()))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(self.steps(x).between(0.0, f64::NEG_INFINITY, |x| self.log_above(x)))
    }

    /// `⌈ln(1 - p') / ln(1 - p)⌉`, moved by one where rounding has crossed a step.
    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let guess = ((-p).ln1p() / (-&self.p).ln1p()).ceil().max(1.0);
        let found = settled(p, &guess, 1.0, |x| -self.log_above(x).expm1());
        let last = self.p.equal(1.0).select(1.0, f64::INFINITY);
        let inner = p.equal(1.0).select(last, self.p.equal(1.0).select(1.0, found));
        Some((p.greater_equal(0.0) * p.less_equal(1.0)).select(inner, f64::NAN))
    }

    /// The mean, rounded down.
    fn initial_value(&self) -> Expr {
        self.p.recip().floor()
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.p.recip())
    }

    fn variance(&self) -> Option<Expr> {
        Some((1.0 - &self.p) / &self.p / &self.p)
    }

    fn mode(&self) -> Option<Expr> {
        Some(Expr::constant(1.0))
    }

    fn entropy(&self) -> Option<Expr> {
        let q = 1.0 - &self.p;
        Some(-(q.xlog1py(-&self.p) / &self.p + self.p.ln()))
    }
}

/// A draw of the number of trials up to the first success.
pub(super) fn geometric(p: f64, rng: &mut dyn Rng) -> f64 {
    let e: f64 = rng.sample(Exp1);
    // A quotient beyond the range of f64 is its largest number: the support has no infinity.
    (e / -(-p).ln_1p()).ceil().clamp(1.0, f64::MAX)
}
