//! `LogDensity`: all that an inference algorithm knows of a model.

use elbo_tensor_ad::Real;

/// A log density over a flat, unconstrained vector, with its gradient.
///
/// This is the whole contract between a model and an inference algorithm. A hand-written density
/// implements it in a few lines; a compiled `Model` implements it too. `&mut self` lends the
/// implementor its own scratch memory: clone the density for each thread.
///
/// ```
/// use elbo_model::{DensityError, LogDensity};
///
/// /// A standard normal in two dimensions, up to its constant.
/// #[derive(Clone)]
/// struct Standard;
///
/// impl LogDensity for Standard {
///     fn dim(&self) -> usize {
///         2
///     }
///     fn value_and_gradient(&mut self, z: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
///         gradient[0] = -z[0];
///         gradient[1] = -z[1];
///         Ok(-0.5 * (z[0] * z[0] + z[1] * z[1]))
///     }
/// }
/// # let mut g = [0.0; 2];
/// # assert_eq!(Standard.value_and_gradient(&[1.0, 2.0], &mut g).unwrap(), -2.5);
/// ```
pub trait LogDensity<T: Real = f64> {
    /// The number of unconstrained coordinates.
    fn dim(&self) -> usize;

    /// Writes the gradient at `position` into `gradient` and returns the log density there, in nats.
    ///
    /// Both slices have length [`dim`](Self::dim). Minus infinity is a legal value (a point outside
    /// the support); NaN and plus infinity are errors.
    ///
    /// # Errors
    /// [`DensityError::NonFinite`] names the term, the variable and the first row at fault as far as
    /// the implementor knows them; [`DensityError::Length`] when a slice has another length.
    fn value_and_gradient(&mut self, position: &[T], gradient: &mut [T]) -> Result<T, DensityError>;

    /// The log density alone. The default computes the gradient too and drops it.
    ///
    /// It is the value of [`value_and_gradient`](Self::value_and_gradient) up to rounding: a sum over rows may be
    /// taken in another order.
    ///
    /// # Errors
    /// As [`value_and_gradient`](Self::value_and_gradient).
    fn value(&mut self, position: &[T]) -> Result<T, DensityError> {
        let mut gradient = vec![T::ZERO; self.dim()];
        self.value_and_gradient(position, &mut gradient)
    }

    /// A name for each coordinate (`"w_in_1[0,3]"`), for messages and tables. Default: `z[i]`.
    fn coordinate_name(&self, i: usize) -> String {
        format!("z[{i}]")
    }
}

/// The optional ability to see only some of the rows of the data at a time.
///
/// Selecting rows scales the likelihood by (rows of the data / rows selected), so that the log
/// density and its gradient remain unbiased estimates of the full ones.
pub trait RowBatches<T: Real = f64>: LogDensity<T> {
    /// The number of rows in the full data; 0 when this density cannot be estimated from some of its rows.
    fn rows(&self) -> usize;

    /// From now on uses these rows, of every observed and input array alike, until told otherwise.
    /// Allocates nothing when as many rows as last time are selected.
    ///
    /// # Errors
    /// [`DensityError::Row`] for an index beyond [`rows`](Self::rows), [`DensityError::NoRows`] for an empty list,
    /// [`DensityError::NoBatches`] where there are no rows to select; the selection then stays as it was.
    fn select_rows(&mut self, rows: &[usize]) -> Result<(), DensityError>;

    /// From now on uses all rows.
    fn select_all(&mut self);
}

/// Why a log density has no value at a point.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DensityError {
    /// The value or a component of the gradient is NaN or plus infinity.
    #[error("{quantity} of {term} is {value}{}", Where { variable, row })]
    NonFinite {
        /// What was not finite: `"log density"`, `"gradient"` or `"position"`.
        quantity: &'static str,
        /// The term of the log density at fault: the name of a random variable.
        term: String,
        /// The value found, as an `f64`.
        value: f64,
        /// The variable (with its coordinate) whose gradient it is, where that is what was found.
        variable: Option<String>,
        /// The first row of the data at fault, where the term has rows.
        row: Option<usize>,
    },
    /// A computed parameter of a distribution is out of its range.
    #[error("{term}: {source}")]
    Parameter {
        /// The random variable.
        term: String,
        /// Which parameter, its value and place, and what it must be.
        source: Box<elbo_distributions::Error>,
    },
    /// A slice of the wrong length was passed in.
    #[error("expected {expected} coordinates, found {found}")]
    Length {
        /// The dimension of the density.
        expected: usize,
        /// The length of the slice.
        found: usize,
    },
    /// A row index beyond the data.
    #[error("row {row} is out of range for data of {rows} rows")]
    Row {
        /// The index given.
        row: usize,
        /// The number of rows there are.
        rows: usize,
    },
    /// An empty selection of rows.
    #[error("a batch needs at least one row")]
    NoRows,
    /// Rows were selected of a density that cannot be estimated from some of its rows.
    #[error("rows cannot be batched: {reason}")]
    NoBatches {
        /// Why not.
        reason: &'static str,
    },
    /// An error of the implementor's own.
    #[error("{0}")]
    Other(String),
}

/// Writes the optional parts of a non-finite report.
struct Where<'a> {
    variable: &'a Option<String>,
    row: &'a Option<usize>,
}

impl core::fmt::Display for Where<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if let Some(variable) = self.variable {
            write!(f, ", at {variable}")?;
        }
        if let Some(row) = self.row {
            write!(f, ", first in row {row}")?;
        }
        Ok(())
    }
}
