//! `GaussianRandomWalk`: sums of Gaussian steps.

use core::f64::consts::{E, PI};

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use crate::multivariate::dense::normals;
use crate::multivariate::event::{self, column, drawn, last, sides, total};
use crate::parameter::exactly;
use crate::{Distribution, Error, Noise, Parameter, Requirement, Support};

/// A walk from a Gaussian start, each step Gaussian of mean `mu` (the drift) and standard deviation `sigma > 0`; over vectors of `steps + 1` numbers,
/// `[.., steps + 1]`.
///
/// `ln p(x) = ln N(x₀; init_mu, init_sigma²) + Σ ln N(xₜ - xₜ₋₁; mu, sigma²)`
///
/// The start is of mean 0 and standard deviation 100, as in PyMC, unless [`start`](Self::start) says otherwise. All parameters are numbers, one for each
/// walk. Draws by paths are sums of the noise, the start first.
///
/// As in PyMC with a Gaussian `init_dist`; NumPyro's `GaussianRandomWalk` begins at the first step and has no drift.
#[derive(Debug, Clone)]
pub struct GaussianRandomWalk {
    mu: Expr,
    sigma: Expr,
    init_mu: Expr,
    init_sigma: Expr,
    steps: usize,
}

impl GaussianRandomWalk {
    /// Drift `mu`, standard deviation `sigma > 0` of a step, `steps` steps.
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, sigma: impl Into<Expr>, steps: usize) -> Self {
        let (init_mu, init_sigma) = (Expr::constant(0.0), Expr::constant(100.0));
        GaussianRandomWalk { mu: mu.into(), sigma: sigma.into(), init_mu, init_sigma, steps }
    }

    /// A start of this mean and standard deviation.
    #[track_caller]
    #[must_use]
    pub fn start(self, mu: impl Into<Expr>, sigma: impl Into<Expr>) -> Self {
        GaussianRandomWalk { init_mu: mu.into(), init_sigma: sigma.into(), ..self }
    }

    pub(crate) fn steps(&self) -> usize {
        self.steps
    }

    /// The Cholesky factor of the covariance: each number sums the start and the steps so far.
    pub(crate) fn factor(&self) -> Expr {
        let start = self.time().equal(0.0);
        let scales = start.select(column(&self.init_sigma), column(&self.sigma));
        let ones = Expr::literal(Array::full([self.steps + 1, self.steps + 1], 1.0)).tril(0);
        ones * scales.expand(last(&scales))
    }

    /// `0, 1, .., steps`
    fn time(&self) -> Expr {
        Expr::iota(self.steps + 1)
    }

    fn log_scales(&self) -> Expr {
        self.init_sigma.ln() + self.steps as f64 * self.sigma.ln()
    }
}

impl Distribution for GaussianRandomWalk {
    fn name(&self) -> &'static str {
        "GaussianRandomWalk"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![
            Parameter::new("mu", &self.mu, Requirement::Real),
            Parameter::new("sigma", &self.sigma, Requirement::Positive),
            Parameter::new("init_mu", &self.init_mu, Requirement::Real),
            Parameter::new("init_sigma", &self.init_sigma, Requirement::Positive),
        ]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [mu, sigma, init_mu, init_sigma] = exactly(self.name(), parameters)?;
        Ok(Box::new(Self::new(mu, sigma, self.steps).start(init_mu, init_sigma)))
    }

    fn support(&self) -> Support {
        Support::Real
    }

    fn event_rank(&self) -> usize {
        1
    }

    fn log_density(&self, x: &Expr) -> Expr {
        // A value of another length is a mistake.
        let x = x + Expr::literal(Array::zeros([self.steps + 1]));
        let axis = last(&x);
        let steps = x.slice(axis, 1, self.steps) - x.slice(axis, 0, self.steps);
        let z = (steps - column(&self.mu)) / column(&self.sigma);
        let start = (x.slice(axis, 0, 1).squeeze(&[axis]) - &self.init_mu) / &self.init_sigma;
        let n = self.steps as f64 + 1.0;
        -0.5 * (total(&z.square()) + start.square()) - self.log_scales() - 0.5 * n * (2.0 * PI).ln()
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let [_, n] = sides(shape);
        if n != self.steps + 1 {
            return Err(Error::DrawRank { distribution: self.name(), expected: 1, shape: shape.to_vec() });
        }
        drawn(self, parameters, shape, 1, [&[], &[], &[], &[]], |[mu, sigma, init_mu, init_sigma], out| {
            normals(out, rng);
            out[0] = init_mu[0] + init_sigma[0] * out[0];
            (1..n).for_each(|t| out[t] = out[t - 1] + mu[0] + sigma[0] * out[t]);
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Normal)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        let axis = last(noise);
        let first = self.time().equal(0.0);
        let steps = first.select(column(&self.init_mu), column(&self.mu))
            + first.select(column(&self.init_sigma), column(&self.sigma)) * noise;
        Some(steps.cumsum(axis))
    }

    /// The mean.
    fn initial_value(&self) -> Expr {
        column(&self.init_mu) + column(&self.mu) * self.time()
    }

    fn mean(&self) -> Option<Expr> {
        // Every parameter has its axes in it.
        Some(self.initial_value() + column(&(0.0 * (&self.sigma + &self.init_sigma))))
    }

    /// Of each element: `init_sigma² + t sigma²`.
    fn variance(&self) -> Option<Expr> {
        let each = column(&self.init_sigma.square()) + column(&self.sigma.square()) * self.time();
        Some(each + column(&(0.0 * (&self.mu + &self.init_mu))))
    }

    fn mode(&self) -> Option<Expr> {
        self.mean()
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.log_scales() + 0.5 * (self.steps as f64 + 1.0) * (2.0 * PI * E).ln())
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.steps + 1])
    }
}
