//! `Censored`: a distribution whose numbers beyond a bound are recorded as the bound.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::Truncated;
use crate::hull::Hull;
use crate::inner::{Inner, Parts, modifier};
use crate::{Bijector, Distribution, Error, Noise, Parameter, Requirement, Support, draw};

/// The distribution of a number moved into `lower..=upper`: what lies beyond a bound is recorded as the bound. An infinite bound is none.
///
/// `ln P(X <= lower)` at the lower bound, `ln P(X >= upper)` at the upper one, `ln p_inner(x)` between, minus infinity beyond
///
/// At a bound it is a probability, between a density (PyMC's convention): so there is no bijector, and for inference the values are
/// data. It needs the inner distribution's [`cdf`](Distribution::cdf): without one, [`check`](Distribution::check) is an error and the
/// density NaN. Mean and variance are of the bounds with their probabilities and of what lies between, where [`Truncated`] has them; mode and entropy, of a
/// distribution that is partly of numbers and partly of points, are not stated.
///
/// As `Censored` in PyMC.
#[derive(Debug, Clone)]
pub struct Censored {
    inner: Inner,
    lower: Expr,
    upper: Expr,
}

impl Censored {
    /// A distribution over numbers, a lower bound (or minus infinity), an upper bound (or infinity) above it.
    #[track_caller]
    pub fn new(inner: impl Into<Inner>, lower: impl Into<Expr>, upper: impl Into<Expr>) -> Self {
        Censored { inner: inner.into(), lower: lower.into(), upper: upper.into() }
    }

    fn parts(&self) -> Parts<'_> {
        Parts {
            name: "Censored",
            inner: std::slice::from_ref(&self.inner),
            own: vec![
                Parameter::new("lower", &self.lower, Requirement::Extended),
                Parameter::new("upper", &self.upper, Requirement::Above("lower")),
            ],
        }
    }

    fn needs_cdf(&self) -> Result<(), Error> {
        match self.inner.event_rank() == 0 && self.inner.cdf(&self.inner.initial_value()).is_some() {
            true => Ok(()),
            false => {
                Err(Error::Missing { distribution: self.inner.name(), missing: "distribution function" })
            }
        }
    }

    /// The lower and the upper bound, where an infinite one is a point at which every slope is finite.
    fn points(&self) -> (Expr, Expr) {
        let start = self.inner.initial_value();
        let finite = |bound: &Expr| bound.abs().less(f64::INFINITY).select(bound, &start);
        (finite(&self.lower), finite(&self.upper))
    }

    /// What is not moved.
    fn between(&self) -> Truncated {
        Truncated::new(self.inner.clone(), &self.lower, &self.upper)
    }

    /// `E f(x)`, where that of what is not moved is known.
    fn expect(&self, of_between: &Expr, f: impl Fn(&Expr) -> Expr) -> Option<Expr> {
        let (lower, upper) = self.points();
        let (below, above) = match self.inner.support().is_discrete() {
            true => (lower.ceil() - 1.0, upper.floor()),
            false => (lower.clone(), upper.clone()),
        };
        let open = |bound: &Expr| bound.abs().equal(f64::INFINITY);
        let below = open(&self.lower).select(0.0, self.inner.log_cdf(&below)?.exp());
        let above = open(&self.upper).select(0.0, self.inner.log_survival(&above)?.exp());
        // What is nothing is not asked where it lies.
        let some = |mass: Expr, value: Expr| mass.greater(0.0).select(mass * value, 0.0);
        let rest = (1.0 - &below - &above).max(0.0);
        Some(some(rest, of_between.clone()) + some(below, f(&lower)) + some(above, f(&upper)))
    }

    /// `ln P(X <= lower)` and `ln P(X >= upper)`
    fn ends(&self) -> Option<(Expr, Expr)> {
        let (lower, upper) = self.points();
        let upper = if self.inner.support().is_discrete() { upper.ceil() - 1.0 } else { upper };
        Some((self.inner.log_cdf(&lower)?, self.inner.log_survival(&upper)?))
    }
}

impl Distribution for Censored {
    modifier! { Censored { lower, upper }, needs_cdf }

    fn support(&self) -> Support {
        let hull = Hull::of(&self.inner.support());
        hull.map_or_else(|| self.inner.support(), |hull| hull.within(&self.lower, &self.upper).support())
    }

    /// None: the bounds have probabilities.
    fn bijector(&self) -> Option<Bijector> {
        None
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let Some((at_lower, at_upper)) = self.ends() else { return f64::NAN.into() };
        let (first, last) = (x.equal(&self.lower), x.equal(&self.upper));
        let inside = x.greater(&self.lower) * x.less(&self.upper);
        let between = self.inner.log_density(&inside.select(x, self.inner.initial_value()));
        let beyond = inside.select(between, f64::NEG_INFINITY);
        first.select(at_lower, last.select(at_upper, beyond))
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        self.check_values(parameters)?;
        let parts = self.parts();
        let (inner, own) = parts.split(parameters)?;
        let bounds = draw::rows(parts.name, &parts.own, own, shape)?;
        let mut drawn = self.inner.sample(inner[0], shape, rng)?.into_data();
        for (i, x) in drawn.iter_mut().enumerate() {
            let [lower, upper]: [&[f64]; 2] = bounds(i);
            *x = x.clamp(lower[0], upper[0]);
        }
        Ok(Array::new(shape, drawn)?)
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        let inside = x.greater_equal(&self.lower) * x.less(&self.upper);
        let inner = self.inner.cdf(&inside.select(x, self.inner.initial_value()))?;
        Some(inside.select(inner, x.greater_equal(&self.upper)))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let (under, over) = (x.less(&self.lower), x.greater_equal(&self.upper));
        let inner = self.inner.log_cdf(&under.max(&over).select(self.inner.initial_value(), x))?;
        Some(under.select(f64::NEG_INFINITY, over.select(0.0, inner)))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let (under, over) = (x.less(&self.lower), x.greater_equal(&self.upper));
        let inner = self.inner.log_survival(&under.max(&over).select(self.inner.initial_value(), x))?;
        Some(under.select(0.0, over.select(f64::NEG_INFINITY, inner)))
    }

    /// That of the inner distribution, moved between the bounds.
    fn quantile(&self, p: &Expr) -> Option<Expr> {
        Some(self.inner.quantile(p)?.max(&self.lower).min(&self.upper))
    }

    /// That of the inner distribution where a draw can be followed through the bounds.
    fn noise(&self) -> Option<Noise> {
        self.inner.noise().filter(|noise| *noise != Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.noise()?;
        Some(self.inner.pathwise(noise)?.max(&self.lower).min(&self.upper))
    }

    /// That of the inner distribution, moved between the bounds.
    fn initial_value(&self) -> Expr {
        self.inner.initial_value().max(&self.lower).min(&self.upper)
    }

    fn mean(&self) -> Option<Expr> {
        let of_between = self.between().mean()?;
        self.expect(&of_between, Expr::clone)
    }

    fn variance(&self) -> Option<Expr> {
        let (between, mean) = (self.between(), self.mean()?);
        let around = between.variance()? + (between.mean()? - &mean).square();
        self.expect(&around, |x| (x - &mean).square())
    }
}
