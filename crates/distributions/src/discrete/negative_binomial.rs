//! `NegativeBinomial`: counts that vary more than Poisson's.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::beta_binomial::ln_rising;
use super::counts::{Steps, Table, largest, only, smallest, whole_from};
use super::poisson_draw::PoissonDraw;
use crate::continuous::GammaDraw;
use crate::draw::Prepared;
use crate::parameter::exactly;
use crate::{Distribution, Error, Parameter, Requirement, Support, draw, incomplete};

/// The Poisson distribution whose rate is a draw of the Gamma distribution of mean `mu > 0` and shape `alpha > 0`; or the number of
/// failures before the `n`-th success (`n > 0`, not only whole) of trials of probability `p`, with `alpha = n`,
/// `mu = n (1 - p) / p`. On `0, 1, 2, ..`.
///
/// `ln p(x) = ln (x + alpha - 1 over x) + alpha ln(alpha / (alpha + mu)) + x ln(mu / (alpha + mu))`
///
/// No term cancels for large `alpha`, where it becomes Poisson's. A value that is no whole number from 0 on has log density minus infinity.
/// The logarithms of the tails stay finite as far as `f64` goes.
///
/// The quantile is exact at the steps of the [`cdf`](Distribution::cdf) as it is computed (relative error 1e-13). The entropy is a sum:
/// there is one where the parameters are literals and it has fewer than `2^20` terms.
///
/// Parameters as in PyMC (`mu`, `alpha` or `n`, `p`) and SciPy (`n`, `p`); NumPyro's `NegativeBinomial2` (`mean`, `concentration`); NumPyro's
/// `NegativeBinomialProbs` takes the probability of what is counted, `1 - p`.
#[derive(Debug, Clone)]
pub struct NegativeBinomial {
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Mean { mu: Expr, alpha: Expr },
    Trials { n: Expr, p: Expr },
}

/// `alpha`, and `p`, `1 - p` with their logarithms.
struct Terms {
    alpha: Expr,
    p: Expr,
    q: Expr,
    ln_p: Expr,
    ln_q: Expr,
}

impl NegativeBinomial {
    /// Mean `mu > 0`, shape `alpha > 0`: the variance is `mu + mu² / alpha`.
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, alpha: impl Into<Expr>) -> Self {
        NegativeBinomial { form: Form::Mean { mu: mu.into(), alpha: alpha.into() } }
    }

    /// Failures before the `n`-th success of probability `p`, `n > 0`, `0 < p <= 1`.
    #[track_caller]
    pub fn trials(n: impl Into<Expr>, p: impl Into<Expr>) -> Self {
        NegativeBinomial { form: Form::Trials { n: n.into(), p: p.into() } }
    }

    fn terms(&self) -> Terms {
        match &self.form {
            Form::Trials { n, p } => {
                Terms { alpha: n.clone(), p: p.clone(), q: 1.0 - p, ln_p: p.ln(), ln_q: (-p).ln1p() }
            }
            Form::Mean { mu, alpha } => {
                // ln(a / (a + b)), by one path: two would be an infinity less another far out.
                let log_share = |a: &Expr, b: &Expr| {
                    let small = a.less(1e-300 * b);
                    small.select(
                        small.select(a, 1.0).ln() - small.select(b, 1.0).ln(),
                        -(small.select(1.0, b) / small.select(1.0, a)).ln1p(),
                    )
                };
                let (ln_p, ln_q) = (log_share(alpha, mu), log_share(mu, alpha));
                Terms { alpha: alpha.clone(), p: ln_p.exp(), q: ln_q.exp(), ln_p, ln_q }
            }
        }
    }

    fn mu(&self) -> Expr {
        match &self.form {
            Form::Mean { mu, .. } => mu.clone(),
            Form::Trials { n, p } => n * (1.0 - p) / p,
        }
    }

    /// `mu` and `alpha`, whatever it was given by.
    pub(crate) fn mean_and_shape(&self) -> (Expr, Expr) {
        (self.mu(), self.alpha().clone())
    }

    fn alpha(&self) -> &Expr {
        match &self.form {
            Form::Mean { alpha, .. } => alpha,
            Form::Trials { n, .. } => n,
        }
    }

    fn steps<'a>(&self, x: &'a Expr) -> Steps<'a> {
        Steps { lower: 0.0.into(), upper: None, x }
    }

    fn below(&self, x: &Expr) -> Expr {
        let t = self.terms();
        t.alpha.beta_inc(x + 1.0, t.p)
    }

    /// Of so many values that all but `1e-20` of the mass is among them.
    fn table(&self) -> Option<Table> {
        let wide = |e: &Expr| e.expand(e.rank());
        let (mu, alpha) = (largest(&self.mu())?, self.alpha());
        let least = -largest(&-alpha)?;
        // Of the widest that the largest mean and the smallest shape make: its decay, and its spread.
        let decay = (least / mu).ln_1p();
        let length = mu + 12.0 * (mu + mu * mu / least).sqrt() + 60.0 + 50.0 / decay;
        let form = match &self.form {
            Form::Mean { mu, alpha } => Form::Mean { mu: wide(mu), alpha: wide(alpha) },
            Form::Trials { n, p } => Form::Trials { n: wide(n), p: wide(p) },
        };
        Table::up_to(Some(length), &NegativeBinomial { form })
    }
}

impl Distribution for NegativeBinomial {
    fn name(&self) -> &'static str {
        "NegativeBinomial"
    }

    fn parameters(&self) -> Vec<Parameter> {
        let positive = Requirement::Positive;
        match &self.form {
            Form::Mean { mu, alpha } => {
                vec![Parameter::new("mu", mu, positive), Parameter::new("alpha", alpha, positive)]
            }
            Form::Trials { n, p } => {
                vec![
                    Parameter::new("n", n, positive),
                    Parameter::new("p", p, Requirement::PositiveProbability),
                ]
            }
        }
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [first, second] = exactly(self.name(), parameters)?;
        Ok(Box::new(match &self.form {
            Form::Mean { .. } => NegativeBinomial::new(first, second),
            Form::Trials { .. } => NegativeBinomial::trials(first, second),
        }))
    }

    fn support(&self) -> Support {
        Support::WholeAbove { lower: 0.0.into() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        only(&whole_from(x, 0.0), x, 0.0, |x| self.log_density_unchecked(x))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let power = match &self.form {
            // 0 ln 0 where p is 1.
            Form::Trials { p, .. } => x.xlog1py(-p),
            Form::Mean { .. } => x * self.terms().ln_q,
        };
        let t = self.terms();
        ln_rising(&t.alpha, x) + t.alpha * t.ln_p + power
    }

    /// A Poisson draw at a Gamma draw's rate.
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let mut prepared = Prepared::default();
        draw::elementwise(self, parameters, shape, |given| {
            let (scale, gamma) = prepared.of(given, |[a, b]| match self.form {
                Form::Mean { .. } => (a / b, GammaDraw::new(b)),
                Form::Trials { .. } => ((1.0 - b) / b, GammaDraw::new(a)),
            });
            PoissonDraw::new((gamma.draw(rng) * scale).min(f64::MAX)).draw(rng)
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.steps(x).between(0.0, 1.0, |x| self.below(x)))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let t = self.terms();
        let log = |x: &Expr| incomplete::log_beta(&t.alpha, &(x + 1.0), &t.p, &t.q);
        Some(self.steps(x).between(f64::NEG_INFINITY, 0.0, log))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let t = self.terms();
        let log = |x: &Expr| incomplete::log_beta(&(x + 1.0), &t.alpha, &t.q, &t.p);
        Some(self.steps(x).between(0.0, f64::NEG_INFINITY, log))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let top = self.terms().q.equal(0.0).select(0.0, f64::INFINITY);
        Some(smallest(p, &0.0.into(), top, |x| self.below(x)))
    }

    /// The mean, rounded down.
    fn initial_value(&self) -> Expr {
        self.mu().floor()
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.mu())
    }

    fn variance(&self) -> Option<Expr> {
        Some(match &self.form {
            Form::Mean { mu, alpha } => mu + mu.square() / alpha,
            Form::Trials { n, p } => n * (1.0 - p) / p / p,
        })
    }

    /// The largest whole number below `mu (alpha - 1) / alpha`, at least 0.
    fn mode(&self) -> Option<Expr> {
        let at = match &self.form {
            Form::Mean { mu, alpha } => mu * ((alpha - 1.0) / alpha),
            Form::Trials { n, p } => (n - 1.0) * (1.0 - p) / p,
        };
        Some((at.ceil() - 1.0).max(0.0))
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.table()?.entropy())
    }
}
