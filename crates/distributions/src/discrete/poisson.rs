//! `Poisson`: how many, when they come one by one at a rate.

use core::f64::consts::{E, PI};

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::counts::{Steps, only, smallest, whole_from};
use super::poisson_draw::PoissonDraw;
use crate::draw::Prepared;
use crate::parameter::exactly;
use crate::{Distribution, Error, Parameter, Requirement, Support, draw, incomplete};

/// The Poisson distribution of rate `mu >= 0`, given as `mu` or as its logarithm, on `0, 1, 2, ..`.
///
/// `ln p(x) = x ln mu - mu - ln x!`
///
/// By its logarithm the rate may leave the range of `f64` below. The absolute error is about `1e-16 · x ln x`. A value that is no whole
/// number from 0 on has log density minus infinity. The logarithms of the tails stay finite as far as `f64` goes.
///
/// The quantile is exact at the steps of the [`cdf`](Distribution::cdf) as it is computed (relative error 1e-13). The entropy is a
/// sum up to a rate of 100 and its asymptotic series above.
///
/// Parameters as in PyMC (`mu`), SciPy (`mu`) and NumPyro (`rate`).
#[derive(Debug, Clone)]
pub struct Poisson {
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Rate(Expr),
    LogRate(Expr),
}

impl Poisson {
    /// Rate `mu >= 0`.
    #[track_caller]
    pub fn new(mu: impl Into<Expr>) -> Self {
        Poisson { form: Form::Rate(mu.into()) }
    }

    /// The logarithm of the rate, any real number.
    #[track_caller]
    pub fn log_rate(log_mu: impl Into<Expr>) -> Self {
        Poisson { form: Form::LogRate(log_mu.into()) }
    }

    /// The rate, whatever it was given as.
    pub(crate) fn rate(&self) -> Expr {
        self.mu()
    }

    fn mu(&self) -> Expr {
        match &self.form {
            Form::Rate(mu) => mu.clone(),
            // Beyond the range of f64 a line, whose slope is no infinity.
            Form::LogRate(eta) => eta.min(LARGEST_LOG).exp() * (1.0 + (eta - LARGEST_LOG).max(0.0)),
        }
    }

    fn steps<'a>(&self, x: &'a Expr) -> Steps<'a> {
        Steps { lower: 0.0.into(), upper: None, x }
    }
}

/// `½ ln(2πe mu)` less these over the powers of `mu` is the entropy, to `1e-16` from 100 on (Evans, Boersma, Blachman and
/// Jagers 1988).
const SERIES: [f64; 8] = [
    1.0 / 12.0,
    1.0 / 24.0,
    19.0 / 360.0,
    9.0 / 80.0,
    863.0 / 2520.0,
    1375.0 / 1008.0,
    33953.0 / 5040.0,
    57281.0 / 1440.0,
];
/// From here on `ln x!` is beyond the range of `f64`.
const LARGEST: f64 = 1e305;
/// The largest logarithm of a rate whose exponential is a number.
const LARGEST_LOG: f64 = 709.0;
/// Where the series of the entropy takes over.
const LARGE: f64 = 100.0;

impl Distribution for Poisson {
    fn name(&self) -> &'static str {
        "Poisson"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![match &self.form {
            Form::Rate(mu) => Parameter::new("mu", mu, Requirement::NonNegative),
            Form::LogRate(eta) => Parameter::new("log_mu", eta, Requirement::Real),
        }]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [parameter] = exactly(self.name(), parameters)?;
        Ok(Box::new(match &self.form {
            Form::Rate(_) => Poisson::new(parameter),
            Form::LogRate(_) => Poisson::log_rate(parameter),
        }))
    }

    fn support(&self) -> Support {
        Support::WholeAbove { lower: 0.0.into() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        only(&(whole_from(x, 0.0) * x.less(LARGEST)), x, 0.0, |x| self.log_density_unchecked(x))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let (power, mu) = match &self.form {
            Form::Rate(mu) => (x.xlogy(mu), mu.clone()),
            Form::LogRate(eta) => (x * eta, self.mu()),
        };
        // A whole number, so x + 1 is exact; and this logarithm is computed in vectors.
        power - mu - (x + 1.0).lgamma()
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let mut prepared = Prepared::default();
        draw::elementwise(self, parameters, shape, |given| {
            let of = |[q]: [f64; 1]| {
                let mu = if let Form::Rate(_) = self.form { q } else { q.exp() };
                PoissonDraw::new(mu.min(f64::MAX))
            };
            prepared.of(given, of).draw(rng)
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.steps(x).between(0.0, 1.0, |x| (x + 1.0).gamma_q(self.mu())))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let below = f64::NEG_INFINITY;
        Some(self.steps(x).between(below, 0.0, |x| incomplete::log_gamma_q(&(x + 1.0), &self.mu())))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let above = f64::NEG_INFINITY;
        Some(self.steps(x).between(0.0, above, |x| incomplete::log_gamma_p(&(x + 1.0), &self.mu())))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let cdf = |x: &Expr| (x + 1.0).gamma_q(self.mu());
        Some(smallest(p, &0.0.into(), f64::INFINITY, cdf))
    }

    /// The rate, rounded down.
    fn initial_value(&self) -> Expr {
        self.mu().floor()
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.mu())
    }

    fn variance(&self) -> Option<Expr> {
        Some(self.mu())
    }

    /// The largest whole number below `mu` (a whole `mu` is as probable as the number before it), at least 0.
    fn mode(&self) -> Option<Expr> {
        Some((self.mu().ceil() - 1.0).max(0.0))
    }

    fn entropy(&self) -> Option<Expr> {
        let mu = self.mu();
        let large = mu.greater(LARGE);
        let (far, near) = (large.select(&mu, LARGE), large.select(LARGE, &mu));
        let r = far.recip();
        let series = SERIES.iter().rev().fold(Expr::constant(0.0), |sum, &c| (sum + c) * &r);
        // mu + 12 √mu + 60 has all but 1e-20 of the mass.
        let x = Expr::iota(280);
        let log_p = Poisson::new(near.expand(near.rank())).log_density_unchecked(&x);
        let possible = log_p.greater(f64::NEG_INFINITY);
        let sum = (log_p.exp() * possible.select(&log_p, 0.0)).sum_axes(&[log_p.rank() - 1]);
        Some(large.select(0.5 * (2.0 * PI * E * far).ln() - series, -sum))
    }
}
