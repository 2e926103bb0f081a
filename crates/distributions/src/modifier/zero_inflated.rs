//! `ZeroInflated`: more zeros than a distribution has.

use elbo_tensor_ad::{Array, Expr};
use rand::{Rng, RngExt};

use crate::hull::{Hull, with_density};
use crate::inner::{Inner, Parts, modifier};
use crate::{Bijector, Distribution, Error, Parameter, Requirement, Support, draw, inversion};

/// A draw of the inner distribution with probability `psi`, else 0.
///
/// `ln p(0) = ln(1 - psi + psi p_inner(0))`, `ln p(x) = ln psi + ln p_inner(x)` elsewhere; over numbers that are not whole `ln p(0) = ln(1 - psi)`,
/// which is a probability where the rest is a density, so that there is no bijector.
///
/// `psi` is the share of the inner distribution (PyMC's convention; the `gate` of NumPyro is `1 - psi`).
#[derive(Debug, Clone)]
pub struct ZeroInflated {
    inner: Inner,
    psi: Expr,
}

/// `ln psi` and `ln(1 - psi)`, minus infinity without a slope where the share is none.
pub(super) fn log_shares(psi: &Expr) -> (Expr, Expr) {
    let (some, rest) = (psi.greater(0.0), psi.less(1.0));
    let log = some.select(some.select(psi, 0.5).ln(), f64::NEG_INFINITY);
    let log_rest = rest.select((-rest.select(psi, 0.5)).ln1p(), f64::NEG_INFINITY);
    (log, log_rest)
}

impl ZeroInflated {
    /// A distribution over numbers, and its share `psi` in `0..=1`.
    #[track_caller]
    pub fn new(inner: impl Into<Inner>, psi: impl Into<Expr>) -> Self {
        ZeroInflated { inner: inner.into(), psi: psi.into() }
    }

    fn parts(&self) -> Parts<'_> {
        Parts {
            name: "ZeroInflated",
            inner: std::slice::from_ref(&self.inner),
            own: vec![Parameter::new("psi", &self.psi, Requirement::Probability)],
        }
    }

    fn discrete(&self) -> bool {
        self.inner.support().is_discrete()
    }

    /// `ln P(X = 0)`
    fn log_zero(&self) -> Expr {
        let (log_psi, log_rest) = log_shares(&self.psi);
        if self.discrete() {
            log_rest.logaddexp(log_psi + self.inner.log_density(&0.0.into()))
        } else {
            log_rest
        }
    }
}

impl Distribution for ZeroInflated {
    modifier! { ZeroInflated { psi } }

    fn support(&self) -> Support {
        match Hull::of(&self.inner.support()) {
            Some(hull) => {
                let zero = Some(Expr::constant(0.0));
                hull.with(&Hull { lower: zero.clone(), upper: zero, discrete: hull.discrete }).support()
            }
            None => self.inner.support(),
        }
    }

    fn bijector(&self) -> Option<Bijector> {
        None
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let zero = x.equal(0.0);
        let rest = zero.select(self.inner.initial_value(), x);
        zero.select(self.log_zero(), with_density(log_shares(&self.psi).0, &self.inner.log_density(&rest)))
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
        let mut drawn = self.inner.sample(inner[0], shape, rng)?.into_data();
        for (i, x) in drawn.iter_mut().enumerate() {
            let [psi]: [&[f64]; 1] = shares(i);
            if rng.random::<f64>() >= psi[0] {
                *x = 0.0;
            }
        }
        Ok(Array::new(shape, drawn)?)
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some((1.0 - &self.psi) * x.greater_equal(0.0) + &self.psi * self.inner.cdf(x)?)
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let (log_psi, log_rest) = log_shares(&self.psi);
        let inner = log_psi + self.inner.log_cdf(x)?;
        Some(x.greater_equal(0.0).select(log_rest, f64::NEG_INFINITY).logaddexp(inner).min(0.0))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let (log_psi, log_rest) = log_shares(&self.psi);
        let inner = log_psi + self.inner.log_survival(x)?;
        Some(x.less(0.0).select(log_rest, f64::NEG_INFINITY).logaddexp(inner).min(0.0))
    }

    /// By inversion, of whole numbers.
    fn quantile(&self, p: &Expr) -> Option<Expr> {
        if self.discrete() { inversion::by_powers(self, p) } else { None }
    }

    fn initial_value(&self) -> Expr {
        self.psi.greater(0.0).select(self.inner.initial_value(), 0.0)
    }

    fn mean(&self) -> Option<Expr> {
        Some(&self.psi * self.inner.mean()?)
    }

    fn variance(&self) -> Option<Expr> {
        Some(&self.psi * (self.inner.variance()? + (1.0 - &self.psi) * self.inner.mean()?.square()))
    }

    /// 0, or the inner distribution's where that is more probable; of whole numbers.
    fn mode(&self) -> Option<Expr> {
        if !self.discrete() {
            return None;
        }
        let mode = self.inner.mode()?;
        let more = self.log_density(&mode).greater(self.log_zero());
        let below = self.log_density(&mode).equal(self.log_zero()) * mode.less(0.0);
        Some(more.max(below).select(mode, 0.0))
    }

    /// From the inner distribution's, of whole numbers.
    fn entropy(&self) -> Option<Expr> {
        if !self.discrete() {
            return None;
        }
        let (inner, log_zero) = (self.inner.entropy()?, self.log_zero());
        let log_inner = self.inner.log_density(&0.0.into());
        let term = |log: &Expr| {
            let some = log.greater(f64::NEG_INFINITY);
            log.exp() * some.select(log, 0.0)
        };
        let some = self.psi.greater(0.0);
        let others = &self.psi * (inner + term(&log_inner));
        let weight = &self.psi * log_inner.expm1() * some.select(some.select(&self.psi, 1.0).ln(), 0.0);
        Some(others + weight - term(&log_zero))
    }
}
