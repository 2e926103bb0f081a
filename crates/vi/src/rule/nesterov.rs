//! `Nesterov`: momentum that looks ahead.

use elbo_tensor_ad::Real;

use super::each::each;
use super::{Rule, RuleState};
use crate::Error;
use crate::error::{fraction, positive};

/// Gradient descent with Nesterov's momentum, in the form of Sutskever et al. (2013) with the gradient
/// at the current point.
///
/// ```text
/// v ← μ v - η g
/// x ← x + μ v - η g
/// ```
///
/// As `nesterov_momentum` of PyMC 5. Memory: `v`, `dim` numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nesterov {
    /// `η > 0`. Default 0.001.
    pub learning_rate: f64,
    /// `μ` in `[0, 1)`. Default 0.9.
    pub momentum: f64,
}

impl Nesterov {
    /// The rule with this learning rate.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        Nesterov { learning_rate, momentum: 0.9 }
    }
}

impl Default for Nesterov {
    fn default() -> Self {
        Nesterov::new(1e-3)
    }
}

impl<T: Real> Rule<T> for Nesterov {
    fn memory(&self, dim: usize) -> usize {
        dim
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        state.step += 1;
        let rate = T::from_f64(self.learning_rate * state.scale);
        let momentum = T::from_f64(self.momentum);
        each(parameters, gradient, &mut state.values, |x, g, [v]| {
            let v = momentum * v - rate * g;
            (x + (momentum * v - rate * g), [v])
        });
    }

    fn check(&self) -> Result<(), Error> {
        positive("learning_rate", self.learning_rate)?;
        fraction("momentum", self.momentum)
    }
}
