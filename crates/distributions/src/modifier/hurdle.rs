//! `Hurdle`: zeros of their own, and a distribution above 0.

use elbo_tensor_ad::{Array, Expr};
use rand::{Rng, RngExt};

use super::truncated::Truncated;
use super::zero_inflated::log_shares;
use crate::hull::{Hull, with_density};
use crate::inner::{Inner, Parts, modifier};
use crate::{Bijector, Distribution, Error, Parameter, Requirement, Support, draw, inversion};

/// With probability `psi` a draw of the inner distribution given that it is above 0, else 0.
///
/// `ln p(0) = ln(1 - psi)`, `ln p(x) = ln psi + ln p_inner(x) - ln P(X > 0)` for `x > 0`, minus infinity below
///
/// Over numbers that are not whole, `p(0)` is a probability where the rest is a density: there is no bijector. The inner distribution
/// needs a [`cdf`](Distribution::cdf) unless it is one of positive numbers.
///
/// As PyMC's hurdle distributions, which truncate at `2.2e-16` where the numbers are not whole; here at 0.
#[derive(Debug, Clone)]
pub struct Hurdle {
    inner: Inner,
    psi: Expr,
}

impl Hurdle {
    /// A distribution over numbers, and the probability `psi` in `0..=1` of not being 0.
    #[track_caller]
    pub fn new(inner: impl Into<Inner>, psi: impl Into<Expr>) -> Self {
        Hurdle { inner: inner.into(), psi: psi.into() }
    }

    fn parts(&self) -> Parts<'_> {
        Parts {
            name: "Hurdle",
            inner: std::slice::from_ref(&self.inner),
            own: vec![Parameter::new("psi", &self.psi, Requirement::Probability)],
        }
    }

    fn discrete(&self) -> bool {
        self.inner.support().is_discrete()
    }

    /// True where the inner distribution has no mass at and below 0.
    fn positive(&self) -> bool {
        let lower = Hull::of(&self.inner.support()).and_then(|hull| hull.lower);
        let lower = lower.and_then(|bound| bound.as_constant());
        lower.is_some_and(|bound| if self.discrete() { bound > 0.0 } else { bound >= 0.0 })
    }

    /// `ln P(X > 0)` of the inner distribution.
    fn log_positive(&self) -> Option<Expr> {
        if self.positive() { Some(0.0.into()) } else { self.inner.log_survival(&0.0.into()) }
    }

    fn needs_cdf(&self) -> Result<(), Error> {
        match self.inner.event_rank() == 0 && self.log_positive().is_some() {
            true => Ok(()),
            false => {
                Err(Error::Missing { distribution: self.inner.name(), missing: "distribution function" })
            }
        }
    }

    /// `psi` and the density above 0, of numbers that are not whole.
    pub(crate) fn share_and_density(&self) -> Option<(Expr, Inner)> {
        (!self.discrete()).then(|| (self.psi.clone(), self.above()))
    }

    /// True where no mass is below 0, so that all moments but the zeroth are above it.
    fn starts_at_zero(&self) -> bool {
        let lower = Hull::of(&self.inner.support()).and_then(|hull| hull.lower);
        lower.and_then(|bound| bound.as_constant()).is_some_and(|bound| bound >= 0.0)
    }

    /// `psi / P(X > 0)`
    fn scale(&self) -> Option<Expr> {
        Some(&self.psi * (-self.log_positive()?).exp())
    }

    /// The inner distribution above 0.
    fn above(&self) -> Inner {
        let smallest = if self.discrete() { 1.0 } else { 0.0 };
        if self.positive() {
            self.inner.clone()
        } else {
            Truncated::new(self.inner.clone(), smallest, f64::INFINITY).into()
        }
    }
}

impl Distribution for Hurdle {
    modifier! { Hurdle { psi }, needs_cdf }

    fn support(&self) -> Support {
        let upper = Hull::of(&self.inner.support()).and_then(|hull| hull.upper);
        Hull { lower: Some(0.0.into()), upper, discrete: self.discrete() }.support()
    }

    fn bijector(&self) -> Option<Bijector> {
        None
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let Some(positive) = self.log_positive() else { return f64::NAN.into() };
        let (log_psi, log_rest) = log_shares(&self.psi);
        let above = x.greater(0.0);
        let at = above.select(x, self.above().initial_value());
        let share = log_psi.greater(f64::NEG_INFINITY).select(&log_psi - positive, f64::NEG_INFINITY);
        let density = with_density(share, &self.inner.log_density(&at));
        let beyond = above.select(density, f64::NEG_INFINITY);
        x.equal(0.0).select(log_rest, beyond)
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
        let shares = draw::rows(parts.name, &parts.own, own, shape)?;
        let above = self.above();
        let mut given = inner[0].to_vec();
        if !self.positive() {
            given.extend([
                Array::scalar(if self.discrete() { 1.0 } else { 0.0 }),
                Array::scalar(f64::INFINITY),
            ]);
        }
        let mut drawn = above.sample(&given, shape, rng)?.into_data();
        for (i, x) in drawn.iter_mut().enumerate() {
            let [psi]: [&[f64]; 1] = shares(i);
            if rng.random::<f64>() >= psi[0] {
                *x = 0.0;
            }
        }
        Ok(Array::new(shape, drawn)?)
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(-self.log_survival(x)?.expm1())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let (_, log_rest) = log_shares(&self.psi);
        let above = x.greater_equal(if self.discrete() { 1.0 } else { f64::MIN_POSITIVE });
        let log = above.select(self.log_survival(x)?, -1.0).log1mexp();
        Some(above.select(log, x.less(0.0).select(f64::NEG_INFINITY, log_rest)))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let (log_psi, _) = log_shares(&self.psi);
        let above = x.greater(0.0);
        let at = above.select(x, self.above().initial_value());
        let tail = above.select(self.inner.log_survival(&at)? - self.log_positive()?, 0.0).min(0.0);
        Some(x.less(0.0).select(0.0, log_psi + tail))
    }

    /// By inversion, of whole numbers; of others that of the distribution above 0, from what is left of `p` after the zeros.
    fn quantile(&self, p: &Expr) -> Option<Expr> {
        if self.discrete() {
            return inversion::by_powers(self, p);
        }
        let above = p.greater(1.0 - &self.psi);
        let share = above.select(p - (1.0 - &self.psi), 0.5) / above.select(&self.psi, 1.0);
        let sane = p.greater_equal(0.0) * p.less_equal(1.0);
        let found = above.select(self.above().quantile(&share.min(1.0))?, 0.0);
        Some(sane.select(found, f64::NAN))
    }

    fn initial_value(&self) -> Expr {
        self.psi.greater(0.0).select(self.above().initial_value(), 0.0)
    }

    /// Where the inner distribution has no mass below 0.
    fn mean(&self) -> Option<Expr> {
        if self.starts_at_zero() { Some(self.scale()? * self.inner.mean()?) } else { None }
    }

    /// Where the inner distribution has no mass below 0.
    fn variance(&self) -> Option<Expr> {
        if !self.starts_at_zero() {
            return None;
        }
        let (scale, mean) = (self.scale()?, self.inner.mean()?);
        Some(&scale * self.inner.variance()? + &scale * (1.0 - &scale) * mean.square())
    }

    /// 0, or that of the inner distribution above 0 where that is more probable; of whole numbers.
    fn mode(&self) -> Option<Expr> {
        if !self.discrete() {
            return None;
        }
        let (mode, log_zero) = (self.above().mode()?, log_shares(&self.psi).1);
        let more = self.log_density(&mode).greater(log_zero);
        Some(mode.equal(&mode).select(more.select(&mode, 0.0), f64::NAN))
    }

    /// From the inner distribution's, of whole numbers from 0 on and of numbers that are not whole: there with respect to their length and the point 0.
    fn entropy(&self) -> Option<Expr> {
        let (log_psi, log_rest) = log_shares(&self.psi);
        let term = |log: &Expr| {
            let some = log.greater(f64::NEG_INFINITY);
            log.exp() * some.select(log, 0.0)
        };
        if !self.discrete() {
            return Some(&self.psi * self.above().entropy()? - term(&log_psi) - term(&log_rest));
        }
        if !self.starts_at_zero() {
            return None;
        }
        let (positive, log_zero) = (self.log_positive()?, self.inner.log_density(&0.0.into()));
        let given = (self.inner.entropy()? + term(&log_zero)) * (-&positive).exp() + positive;
        Some(&self.psi * given - term(&log_psi) - term(&log_rest))
    }
}
