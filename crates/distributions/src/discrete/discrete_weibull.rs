//! `DiscreteWeibull`: whole lifetimes with a rising or a falling hazard.

use elbo_tensor_ad::{Array, Expr};
use rand::{Rng, RngExt};
use rand_distr::Exp1;

use super::counts::{Steps, only, settled, whole_from};
use crate::parameter::parameters;
use crate::{Distribution, Error, Requirement, Support, draw};

/// The Weibull distribution rounded down to whole numbers (Nakagawa and Osaki 1975): `P(X >= x) = q^(x^beta)` for `0 < q < 1`,
/// `beta > 0`; on `0, 1, 2, ..`.
///
/// `ln p(x) = ln(q^(x^beta) - q^((x + 1)^beta))`, computed without the difference.
///
/// A value that is no whole number from 0 on has log density minus infinity. The logarithms of the tails are closed forms
/// and stay finite as far as `f64` goes. Mean, variance and entropy have no formula.
///
/// Parameters as in PyMC; SciPy and NumPyro have none.
#[derive(Debug, Clone)]
pub struct DiscreteWeibull {
    q: Expr,
    beta: Expr,
}

impl DiscreteWeibull {
    /// `q = P(X >= 1)`, between 0 and 1; shape `beta > 0`.
    #[track_caller]
    pub fn new(q: impl Into<Expr>, beta: impl Into<Expr>) -> Self {
        DiscreteWeibull { q: q.into(), beta: beta.into() }
    }

    fn steps<'a>(&self, x: &'a Expr) -> Steps<'a> {
        Steps { lower: 0.0.into(), upper: None, x }
    }

    /// `ln P(X > x)` at a whole number from 0 on.
    fn log_above(&self, x: &Expr) -> Expr {
        self.power(&(x + 1.0)) * self.q.ln()
    }

    /// `x^beta`, no larger than `f64` goes, for `x >= 0`.
    fn power(&self, x: &Expr) -> Expr {
        let zero = x.equal(0.0);
        let log = &self.beta * zero.select(1.0, x).ln();
        zero.select(0.0, log.min(700.0).exp())
    }
}

impl Distribution for DiscreteWeibull {
    parameters! { DiscreteWeibull { q: Requirement::OpenProbability, beta: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::WholeAbove { lower: 0.0.into() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        only(&whole_from(x, 0.0), x, 0.0, |x| self.log_density_unchecked(x))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let zero = x.equal(0.0);
        let log_q = self.q.ln();
        let low = self.power(x);
        // (x + 1)^beta - x^beta, from the quotient of the two.
        let grown = (&self.beta * zero.select(1.0, x).recip().ln1p()).min(700.0).expm1();
        let step = zero.select(1.0, (&low * grown).min(1e300));
        &low * &log_q + (step * &log_q).min(-1e-300).log1mexp()
    }

    /// A draw of the continuous distribution, rounded down.
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        draw::elementwise(self, parameters, shape, |[q, beta]| {
            let e: f64 = rng.sample(Exp1);
            (e / -q.ln()).powf(1.0 / beta).floor().min(f64::MAX)
        })
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

    /// `⌈(ln(1 - p) / ln q)^(1 / beta)⌉ - 1`, moved by one where rounding has crossed a step.
    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let sane = p.greater_equal(0.0) * p.less(1.0);
        let inner = sane.select(p, 0.5);
        let ratio = (-&inner).ln1p() / self.q.ln();
        let root = ratio.equal(0.0).select(0.0, (ratio.max(1e-300).ln() / &self.beta).min(709.0).exp());
        let guess = (root.ceil() - 1.0).max(0.0);
        let found = settled(&inner, &guess, 0.0, |x| -self.log_above(x).expm1());
        Some(sane.select(found, p.equal(1.0).select(f64::INFINITY, f64::NAN)))
    }

    /// The median.
    fn initial_value(&self) -> Expr {
        let root = ((-core::f64::consts::LN_2 / self.q.ln()).ln() / &self.beta).min(700.0).exp();
        (root.ceil() - 1.0).max(0.0)
    }
}
