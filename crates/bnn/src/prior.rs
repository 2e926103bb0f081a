//! `Prior`: the distribution of the weights before data.

use elbo_distributions::{Normal, StudentT};
use elbo_model::Builder;
use elbo_tensor_ad::Expr;

/// The prior of every weight and bias, independent and centred at 0.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Prior {
    /// Normal with this standard deviation (above 0).
    Normal {
        /// The standard deviation.
        sd: f64,
    },
    /// Normal with standard deviation `sd / √(inputs of the layer)`, so that the size of a unit's input
    /// does not grow with the width (Neal 1996, section 2.1). Biases have standard deviation `sd`.
    Scaled {
        /// The standard deviation of a weight into a unit of one input (above 0).
        sd: f64,
    },
    /// Student's t with `nu` degrees of freedom and scale `sd` (both above 0): heavier tails.
    StudentT {
        /// Degrees of freedom.
        nu: f64,
        /// The scale.
        sd: f64,
    },
}

impl Default for Prior {
    /// The standard normal.
    fn default() -> Self {
        Prior::Normal { sd: 1.0 }
    }
}

impl Prior {
    /// Declares the random variable; `inputs` is the number of inputs of a unit, 1 for biases.
    #[track_caller]
    pub(crate) fn sample(self, m: &Builder, name: &str, axes: &[String], inputs: usize) -> Expr {
        match self {
            Prior::Normal { sd } => m.sample(name, Normal::new(0.0, sd), axes),
            Prior::Scaled { sd } => m.sample(name, Normal::new(0.0, sd / (inputs as f64).sqrt()), axes),
            Prior::StudentT { nu, sd } => m.sample(name, StudentT::new(nu, 0.0, sd), axes),
        }
    }
}
