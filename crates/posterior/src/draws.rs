//! Draws of named variables, over chains and draws.

use crate::frame::Frame;
use crate::{Coord, Dtype, Error, Summary, Variable};

/// `chains × draws` draws of named variables, each with named dimensions and coordinates.
///
/// Whatever produced them: a fitted approximation gives one chain of independent draws, a sampler gives
/// several chains. The number of chains and draws is fixed at the start and is the same for every variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Draws {
    pub(crate) frame: Frame,
}

impl Draws {
    /// An empty set of `chains × draws` draws. With either of them 0 no variable can be added.
    #[must_use]
    pub fn new(chains: usize, draws: usize) -> Draws {
        Draws { frame: Frame::of_draws(chains, draws) }
    }

    /// Adds a variable, to be saved as floating point.
    ///
    /// `dims` are the variable's own dimensions with their sizes, none for a scalar; `values` are
    /// chain-major, then draw, then row-major within the variable: `chains × draws × product of sizes` of
    /// them. A dimension that earlier variables or coordinates know must have the same size. An empty
    /// dimension name becomes ArviZ's default, `{name}_dim_{i}`. NaN and infinite values are kept, and
    /// [`summary`](Draws::summary) says so.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::DimSize`], [`Error::EmptyAxis`], [`Error::Duplicate`], [`Error::Clash`],
    /// [`Error::RepeatedDim`], [`Error::Name`]. After an error the draws are as they were.
    pub fn push(&mut self, name: &str, dims: &[(&str, usize)], values: Vec<f64>) -> Result<(), Error> {
        self.frame.push(name, dims, values, Dtype::Float)
    }

    /// Adds a variable that is saved as `dtype`: integers for counts and labels, booleans for flags.
    ///
    /// # Errors
    /// As [`push`](Draws::push), and [`Error::NotExact`] for a value that `dtype` does not hold exactly.
    pub fn push_as(
        &mut self,
        name: &str,
        dims: &[(&str, usize)],
        values: Vec<f64>,
        dtype: Dtype,
    ) -> Result<(), Error> {
        self.frame.push(name, dims, values, dtype)
    }

    /// Sets the coordinate of a dimension, known already or not; `chain` and `draw` are allowed too.
    ///
    /// # Errors
    /// [`Error::DimSize`] where the dimension has another size, [`Error::Coordinate`] for NaN or a NUL
    /// character, [`Error::Clash`], [`Error::Name`].
    pub fn set_coords(&mut self, dim: &str, coord: impl Into<Coord>) -> Result<(), Error> {
        self.frame.set_coords(dim, coord.into())
    }

    /// The number of chains.
    #[must_use]
    pub fn chains(&self) -> usize {
        self.frame.chains
    }

    /// The number of draws in each chain.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.frame.draws
    }

    /// The variables, in the order in which they were added.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.frame.variables.iter()
    }

    /// The variable of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.frame.get(name)
    }

    /// The coordinate of a dimension (`chain` and `draw` included): 0, 1, 2, ... where none was set.
    #[must_use]
    pub fn coord(&self, dim: &str) -> Option<&Coord> {
        self.frame.coords.get(dim)
    }

    /// The row names of a variable's elements in row-major order, as ArviZ writes them: `w[a, 0]`; `w` for a
    /// scalar.
    #[must_use]
    pub fn labels(&self, name: &str) -> Option<Vec<String>> {
        self.get(name).map(|v| self.frame.labels(v))
    }

    /// One row for each element of each variable: mean, standard deviation, 94 % interval and diagnostics.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(&self.frame)
    }
}
