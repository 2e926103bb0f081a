//! `StudentT`: a bell with heavy tails.

use core::f64::consts::PI;

use elbo_tensor_ad::{Array, Expr};
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::gamma::unit_gamma;
use crate::parameter::parameters;
use crate::{Distribution, Error, Requirement, Support, draw};

/// Student's distribution with `nu > 0` degrees of freedom, location `mu` and scale `sigma > 0`, on the whole line.
///
/// `ln p(x) = ln Γ((nu + 1)/2) - ln Γ(nu/2) - ln(nu π)/2 - ln sigma - (nu + 1)/2 · ln(1 + z²/nu)`, `z = (x - mu)/sigma`
///
/// The difference of the two log-gammas is taken from its asymptotic series above `nu = 40`, where it would
/// cancel: the density is accurate for any `nu`, and tends to the Gaussian's. Values are finite up
/// to `|z| = 1e154`, where `z²` leaves the range of `f64`.
///
/// Parameters as in PyMC, SciPy (`df`, `loc`, `scale`) and NumPyro.
#[derive(Debug, Clone)]
pub struct StudentT {
    nu: Expr,
    mu: Expr,
    sigma: Expr,
}

impl StudentT {
    /// `nu > 0` degrees of freedom, location `mu`, scale `sigma > 0`.
    #[track_caller]
    pub fn new(nu: impl Into<Expr>, mu: impl Into<Expr>, sigma: impl Into<Expr>) -> Self {
        StudentT { nu: nu.into(), mu: mu.into(), sigma: sigma.into() }
    }

    /// `ln Γ(h + 1/2) - ln Γ(h)` at `h = nu / 2`.
    fn log_gamma_step(&self) -> Expr {
        let h = 0.5 * &self.nu;
        let large = h.greater(LARGE);
        // Each branch sees only arguments at which its value and its gradient are finite.
        let (far, near) = (large.select(&h, LARGE), large.select(LARGE, &h));
        let r = far.recip();
        let r2 = r.square();
        let series = SERIES.iter().rev().fold(Expr::constant(0.0), |sum, &c| sum * &r2 + c) * r;
        large.select(0.5 * far.ln() + series, (&near + 0.5).lgamma() - near.lgamma())
    }
}

/// Where the series takes over: its first term left out is below `1e-16` from here on.
const LARGE: f64 = 20.0;

/// `ln Γ(h + 1/2) - ln Γ(h) - ln(h)/2 = Σ cₖ h^-(2k+1)`, from the Bernoulli polynomials at 1/2 (DLMF 5.11.8).
const SERIES: [f64; 5] = [-1.0 / 8.0, 1.0 / 192.0, -1.0 / 640.0, 17.0 / 14336.0, -31.0 / 18432.0];

impl Distribution for StudentT {
    parameters! { StudentT { nu: Requirement::Positive, mu: Requirement::Real, sigma: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let z = (x - &self.mu) / &self.sigma;
        let constant = self.log_gamma_step() - (0.5 * (&self.nu * PI).ln() + self.sigma.ln());
        constant - (0.5 * &self.nu + 0.5) * (z.square() / &self.nu).ln1p()
    }

    /// `mu + sigma z / √(g / (nu/2))` with `z` Gaussian and `g` a Gamma draw of shape `nu/2`.
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        draw::elementwise(self, parameters, shape, |[nu, mu, sigma]| {
            let z: f64 = rng.sample(StandardNormal);
            mu + sigma * z / (unit_gamma(0.5 * nu, rng) / (0.5 * nu)).sqrt()
        })
    }

    fn initial_value(&self) -> Expr {
        self.mu.clone()
    }

    /// `mu` for `nu > 1`, else NaN.
    fn mean(&self) -> Option<Expr> {
        Some(self.nu.greater(1.0).select(&self.mu, f64::NAN))
    }

    /// `sigma² nu / (nu - 2)` for `nu > 2`, infinite for `1 < nu <= 2`, else NaN.
    fn variance(&self) -> Option<Expr> {
        let heavy = self.nu.greater(1.0).select(f64::INFINITY, f64::NAN);
        let finite = self.nu.greater(2.0);
        let nu = finite.select(&self.nu, 3.0);
        Some(finite.select(self.sigma.square() * &nu / (&nu - 2.0), heavy))
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        // -ln p(mu) + (nu + 1)/2 · E ln(1 + z²/nu).
        let h = 0.5 * &self.nu;
        let step = (&h + 0.5).digamma() - h.digamma();
        Some((&h + 0.5) * step - self.log_gamma_step() + (0.5 * (&self.nu * PI).ln() + self.sigma.ln()))
    }
}
