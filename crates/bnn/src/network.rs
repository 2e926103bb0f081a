//! `Network`: widths, activation, prior, biases; and the model that they make with a likelihood.

use elbo_distributions::{Bernoulli, Categorical, HalfNormal, Normal};
use elbo_model::{Builder, Model};
use elbo_tensor_ad::{Array, Expr};

use crate::{Activation, Error, Likelihood, Prior};

/// A multilayer perceptron whose weights are random variables.
///
/// | setting | default |
/// | --- | --- |
/// | [`activation`](Self::activation) | [`Activation::Tanh`] |
/// | [`prior`](Self::prior) | standard normal |
/// | [`bias`](Self::bias) | none |
///
/// With widths `[d, h₁, .., h_L, k]` the output is `a_L · W + b`, where `a₀ = x` and
/// `a_l = activation(a_(l-1) · W_l + b_l)`. The weights are called `w_in_1`, `w_1_2`, .., `w_L_out`, the
/// biases `b_1`, .., `b_out`; the axes `feature`, `hidden_1`, .., `output`. A single output has no axis.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Network {
    widths: Vec<usize>,
    activation: Activation,
    prior: Prior,
    bias: bool,
}

impl Network {
    /// A network of these widths, input and output included: `[2, 5, 5, 1]`.
    pub fn new(widths: impl Into<Vec<usize>>) -> Self {
        Network {
            widths: widths.into(),
            activation: Activation::default(),
            prior: Prior::default(),
            bias: false,
        }
    }

    /// Applies this function to every hidden layer. Default: tanh.
    pub fn activation(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    /// Draws the weights and biases from this prior. Default: standard normal.
    pub fn prior(mut self, prior: Prior) -> Self {
        self.prior = prior;
        self
    }

    /// Gives every unit a bias, or none. Default: none, as in PyMC's notebook.
    pub fn bias(mut self, bias: bool) -> Self {
        self.bias = bias;
        self
    }

    /// The widths, input and output included.
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// Declares the weights in a model and returns the output at `x`, shape `[rows, k]`, or `[rows]` for a
    /// single output: a network as a part of a larger model.
    ///
    /// `x` has shape `[rows, d]` and its second axis is called `feature`, declared by the data. Mistakes
    /// in the widths show when the model is built, as shapes that do not fit.
    #[track_caller]
    pub fn output(&self, m: &Builder, x: &Expr) -> Expr {
        let last = self.widths.len().saturating_sub(2);
        let layer = |l: usize| match l {
            0 => "feature".to_string(),
            l if l == last + 1 => "output".to_string(),
            l => format!("hidden_{l}"),
        };
        let short = |l: usize| match l {
            0 => "in".to_string(),
            l if l == last + 1 => "out".to_string(),
            l => l.to_string(),
        };
        let mut value = x.clone();
        for (l, pair) in self.widths.windows(2).enumerate() {
            let single = l == last && pair[1] == 1;
            let mut axes = vec![layer(l)];
            if !single {
                m.dim(&layer(l + 1), pair[1]);
                axes.push(layer(l + 1));
            }
            let w = self.prior.sample(m, &format!("w_{}_{}", short(l), short(l + 1)), &axes, pair[0]);
            value = value.matmul(&w);
            if self.bias {
                value = value + self.prior.sample(m, &format!("b_{}", short(l + 1)), &axes[1..], 1);
            }
            if l < last {
                value = self.activation.apply(&value);
            }
        }
        value
    }

    /// The model of the observations `y` (shape `[rows]`) given the data `x` (shape `[rows, d]`): the data
    /// are called `x`, the observed variable `out`, the rows `obs`.
    ///
    /// # Errors
    /// Widths, shapes or labels that do not fit; what [`Model::build`] finds.
    pub fn model(&self, x: &Array<f64>, y: &Array<f64>, likelihood: Likelihood) -> Result<Model, Error> {
        self.check(x, y, likelihood)?;
        Ok(Model::build(|m| {
            let x = m.data("x", x, ["obs", "feature"]);
            let output = self.output(m, &x);
            match likelihood {
                Likelihood::Bernoulli => {
                    m.deterministic("p", output.sigmoid());
                    m.observe("out", Bernoulli::logits(output), y);
                }
                Likelihood::Categorical => {
                    m.deterministic("p", output.log_softmax(1).exp());
                    m.observe("out", Categorical::logits(output), y);
                }
                Likelihood::Normal { sd } => {
                    let mu = m.deterministic("mu", output);
                    m.observe("out", Normal::new(mu, sd), y);
                }
                Likelihood::NormalWithNoise { scale } => {
                    let mu = m.deterministic("mu", output);
                    let sigma = m.sample("sigma", HalfNormal::new(scale), ());
                    m.observe("out", Normal::new(mu, sigma), y);
                }
            }
        })?)
    }

    fn check(&self, x: &Array<f64>, y: &Array<f64>, likelihood: Likelihood) -> Result<(), Error> {
        let (Some(&input), Some(&found)) = (self.widths.first(), self.widths.last()) else {
            return Err(Error::Widths { found: 0 });
        };
        if self.widths.len() < 2 {
            return Err(Error::Widths { found: self.widths.len() });
        }
        if let Some(layer) = self.widths.iter().position(|&w| w == 0) {
            return Err(Error::ZeroWidth { layer });
        }
        if x.rank() != 2 || x.shape()[1] != input {
            return Err(Error::InputWidth { expected: input, found: x.shape().to_vec() });
        }
        if y.shape() != [x.rows()] {
            return Err(Error::Observations { rows: x.rows(), found: y.shape().to_vec() });
        }
        match likelihood {
            Likelihood::Categorical if found < 2 => {
                Err(Error::OutputWidth { expected: 2, at_least: true, found })
            }
            Likelihood::Categorical => Ok(()),
            Likelihood::Bernoulli | Likelihood::Normal { .. } | Likelihood::NormalWithNoise { .. }
                if found != 1 =>
            {
                Err(Error::OutputWidth { expected: 1, at_least: false, found })
            }
            Likelihood::Bernoulli | Likelihood::Normal { .. } | Likelihood::NormalWithNoise { .. } => Ok(()),
        }
    }
}
