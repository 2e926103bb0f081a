//! `Beta`: proportions.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::gamma_draw::GammaDraw;
use super::tails;
use crate::draw::{self, Prepared};
use crate::inversion::{self, Coordinate};
use crate::parameter::exactly;
use crate::{Distribution, Error, Noise, Parameter, Requirement, Support, incomplete, noise};

/// The Beta distribution of shapes `alpha > 0` and `beta > 0`, on `0 <= x <= 1`.
///
/// `ln p(x) = (alpha - 1) ln x + (beta - 1) ln(1 - x) - ln B(alpha, beta)`
///
/// It can be given by its mean `mu` and standard deviation `sigma` ([`mean_sd`](Self::mean_sd)), or by its mean and `nu = alpha + beta`
/// ([`mean_nu`](Self::mean_nu)); its parameters are then those. At 0 and 1 the log density is its limit. The entropy loses digits as `1e-16` times the
/// larger shape.
///
/// Parameters as in PyMC (whose 5.28 drops the term `ln x` from the gradient of `Beta(1, 1)`); SciPy calls them `a`, `b`, NumPyro `concentration1`,
/// `concentration0` (`BetaProportion`: `mean`, `concentration`).
#[derive(Debug, Clone)]
pub struct Beta {
    form: Form,
    alpha: Expr,
    beta: Expr,
}

#[derive(Debug, Clone)]
enum Form {
    Shapes,
    MeanSd(Expr, Expr),
    MeanNu(Expr, Expr),
}

impl Beta {
    /// Shapes `alpha > 0` and `beta > 0`.
    #[track_caller]
    pub fn new(alpha: impl Into<Expr>, beta: impl Into<Expr>) -> Self {
        Beta { form: Form::Shapes, alpha: alpha.into(), beta: beta.into() }
    }

    /// Mean `mu` between 0 and 1 and standard deviation `sigma`, above 0 and below `√(mu (1 - mu))`.
    #[track_caller]
    pub fn mean_sd(mu: impl Into<Expr>, sigma: impl Into<Expr>) -> Self {
        let (mu, sigma) = (mu.into(), sigma.into());
        let rest = 1.0 - &mu;
        // Quotients: a square may leave the range of f64. So may nu, where the density is a spike in any case.
        let nu = ((&mu / &sigma) * (&rest / &sigma) - 1.0).min(1e300);
        Beta { alpha: &mu * &nu, beta: rest * nu, form: Form::MeanSd(mu, sigma) }
    }

    /// `alpha` and `beta`, whatever it was given by.
    pub(crate) fn shapes(&self) -> (Expr, Expr) {
        (self.alpha.clone(), self.beta.clone())
    }

    /// Mean `mu` between 0 and 1 and `nu = alpha + beta > 0`, the size of a sample that would weigh as much.
    #[track_caller]
    pub fn mean_nu(mu: impl Into<Expr>, nu: impl Into<Expr>) -> Self {
        let (mu, nu) = (mu.into(), nu.into());
        Beta { alpha: &mu * &nu, beta: (1.0 - &mu) * &nu, form: Form::MeanNu(mu, nu) }
    }
}

impl Distribution for Beta {
    fn name(&self) -> &'static str {
        "Beta"
    }

    fn parameters(&self) -> Vec<Parameter> {
        match &self.form {
            Form::Shapes => vec![
                Parameter::new("alpha", &self.alpha, Requirement::Positive),
                Parameter::new("beta", &self.beta, Requirement::Positive),
            ],
            Form::MeanSd(mu, sigma) => vec![
                Parameter::new("mu", mu, Requirement::OpenProbability),
                Parameter::new("sigma", sigma, Requirement::SdOfProportion("mu")),
            ],
            Form::MeanNu(mu, nu) => vec![
                Parameter::new("mu", mu, Requirement::OpenProbability),
                Parameter::new("nu", nu, Requirement::Positive),
            ],
        }
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [first, second] = exactly(self.name(), parameters)?;
        Ok(Box::new(match &self.form {
            Form::Shapes => Beta::new(first, second),
            Form::MeanSd(..) => Beta::mean_sd(first, second),
            Form::MeanNu(..) => Beta::mean_nu(first, second),
        }))
    }

    fn support(&self) -> Support {
        Support::UnitInterval
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let edge = x.equal(0.0).select(
            tails::power_edge(&self.alpha, self.beta.ln()),
            x.equal(1.0).select(tails::power_edge(&self.beta, self.alpha.ln()), f64::NEG_INFINITY),
        );
        let outside = x.less_equal(0.0).max(x.greater_equal(1.0));
        let inner = outside.select(0.5, x);
        let inside = (&self.alpha - 1.0) * inner.ln() + (&self.beta - 1.0) * (-&inner).ln1p();
        outside.select(edge, inside - self.alpha.betaln(&self.beta))
    }

    /// From two gamma variables, as logarithms where a shape is far below 1. A draw that rounds to 0 or 1 is returned as the nearest number inside.
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let gammas = |[first, second]: [f64; 2]| {
            let (alpha, beta) = match &self.form {
                Form::Shapes => (first, second),
                Form::MeanSd(..) => {
                    let nu = ((first / second) * ((1.0 - first) / second) - 1.0).min(1e300);
                    (first * nu, (1.0 - first) * nu)
                }
                Form::MeanNu(..) => (first * second, (1.0 - first) * second),
            };
            (GammaDraw::new(alpha), GammaDraw::new(beta))
        };
        let mut prepared = Prepared::default();
        draw::elementwise(self, parameters, shape, |given| {
            let (alpha, beta) = prepared.of(given, gammas);
            let x: f64 = if alpha.is_moderate() && beta.is_moderate() {
                let (x, y) = (alpha.draw(rng), beta.draw(rng));
                x / (x + y)
            } else {
                1.0 / (1.0 + (beta.draw_log(rng) - alpha.draw_log(rng)).exp())
            };
            x.clamp(f64::MIN_POSITIVE, 1.0 - 0.5 * f64::EPSILON)
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::between(x, 0.0, 1.0, |x| self.alpha.beta_inc(&self.beta, x)))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let log = |x: &Expr| incomplete::log_beta(&self.alpha, &self.beta, x, &(1.0 - x));
        Some(tails::between(x, f64::NEG_INFINITY, 0.0, log))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let log = |x: &Expr| incomplete::log_beta(&self.beta, &self.alpha, &(1.0 - x), x);
        Some(tails::between(x, 0.0, f64::NEG_INFINITY, log))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        inversion::quantile(self, p, &Coordinate::Unit)
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        noise::implicit(self, noise)
    }

    /// The mean.
    fn initial_value(&self) -> Expr {
        &self.alpha / (&self.alpha + &self.beta)
    }

    fn mean(&self) -> Option<Expr> {
        Some(match &self.form {
            Form::Shapes => self.initial_value(),
            Form::MeanSd(mu, _) | Form::MeanNu(mu, _) => mu.clone(),
        })
    }

    fn variance(&self) -> Option<Expr> {
        if let Form::MeanSd(_, sigma) = &self.form {
            return Some(sigma.square());
        }
        let nu = &self.alpha + &self.beta;
        Some((&self.alpha / &nu) * (&self.beta / &nu) / (&nu + 1.0))
    }

    /// `(alpha - 1)/(alpha + beta - 2)` for shapes above 1; else 1 where `alpha >= 1 > beta`, or `alpha > 1 = beta`, and 0 otherwise.
    fn mode(&self) -> Option<Expr> {
        let (a, b) = (&self.alpha, &self.beta);
        let inner = a.greater(1.0) * b.greater(1.0);
        let (p, q) = (inner.select(a, 2.0), inner.select(b, 2.0));
        let right = a.greater_equal(1.0) * b.less_equal(1.0) * (1.0 - a.equal(1.0) * b.equal(1.0));
        Some(inner.select((&p - 1.0) / ((&p - 1.0) + (q - 1.0)), right))
    }

    fn entropy(&self) -> Option<Expr> {
        let (a, b) = (&self.alpha, &self.beta);
        let all = (a + b).digamma();
        Some(a.betaln(b) + (a - 1.0) * (&all - a.digamma()) + (b - 1.0) * (&all - b.digamma()))
    }
}
