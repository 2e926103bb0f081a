//! `HalfStudentT`: the absolute value of a centred Student variable.

use core::f64::consts::{LN_2, PI};

use elbo_tensor_ad::Expr;

use super::gamma_draw::GammaDraw;
use super::{StudentT, tails};
use crate::draw::{draws, standard_normal};
use crate::inversion::{self, Coordinate};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support, noise};

/// The distribution of `|x|` where `x` is [`StudentT`] with `nu > 0` degrees of freedom, location 0 and scale `sigma > 0`; on `x >= 0`.
///
/// Its density is twice that of `x`. Parameters as in PyMC, whose 5.28 is off by `2e-9` (`ln 2` in single precision); NumPyro and SciPy have none.
#[derive(Debug, Clone)]
pub struct HalfStudentT {
    nu: Expr,
    sigma: Expr,
}

impl HalfStudentT {
    /// `nu > 0` degrees of freedom, scale `sigma > 0`.
    #[track_caller]
    pub fn new(nu: impl Into<Expr>, sigma: impl Into<Expr>) -> Self {
        HalfStudentT { nu: nu.into(), sigma: sigma.into() }
    }

    fn whole(&self) -> StudentT {
        StudentT::new(&self.nu, 0.0, &self.sigma)
    }
}

impl Distribution for HalfStudentT {
    parameters! { HalfStudentT { nu: Requirement::Positive, sigma: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::NonNegative
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let outside = x.less(0.0);
        outside.select(f64::NEG_INFINITY, self.log_density_unchecked(&outside.select(0.0, x)))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        self.whole().log_density(x) + LN_2
    }

    draws! {
        |[nu, sigma], rng| sigma * standard_normal(rng).abs() / (GammaDraw::new(0.5 * nu).draw(rng) / (0.5 * nu)).sqrt()
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_cdf(x)?.exp())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let whole = self.whole();
        Some(tails::scaled(x, &self.sigma, f64::NEG_INFINITY, |z| {
            let (big, small) = (z.greater(1.0), z.less(1e-12));
            let rest = (big.select(whole.log_tail(&big.select(z, 1.0)), -2.0) + LN_2).log1mexp();
            // Near 0 the density is flat.
            let flat = small.select(z, 1.0).ln() + whole.log_gamma_step() - 0.5 * (&self.nu * PI).ln() + LN_2;
            let square = big.max(&small).select(0.5, z).square() / &self.nu;
            let half = 0.5 * &self.nu;
            let middle = Expr::constant(0.5).beta_inc(&half, &square / (1.0 + &square)).ln();
            big.select(rest, small.select(flat, middle))
        }))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(tails::scaled(x, &self.sigma, 0.0, |z| self.whole().log_tail(z) + LN_2))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        inversion::quantile(self, p, &Coordinate::Positive { scale: self.sigma.clone() })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        noise::implicit(self, noise)
    }

    fn initial_value(&self) -> Expr {
        self.sigma.clone()
    }

    /// `2 sigma √(nu/π) Γ((nu+1)/2) / (Γ(nu/2) (nu - 1))` for `nu > 1`, else infinite.
    fn mean(&self) -> Option<Expr> {
        let finite = self.nu.greater(1.0);
        let nu = finite.select(&self.nu, 2.0);
        let ratio = StudentT::new(&nu, 0.0, 1.0).log_gamma_step().exp();
        let mean = 2.0 * &self.sigma * (&nu / PI).sqrt() * ratio / (&nu - 1.0);
        Some(finite.select(mean, f64::INFINITY))
    }

    /// `sigma² nu / (nu - 2) - mean²` for `nu > 2`, infinite for `1 < nu <= 2`, else NaN.
    fn variance(&self) -> Option<Expr> {
        let heavy = self.nu.greater(1.0).select(f64::INFINITY, f64::NAN);
        let finite = self.nu.greater(2.0);
        let nu = finite.select(&self.nu, 3.0);
        let mean = finite.select(self.mean()?, 0.0);
        Some(finite.select(self.sigma.square() * &nu / (&nu - 2.0) - mean.square(), heavy))
    }

    fn mode(&self) -> Option<Expr> {
        Some(Expr::constant(0.0))
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.whole().entropy()? - LN_2)
    }
}
