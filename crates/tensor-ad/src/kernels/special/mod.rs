//! Special functions of one, two or three `f64`, one family a file. Scalar.

mod gamma;
mod normal;

pub(crate) use gamma::{digamma, lgamma, polygamma};
pub(crate) use normal::log_normal_cdf;
