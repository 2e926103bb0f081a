//! Distributions over the line and its parts.

mod beta;
mod cauchy;
mod chi_squared;
mod exponential;
mod gamma;
mod gumbel;
mod half_normal;
mod half_student_t;
mod incomplete;
mod inverse_gamma;
mod inversion;
mod kumaraswamy;
mod laplace;
mod log_normal;
mod logistic;
mod moyal;
mod normal;
mod pareto;
mod student_t;
mod tails;
mod triangular;
mod uniform;
mod weibull;

pub use beta::Beta;
pub use cauchy::{Cauchy, HalfCauchy};
pub use chi_squared::ChiSquared;
pub use exponential::Exponential;
pub use gamma::Gamma;
pub(crate) use gamma::unit_gamma;
pub use gumbel::Gumbel;
pub use half_normal::HalfNormal;
pub use half_student_t::HalfStudentT;
pub use inverse_gamma::InverseGamma;
pub use kumaraswamy::Kumaraswamy;
pub use laplace::{AsymmetricLaplace, Laplace};
pub use log_normal::LogNormal;
pub use logistic::{Logistic, LogitNormal};
pub use moyal::Moyal;
pub use normal::Normal;
pub use pareto::Pareto;
pub use student_t::StudentT;
pub use triangular::Triangular;
pub use uniform::{Flat, HalfFlat, Uniform};
pub use weibull::Weibull;

/// Euler's constant, `-ψ(1)`.
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;
