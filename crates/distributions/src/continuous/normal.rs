//! `Normal`: the Gaussian distribution.

use core::f64::consts::{E, PI};

use elbo_tensor_ad::{Array, Expr};
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use crate::parameter::parameters;
use crate::{Distribution, Error, Noise, Requirement, Support, draw};

/// The Gaussian distribution of mean `mu` and standard deviation `sigma > 0`, on the whole line.
///
/// `ln p(x) = -(x - mu)² / (2 sigma²) - ln sigma - ln(2π) / 2`
///
/// Parameters as in PyMC, SciPy (`loc`, `scale`) and NumPyro. No operation is spent on the support; for literal
/// `mu = 0, sigma = 1` the graph keeps `-x²/2 - ln(2π)/2`.
#[derive(Debug, Clone)]
pub struct Normal {
    mu: Expr,
    sigma: Expr,
}

impl Normal {
    /// Mean `mu`, standard deviation `sigma > 0` (checked by [`check`](Distribution::check) and
    /// [`check_values`](Distribution::check_values)).
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, sigma: impl Into<Expr>) -> Self {
        Normal { mu: mu.into(), sigma: sigma.into() }
    }

    /// Mean 0, standard deviation 1.
    #[track_caller]
    pub fn standard() -> Self {
        Self::new(0.0, 1.0)
    }

    fn z(&self, x: &Expr) -> Expr {
        (x - &self.mu) / &self.sigma
    }
}

impl Distribution for Normal {
    parameters! { Normal { mu: Requirement::Real, sigma: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_density(&self, x: &Expr) -> Expr {
        -0.5 * self.z(x).square() - (self.sigma.ln() + 0.5 * (2.0 * PI).ln())
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        draw::elementwise(self, parameters, shape, |[mu, sigma]| {
            let z: f64 = rng.sample(StandardNormal);
            mu + sigma * z
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.z(x).normal_cdf())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.z(x).normal_log_cdf())
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some((-self.z(x)).normal_log_cdf())
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        Some(&self.mu + &self.sigma * p.normal_quantile())
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Normal)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        Some(&self.mu + &self.sigma * noise)
    }

    fn initial_value(&self) -> Expr {
        self.mu.clone()
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    fn variance(&self) -> Option<Expr> {
        Some(self.sigma.square())
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.sigma.ln() + 0.5 * (2.0 * PI * E).ln())
    }
}
