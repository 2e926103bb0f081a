//! `Folded`: the absolute value of a number.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::symmetric::Symmetric;
use crate::discrete::counts::{Table, largest};
use crate::distribution::beside;
use crate::hull::{Hull, log_between};
use crate::inner::{Inner, Parts, modifier};
use crate::integral::Stretch;
use crate::{Distribution, Error, Noise, Support, inversion, noise};

/// The distribution of `|X|`.
///
/// `ln p(x) = ln(p_inner(x) + p_inner(-x))` for `x >= 0`; of whole numbers, `p_inner(0)` once at 0
///
/// The distribution function is the mass between `-x` and `x`, from the tails that are smaller; the quantile is found by inversion
/// (63 evaluations). Mean, variance and entropy of numbers are quadratures, good to some `1e-12` where the inner density is smooth on both sides of its mode; of what
/// has no value below 0 they are the inner distribution's. Of counts with values below 0 they are sums, where both bounds are literals within `2^20`.
///
/// The mode is known for what is not folded, for those counts, and for [`Normal`](crate::Normal), [`StudentT`](crate::StudentT), [`Cauchy`](crate::Cauchy),
/// [`Logistic`](crate::Logistic) and [`Laplace`](crate::Laplace): 0, or, from a centre on that hangs on the family, a point somewhat below the centre. NumPyro: `FoldedDistribution`; the folded Normal is SciPy's `foldnorm`.
#[derive(Debug, Clone)]
pub struct Folded {
    inner: Inner,
}

impl Folded {
    /// The absolute value of a number with this distribution.
    pub fn new(inner: impl Into<Inner>) -> Self {
        Folded { inner: inner.into() }
    }

    fn parts(&self) -> Parts<'_> {
        Parts { name: "Folded", inner: std::slice::from_ref(&self.inner), own: vec![] }
    }

    fn discrete(&self) -> bool {
        self.inner.support().is_discrete()
    }

    fn of_numbers(&self) -> Result<(), Error> {
        match self.inner.event_rank() {
            0 => Ok(()),
            _ => Err(Error::Missing { distribution: self.inner.name(), missing: "absolute value" }),
        }
    }

    /// The smallest number whose mirror image is at or beyond `-x`, as a bound that does not belong.
    fn mirror(&self, x: &Expr) -> Expr {
        if self.discrete() { -x.floor() - 1.0 } else { -x }
    }

    /// Where quadratures of the density run.
    fn stretch(&self) -> Option<Stretch> {
        Stretch::of(self, self.inner.mode().map(|mode| mode.abs()))
    }

    /// Whether nothing is folded.
    fn unfolded(&self) -> bool {
        Hull::of(&self.inner.support()).is_some_and(|hull| hull.non_negative())
    }

    /// Of counts between literal bounds: the probabilities of all absolute values.
    fn table(&self) -> Option<Table> {
        let hull = Hull::of(&self.inner.support()).filter(|hull| hull.discrete)?;
        let below = largest(&-hull.lower.clone()?)?;
        Table::up_to(Some(largest(hull.upper.as_ref()?)?.max(below)), &*beside(self).ok()?)
    }

    /// `of(x)` from 0 on.
    fn positive(&self, x: &Expr, below: f64, of: impl FnOnce(&Expr) -> Option<Expr>) -> Option<Expr> {
        let under = x.less(0.0);
        Some(under.select(below, of(&under.select(self.initial_value(), x))?))
    }
}

impl Distribution for Folded {
    modifier! { Folded { }, of_numbers }

    fn support(&self) -> Support {
        let Some(hull) = Hull::of(&self.inner.support()) else { return self.inner.support() };
        let upper = match (&hull.lower, &hull.upper) {
            (Some(lower), Some(upper)) => Some(upper.max(-lower)),
            _ => None,
        };
        Hull { lower: Some(0.0.into()), upper, discrete: hull.discrete }.support()
    }

    fn log_density(&self, x: &Expr) -> Expr {
        // NaN is not outside.
        let outside = x.less(0.0);
        let at = outside.select(self.initial_value(), x);
        outside.select(f64::NEG_INFINITY, self.log_density_unchecked(&at))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let right = self.inner.log_density(x);
        let both = right.logaddexp(self.inner.log_density(&-x));
        if self.discrete() { x.equal(0.0).select(right, both) } else { both }
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let drawn = self.inner.sample(parameters, shape, rng)?.into_data();
        Ok(Array::new(shape, drawn.into_iter().map(f64::abs).collect())?)
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_cdf(x)?.exp())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        self.positive(x, f64::NEG_INFINITY, |x| Some(log_between(&*self.inner, &self.mirror(x), x)?.min(0.0)))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        self.positive(x, 0.0, |x| {
            let left = if self.discrete() {
                self.inner.log_cdf(&self.mirror(x))?
            } else {
                self.inner.log_cdf(&-x)?
            };
            Some(self.inner.log_survival(x)?.logaddexp(left).min(0.0))
        })
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        inversion::by_powers(self, p)
    }

    /// A draw, with the implicit gradient.
    fn noise(&self) -> Option<Noise> {
        let smooth = !self.discrete() && self.cdf(&self.initial_value()).is_some();
        smooth.then_some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.noise()?;
        noise::implicit(self, noise)
    }

    fn initial_value(&self) -> Expr {
        self.inner.initial_value().abs()
    }

    fn mean(&self) -> Option<Expr> {
        if self.unfolded() {
            return self.inner.mean();
        }
        match self.table() {
            Some(table) => Some(table.mean()),
            None => Some(self.stretch()?.mean(|x| self.log_density_unchecked(x))),
        }
    }

    fn variance(&self) -> Option<Expr> {
        if self.unfolded() {
            return self.inner.variance();
        }
        match self.table() {
            Some(table) => Some(table.variance()),
            None => Some(self.stretch()?.variance(|x| self.log_density_unchecked(x), &self.mean()?)),
        }
    }

    fn mode(&self) -> Option<Expr> {
        if self.unfolded() {
            return self.inner.mode();
        }
        match self.table() {
            Some(table) => Some(table.mode()),
            None => Some(Symmetric::of(&*self.inner)?.folded_mode()),
        }
    }

    fn entropy(&self) -> Option<Expr> {
        if self.unfolded() {
            return self.inner.entropy();
        }
        match self.table() {
            Some(table) => Some(table.entropy()),
            None => Some(self.stretch()?.entropy(|x| self.log_density_unchecked(x))),
        }
    }
}
