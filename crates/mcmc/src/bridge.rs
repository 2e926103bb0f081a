//! The bridge to `nuts-rs`: a `LogDensity` as its `CpuLogpFunc`, and which errors it may step back from.

use std::collections::HashMap;

use elbo_model::{DensityError, LogDensity};
use nuts_rs::{CpuLogpFunc, CpuMathError, HasDims, LogpError};
use rand::Rng;

/// A density in the clothes that `nuts-rs` wants.
#[derive(Debug)]
pub(crate) struct Bridge<D> {
    pub(crate) density: D,
}

/// A `DensityError` that `nuts-rs` can ask whether it is a divergence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failure(pub(crate) DensityError);

impl LogpError for Failure {
    fn is_recoverable(&self) -> bool {
        is_divergence(&self.0)
    }
}

/// True of errors that mean "no finite value here": a parameter out of range is how a model explains one.
pub(crate) fn is_divergence(error: &DensityError) -> bool {
    matches!(error, DensityError::NonFinite { .. } | DensityError::Parameter { .. })
}

/// The value and the gradient, or the first of them that is not finite. Minus infinity passes, and its gradient with it.
pub(crate) fn evaluate<D: LogDensity>(
    density: &mut D,
    position: &[f64],
    gradient: &mut [f64],
) -> Result<f64, DensityError> {
    let value = density.value_and_gradient(position, gradient)?;
    if value == f64::NEG_INFINITY {
        return Ok(value);
    }
    let (quantity, found, variable) = if !value.is_finite() {
        ("log density", value, None)
    } else if let Some(i) = gradient.iter().position(|g| !g.is_finite()) {
        ("gradient", gradient[i], Some(density.coordinate_name(i)))
    } else {
        return Ok(value);
    };
    Err(DensityError::NonFinite {
        quantity,
        term: String::from("the target"),
        value: found,
        variable,
        row: None,
    })
}

impl<D> HasDims for Bridge<D> {
    fn dim_sizes(&self) -> HashMap<String, u64> {
        HashMap::new() // names are used by the storages of `nuts-rs` alone, and none is used here
    }
}

impl<D: LogDensity> CpuLogpFunc for Bridge<D> {
    type LogpError = Failure;
    type FlowParameters = ();
    type ExpandedVector = ();

    fn dim(&self) -> usize {
        self.density.dim()
    }

    fn logp(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, Failure> {
        evaluate(&mut self.density, position, gradient).map_err(Failure)
    }

    fn expand_vector<R: Rng + ?Sized>(&mut self, _: &mut R, _: &[f64]) -> Result<(), CpuMathError> {
        Ok(())
    }
}
