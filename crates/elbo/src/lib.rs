//! Variational inference for Rust: write a probabilistic model as ordinary code, fit it, predict with honest uncertainty.
//!
//! This crate is the front door: it gives the crates of the house under short names and the
//! [`prelude`]. Each of them can be depended upon alone. Use this crate when you want a posterior
//! approximation, quickly and reproducibly, of a model with continuous unknowns; if you need asymptotically exact
//! draws, use a sampler on the same model (`elbo-mcmc`; here as `mcmc` with the feature of that name).
//!
//! ```
//! use elbo::prelude::*;
//!
//! let x = Array::new([4, 1], vec![-1.0, 0.0, 1.0, 2.0])?;
//! let y = Array::vector(vec![-2.1, 0.1, 1.9, 4.2]);
//! let model = Model::build(|m| {
//!     let x = m.data("x", &x, ["obs", "feature"]);
//!     let w = m.sample("w", Normal::standard(), ["feature"]);
//!     let mu = m.deterministic("mu", x.matmul(&w));
//!     m.observe("y", Normal::new(mu, 0.5), &y);
//! })?;
//! let fit = Advi::new(model.density()?).steps(2_000).seed(1).run()?;
//! // The exact posterior: precision 1 + 6/0.25 = 25, mean 24 * (12.4 / 6) / 25.
//! assert!((fit.mean()[0] - 1.984).abs() < 0.02 && (fit.sd()[0] - 0.2).abs() < 0.02);
//!
//! let new = Array::new([1, 1], vec![10.0])?;
//! let mu = model.predictor("mu")?.on("x", &new)?.moments(&fit.sample(1_000, 7))?;
//! assert!((mu.mean.data()[0] - 19.84).abs() < 0.3 && (mu.sd.data()[0] - 2.0).abs() < 0.2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The concepts, in the order in which a program meets them:
//!
//! 1. [`datasets`]: data as arrays, scikit-learn's own numbers where a seed asks for them.
//! 2. [`distributions`]: log densities, samplers, supports, bijectors.
//! 3. [`model`]: named random variables over data, compiled to one differentiable log density.
//! 4. [`bnn`]: networks with random weights, as ordinary models.
//! 5. [`vi`]: mean-field ADVI, its parts apart: family, estimator, operator, rule, observers.
//! 6. [`posterior`]: named draws, summaries, diagnostics, files that ArviZ opens.
//! 7. [`report`]: figures and a one-page report.
//! 8. [`tensor_ad`]: the expressions, gradients and plans under all of it.

pub use elbo_bnn as bnn;
pub use elbo_datasets as datasets;
pub use elbo_distributions as distributions;
#[cfg(feature = "mcmc")]
pub use elbo_mcmc as mcmc;
pub use elbo_model as model;
pub use elbo_posterior as posterior;
pub use elbo_report as report;
pub use elbo_tensor_ad as tensor_ad;
pub use elbo_vi as vi;

/// What most programs use.
pub mod prelude {
    pub use crate::bnn::{Activation, Likelihood, Network, Prior};
    pub use crate::datasets::{
        Dataset, Split, grid, load, make_blobs, make_circles, make_moons, read_csv, scale, train_test_split,
    };
    pub use crate::distributions::{
        Bernoulli, Beta, Binomial, Categorical, Dirichlet, Distribution, Exponential, Gamma, HalfCauchy,
        HalfNormal, Laplace, LogNormal, MvNormal, NegativeBinomial, Normal, Poisson, StudentT, Uniform,
    };
    pub use crate::model::{LogDensity, Model, Predictor, RowBatches};
    pub use crate::posterior::{Draws, InferenceData};
    pub use crate::tensor_ad::{Array, Expr};
    pub use crate::vi::{Advi, Fit, Start};
}

/// The README's examples, compiled and run by the tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
