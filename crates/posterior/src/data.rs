//! Named arrays without chains or draws: observed data and constant data.

use crate::frame::Frame;
use crate::{Coord, Dtype, Error, Variable};

/// Named arrays with dimensions and coordinates but no chain and draw: what a model was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Data {
    pub(crate) frame: Frame,
}

impl Default for Data {
    fn default() -> Data {
        Data::new()
    }
}

impl Data {
    /// An empty group.
    #[must_use]
    pub fn new() -> Data {
        Data { frame: Frame::of_data() }
    }

    /// Adds an array, to be saved as floating point. `values` are row-major, the product of the sizes many.
    ///
    /// # Errors
    /// As [`Draws::push`](crate::Draws::push).
    pub fn push(&mut self, name: &str, dims: &[(&str, usize)], values: Vec<f64>) -> Result<(), Error> {
        self.frame.push(name, dims, values, Dtype::Float)
    }

    /// Adds an array that is saved as `dtype`, such as integers for class labels.
    ///
    /// # Errors
    /// As [`Draws::push_as`](crate::Draws::push_as).
    pub fn push_as(
        &mut self,
        name: &str,
        dims: &[(&str, usize)],
        values: Vec<f64>,
        dtype: Dtype,
    ) -> Result<(), Error> {
        self.frame.push(name, dims, values, dtype)
    }

    /// Sets the coordinate of a dimension, known already or not.
    ///
    /// # Errors
    /// As [`Draws::set_coords`](crate::Draws::set_coords).
    pub fn set_coords(&mut self, dim: &str, coord: impl Into<Coord>) -> Result<(), Error> {
        self.frame.set_coords(dim, coord.into())
    }

    /// The arrays, in the order in which they were added.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.frame.variables.iter()
    }

    /// The array of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.frame.get(name)
    }

    /// The coordinate of a dimension: 0, 1, 2, ... where none was set.
    #[must_use]
    pub fn coord(&self, dim: &str) -> Option<&Coord> {
        self.frame.coords.get(dim)
    }
}
