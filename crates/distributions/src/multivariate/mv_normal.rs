//! `MvNormal`: the Gaussian distribution of a vector.

use core::f64::consts::{E, PI};

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::dense::{Factor, normals, solve_lower_transposed, times_lower};
use super::event::{self, drawn, last, sides};
use super::form::Form;
use crate::{Distribution, Error, Noise, Parameter, Requirement, Support};

/// The Gaussian distribution of a vector of mean `mu` and covariance `Σ`, over `[.., n]`.
///
/// `ln p(x) = -((x - mu)ᵀ Σ⁻¹ (x - mu) + ln |Σ| + n ln 2π) / 2`
///
/// `Σ` is given by itself ([`new`](Self::new)), by its inverse ([`precision`](Self::precision)), by its Cholesky factor
/// ([`cholesky`](Self::cholesky): the cheapest, nothing is factored), or as a matrix of low rank plus a diagonal
/// ([`low_rank`](Self::low_rank): `O(n r²)` by the Woodbury identity, whose difference of two positive terms loses digits where the diagonal is
/// much smaller than the rest). Leading axes of the parameters and of the value broadcast.
///
/// Matrices are taken as `(Σ + Σᵀ)/2`, so that the gradient with respect to one is symmetric, `(i, j)` and `(j, i)` counted apart. A matrix that
/// is computed and not positive definite stops the run with an error that names its pivot.
///
/// [`variance`](Distribution::variance) is that of each element; the matrix is [`covariance`](Self::covariance).
/// Draws by paths are `mu + L z`.
///
/// Parameters as in PyMC (`cov`, `tau`, `chol`; only the lower triangle of `chol` is read), NumPyro (`covariance_matrix`, `precision_matrix`,
/// `scale_tril`; `LowRankMultivariateNormal`: `cov_factor`, `cov_diag`) and SciPy (`mean`, `cov`; SciPy allows a singular covariance).
#[derive(Debug, Clone)]
pub struct MvNormal {
    mu: Expr,
    form: Form,
}

impl MvNormal {
    /// Mean `mu` (`[.., n]`, or one number for all), covariance `cov` (`[.., n, n]`, symmetric positive definite).
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, cov: impl Into<Expr>) -> Self {
        Self::of(mu.into(), Form::Covariance(cov.into()))
    }

    /// Mean `mu`, precision `tau = Σ⁻¹`.
    #[track_caller]
    pub fn precision(mu: impl Into<Expr>, tau: impl Into<Expr>) -> Self {
        Self::of(mu.into(), Form::Precision(tau.into()))
    }

    /// Mean `mu`, lower Cholesky factor `chol` of the covariance, its diagonal positive.
    #[track_caller]
    pub fn cholesky(mu: impl Into<Expr>, chol: impl Into<Expr>) -> Self {
        Self::of(mu.into(), Form::Cholesky(chol.into()))
    }

    /// Mean `mu`, covariance `W Wᵀ + diag(d)` with `W` the `cov_factor` (`[.., n, r]`) and `d > 0` the `cov_diag` (`[.., n]`).
    #[track_caller]
    pub fn low_rank(mu: impl Into<Expr>, cov_factor: impl Into<Expr>, cov_diag: impl Into<Expr>) -> Self {
        Self::of(mu.into(), Form::LowRank { factor: cov_factor.into(), diagonal: cov_diag.into() })
    }

    fn of(mu: Expr, form: Form) -> Self {
        MvNormal { mu: event::vector(&mu, form.side()), form }
    }

    /// The covariance `Σ`, `[.., n, n]`.
    pub fn covariance(&self) -> Expr {
        self.form.covariance()
    }

    /// The mean and the Cholesky factor of the covariance.
    pub(crate) fn mean_and_factor(&self) -> (Expr, Expr) {
        (self.mu.clone(), self.form.factor())
    }

    fn length(&self) -> Expr {
        Expr::size(self.form.side())
    }
}

impl Distribution for MvNormal {
    fn name(&self) -> &'static str {
        "MvNormal"
    }

    fn parameters(&self) -> Vec<Parameter> {
        let mut all = vec![Parameter::new("mu", &self.mu, Requirement::RealVector)];
        all.extend(self.form.parameters("cov"));
        all
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let made =
            parameters.split_first().and_then(|(mu, rest)| Some(Self::of(mu.clone(), self.form.with(rest)?)));
        let wrong = Error::ParameterCount {
            distribution: self.name(),
            expected: self.parameters().len(),
            found: parameters.len(),
        };
        Ok(Box::new(made.ok_or(wrong)?))
    }

    fn support(&self) -> Support {
        Support::Real
    }

    fn event_rank(&self) -> usize {
        1
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let constant = self.length() * (2.0 * PI).ln() + self.form.log_det();
        -0.5 * (self.form.distance(&(x - &self.mu)) + constant)
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let [_, n] = sides(shape);
        let mut factor = Factor::default();
        if let Form::LowRank { .. } = self.form {
            let rank = parameters.get(1).and_then(|w| w.shape().last().copied()).unwrap_or(0);
            let mut inner = vec![0.0; rank];
            let events: [&[usize]; 3] = [&[n], &[n, rank], &[n]];
            return drawn(self, parameters, shape, 1, events, |[mu, w, d], out| {
                normals(out, rng);
                normals(&mut inner, rng);
                for i in 0..n {
                    let along: f64 = (0..rank).map(|k| w[i * rank + k] * inner[k]).sum();
                    out[i] = mu[i] + out[i] * d[i].sqrt() + along;
                }
            });
        }
        drawn(self, parameters, shape, 1, [&[n], &[n, n]], |[mu, m], out| {
            normals(out, rng);
            match self.form {
                Form::Cholesky(_) => times_lower(m, out),
                Form::Precision(_) => solve_lower_transposed(factor.of(m, n), out),
                _ => times_lower(factor.of(m, n), out),
            }
            out.iter_mut().zip(mu).for_each(|(x, mu)| *x += mu);
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Normal)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        Some(&self.mu + self.form.spread(noise))
    }

    fn initial_value(&self) -> Expr {
        self.mu.clone()
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    /// Of each element.
    fn variance(&self) -> Option<Expr> {
        Some(self.form.variances())
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(0.5 * (self.length() * (2.0 * PI * E).ln() + self.form.log_det()))
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.mu.dim(last(&self.mu))])
    }
}
