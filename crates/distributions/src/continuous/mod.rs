//! Distributions over the line and its parts.

mod gamma;
mod half_normal;
mod normal;
mod student_t;

pub use gamma::Gamma;
pub use half_normal::HalfNormal;
pub use normal::Normal;
pub use student_t::StudentT;
