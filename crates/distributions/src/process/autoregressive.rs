//! `AR`: sequences that hang on their own past.

use core::f64::consts::{E, PI};

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::{time_first, time_last};
use crate::multivariate::dense::normals;
use crate::multivariate::event::{self, cells, column, drawn, last, sides, total};
use crate::parameter::exactly;
use crate::{Distribution, Error, Noise, Parameter, Requirement, Support};

/// The autoregressive process of order `p`, the length of `rho`: `xₜ = constant + Σ rhoₖ xₜ₋ₖ + sigma εₜ` with `k` from 1 on, after `p` independent
/// Gaussian starting values; over vectors of `p + steps` numbers, `[.., p + steps]`.
///
/// `ln p(x) = Σ_{t<p} ln N(xₜ; init_mu, init_sigma²) + Σ_{t>=p} ln N(xₜ; constant + Σ rhoₖ xₜ₋ₖ, sigma²)`
///
/// Starting values are of mean 0 and standard deviation 100, as in PyMC, unless [`start`](Self::start) says otherwise. Nothing asks the process to be
/// stationary: mean and variance are those of each element of the vector, starting values included. Draws by paths run the recurrence over the noise.
///
/// As in PyMC with a Gaussian `init_dist`; there the constant is the first element of `rho`.
#[derive(Debug, Clone)]
pub struct AR {
    rho: Expr,
    sigma: Expr,
    constant: Expr,
    init_mu: Expr,
    init_sigma: Expr,
    steps: usize,
}

impl AR {
    /// Coefficients `rho` (`[.., p]`, the nearest past first), innovations of standard deviation `sigma > 0`, `steps` steps after the starting values.
    #[track_caller]
    pub fn new(rho: impl Into<Expr>, sigma: impl Into<Expr>, steps: usize) -> Self {
        let zero = || Expr::constant(0.0);
        AR {
            rho: rho.into(),
            sigma: sigma.into(),
            constant: zero(),
            init_mu: zero(),
            init_sigma: Expr::constant(100.0),
            steps,
        }
    }

    /// With a constant added at each step.
    #[track_caller]
    #[must_use]
    pub fn constant(self, constant: impl Into<Expr>) -> Self {
        AR { constant: constant.into(), ..self }
    }

    /// Starting values of this mean and standard deviation.
    #[track_caller]
    #[must_use]
    pub fn start(self, mu: impl Into<Expr>, sigma: impl Into<Expr>) -> Self {
        AR { init_mu: mu.into(), init_sigma: sigma.into(), ..self }
    }

    /// The order.
    fn order(&self) -> usize {
        self.rho.dim(last(&self.rho)).fixed().unwrap_or(0)
    }

    /// `rhoₖ`, beside a last axis.
    fn coefficient(&self, k: usize) -> Expr {
        self.rho.slice(last(&self.rho), k, 1)
    }

    /// The Cholesky factor of the covariance: the starts and the innovations, each carried on by the recurrence.
    pub(crate) fn factor(&self) -> Expr {
        let (p, n) = (self.order(), self.order() + self.steps);
        let past = |k: usize| {
            let at = |cell: usize| f64::from(u8::from(cell / n >= p && cell % n + k + 1 == cell / n));
            Array::new([n, n], (0..n * n).map(at).collect()).map_or(f64::NAN.into(), Expr::literal)
        };
        let news = (0..p).fold(Expr::eye(n), |sum, k| sum - column(&self.coefficient(k)) * past(k));
        let first = Expr::iota(n).less(p as f64);
        let scales = first.select(column(&self.init_sigma), column(&self.sigma));
        news.solve_lower(&(Expr::eye(n) * scales.expand(last(&scales))))
    }

    fn log_scales(&self) -> Expr {
        self.order() as f64 * self.init_sigma.ln() + self.steps as f64 * self.sigma.ln()
    }

    /// 0, with the axes of all parameters.
    fn batch(&self) -> Expr {
        let sum = &self.sigma + &self.constant + &self.init_mu + &self.init_sigma + total(&self.rho);
        (0.0 * sum).stop_gradient()
    }
}

impl Distribution for AR {
    fn name(&self) -> &'static str {
        "AR"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![
            Parameter::new("rho", &self.rho, Requirement::RealVector),
            Parameter::new("sigma", &self.sigma, Requirement::Positive),
            Parameter::new("constant", &self.constant, Requirement::Real),
            Parameter::new("init_mu", &self.init_mu, Requirement::Real),
            Parameter::new("init_sigma", &self.init_sigma, Requirement::Positive),
        ]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [rho, sigma, constant, mu, init_sigma] = exactly(self.name(), parameters)?;
        Ok(Box::new(Self::new(rho, sigma, self.steps).constant(constant).start(mu, init_sigma)))
    }

    fn support(&self) -> Support {
        Support::Real
    }

    fn event_rank(&self) -> usize {
        1
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let (p, steps) = (self.order(), self.steps);
        // A value of another length is a mistake.
        let x = x + Expr::literal(Array::zeros([p + steps]));
        let axis = last(&x);
        let expected = (0..p).fold(column(&self.constant), |sum, k| {
            sum + self.coefficient(k) * x.slice(axis, p - 1 - k, steps)
        });
        let z = (x.slice(axis, p, steps) - expected) / column(&self.sigma);
        let start = (x.slice(axis, 0, p) - column(&self.init_mu)) / column(&self.init_sigma);
        let n = (p + steps) as f64;
        -0.5 * (total(&z.square()) + total(&start.square())) - self.log_scales() - 0.5 * n * (2.0 * PI).ln()
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let ([_, n], p) = (sides(shape), self.order());
        if n != p + self.steps {
            return Err(Error::DrawRank { distribution: self.name(), expected: 1, shape: shape.to_vec() });
        }
        let events: [&[usize]; 5] = [&[p], &[], &[], &[], &[]];
        drawn(self, parameters, shape, 1, events, |[rho, sigma, constant, mu, start], out| {
            normals(out, rng);
            for t in 0..n {
                out[t] = if t < p {
                    mu[0] + start[0] * out[t]
                } else {
                    let past: f64 = (0..p).map(|k| rho[k] * out[t - 1 - k]).sum();
                    constant[0] + past + sigma[0] * out[t]
                };
            }
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Normal)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        let (p, steps) = (self.order(), self.steps);
        let z = noise + column(&self.batch());
        let axis = last(&z);
        let start = column(&self.init_mu) + column(&self.init_sigma) * z.slice(axis, 0, p);
        let inner = column(&self.constant) + column(&self.sigma) * z.slice(axis, p, steps);
        if p == 0 || steps == 0 {
            return Some(Expr::concat(&[start, inner], axis));
        }
        if start.check().is_err() || inner.check().is_err() {
            return Some(start + inner);
        }
        // The nearest past first.
        let path = start.flip(&[axis]).scan(&[time_first(&inner)], |past, z| {
            let next = total(&(past * &self.rho)) + &z[0];
            Expr::concat(&[column(&next), past.slice(last(past), 0, p - 1)], last(past))
        });
        let newest = path.index(path.rank().saturating_sub(1), 0);
        Some(Expr::concat(&[start, time_last(&newest)], axis))
    }

    fn initial_value(&self) -> Expr {
        let zeros = Expr::literal(Array::zeros([self.order() + self.steps]));
        self.pathwise(&zeros).unwrap_or(zeros)
    }

    /// The recurrence without innovations.
    fn mean(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    /// Of each element, by the recurrence of the covariance of `p` successive ones: `P ↦ F P Fᵀ + sigma² e₁ e₁ᵀ`, with the companion matrix `F` of `rho`.
    fn variance(&self) -> Option<Expr> {
        let (p, steps) = (self.order(), self.steps);
        let batch = self.batch();
        let start = &batch + self.init_sigma.square();
        let noise = &batch + self.sigma.square();
        let steady = |variance: &Expr, n: usize| column(variance) + Expr::literal(Array::zeros([n]));
        let axis = batch.rank();
        if p == 0 || steps == 0 {
            return Some(Expr::concat(&[steady(&start, p), steady(&noise, steps)], axis));
        }
        // The nearest past first, as the coefficients are.
        let shift = Expr::eye(p).slice(0, 0, p - 1);
        let top = column(&batch) + &self.rho;
        if start.check().is_err() || top.check().is_err() {
            return Some(top + start);
        }
        let below = cells(&batch) + shift;
        let companion = Expr::concat(&[top.expand(axis), below], axis);
        let turned = companion.matrix_transpose();
        let first =
            Expr::literal(Array::vector((0..p).map(|i| f64::from(u8::from(i == 0))).collect())).diag();
        let fresh = cells(&noise) * first;
        let covariances = (cells(&start) * Expr::eye(p))
            .scan(&[Expr::iota(steps)], |known, _| companion.matmul(known).matmul(&turned) + &fresh);
        let newest = covariances.diagonal().index(axis + 1, 0);
        Some(Expr::concat(&[steady(&start, p), time_last(&newest)], axis))
    }

    /// The mean: the process is Gaussian.
    fn mode(&self) -> Option<Expr> {
        self.mean()
    }

    fn entropy(&self) -> Option<Expr> {
        let n = (self.order() + self.steps) as f64;
        Some(self.log_scales() + 0.5 * n * (2.0 * PI * E).ln() + self.batch())
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.order() + self.steps])
    }
}
