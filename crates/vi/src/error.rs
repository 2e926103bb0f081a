//! `Error`: everything that can be wrong with a fit, and `FitError`, which hands the fit back with it.

use elbo_model::DensityError;

/// What was wrong, as fields.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The log density could not be evaluated, or was not finite, at a step.
    #[error("step {step}: {source}")]
    Density {
        /// The step that failed, counted from 1.
        step: u64,
        /// The term, the variable and the row at fault.
        source: Box<DensityError>,
    },
    /// The log density could not be evaluated at a draw from a fitted approximation.
    #[error("draw {draw}: {source}")]
    Evaluation {
        /// The draw that failed, counted from 0.
        draw: usize,
        /// The term, the variable and the row at fault.
        source: Box<DensityError>,
    },
    /// A parameter of the approximation, or the gradient with respect to it, is not finite.
    #[error("step {step}: the {quantity} of {parameter} is {value}; a smaller learning rate may help")]
    NonFinite {
        /// The step that failed, counted from 1.
        step: u64,
        /// `"gradient"` or `"value"`.
        quantity: &'static str,
        /// The parameter, by name.
        parameter: String,
        /// The value found.
        value: f64,
    },
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
    /// A batch larger than the data.
    #[error("a batch of {batch} rows is larger than the data, which have {rows}")]
    Batch {
        /// The rows asked for in each batch.
        batch: usize,
        /// The rows of the data.
        rows: usize,
    },
    /// A family over another number of coordinates than the density has.
    #[error("the family has {found} coordinates, the density {expected}")]
    Family {
        /// The dimension of the density.
        expected: usize,
        /// The dimension of the family.
        found: usize,
    },
    /// A starting position that does not fit the density.
    #[error("the starting position has {found} coordinates, the density {expected}")]
    Start {
        /// The dimension of the density.
        expected: usize,
        /// The length given.
        found: usize,
    },
    /// A starting position that is not finite.
    #[error("the starting value of {coordinate} is {value}")]
    StartValue {
        /// The coordinate, by name.
        coordinate: String,
        /// The value given.
        value: f64,
    },
    /// A name that nothing of its kind has.
    #[error("no {what} is called {found:?}; choose one of {}", choices.join(", "))]
    Name {
        /// What was named: `"optimiser"`, `"estimator"`.
        what: &'static str,
        /// The name given.
        found: String,
        /// The names there are.
        choices: &'static [&'static str],
    },
    /// A saved state that belongs to another fit.
    #[error("the saved state has {found} {what}, this fit has {expected}")]
    State {
        /// What was counted: `"parameters"`, `"numbers of optimiser memory"`, ...
        what: &'static str,
        /// What this fit needs.
        expected: usize,
        /// What the state holds.
        found: usize,
    },
    /// Bytes that are not a saved state.
    #[error("not a saved state: {reason}")]
    Bytes {
        /// What was wrong with them.
        reason: String,
    },
}

/// An [`Error`] with the fit as it was before the failure: nothing that was computed is lost.
///
/// `?` turns it into an [`Error`] where the fit is not wanted.
#[derive(Debug, Clone)]
pub struct FitError<F> {
    /// What was wrong.
    pub error: Error,
    /// The fit at its last good state, or `None` when the fit could not begin.
    pub partial: Option<Box<F>>,
}

impl<F> core::fmt::Display for FitError<F> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(&self.error, f)
    }
}

impl<F: core::fmt::Debug> core::error::Error for FitError<F> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.error.source()
    }
}

impl<F> From<Error> for FitError<F> {
    fn from(error: Error) -> Self {
        FitError { error, partial: None }
    }
}

impl<F> From<FitError<F>> for Error {
    fn from(failed: FitError<F>) -> Self {
        failed.error
    }
}

/// Refuses a setting that is not a finite number above zero.
pub(crate) fn positive(name: &'static str, found: f64) -> Result<(), Error> {
    if found.is_finite() && found > 0.0 {
        Ok(())
    } else {
        Err(Error::Setting { name, expected: "a finite number above 0", found })
    }
}

/// Refuses a setting that is not a finite number, zero or above.
pub(crate) fn not_negative(name: &'static str, found: f64) -> Result<(), Error> {
    if found.is_finite() && found >= 0.0 {
        Ok(())
    } else {
        Err(Error::Setting { name, expected: "a finite number, 0 or above", found })
    }
}

/// Refuses a setting outside `[0, 1)`.
pub(crate) fn fraction(name: &'static str, found: f64) -> Result<(), Error> {
    if (0.0..1.0).contains(&found) {
        Ok(())
    } else {
        Err(Error::Setting { name, expected: "at least 0 and below 1", found })
    }
}

/// Refuses a count of zero.
pub(crate) fn at_least_one(name: &'static str, found: u64) -> Result<(), Error> {
    if found > 0 { Ok(()) } else { Err(Error::Setting { name, expected: "at least 1", found: 0.0 }) }
}
