//! `Error`: everything that can be wrong with a run.

use elbo_model::DensityError;

/// What was wrong, as fields. Chains count from 0. Steps count from 1, those of tuning included.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting outside its range.
    #[error("{name} must be {expected}, found {found}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// Its range, in words.
        expected: &'static str,
        /// The value given.
        found: f64,
    },
    /// A density without coordinates.
    #[error("the density has no coordinates")]
    NoCoordinates,
    /// The draws do not fit into memory, or their number into a `usize`.
    #[error("there is no memory for {chains} chains of {draws} draws of {dim} coordinates")]
    Memory {
        /// The chains asked for.
        chains: usize,
        /// The draws asked for in each.
        draws: usize,
        /// The coordinates of each.
        dim: usize,
    },
    /// A list of starts, one a chain, of another length than there are chains.
    #[error("expected a start for each of {expected} chains, found {found}")]
    Starts {
        /// The number of chains.
        expected: usize,
        /// The number of positions given.
        found: usize,
    },
    /// A start (or a slice for a draw) with another number of coordinates than the density.
    #[error("chain {chain}: expected a position of {expected} coordinates, found {found}")]
    Length {
        /// The chain.
        chain: usize,
        /// The dimension of the density.
        expected: usize,
        /// The length given.
        found: usize,
    },
    /// A coordinate of a start that is NaN or infinite.
    #[error("chain {chain}: {coordinate} starts at {value}")]
    StartValue {
        /// The chain.
        chain: usize,
        /// The coordinate, by name.
        coordinate: String,
        /// The value given.
        value: f64,
    },
    /// No start was found at which the log density and its gradient are finite.
    #[error("chain {chain}: no start in {tries} tries: {source}")]
    Start {
        /// The chain.
        chain: usize,
        /// The positions tried.
        tries: u32,
        /// What was wrong at the last of them.
        source: Box<DensityError>,
    },
    /// The gradient with respect to a coordinate is exactly zero at a start, so that its scale cannot be guessed: the
    /// start is a mode, or the log density does not depend on the coordinate. A start beside it helps only with a mode.
    #[error("chain {chain}: no start in {tries} tries: the gradient of {coordinate} is zero there")]
    StartFlat {
        /// The chain.
        chain: usize,
        /// The positions tried.
        tries: u32,
        /// The coordinate, by name.
        coordinate: String,
    },
    /// The log density could not be evaluated, for a reason other than a value that is not finite.
    #[error("chain {chain}, step {step}: {source}")]
    Density {
        /// The chain.
        chain: usize,
        /// The step that failed; 0 is the start.
        step: u64,
        /// What the density said.
        source: Box<DensityError>,
    },
    /// `nuts-rs` gave up for a reason of its own.
    #[error("chain {chain}, step {step}: {message}")]
    Sampler {
        /// The chain.
        chain: usize,
        /// The step that failed; 0 is the start.
        step: u64,
        /// What it said.
        message: String,
    },
}
