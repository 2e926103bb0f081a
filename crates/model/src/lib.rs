//! Named random variables, data and observations that compile to one differentiable log density.
//!
//! # Is this for you?
//! You have data and a story of how they came about, with unknowns in it, and you want the log density of the unknowns
//! given the data, with its gradient, fast, for an inference algorithm. You write the story as ordinary Rust; this crate
//! keeps the names, checks the shapes, maps bounded unknowns onto the whole line, pairs and scales batches of rows, and
//! afterwards evaluates any named expression at any draws on any rows.
//!
//! It does no inference: `elbo-vi` and `elbo-mcmc` take its [`LogDensity`]. If you have a log density and its gradient in
//! hand already, implement [`LogDensity`] for it (twenty lines) and leave the rest of this crate alone.
//!
//! ```
//! use elbo_datasets::make_moons;
//! use elbo_distributions::{Bernoulli, Normal};
//! use elbo_model::{LogDensity, Model, RowBatches};
//!
//! let data = make_moons(200).noise(0.2).random_state(0).generate()?.scaled()?;
//!
//! // A network of two features, five tanh units and one output, with a standard normal on every weight.
//! let model = Model::build(|m| {
//!     m.dim("hidden", 5);
//!     let x = m.data("x", &data.x, ["obs", "feature"]);
//!     let w_in = m.sample("w_in", Normal::standard(), ["feature", "hidden"]);
//!     let w_out = m.sample("w_out", Normal::standard(), "hidden");
//!     let logit = x.matmul(&w_in).tanh().matmul(&w_out);
//!     m.deterministic("p", logit.sigmoid());
//!     m.observe("out", Bernoulli::logits(logit), &data.y);
//! })?;
//!
//! // What an inference algorithm sees.
//! let mut density = model.density()?;
//! let mut gradient = vec![0.0; density.dim()];
//! let value = density.value_and_gradient(&[0.0; 15], &mut gradient)?;
//! assert!((value - (200.0 * 0.5f64.ln() - 7.5 * std::f64::consts::TAU.ln())).abs() < 1e-9);
//! density.select_rows(&[17, 3, 198])?; // from now on an unbiased estimate from three rows
//!
//! // What is asked of its draws: here two, of 15 numbers each, on three points of the plane.
//! let draws = [vec![0.5; 15], vec![-1.0; 15]].concat();
//! let points = elbo_tensor_ad::Array::new([3, 2], vec![0.0, 0.0, 1.0, -1.0, 2.0, 0.5])?;
//! let p = model.predictor("p")?.on("x", &points)?;
//! assert_eq!(p.at(&draws)?.shape(), [2, 3]); // draws, points
//! assert_eq!(p.moments(&draws)?.mean.shape(), [3]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The concepts, in order
//! **Sentences.** [`Model::build`] lends a [`Builder`], whose methods each say one thing: [`dim`](Builder::dim),
//! [`data`](Builder::data), [`sample`](Builder::sample), [`deterministic`](Builder::deterministic),
//! [`observe`](Builder::observe), [`potential`](Builder::potential), [`initial`](Builder::initial). What they return are
//! expressions of `elbo-tensor-ad`, combined by its operators. Nothing fails on the spot: the first mistake is kept and returned
//! by `build` with the names, the shapes and your source line ([`Error`]).
//!
//! **Axes** have names: one name is one length. An axis that `dim` or [`labelled_dim`](Builder::labelled_dim) declares, or that
//! a latent variable lies on, is *fixed*. The first axis of data is *free* unless it was declared: it is the rows, and
//! a batch or a prediction can bring another number of them. The other axes of data are fixed. Where operations of the model need two
//! names to be one length, they are one axis.
//!
//! **Data** are inputs, not part of the compiled program: [`Predictor::on`] replaces them.
//!
//! **Latent variables** ([`sample`](Builder::sample)) have a continuous distribution. Inference moves in one flat, *unconstrained*
//! vector, all variables one after another in the order of the model, each row-major ([`Model::range`]); the distribution's
//! bijector maps its part to the variable's own space (`exp` for a positive one), and the log density
//! includes the log determinant of that map. The expression that `sample` returns is in the variable's own space.
//!
//! **Observed variables** ([`observe`](Builder::observe)) are data that a distribution explains. The log density is
//!
//! ```text
//! Σ ln p(latent variable) + ln |det of its map|  +  Σ potentials  +  (N / rows at hand) Σ ln p(observed row)
//! ```
//!
//! with `N` the model's own number of rows, so that no batch can forget it. [`RowBatches::select_rows`] takes the same rows of every array that
//! has the observed rows as its first axis. Where some of the rows cannot stand for all of them without bias (a latent
//! variable lies on the rows, observed variables have different rows, a prior or a potential mixes rows),
//! [`rows`](RowBatches::rows) is 0 and `select_rows` says why. What is computed *within* the likelihood from all rows together, such
//! as a mean over them, is in a batch computed from the rows of the batch: compute it beforehand and pass it as data.
//!
//! **Deterministics** are named expressions, for prediction. **Potentials** are further terms of the log density.
//!
//! **[`LogDensity`]** is the whole contract with an inference algorithm: a dimension, a value and a gradient.
//! [`ModelDensity`] is the compiled one, in `f64` or `f32` ([`Model::density_in`]); it allocates nothing, and each
//! thread takes a clone. A value that is not finite is a [`DensityError`] that names the
//! variable, its parameter, and the row of the data.
//!
//! **[`Predictor`]** evaluates expressions at draws of the flat vector, on the model's rows or others, in parallel with the same
//! bits on any number of threads. [`Model::draws`] gives draws their names, dims and labels, ready for `elbo-posterior`;
//! [`Model::posterior_predictive`] draws observations; [`Model::prior`] draws everything before the data are seen.
//!
//! # What is not here
//! - Inference; discrete latent variables (sum them out, as a potential with `logsumexp`); missing data (an observed array is
//!   finite throughout).
//! - A choice of bijector: each variable takes its distribution's own.
//! - Batches over two kinds of rows at once, or over rows that have latent variables of their own.
//! - A distribution that is not in `elbo-distributions` can be yours: implement its `Distribution` trait.

mod axis;
mod builder;
mod density;
mod diagnose;
mod error;
mod log_density;
mod model;
mod predictor;
mod rows;
mod simulate;
mod table;

pub use axis::Axes;
pub use builder::Builder;
pub use density::ModelDensity;
pub use error::Error;
pub use log_density::{DensityError, LogDensity, RowBatches};
pub use model::Model;
pub use predictor::{Moments, Predictor};
pub use simulate::Prior;
