//! Named random variables, data and observations that compile to one differentiable log density.

mod log_density;

pub use log_density::{DensityError, LogDensity, RowBatches};
