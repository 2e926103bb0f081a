//! `Moyal`: the energy that a fast particle leaves behind.

use core::f64::consts::{LN_2, PI};

use elbo_tensor_ad::Expr;

use super::{EULER_GAMMA, tails};
use crate::draw::{draws, standard_normal};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support};

/// The Moyal distribution of location `mu` and scale `sigma > 0`, on the whole line: that of `mu - 2 sigma ln |n|`, `n` standard normal.
///
/// `ln p(x) = -(z + e⁻ᶻ)/2 - ln sigma - ln(2π)/2`, `z = (x - mu)/sigma`
///
/// Parameters as in PyMC; SciPy and NumPyro call them `loc` and `scale`. SciPy 1.17 gives minus infinity far on the left where the density is finite.
#[derive(Debug, Clone)]
pub struct Moyal {
    mu: Expr,
    sigma: Expr,
}

impl Moyal {
    /// Location `mu`, scale `sigma > 0`.
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, sigma: impl Into<Expr>) -> Self {
        Moyal { mu: mu.into(), sigma: sigma.into() }
    }

    fn z(&self, x: &Expr) -> Expr {
        (x - &self.mu) / &self.sigma
    }

    /// `ln` of `e^(-z/2) / √2`, of which the distribution function is the complementary error function.
    fn log_argument(&self, x: &Expr) -> Expr {
        -0.5 * self.z(x) - 0.5 * LN_2
    }
}

impl Distribution for Moyal {
    parameters! { Moyal { mu: Requirement::Real, sigma: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let z = self.z(x);
        // Further down e⁻ᶻ is infinite anyway, and inf - inf would not be a number.
        let far = z.less(-800.0);
        let z = far.select(0.0, z);
        let inside = -0.5 * (&z + (-&z).exp()) - (self.sigma.ln() + 0.5 * (2.0 * PI).ln());
        far.select(f64::NEG_INFINITY, inside)
    }

    draws! { |[mu, sigma], rng| mu - 2.0 * sigma * standard_normal(rng).abs().max(f64::MIN_POSITIVE).ln() }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        // Further down it is 0 anyway, and the square of the argument would be infinite.
        Some(self.log_argument(x).min(300.0).exp().erfc())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::log_two_sided(&(-0.5 * self.z(x)).exp()))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(tails::log_erf_of_exp(&self.log_argument(x)))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let p = tails::probability(p);
        let low = p.less(0.5);
        let far = low.select(&p, 0.25).erfcinv();
        let near = low.select(0.5, 1.0 - &p).erfinv();
        Some(&self.mu - &self.sigma * (2.0 * low.select(far, near).ln() + LN_2))
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Normal)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        Some(&self.mu - 2.0 * &self.sigma * noise.abs().ln())
    }

    fn initial_value(&self) -> Expr {
        self.mu.clone()
    }

    fn mean(&self) -> Option<Expr> {
        Some(&self.mu + (EULER_GAMMA + LN_2) * &self.sigma)
    }

    fn variance(&self) -> Option<Expr> {
        Some((0.5 * PI * PI) * self.sigma.square())
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        let constant = 0.5 * (EULER_GAMMA + LN_2 + 1.0) + 0.5 * (2.0 * PI).ln();
        Some(self.sigma.ln() + constant)
    }
}
