//! Distributions over vectors and matrices.

pub(crate) mod dense;
mod dirichlet;
pub(crate) mod event;
mod form;
mod lkj;
mod lkj_covariance;
mod matrix_normal;
mod multinomial;
mod mv_normal;
mod mv_student_t;
mod stick_breaking_weights;
mod wishart;
mod zero_sum_normal;

pub use dirichlet::Dirichlet;
pub use lkj::{LKJCholesky, LKJCorr};
pub use lkj_covariance::LKJCholeskyCov;
pub use matrix_normal::MatrixNormal;
pub use multinomial::{DirichletMultinomial, Multinomial};
pub use mv_normal::MvNormal;
pub use mv_student_t::MvStudentT;
pub use stick_breaking_weights::StickBreakingWeights;
pub use wishart::{InverseWishart, Wishart};
pub use zero_sum_normal::ZeroSumNormal;
