//! `Sgd`: the plain step.

use elbo_tensor_ad::Real;

use super::each::each;
use super::{Rule, RuleState};
use crate::Error;
use crate::error::positive;

/// Stochastic gradient descent: `x ← x - η g`.
///
/// As `sgd` of PyMC 5.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sgd {
    /// `η > 0`. Default 0.001.
    pub learning_rate: f64,
}

impl Sgd {
    /// The rule with this learning rate.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        Sgd { learning_rate }
    }
}

impl Default for Sgd {
    fn default() -> Self {
        Sgd::new(1e-3)
    }
}

impl<T: Real> Rule<T> for Sgd {
    fn memory(&self, _dim: usize) -> usize {
        0
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        state.step += 1;
        let rate = T::from_f64(self.learning_rate * state.scale);
        each(parameters, gradient, &mut [], |x, g, []| (x - rate * g, []));
    }

    fn check(&self) -> Result<(), Error> {
        positive("learning_rate", self.learning_rate)
    }
}
