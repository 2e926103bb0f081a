//! `StudentT`: a bell with heavy tails.

use core::f64::consts::{LN_2, PI};

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::gamma_draw::GammaDraw;
use super::tails;
use crate::draw::{Prepared, standard_normal};
use crate::inversion::{self, Coordinate};
use crate::parameter::parameters;
use crate::{Distribution, Error, Noise, Requirement, Support, draw, incomplete, noise};

/// Student's distribution with `nu > 0` degrees of freedom, location `mu` and scale `sigma > 0`, on the whole line.
///
/// `ln p(x) = ln Γ((nu + 1)/2) - ln Γ(nu/2) - ln(nu π)/2 - ln sigma - (nu + 1)/2 · ln(1 + z²/nu)`, `z = (x - mu)/sigma`
///
/// The difference of the two log-gammas is taken from its asymptotic series above `nu = 40`, where it would
/// cancel: the density is accurate for any `nu`, and tends to the Gaussian's. Above `nu = 10⁴` so do the tails, by Hill's expansion
/// (1970, Algorithm 395): to `1e-12`.
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

    fn z(&self, x: &Expr) -> Expr {
        (x - &self.mu) / &self.sigma
    }

    /// `ln P(Z > z)` for any `z`.
    fn log_above(&self, z: &Expr) -> Expr {
        let below = z.less(0.0);
        let tail = self.log_tail(&below.select(-z, z));
        below.select((-below.select(&tail, -1.0).exp()).ln1p(), tail)
    }

    /// `ln P(Z > z)` for `z >= 0`: half the incomplete beta function of `x = 1/(1 + z²/nu)`, whose complement is taken near 0.
    pub(super) fn log_tail(&self, z: &Expr) -> Expr {
        let h = 0.5 * &self.nu;
        let w = z / self.nu.sqrt();
        let deviance = tails::log1p_square(&w);
        let deep = (&h * &deviance).greater(80.0).max(w.greater(1e140));
        let normal = (1.0 - &deep) * self.nu.greater(NORMAL);
        let near = z.less(1.0);

        let (far_h, far_w) = (deep.select(&h, 100.0), deep.select(&w, 100.0));
        let log_x = -tails::log1p_square(&far_w);
        // ln(w²/(1 + w²)), with w large.
        let log_y = -tails::log1p_square(&far_w.recip());
        let fraction = incomplete::log_beta_deep(&far_h, &0.5.into(), &log_x.exp(), &log_x, &log_y) - LN_2;

        let (a, t) = (normal.select(&self.nu, 1e5) - 0.5, normal.select(&deviance, 1e-5));
        // A root has no gradient at 0.
        let zero = t.less_equal(0.0);
        let root = zero.select(0.0, (&a * zero.select(1.0, &t)).sqrt());
        let b = 48.0 * a.square();
        let r2 = root.square();
        let first = (&r2 + 3.0) / &b;
        let second = (((4.0 * &r2 + 33.0) * &r2 + 240.0) * &r2 + 855.0)
            / (10.0 * &b * (&b + 0.8 * r2.square() + 100.0));
        let hill = (-(root * (1.0 + first - second))).normal_log_cdf();

        let other = deep.max(&normal);
        let plain = other.select(1.0, &w).square();
        let (h, x) = (other.select(1.0, &h), (1.0 + &plain).recip());
        let tail =
            near.select(0.5 - 0.5 * Expr::constant(0.5).beta_inc(&h, &plain * &x), 0.5 * h.beta_inc(0.5, &x));
        deep.select(fraction, normal.select(hill, tail.ln()))
    }

    /// `ln Γ(h + 1/2) - ln Γ(h)` at `h = nu / 2`.
    pub(super) fn log_gamma_step(&self) -> Expr {
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

/// From here on the tails are those of a normal variable, by Hill's expansion.
const NORMAL: f64 = 1e4;

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
        let constant = self.log_gamma_step() - (0.5 * (&self.nu * PI).ln() + self.sigma.ln());
        constant - (0.5 * &self.nu + 0.5) * tails::log1p_square(&(self.z(x) / self.nu.sqrt()))
    }

    /// `mu + sigma z / √(g / (nu/2))` with `z` Gaussian and `g` a Gamma draw of shape `nu/2`.
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let mut prepared = Prepared::default();
        draw::elementwise(self, parameters, shape, |[nu, mu, sigma]| {
            let gamma = prepared.of([nu], |[nu]| GammaDraw::new(0.5 * nu));
            mu + sigma * standard_normal(rng) * (0.5 * nu / gamma.draw(rng)).sqrt()
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        let z = self.z(x);
        let above = z.greater(0.0);
        let tail = self.log_tail(&above.select(&z, -&z)).exp();
        Some(above.select(1.0 - &tail, tail))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_above(&-self.z(x)))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_above(&self.z(x)))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        inversion::quantile(self, p, &Coordinate::Line { centre: self.mu.clone(), scale: self.sigma.clone() })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        noise::implicit(self, noise)
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
