//! `GARCH11`: sequences whose variance follows what has happened.

use core::f64::consts::PI;

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::{time_first, time_last};
use crate::multivariate::dense::normals;
use crate::multivariate::event::{self, column, drawn, last, sides, total};
use crate::parameter::exactly;
use crate::{Distribution, Error, Noise, Parameter, Requirement, Support};

/// Gaussian innovations whose variance is `vₜ = omega + alpha_1 yₜ₋₁² + beta_1 vₜ₋₁`, from `v₀ = initial_vol²` on (Bollerslev 1986); over vectors of
/// `steps + 1` numbers, `[.., steps + 1]`.
///
/// `ln p(y) = -Σ (yₜ² / vₜ + ln vₜ + ln 2π) / 2`
///
/// `omega > 0`, `alpha_1 >= 0`, `beta_1 >= 0`, `initial_vol > 0` (PyMC allows 0, where there is no density). The process has a stationary variance for
/// `alpha_1 + beta_1 < 1`, which nothing asks for. Parameters as in PyMC.
///
/// There is no formula of the entropy, `Σ (1 + ln 2π + E ln vₜ) / 2`: from the third value on `E ln vₜ` is an integral over all news before. [`entropy`](crate::entropy)
/// estimates it from draws.
#[derive(Debug, Clone)]
pub struct GARCH11 {
    omega: Expr,
    alpha_1: Expr,
    beta_1: Expr,
    initial_vol: Expr,
    steps: usize,
}

impl GARCH11 {
    /// The parameters, each a number for each sequence, and `steps` steps after the first value.
    #[track_caller]
    pub fn new(
        omega: impl Into<Expr>,
        alpha_1: impl Into<Expr>,
        beta_1: impl Into<Expr>,
        initial_vol: impl Into<Expr>,
        steps: usize,
    ) -> Self {
        GARCH11 {
            omega: omega.into(),
            alpha_1: alpha_1.into(),
            beta_1: beta_1.into(),
            initial_vol: initial_vol.into(),
            steps,
        }
    }

    /// 0, with the axes of all parameters.
    fn batch(&self) -> Expr {
        (0.0 * (&self.omega + &self.alpha_1 + &self.beta_1 + &self.initial_vol)).stop_gradient()
    }
}

impl Distribution for GARCH11 {
    fn name(&self) -> &'static str {
        "GARCH11"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![
            Parameter::new("omega", &self.omega, Requirement::Positive),
            Parameter::new("alpha_1", &self.alpha_1, Requirement::NonNegative),
            Parameter::new("beta_1", &self.beta_1, Requirement::NonNegative),
            Parameter::new("initial_vol", &self.initial_vol, Requirement::Positive),
        ]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [omega, alpha, beta, start] = exactly(self.name(), parameters)?;
        Ok(Box::new(Self::new(omega, alpha, beta, start, self.steps)))
    }

    fn support(&self) -> Support {
        Support::Real
    }

    fn event_rank(&self) -> usize {
        1
    }

    fn log_density(&self, x: &Expr) -> Expr {
        // A value of another length is a mistake.
        let x = x + Expr::literal(Array::zeros([self.steps + 1])) + column(&self.batch());
        let axis = last(&x);
        let news = column(&self.omega) + column(&self.alpha_1) * x.slice(axis, 0, self.steps).square();
        let start = column(&(self.initial_vol.square() + self.batch())) + 0.0 * x.slice(axis, 0, 1);
        let v = Expr::concat(&[start, news], axis).recurrence(column(&self.beta_1), axis);
        -0.5 * total(&((&x / v.sqrt()).square() + v.ln() + (2.0 * PI).ln()))
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
        drawn(self, parameters, shape, 1, [&[], &[], &[], &[]], |[omega, alpha, beta, start], out| {
            normals(out, rng);
            let mut v = start[0] * start[0];
            for y in out {
                *y *= v.sqrt();
                v = omega[0] + alpha[0] * *y * *y + beta[0] * v;
            }
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Normal)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        let z = time_first(&(noise + column(&self.batch())));
        if z.check().is_err() || z.rank() == 0 {
            return Some(z);
        }
        // The standard deviation of the next value, from that of this one; its own trajectory begins after the first.
        let start = &self.initial_vol.square() + 0.0 * z.index(0, 0);
        let before = z.slice(0, 0, self.steps).square();
        let v = start.scan(&[before], |v, z| &self.omega + (&self.alpha_1 * &z[0] + &self.beta_1) * v);
        let v = Expr::concat(&[start.expand(0), v], 0);
        Some(time_last(&(z * v.sqrt())))
    }

    fn initial_value(&self) -> Expr {
        Expr::literal(Array::zeros([self.steps + 1]))
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.initial_value() + column(&self.batch()))
    }

    /// Of each element: `E vₜ = omega + (alpha_1 + beta_1) E vₜ₋₁`.
    fn variance(&self) -> Option<Expr> {
        let zeros = Expr::literal(Array::zeros([self.steps + 1])) + column(&self.batch());
        let first = Expr::iota(self.steps + 1).equal(0.0);
        let news = first.select(column(&self.initial_vol.square()), column(&self.omega)) + zeros;
        let axis = last(&news);
        Some(news.recurrence(column(&(&self.alpha_1 + &self.beta_1)), axis))
    }

    /// Zeros: no path has smaller variances, so that no density is higher at any step.
    fn mode(&self) -> Option<Expr> {
        self.mean()
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.steps + 1])
    }
}
