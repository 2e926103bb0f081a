//! Named random variables, data and observations that compile to one differentiable log density.

mod axis;
mod builder;
mod density;
mod diagnose;
mod error;
mod log_density;
mod model;
mod predictor;
mod simulate;

pub use axis::Axes;
pub use builder::Builder;
pub use density::ModelDensity;
pub use error::Error;
pub use log_density::{DensityError, LogDensity, RowBatches};
pub use model::Model;
pub use predictor::{Moments, Predictor};
pub use simulate::Prior;
