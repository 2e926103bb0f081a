//! Moons, circles, blobs, scaling, splits, grids and CSV: scikit-learn's numbers, bit for bit where
//! arithmetic allows.
//!
//! # Is this for you?
//! You want to check a model in Rust against one in Python on *the same rows*: the points of
//! `make_moons(1000, noise=0.2, random_state=0)`, scaled and split as scikit-learn scales and splits them. Or
//! you want a small table, or a CSV file, as arrays that were checked before they reach a model. It is not a
//! data-frame library: a [`Dataset`] is a matrix of finite doubles and a column of targets.
//!
//! ```
//! use elbo_datasets::{grid, make_moons};
//!
//! let moons = make_moons(1000).noise(0.2).random_state(0).generate()?;
//! let split = moons.split(0.5).random_state(42).stratify().generate()?;
//! let data = split.scaled()?; // by the mean and spread of the training rows alone
//! assert_eq!(data.train.x.shape(), [500, 2]);
//! assert_eq!(data.test.class_counts(), [250, 250]);
//!
//! let surface = grid([-3.0, 3.0], [-3.0, 3.0], 100)?; // where to draw P(y = 1)
//! assert_eq!(surface.points.shape(), [10_000, 2]);
//! # Ok::<(), elbo_datasets::Error>(())
//! ```
//!
//! # The concepts, in order
//! - [`Dataset`]: features `x`, targets `y`, names. Made by [`make_moons`], [`make_circles`], [`make_blobs`],
//!   [`load`] (four tables by name), [`read_csv`] and [`Csv`], or [`Dataset::new`].
//! - [`scale`] and [`Scaler`]: mean 0 and variance 1 for every column.
//! - [`Split`], by [`Dataset::split`] or [`train_test_split`], plain or stratified; [`KFold`] for
//!   cross-validation.
//! - [`Grid`]: points over a rectangle.
//! - [`RandomState`]: NumPy's legacy generator, behind every `random_state`.
//!
//! # Two sources of chance
//! Whatever makes random choices does so either with `random_state(seed)` and `generate()`, which follow
//! NumPy's Mersenne Twister and give scikit-learn's numbers, or with `generate_with(&mut rng)`, which takes
//! any generator of `rand`. There is no hidden seed: with neither, it is [`Error::Unseeded`].
//!
//! | result with `random_state` | agrees with scikit-learn 1.9.1 and NumPy 2.4.6 |
//! | --- | --- |
//! | labels, row order, splits, folds | exactly |
//! | moons, circles | absolute 4e-16 plus relative 1e-15; bit for bit where `sin`, `cos`, `ln` round as NumPy's |
//! | blobs | 2 ulp of each normal draw; bit for bit where `ln` rounds as NumPy's |
//! | [`scale`] of the same numbers | bit for bit for row-major tables of two columns or more, else 1e-12 |
//! | [`Scaler`] (like `StandardScaler`) | 1e-12 |
//! | [`grid()`] (like `np.mgrid`) | bit for bit |
//!
//! # Scale before or after the split?
//! After. `moons.scaled()?.split(0.5)`, the order in many notebooks, computes mean and spread from *all*
//! rows, so the training rows know something of the test rows, and a test score tends to flatter.
//! `moons.split(0.5).….generate()?.scaled()?` learns them from the training rows alone and applies them to
//! both sides. On a thousand moons, halved, it moves the test features by up to 0.11; on small or
//! heavy-tailed tables it can change a conclusion. The first order is kept because comparisons with published
//! notebooks need their very numbers.

mod blobs;
mod csv_file;
mod dataset;
mod error;
mod folds;
mod grid;
mod random_state;
mod rings;
mod scaler;
mod source;
mod split;
mod tables;

pub use blobs::{Blobs, make_blobs};
pub use csv_file::{Column, Csv, read_csv};
pub use dataset::Dataset;
pub use error::Error;
pub use folds::{Fold, KFold};
pub use grid::{Grid, grid};
pub use random_state::RandomState;
pub use rings::{Rings, make_circles, make_moons};
pub use scaler::{Scaler, scale};
pub use split::{Size, Split, Splitting, train_test_split};
pub use tables::{TABLES, load};
