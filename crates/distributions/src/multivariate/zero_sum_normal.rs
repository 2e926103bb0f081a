//! `ZeroSumNormal`: a Gaussian vector that sums to 0.

use core::f64::consts::{E, PI};

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::dense::normals;
use super::event::{self, TOLERANCE, column, drawn, last, sides, total};
use crate::parameter::exactly;
use crate::{Distribution, Error, Noise, Parameter, Requirement, Support};

/// Independent Gaussian numbers of mean 0 and standard deviation `sigma > 0`, given that they sum to 0; over vectors of length `n`, `[.., n]`. The effects of
/// the levels of a factor beside an intercept.
///
/// `ln p(x) = -Σ x² / (2 sigma²) - (n - 1) (ln sigma + ln(2π)/2)`, with respect to the length within the hyperplane
///
/// The covariance is `sigma² (I - 1 1ᵀ/n)`. The sum may be off by `1e-6` of the largest number (or of 1). Draws by paths are `sigma (z - mean z)`.
///
/// As in PyMC with `n_zerosum_axes = 1`, where the length is that of the variable.
#[derive(Debug, Clone)]
pub struct ZeroSumNormal {
    sigma: Expr,
    n: usize,
}

impl ZeroSumNormal {
    /// Scale `sigma > 0` (a number for each vector), vectors of length `n`.
    #[track_caller]
    pub fn new(sigma: impl Into<Expr>, n: usize) -> Self {
        ZeroSumNormal { sigma: sigma.into(), n }
    }

    fn freedom(&self) -> f64 {
        self.n.saturating_sub(1) as f64
    }
}

impl Distribution for ZeroSumNormal {
    fn name(&self) -> &'static str {
        "ZeroSumNormal"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![Parameter::new("sigma", &self.sigma, Requirement::Positive)]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [sigma] = exactly(self.name(), parameters)?;
        Ok(Box::new(Self::new(sigma, self.n)))
    }

    fn support(&self) -> Support {
        Support::ZeroSum
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let largest = x.abs().max_axes(&[last(x)]).max(1.0);
        let inside = total(x).abs().less_equal(TOLERANCE * largest);
        inside.select(self.log_density_unchecked(x), f64::NEG_INFINITY)
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        // A value of another length is a mistake.
        let x = x + Expr::literal(Array::zeros([self.n]));
        let z = &x / column(&self.sigma);
        -0.5 * total(&z.square()) - self.freedom() * (self.sigma.ln() + 0.5 * (2.0 * PI).ln())
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let [_, n] = sides(shape);
        if n != self.n {
            return Err(Error::DrawRank { distribution: self.name(), expected: 1, shape: shape.to_vec() });
        }
        drawn(self, parameters, shape, 1, [&[]], |[sigma], out| {
            normals(out, rng);
            let mean = out.iter().sum::<f64>() / n as f64;
            out.iter_mut().for_each(|z| *z = sigma[0] * (*z - mean));
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Normal)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        Some(column(&self.sigma) * (noise - column(&noise.mean_axes(&[last(noise)]))))
    }

    fn initial_value(&self) -> Expr {
        Expr::literal(Array::zeros([self.n]))
    }

    fn mean(&self) -> Option<Expr> {
        Some(column(&(0.0 * &self.sigma)) + self.initial_value())
    }

    /// Of each element: `sigma² (1 - 1/n)`.
    fn variance(&self) -> Option<Expr> {
        let part = Array::full([self.n], self.freedom() / (self.n as f64));
        Some(column(&self.sigma.square()) * Expr::literal(part))
    }

    fn mode(&self) -> Option<Expr> {
        self.mean()
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.freedom() * (self.sigma.ln() + 0.5 * (2.0 * PI * E).ln()))
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.n])
    }
}
