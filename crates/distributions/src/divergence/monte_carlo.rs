//! `Estimate`: expectations under a distribution from its draws.

use elbo_tensor_ad::{Array, Dim, Expr};

use crate::{Distribution, Noise};

/// An estimate of an expectation from draws.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Estimate {
    /// The mean over the draws.
    pub value: Expr,
    /// The standard error of that mean, from the spread of the draws; without a gradient.
    pub error: Expr,
    /// The input that the noise is given under (`kl_noise` or `entropy_noise`), of the draws' number before the shape of one draw of the batch.
    pub input: Expr,
    /// What the input is: noise for the path, or draws of the distribution at its parameters.
    pub noise: Noise,
}

impl Estimate {
    /// The draws of an estimate.
    pub const DRAWS: usize = 64;

    /// `E_q f(x, ln q(x))` from [`DRAWS`](Self::DRAWS) draws of `q`, along the path where there is one, else with the score in the gradient.
    pub(super) fn of(q: &dyn Distribution, input: &str, f: impl Fn(&Expr, &Expr) -> Expr) -> Estimate {
        let shape: Vec<Dim> = std::iter::once(Self::DRAWS.into())
            .chain(q.batch_shape().dims().iter().cloned())
            .chain(q.event_shape().dims().iter().cloned())
            .collect();
        let input = Expr::input(input, shape);
        let (terms, noise) = match (q.noise(), q.pathwise(&input)) {
            (Some(noise), Some(x)) => (f(&x, &q.log_density(&x)), noise),
            _ => {
                let log_q = q.log_density(&input);
                let terms = f(&input, &log_q);
                // Of the expectation's gradient this is the part that the terms do not have (Glynn 1990); its value is 0.
                let score = terms.stop_gradient() * (&log_q - log_q.stop_gradient());
                (terms + score, Noise::Draw)
            }
        };
        let value = terms.mean_axes(&[0]);
        let n = Self::DRAWS as f64;
        let spread = (&terms - value.expand(0)).square().sum_axes(&[0]) / (n * (n - 1.0));
        Estimate { error: spread.sqrt().stop_gradient(), value, input, noise }
    }
}

/// An expectation at plain numbers from draws, one for each event of the batch.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Estimated {
    /// The mean over the draws.
    pub value: Array<f64>,
    /// Its standard error, from the spread of the draws.
    pub error: Array<f64>,
}

/// The mean over the first axis, and its standard error.
pub(crate) fn mean_and_error(terms: &Array<f64>) -> Estimated {
    let (shape, n) = (terms.shape().get(1..).unwrap_or(&[]), terms.shape().first().copied().unwrap_or(0));
    let length = terms.len() / n.max(1);
    let column = |i: usize| terms.data().iter().skip(i).step_by(length.max(1));
    let mean = |i: usize| column(i).sum::<f64>() / n as f64;
    let error = |i: usize| {
        let mean = mean(i);
        (column(i).map(|t| (t - mean).powi(2)).sum::<f64>() / (n as f64 * (n as f64 - 1.0))).sqrt()
    };
    let array = |of: &dyn Fn(usize) -> f64| {
        let mut array = Array::zeros(shape);
        array.data_mut().iter_mut().enumerate().for_each(|(i, v)| *v = of(i));
        array
    };
    Estimated { value: array(&mean), error: array(&error) }
}
