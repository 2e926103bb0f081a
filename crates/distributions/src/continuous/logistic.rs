//! `Logistic` and `LogitNormal`: the logistic curve as a distribution function, and as a map of a Gaussian.

use core::f64::consts::{E, PI};

use elbo_tensor_ad::Expr;

use super::tails;
use crate::draw::{draws, open_unit, standard_normal};
use crate::integral::Stretch;
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support, crossing};

/// The logistic distribution of location `mu` and scale `s > 0`, on the whole line.
///
/// `ln p(x) = -softplus(z) - softplus(-z) - ln s`, `z = (x - mu)/s`
///
/// Parameters as in PyMC; SciPy and NumPyro call them `loc` and `scale`.
#[derive(Debug, Clone)]
pub struct Logistic {
    mu: Expr,
    s: Expr,
}

impl Logistic {
    /// Location `mu`, scale `s > 0`.
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, s: impl Into<Expr>) -> Self {
        Logistic { mu: mu.into(), s: s.into() }
    }

    fn z(&self, x: &Expr) -> Expr {
        (x - &self.mu) / &self.s
    }
}

fn logit(p: &Expr) -> Expr {
    p.ln() - (-p).ln1p()
}

impl Distribution for Logistic {
    parameters! { Logistic { mu: Requirement::Real, s: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let z = self.z(x);
        -z.softplus() - (-z).softplus() - self.s.ln()
    }

    draws! {
        |[mu, s], rng| {
            let u = open_unit(rng);
            mu + s * (u.ln() - (-u).ln_1p())
        }
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.z(x).sigmoid())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(-(-self.z(x)).softplus())
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(-self.z(x).softplus())
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        Some(&self.mu + &self.s * logit(p))
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
        Some(self.mu.clone())
    }

    fn variance(&self) -> Option<Expr> {
        Some((PI * PI / 3.0) * self.s.square())
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.s.ln() + 2.0)
    }
}

/// The distribution of `1 / (1 + e⁻ʸ)` where `y` is Gaussian with mean `mu` and standard deviation `sigma > 0`; on `0 < x < 1`.
///
/// `ln p(x) = -(logit x - mu)² / (2 sigma²) - ln sigma - ln(2π)/2 - ln x - ln(1 - x)`
///
/// At 0 and 1 the log density is its limit, minus infinity (PyMC 5.28 gives NaN there and outside). Mean, variance and entropy are quadratures over `y`,
/// good to `1e-12` for `sigma` up to `1e4`. Parameters as in PyMC; NumPyro writes it as a transformed Normal, SciPy has none.
#[derive(Debug, Clone)]
pub struct LogitNormal {
    mu: Expr,
    sigma: Expr,
}

impl LogitNormal {
    /// Mean `mu` and standard deviation `sigma > 0` of the logit.
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, sigma: impl Into<Expr>) -> Self {
        LogitNormal { mu: mu.into(), sigma: sigma.into() }
    }

    fn z(&self, x: &Expr) -> Expr {
        (logit(x) - &self.mu) / &self.sigma
    }

    /// `E f(y)` for an `f` that changes fast about 0.
    fn expect(&self, f: impl Fn(&Expr) -> Expr) -> Expr {
        // In units of sigma from the mean; further out than 12 there is nothing to see.
        let middle = (-&self.mu / &self.sigma).clamp(-12.0, 12.0);
        let scale = 1.0 + 0.5 * middle.abs();
        let whole = Stretch { lower: None, upper: None, middle, scale };
        let log = |z: &Expr| -0.5 * z.square() - 0.5 * (2.0 * PI).ln();
        whole.expect(log, |z, _| f(&(&self.mu + &self.sigma * z)))
    }
}

impl Distribution for LogitNormal {
    parameters! { LogitNormal { mu: Requirement::Real, sigma: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::UnitInterval
    }

    fn log_density(&self, x: &Expr) -> Expr {
        tails::between(x, f64::NEG_INFINITY, f64::NEG_INFINITY, |x| {
            -0.5 * self.z(x).square() - x.ln() - (-x).ln1p() - (self.sigma.ln() + 0.5 * (2.0 * PI).ln())
        })
    }

    draws! {
        /// A draw that rounds to 0 or 1 is returned as the nearest number inside.
        |[mu, sigma], rng| {
            let y = mu + sigma * standard_normal(rng);
            (1.0 / (1.0 + (-y).exp())).clamp(f64::MIN_POSITIVE, 1.0 - 0.5 * f64::EPSILON)
        }
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::between(x, 0.0, 1.0, |x| self.z(x).normal_cdf()))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::between(x, f64::NEG_INFINITY, 0.0, |x| self.z(x).normal_log_cdf()))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(tails::between(x, 0.0, f64::NEG_INFINITY, |x| (-self.z(x)).normal_log_cdf()))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        Some((&self.mu + &self.sigma * p.normal_quantile()).sigmoid())
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Normal)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        Some((&self.mu + &self.sigma * noise).sigmoid())
    }

    /// The median.
    fn initial_value(&self) -> Expr {
        self.mu.sigmoid()
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.expect(|y| y.sigmoid()))
    }

    fn variance(&self) -> Option<Expr> {
        let mean = self.mean()?;
        // The distance of two sigmoids from the smaller tails: 1 - x keeps its digits beside 1.
        let high = mean.greater(0.5);
        let (centre, rest) = (&mean, self.expect(|y| (-y).sigmoid()));
        Some(self.expect(|y| high.select((-y).sigmoid() - &rest, y.sigmoid() - centre).square()))
    }

    /// That of `y`, and `E ln x (1 - x)`.
    fn entropy(&self) -> Option<Expr> {
        let stretch = self.expect(|y| -(y.softplus() + (-y).softplus()));
        Some(self.sigma.ln() + 0.5 * (2.0 * PI * E).ln() + stretch)
    }

    /// Where the density's slope falls through 0, by halving: of two modes the higher, of two as high the one below 1/2.
    fn mode(&self) -> Option<Expr> {
        let low = self.mu.less_equal(0.0);
        let mu = low.select(-&self.mu, &self.mu);
        let square = self.sigma.square();
        // On the side of mu: y = mu + sigma² tanh(y/2).
        let y = crossing::falling(&mu, &(&mu + &square), |y| {
            let bend = (0.5 * y).tanh();
            (&mu + &square * &bend - y, 0.5 * &square * (1.0 - bend.square()) - 1.0)
        });
        Some(low.select(-&y, y).sigmoid())
    }
}
