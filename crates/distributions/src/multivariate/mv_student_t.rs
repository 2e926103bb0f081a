//! `MvStudentT`: a vector with heavy tails.

use core::f64::consts::PI;

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::dense::{Factor, normals, solve_lower_transposed, times_lower};
use super::event::{self, along, column, drawn, last, sides, total};
use super::form::Form;
use crate::continuous::GammaDraw;
use crate::{Distribution, Error, Noise, Parameter, Requirement, Support};

/// Student's distribution of a vector with `nu > 0` degrees of freedom, location `mu` and scale matrix `Σ`, over `[.., n]`.
///
/// `ln p(x) = ln Γ((nu + n)/2) - ln Γ(nu/2) - n/2 ln(nu π) - ln |Σ| / 2 - (nu + n)/2 · ln(1 + q/nu)`, `q = (x - mu)ᵀ Σ⁻¹ (x - mu)`
///
/// The difference of the two log-gammas is `ln Γ(n/2) - ln B(nu/2, n/2)`: nothing cancels for large `nu`. The covariance is
/// `Σ nu / (nu - 2)`. `Σ` is given by itself, its inverse or its Cholesky factor, as for [`MvNormal`](crate::MvNormal).
///
/// Draws by paths are of [`Noise::Draw`]: the direction `L⁻¹ (x - mu)` is kept, its length moves with `nu` along its distribution
/// function (`q / (q + nu)` is a Beta variable).
///
/// Parameters as in PyMC (`nu`, `mu`, `scale`, `tau`, `chol`; PyMC 5.28 is off by 2e-9, a logarithm in single precision), NumPyro
/// (`df`, `loc`, `scale_tril`) and SciPy (`df`, `loc`, `shape`).
#[derive(Debug, Clone)]
pub struct MvStudentT {
    nu: Expr,
    mu: Expr,
    form: Form,
}

impl MvStudentT {
    /// `nu > 0`, location `mu` (`[.., n]`, or one number for all), scale matrix `scale` (`[.., n, n]`).
    #[track_caller]
    pub fn new(nu: impl Into<Expr>, mu: impl Into<Expr>, scale: impl Into<Expr>) -> Self {
        Self::of(nu.into(), mu.into(), Form::Covariance(scale.into()))
    }

    /// The inverse `tau` of the scale matrix.
    #[track_caller]
    pub fn precision(nu: impl Into<Expr>, mu: impl Into<Expr>, tau: impl Into<Expr>) -> Self {
        Self::of(nu.into(), mu.into(), Form::Precision(tau.into()))
    }

    /// The lower Cholesky factor `chol` of the scale matrix.
    #[track_caller]
    pub fn cholesky(nu: impl Into<Expr>, mu: impl Into<Expr>, chol: impl Into<Expr>) -> Self {
        Self::of(nu.into(), mu.into(), Form::Cholesky(chol.into()))
    }

    fn of(nu: Expr, mu: Expr, form: Form) -> Self {
        MvStudentT { nu, mu: event::vector(&mu, form.side()), form }
    }

    fn length(&self) -> Expr {
        Expr::size(self.form.side())
    }

    /// `ln Γ((nu + n)/2) - ln Γ(nu/2) - n/2 ln(nu π) - ln |Σ| / 2`
    fn constant(&self) -> Expr {
        let half = 0.5 * self.length();
        half.lgamma()
            - (0.5 * &self.nu).betaln(&half)
            - &half * (PI * &self.nu).ln()
            - 0.5 * self.form.log_det()
    }
}

impl Distribution for MvStudentT {
    fn name(&self) -> &'static str {
        "MvStudentT"
    }

    fn parameters(&self) -> Vec<Parameter> {
        let mut all = vec![
            Parameter::new("nu", &self.nu, Requirement::Positive),
            Parameter::new("mu", &self.mu, Requirement::RealVector),
        ];
        all.extend(self.form.parameters("scale"));
        all
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let made = match parameters {
            [nu, mu, rest @ ..] => self.form.with(rest).map(|form| Self::of(nu.clone(), mu.clone(), form)),
            _ => None,
        };
        let wrong = Error::ParameterCount { distribution: self.name(), expected: 3, found: parameters.len() };
        Ok(Box::new(made.ok_or(wrong)?))
    }

    fn support(&self) -> Support {
        Support::Real
    }

    fn event_rank(&self) -> usize {
        1
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let q = self.form.distance(&(x - &self.mu));
        self.constant() - 0.5 * (&self.nu + self.length()) * (q / &self.nu).ln1p()
    }

    /// `mu + L z / √(g / (nu/2))` with `z` Gaussian and `g` a Gamma draw of shape `nu/2`.
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let [_, n] = sides(shape);
        let mut factor = Factor::default();
        drawn(self, parameters, shape, 1, [&[], &[n], &[n, n]], |[nu, mu, m], out| {
            normals(out, rng);
            match self.form {
                Form::Cholesky(_) => times_lower(m, out),
                Form::Precision(_) => solve_lower_transposed(factor.of(m, n), out),
                _ => times_lower(factor.of(m, n), out),
            }
            let scale = (0.5 * nu[0] / GammaDraw::new(0.5 * nu[0]).draw(rng)).sqrt();
            out.iter_mut().zip(mu).for_each(|(x, mu)| *x = mu + *x * scale);
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        let x = noise.stop_gradient();
        let z = self.form.whitened(&(&x - &self.mu)).stop_gradient();
        // q is n times an F variable: q / (q + nu) is a Beta variable of shapes n/2 and nu/2.
        let q = total(&z.square());
        let (a, b) = (0.5 * self.length(), 0.5 * &self.nu);
        let below = a.beta_inc(&b, &q / (&q + &self.nu));
        // q times its density.
        let w = q.ln() - (&q + &self.nu).ln();
        let log = &a * w - &b * (&q / &self.nu).ln1p() - a.betaln(&b);
        let moved = (below.stop_gradient() - below) / (2.0 * log.exp().stop_gradient());
        let path = &self.mu + self.form.spread(&(z * (1.0 + column(&moved))));
        Some(along(&x, &path))
    }

    fn initial_value(&self) -> Expr {
        self.mu.clone()
    }

    /// `mu` for `nu > 1`, else NaN.
    fn mean(&self) -> Option<Expr> {
        Some(column(&self.nu).greater(1.0).select(&self.mu, f64::NAN))
    }

    /// Of each element: `Σᵢᵢ nu / (nu - 2)` for `nu > 2`, infinite for `1 < nu <= 2`, else NaN.
    fn variance(&self) -> Option<Expr> {
        let nu = column(&self.nu);
        let heavy = nu.greater(1.0).select(f64::INFINITY, f64::NAN);
        let finite = nu.greater(2.0);
        let nu = finite.select(&nu, 3.0);
        Some(finite.select(self.form.variances() * &nu / (&nu - 2.0), heavy))
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        let (h, n) = (0.5 * &self.nu, 0.5 * self.length());
        Some((&h + &n) * ((&h + &n).digamma() - h.digamma()) - self.constant())
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.mu.dim(last(&self.mu))])
    }
}
