//! Special functions of one, two or three `f64`, one family a file. Scalar.

mod bessel;
mod beta;
mod beta_quadrature;
pub(super) mod error;
mod gamma;
mod incomplete_beta;
mod incomplete_gamma;
pub(super) mod normal;

pub(crate) use bessel::{bessel_i, bessel_i1e, bessel_moment};
pub(crate) use beta::{lgamma_1p, ln_beta, polygamma_step};
pub(crate) use error::erfcx_derivative;
pub(crate) use gamma::{digamma, lgamma, polygamma};
pub(crate) use incomplete_beta::{beta_density, beta_inc, beta_inc_slope_a, beta_inc_slope_b};
pub(crate) use incomplete_gamma::{gamma_density, gamma_p, gamma_p_slope, gamma_q};
pub(crate) use normal::{erfinv, normal_quantile};
