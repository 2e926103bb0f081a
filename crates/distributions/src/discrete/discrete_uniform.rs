//! `DiscreteUniform`: any whole number between two bounds.

use elbo_tensor_ad::{Array, Expr};
use rand::{Rng, RngExt};

use super::counts::{Steps, only, whole_between};
use crate::parameter::parameters;
use crate::{Distribution, Error, Requirement, Support, draw};

/// The distribution of a whole number, each in `lower..=upper` as probable as the others.
///
/// `ln p(x) = -ln(upper - lower + 1)`
///
/// A value that is no whole number between the bounds has log density minus infinity.
///
/// Parameters as in PyMC and NumPyro (`low`, `high`); SciPy's `randint` leaves its upper bound out.
#[derive(Debug, Clone)]
pub struct DiscreteUniform {
    lower: Expr,
    upper: Expr,
}

impl DiscreteUniform {
    /// Whole numbers `lower` and `upper >= lower`, both included.
    #[track_caller]
    pub fn new(lower: impl Into<Expr>, upper: impl Into<Expr>) -> Self {
        DiscreteUniform { lower: lower.into(), upper: upper.into() }
    }

    fn count(&self) -> Expr {
        &self.upper - &self.lower + 1.0
    }

    fn steps<'a>(&self, x: &'a Expr) -> Steps<'a> {
        Steps { lower: self.lower.clone(), upper: Some(self.upper.clone()), x }
    }
}

impl Distribution for DiscreteUniform {
    parameters! { DiscreteUniform { lower: Requirement::Whole, upper: Requirement::WholeFrom("lower") } }

    fn support(&self) -> Support {
        Support::WholeInterval { lower: self.lower.clone(), upper: self.upper.clone() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        only(&whole_between(x, &self.lower, &self.upper), x, &self.lower, |x| self.log_density_unchecked(x))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let density = -self.count().ln();
        // In the shape of the value too.
        density + 0.0 * x
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        draw::elementwise(self, parameters, shape, |[lower, upper]| {
            let span = upper - lower;
            if span < 9e15 {
                lower + rng.random_range(0..=span as u64) as f64
            } else {
                (lower + rng.random::<f64>() * span).floor().clamp(lower, upper)
            }
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.steps(x).between(0.0, 1.0, |x| (x - &self.lower + 1.0) / self.count()))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let log = |x: &Expr| ((&self.upper - x) / self.count()).ln();
        Some(self.steps(x).between(0.0, f64::NEG_INFINITY, |x| {
            // At the upper bound, where the branch is not taken, no logarithm of 0.
            log(&x.min(&self.upper - 0.5))
        }))
    }

    /// Moved by one where rounding has crossed a step.
    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let sane = p.greater_equal(0.0) * p.less_equal(1.0);
        let count = self.count();
        // Counted from 1: the cdf is then the quotient.
        let guess = (p * &count).ceil().clamp(1.0, &count);
        let found = super::counts::settled(p, &guess, 1.0, |k| k / &count);
        Some(sane.select(&self.lower + found.min(&count) - 1.0, f64::NAN))
    }

    /// The middle, rounded down.
    fn initial_value(&self) -> Expr {
        (0.5 * &self.lower + 0.5 * &self.upper).floor()
    }

    fn mean(&self) -> Option<Expr> {
        Some(0.5 * &self.lower + 0.5 * &self.upper)
    }

    fn variance(&self) -> Option<Expr> {
        let span = &self.upper - &self.lower;
        Some(&span * (&span + 2.0) / 12.0)
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.lower.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.count().ln())
    }
}
