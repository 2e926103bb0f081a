//! Named posterior draws: summaries, intervals, diagnostics, and files that ArviZ opens.
//!
//! Take this crate if you have draws of named quantities, from a variational fit, a sampler or a formula, and
//! want to know their means, spreads and intervals, whether the chains agree, and to hand them to Python's
//! [ArviZ](https://python.arviz.org). It knows nothing of models and inference, and needs only `serde_json`
//! and `thiserror`. For plots take `elbo-report`, or ArviZ itself.
//!
//! ```
//! use elbo_posterior::{Draws, InferenceData};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (chains, draws) = (2, 100);
//! let values = (0..chains * draws * 3).map(|i| (i as f64 * 0.7).sin()).collect(); // from your fit
//! let mut posterior = Draws::new(chains, draws);
//! posterior.push("w", &[("feature", 3)], values)?;
//! posterior.set_coords("feature", ["age", "height", "weight"])?;
//! println!("{}", posterior.summary()); // rows w[age], w[height], w[weight]
//! assert!(posterior.summary().rows.iter().all(|row| row.mean.abs() < 0.1));
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("fit.zarr");
//! let result = InferenceData { posterior: Some(posterior), ..Default::default() };
//! result.write_zarr(&path)?; // in Python: arviz.from_zarr("fit.zarr")
//! assert_eq!(InferenceData::read_zarr(&path)?, result);
//! # Ok(())
//! # }
//! ```
//!
//! # The concepts, in order
//!
//! 1. [`Draws`]: `chains × draws` draws of named [`Variable`]s. Each has named dimensions; a dimension has
//!    one size in the whole set, and a [`Coord`] that labels its positions. A variational fit gives one
//!    chain.
//! 2. [`Summary`]: ArviZ's table, one [`Row`] for each element: mean, standard deviation, 94 %
//!    highest-density interval, Monte Carlo errors, effective sample sizes, R-hat.
//! 3. [`Chains`]: the diagnostics of one scalar quantity; [`hdi`] and [`quantile`] for plain slices.
//! 4. [`psis`]: how far a variational fit is from its posterior, by the tail of its importance weights.
//! 5. [`Data`]: what the model was given, arrays without chains.
//! 6. [`InferenceData`]: the groups together, saved as a Zarr store and read again. A [`Dtype`] says how a
//!    variable is saved.
//!
//! R-hat is NaN for one chain, as in ArviZ: independent draws from a fitted approximation say nothing about
//! convergence, and their effective sample size only says how well the table knows the approximation's own
//! moments.
//!
//! Every error is an [`Error`].

mod chains;
mod coord;
mod data;
mod draws;
mod error;
mod frame;
mod inference_data;
mod interval;
mod psis;
mod rank;
mod summary;
mod variable;
mod zarr;

pub use chains::Chains;
pub use coord::Coord;
pub use data::Data;
pub use draws::Draws;
pub use error::Error;
pub use inference_data::InferenceData;
pub use interval::{hdi, quantile};
pub use psis::{Psis, psis};
pub use summary::{Row, Summary};
pub use variable::{Dtype, Variable};
