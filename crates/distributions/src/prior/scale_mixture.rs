//! `SpikeAndSlab` and `NormalScaleMixture`: Gaussians of mean 0 and several widths, mixed.

use core::f64::consts::PI;

use elbo_tensor_ad::{Array, Expr};
use rand::{Rng, RngExt};

use crate::integral::Stretch;
use crate::inversion::{self, Coordinate};
use crate::multivariate::event::{column, last, total};
use crate::parameter::parameters;
use crate::{Distribution, Error, Noise, Requirement, Support, draw, noise};

/// A mixture of `k` Gaussians of mean 0: with probability `w[i]` of standard deviation `sigma[i]`, on the whole line.
///
/// `ln p(x) = ln Σ w[i] N(x; 0, sigma[i]²)`
///
/// The components are the last axis of both parameters, the axes before it broadcast with the value. Components of probability 0 count for nothing,
/// with a gradient of 0. Draws by paths are implicit, by the distribution function.
///
/// As PyMC's `NormalMixture` with `mu = 0`; Blundell et al. 2015 take two ([`SpikeAndSlab`]) as a prior of networks' weights.
#[derive(Debug, Clone)]
pub struct NormalScaleMixture {
    w: Expr,
    sigma: Expr,
}

impl NormalScaleMixture {
    /// Probabilities `w` (`[.., k]`, their sum 1) and standard deviations `sigma > 0` (`[.., k]`).
    #[track_caller]
    pub fn new(w: impl Into<Expr>, sigma: impl Into<Expr>) -> Self {
        NormalScaleMixture { w: w.into(), sigma: sigma.into() }
    }

    /// `ln w`, minus infinity with a gradient of 0 where it is 0.
    fn log_w(&self) -> Expr {
        let none = self.w.equal(0.0);
        none.select(f64::NEG_INFINITY, none.select(1.0, &self.w).ln())
    }

    fn z(&self, x: &Expr) -> Expr {
        column(x) / &self.sigma
    }

    /// `ln Σ w eᶠ`
    fn mixed(&self, log: &Expr) -> Expr {
        let terms = self.log_w() + log;
        terms.logsumexp(last(&terms))
    }
}

impl Distribution for NormalScaleMixture {
    parameters! { NormalScaleMixture { w: Requirement::Simplex, sigma: Requirement::PositiveVector } }

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_density(&self, x: &Expr) -> Expr {
        self.mixed(&(-0.5 * self.z(x).square() - self.sigma.ln())) - 0.5 * (2.0 * PI).ln()
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        draw::events(self, parameters, shape, |[w, sigma]| {
            let mut left = rng.random::<f64>() * w.iter().sum::<f64>();
            // Rounding may carry the point past the end: then the last one that can occur.
            let mut at = 0;
            for (i, &w) in w.iter().enumerate().filter(|(_, w)| **w > 0.0) {
                at = i;
                if left < w {
                    break;
                }
                left -= w;
            }
            draw::standard_normal(rng) * sigma.get(at).copied().unwrap_or(f64::NAN)
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        // From the smaller side: the sum of the probabilities may be rounded.
        let right = x.greater(0.0);
        let smaller = total(&(&self.w * (-self.z(&x.abs())).normal_cdf()));
        Some(right.select(1.0 - &smaller, smaller))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.mixed(&self.z(x).normal_log_cdf()))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(self.mixed(&(-self.z(x)).normal_log_cdf()))
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        noise::implicit(self, noise)
    }

    fn initial_value(&self) -> Expr {
        Expr::constant(0.0)
    }

    fn mean(&self) -> Option<Expr> {
        Some(0.0 * total(&(&self.w * &self.sigma)))
    }

    fn variance(&self) -> Option<Expr> {
        Some(total(&(&self.w * self.sigma.square())))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let (centre, scale) = (Expr::constant(0.0), self.variance()?.sqrt());
        inversion::quantile(self, p, &Coordinate::Line { centre, scale })
    }

    fn mode(&self) -> Option<Expr> {
        self.mean()
    }

    /// By quadrature, good to some `1e-12` for standard deviations within a factor of `1e10` of each other.
    fn entropy(&self) -> Option<Expr> {
        let axis = [last(&self.sigma)];
        let scale = (self.sigma.min_axes(&axis) * self.sigma.max_axes(&axis)).sqrt();
        let whole = Stretch { lower: None, upper: None, middle: self.mean()?, scale };
        Some(whole.entropy(|x| self.log_density(x)))
    }
}

/// The continuous spike and slab (George and McCulloch 1993; Blundell et al. 2015): with probability `pi` Gaussian of standard deviation `sigma1` (the slab), else of
/// `sigma2` (the spike), both of mean 0; on the whole line.
///
/// `ln p(x) = ln(pi N(x; 0, sigma1²) + (1 - pi) N(x; 0, sigma2²))`
///
/// [`NormalScaleMixture`] of two, with numbers as parameters.
#[derive(Debug, Clone)]
pub struct SpikeAndSlab {
    pi: Expr,
    sigma1: Expr,
    sigma2: Expr,
}

impl SpikeAndSlab {
    /// Probability `pi` in `0..=1` of the slab, standard deviations `sigma1 > 0` of the slab and `sigma2 > 0` of the spike.
    #[track_caller]
    pub fn new(pi: impl Into<Expr>, sigma1: impl Into<Expr>, sigma2: impl Into<Expr>) -> Self {
        SpikeAndSlab { pi: pi.into(), sigma1: sigma1.into(), sigma2: sigma2.into() }
    }

    /// The same as a mixture of two.
    fn mixture(&self) -> NormalScaleMixture {
        let second = Expr::iota(2);
        let w = second.select(column(&(1.0 - &self.pi)), column(&self.pi));
        NormalScaleMixture::new(w, second.select(column(&self.sigma2), column(&self.sigma1)))
    }
}

impl Distribution for SpikeAndSlab {
    parameters! { SpikeAndSlab {
        pi: Requirement::Probability,
        sigma1: Requirement::Positive,
        sigma2: Requirement::Positive,
    } }

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_density(&self, x: &Expr) -> Expr {
        self.mixture().log_density(x)
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        draw::elementwise(self, parameters, shape, |[pi, slab, spike]| {
            let sigma = if rng.random::<f64>() < pi { slab } else { spike };
            sigma * draw::standard_normal(rng)
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        self.mixture().cdf(x)
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        self.mixture().log_cdf(x)
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        self.mixture().log_survival(x)
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        noise::implicit(self, noise)
    }

    fn initial_value(&self) -> Expr {
        Expr::constant(0.0)
    }

    fn mean(&self) -> Option<Expr> {
        self.mixture().mean()
    }

    fn variance(&self) -> Option<Expr> {
        self.mixture().variance()
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        self.mixture().quantile(p)
    }

    fn mode(&self) -> Option<Expr> {
        self.mixture().mode()
    }

    /// That of the mixture.
    fn entropy(&self) -> Option<Expr> {
        self.mixture().entropy()
    }
}
