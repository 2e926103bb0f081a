//! `Categorical`: one of several classes.

use elbo_tensor_ad::{Array, Dim, Expr};
use rand::{Rng, RngExt};

use super::counts::Table;
use crate::parameter::exactly;
use crate::{Distribution, Error, Parameter, Requirement, Support, draw};

/// The distribution of a class `0, 1, ..., k - 1`, given by the probabilities of the classes, or by their logarithms
/// up to a constant (logits). The classes are the last axis of the parameter.
///
/// From probabilities: `ln p(x) = ln p[x]`; the vector is not renormalised. From logits:
/// `ln p(x) = f[x] - logsumexp(f)`, accurate for any spread of `f`; minus infinity is allowed for a
/// class that cannot occur. (PyMC 5.28 takes the logarithm of a softmax, whose gradient is NaN for very negative logits.)
///
/// A value that is not a whole number in `0..k` has log density minus infinity.
///
/// Parameters as in PyMC (`p`, `logit_p`) and NumPyro (`probs`, `logits`).
#[derive(Debug, Clone)]
pub struct Categorical {
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Probabilities(Expr),
    Logits(Expr),
}

impl Categorical {
    /// Probabilities of shape `[.., k]`, each in `0..=1`, their sum over the last axis 1.
    #[track_caller]
    pub fn probabilities(p: impl Into<Expr>) -> Self {
        Categorical { form: Form::Probabilities(p.into()) }
    }

    /// Unnormalised log probabilities of shape `[.., k]`.
    #[track_caller]
    pub fn logits(f: impl Into<Expr>) -> Self {
        Categorical { form: Form::Logits(f.into()) }
    }

    /// The parameter; one without an axis of classes carries the mistake on.
    fn parameter(&self) -> Expr {
        let (Form::Probabilities(e) | Form::Logits(e)) = &self.form;
        if e.rank() == 0 { e.max_axes(&[0]) } else { e.clone() }
    }

    /// The axis of the classes.
    fn axis(&self) -> usize {
        self.parameter().rank().saturating_sub(1)
    }

    /// The number of classes.
    fn classes(&self) -> Dim {
        self.parameter().dim(self.axis())
    }

    /// The probabilities of the classes.
    pub(crate) fn p(&self) -> Expr {
        match &self.form {
            Form::Probabilities(_) => self.parameter(),
            Form::Logits(_) => self.parameter().log_softmax(self.axis()).exp(),
        }
    }

    /// The log probabilities of the classes.
    pub(crate) fn log_p(&self) -> Expr {
        match &self.form {
            Form::Probabilities(_) => {
                let p = self.parameter();
                let possible = p.greater(0.0);
                possible.select(possible.select(&p, 1.0).ln(), f64::NEG_INFINITY)
            }
            Form::Logits(_) => self.parameter().log_softmax(self.axis()),
        }
    }

    fn table(&self) -> Table {
        Table::from_log(self.log_p(), self.classes())
    }

    /// `(hit, chosen)`: 1 at the class of `x` along a last axis, and the parameter's element there (0 when there is none).
    fn chosen(&self, x: &Expr) -> (Expr, Expr) {
        let hit = x.one_hot(self.classes());
        let picked = hit.select(self.parameter(), 0.0);
        (hit, picked.sum_axes(&[picked.rank().saturating_sub(1)]))
    }
}

impl Distribution for Categorical {
    fn name(&self) -> &'static str {
        "Categorical"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![match &self.form {
            Form::Probabilities(p) => Parameter::new("p", p, Requirement::Simplex),
            Form::Logits(f) => Parameter::new("logit_p", f, Requirement::LogWeights),
        }]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [parameter] = exactly(self.name(), parameters)?;
        Ok(Box::new(match &self.form {
            Form::Probabilities(_) => Categorical::probabilities(parameter),
            Form::Logits(_) => Categorical::logits(parameter),
        }))
    }

    fn support(&self) -> Support {
        Support::Category(self.classes())
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let (hit, chosen) = self.chosen(x);
        match &self.form {
            // Outside, ln 0; the select in `chosen` keeps its infinite slope from the parameter.
            Form::Probabilities(_) => chosen.ln(),
            Form::Logits(_) => {
                let inside = hit.sum_axes(&[hit.rank().saturating_sub(1)]);
                inside.select(chosen - self.parameter().logsumexp(self.axis()), f64::NEG_INFINITY)
            }
        }
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        match &self.form {
            // A number of classes known only by name cannot be promised beforehand.
            Form::Logits(f) if self.classes().fixed().is_some() => {
                self.chosen(x).1 - f.logsumexp(self.axis())
            }
            Form::Logits(_) | Form::Probabilities(_) => self.log_density(x),
        }
    }

    /// By inversion of the cumulative sum.
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let mut weights = Vec::new();
        draw::events(self, parameters, shape, |[row]| {
            weights.clear();
            match self.form {
                Form::Probabilities(_) => weights.extend_from_slice(row),
                Form::Logits(_) => {
                    let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    weights.extend(row.iter().map(|f| (f - top).exp()));
                }
            }
            let mut left = rng.random::<f64>() * weights.iter().sum::<f64>();
            // Rounding may carry the point past the end: then the last class that can occur.
            let mut class = 0;
            for (k, &w) in weights.iter().enumerate() {
                if w > 0.0 {
                    class = k;
                    if left < w {
                        break;
                    }
                    left -= w;
                }
            }
            class as f64
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        let among = Expr::iota(self.classes()).less_equal(x.expand(x.rank()));
        let terms = among.select(self.p(), 0.0);
        let sum = terms.sum_axes(&[terms.rank().saturating_sub(1)]);
        Some(x.greater_equal(Expr::size(self.classes()) - 1.0).select(1.0, sum.min(1.0)))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.table().log_cdf(x))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(self.table().log_survival(x))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let possible = self.p().greater(0.0).select(Expr::iota(self.classes()), 0.0);
        Some(self.table().quantile(p, possible.max_axes(&[self.axis()])))
    }

    /// The most probable class; of several, the first.
    fn initial_value(&self) -> Expr {
        let e = self.parameter();
        let top = e.max_axes(&[self.axis()]).expand(self.axis());
        e.equal(top).select(Expr::iota(self.classes()), f64::INFINITY).min_axes(&[self.axis()])
    }

    /// The mean of the class's number.
    fn mean(&self) -> Option<Expr> {
        Some((self.p() * Expr::iota(self.classes())).sum_axes(&[self.axis()]))
    }

    /// The variance of the class's number.
    fn variance(&self) -> Option<Expr> {
        let mean = (self.p() * Expr::iota(self.classes())).sum_axes(&[self.axis()]);
        let from_mean = Expr::iota(self.classes()) - mean.expand(self.axis());
        Some((self.p() * from_mean.square()).sum_axes(&[self.axis()]))
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    fn entropy(&self) -> Option<Expr> {
        let p = self.p();
        let impossible = p.equal(0.0);
        let log = match &self.form {
            Form::Probabilities(_) => impossible.select(1.0, &p).ln(),
            Form::Logits(_) => impossible.select(0.0, self.parameter().log_softmax(self.axis())),
        };
        Some(-(p * log).sum_axes(&[self.axis()]))
    }
}
