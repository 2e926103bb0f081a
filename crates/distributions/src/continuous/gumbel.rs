//! `Gumbel`: the largest of many.

use core::f64::consts::PI;

use elbo_tensor_ad::Expr;

use super::{EULER_GAMMA, tails};
use crate::draw::{draws, unit_exponential};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support};

/// The Gumbel distribution (of the maximum) of location `mu` and scale `beta > 0`, on the whole line.
///
/// `ln p(x) = -z - e⁻ᶻ - ln beta`, `z = (x - mu)/beta`
///
/// Below `z = -709.8` the true log density is below the range of `f64`: minus infinity. Parameters as in PyMC; SciPy (`gumbel_r`) and NumPyro call them
/// `loc` and `scale`.
#[derive(Debug, Clone)]
pub struct Gumbel {
    mu: Expr,
    beta: Expr,
}

impl Gumbel {
    /// Location `mu`, scale `beta > 0`.
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, beta: impl Into<Expr>) -> Self {
        Gumbel { mu: mu.into(), beta: beta.into() }
    }

    fn z(&self, x: &Expr) -> Expr {
        (x - &self.mu) / &self.beta
    }
}

impl Distribution for Gumbel {
    parameters! { Gumbel { mu: Requirement::Real, beta: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let z = self.z(x);
        // Further down e⁻ᶻ is infinite anyway, and inf - inf would not be a number.
        let far = z.less(-800.0);
        let z = far.select(0.0, z);
        far.select(f64::NEG_INFINITY, -(-&z).exp() - z - self.beta.ln())
    }

    draws! { |[mu, beta], rng| mu - beta * unit_exponential(rng).ln() }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        // Further down it is 0 anyway, and e⁻ᶻ would be infinite.
        Some((-(-self.z(x)).min(700.0).exp()).exp())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(-(-self.z(x)).exp())
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(tails::log1mexp_of_exp(&-self.z(x)))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        Some(&self.mu - &self.beta * (-tails::probability(p).ln()).ln())
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Uniform)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.quantile(noise)
    }

    fn initial_value(&self) -> Expr {
        self.mu.clone()
    }

    fn mean(&self) -> Option<Expr> {
        Some(&self.mu + EULER_GAMMA * &self.beta)
    }

    fn variance(&self) -> Option<Expr> {
        Some((PI * PI / 6.0) * self.beta.square())
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.beta.ln() + (EULER_GAMMA + 1.0))
    }
}
