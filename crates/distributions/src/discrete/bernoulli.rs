//! `Bernoulli`: one of two outcomes.

use elbo_tensor_ad::{Array, Expr, Op, Unary};
use rand::{Rng, RngExt};

use crate::parameter::exactly;
use crate::{Distribution, Error, Parameter, Requirement, Support, draw};

/// The distribution of a 0 or 1 that is 1 with probability `p`, given as `p` or as its logit
/// `f = ln(p / (1 - p))`.
///
/// From logits: `ln p(1) = -softplus(-f)`, `ln p(0) = -softplus(f)`. The relative accuracy of the
/// value and of the gradient holds in both tails; the unchecked form is `x f - softplus(f)`, three
/// operations, with an absolute error of about `1e-16 max(1, |f|)`.
///
/// From probabilities: `ln p(1) = ln p`, `ln p(0) = ln(1 - p)`, exact at `p = 0` and `p = 1` too. When `p` is
/// written as `f.sigmoid()`, the density is taken from `f`: there `1 - p` would have lost all digits from `f = 37` on.
/// (A gradient with respect to that `p` itself is then 0, as the density no longer passes through it; ask for `f`'s.)
///
/// Parameters as in PyMC (`p`, `logit_p`), NumPyro (`probs`, `logits`) and SciPy (`p`).
#[derive(Debug, Clone)]
pub struct Bernoulli {
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Probabilities(Expr),
    Logits(Expr),
}

impl Bernoulli {
    /// The probability `p` of a 1, in `0..=1`.
    #[track_caller]
    pub fn probabilities(p: impl Into<Expr>) -> Self {
        Bernoulli { form: Form::Probabilities(p.into()) }
    }

    /// The logit `f = ln(p / (1 - p))`, any real number.
    #[track_caller]
    pub fn logits(f: impl Into<Expr>) -> Self {
        Bernoulli { form: Form::Logits(f.into()) }
    }

    /// The logit, where the distribution is written with one.
    pub(crate) fn logit(&self) -> Option<&Expr> {
        match &self.form {
            Form::Logits(f) => Some(f),
            Form::Probabilities(p) if *p.op() == Op::Unary(Unary::Sigmoid) => p.args().first(),
            Form::Probabilities(_) => None,
        }
    }

    /// The probability of a 1.
    pub(crate) fn p(&self) -> Expr {
        match &self.form {
            Form::Probabilities(p) => p.clone(),
            Form::Logits(f) => f.sigmoid(),
        }
    }
}

impl Distribution for Bernoulli {
    fn name(&self) -> &'static str {
        "Bernoulli"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![match &self.form {
            Form::Probabilities(p) => Parameter::new("p", p, Requirement::Probability),
            Form::Logits(f) => Parameter::new("logit_p", f, Requirement::Real),
        }]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [parameter] = exactly(self.name(), parameters)?;
        Ok(Box::new(match &self.form {
            Form::Probabilities(_) => Bernoulli::probabilities(parameter),
            Form::Logits(_) => Bernoulli::logits(parameter),
        }))
    }

    fn support(&self) -> Support {
        Support::Boolean
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let (one, zero) = (x.equal(1.0), x.equal(0.0));
        match (&self.form, self.logit()) {
            (_, Some(f)) => {
                let inside = -one.select(-f, f).softplus();
                one.max(zero).select(inside, f64::NEG_INFINITY)
            }
            // ln 0 outside; the selects, not a product, keep its infinite slope from the parameter.
            (Form::Probabilities(p) | Form::Logits(p), None) => one.select(p, zero.select(1.0 - p, 0.0)).ln(),
        }
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        match (&self.form, self.logit()) {
            (_, Some(f)) => x * f - f.softplus(),
            (Form::Probabilities(p) | Form::Logits(p), None) => x.select(p, 1.0 - p).ln(),
        }
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        draw::elementwise(self, parameters, shape, |[q]| {
            let p = match self.form {
                Form::Probabilities(_) => q,
                Form::Logits(_) => sigmoid(q),
            };
            // random() is below 1, so that p = 1 never gives 0, and p = 0 never gives 1.
            f64::from(rng.random::<f64>() < p)
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        let below = match self.logit() {
            Some(f) => (-f).sigmoid(),
            None => 1.0 - self.p(),
        };
        Some(x.less(0.0).select(0.0, x.greater_equal(1.0).select(1.0, below)))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(
            x.less(0.0)
                .select(f64::NEG_INFINITY, x.greater_equal(1.0).select(0.0, self.log_density(&0.0.into()))),
        )
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(
            x.less(0.0)
                .select(0.0, x.greater_equal(1.0).select(f64::NEG_INFINITY, self.log_density(&1.0.into()))),
        )
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let below = self.cdf(&0.0.into())?;
        let sane = p.greater_equal(0.0) * p.less_equal(1.0);
        Some(sane.select(below.less(p), f64::NAN).stop_gradient())
    }

    /// 1 where it is the more probable outcome, else 0.
    fn initial_value(&self) -> Expr {
        match (&self.form, self.logit()) {
            (_, Some(f)) => f.greater(0.0),
            (Form::Probabilities(p) | Form::Logits(p), None) => p.greater(0.5),
        }
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.p())
    }

    fn variance(&self) -> Option<Expr> {
        // p(1 - p) as σ(f) σ(-f) keeps its relative accuracy at both ends.
        Some(match self.logit() {
            Some(f) => f.sigmoid() * (-f).sigmoid(),
            None => self.p() * (1.0 - self.p()),
        })
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(match self.logit() {
            Some(f) => f.sigmoid() * (-f).softplus() + (-f).sigmoid() * f.softplus(),
            None => {
                let p = self.p();
                // 0 ln 0 = 0, with a harmless logarithm where it is not used.
                let term = |q: Expr| q.equal(0.0).select(0.0, &q * q.equal(0.0).select(1.0, &q).ln());
                -(term(p.clone()) + term(1.0 - p))
            }
        })
    }
}

/// `σ(f)` of a number; both tails keep their relative accuracy.
pub(super) fn sigmoid(f: f64) -> f64 {
    // e⁻|f| never overflows.
    let tail = (-f.abs()).exp();
    if f >= 0.0 { 1.0 / (1.0 + tail) } else { tail / (1.0 + tail) }
}
