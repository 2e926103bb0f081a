//! Bayesian neural networks: a network, priors on its weights and a likelihood, as an ordinary elbo model.
//!
//! Use this crate when the mean of your model is a multilayer perceptron and you want its weights to be
//! random variables. What it builds is a [`Model`](elbo_model::Model) like any other: fit it with any
//! algorithm, evaluate its predictions with a [`Predictor`](elbo_model::Predictor). If your network has
//! another shape, write the model by hand: it is as short (see the example of `elbo-model`), and
//! [`Network::output`] lets a network be a part of it.
//!
//! ```
//! use elbo_bnn::{Likelihood, Network};
//! use elbo_tensor_ad::Array;
//!
//! let x = Array::new([4, 2], vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0])?;
//! let y = Array::vector(vec![0.0, 1.0, 1.0, 0.0]);
//! // 2-5-5-1 with tanh and standard normal weights: the defaults.
//! let model = Network::new([2, 5, 5, 1]).model(&x, &y, Likelihood::Bernoulli)?;
//! assert_eq!(model.variables(), ["w_in_1", "w_1_2", "w_2_out"]);
//! assert_eq!(model.dim(), 2 * 5 + 5 * 5 + 5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The concepts in order: a [`Network`] has widths, an [`Activation`], a [`Prior`] on its weights and, if
//! wanted, biases; a [`Likelihood`] says how its output explains the observations.
//!
//! What is not here yet: convolutions, priors with scales of their own (horseshoe, automatic relevance
//! determination), and objectives that draw the weights of each layer anew for each row (local
//! reparameterisation, Flipout).

mod activation;
mod error;
mod likelihood;
mod network;
mod prior;

pub use activation::Activation;
pub use error::Error;
pub use likelihood::Likelihood;
pub use network::Network;
pub use prior::Prior;
