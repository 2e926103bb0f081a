//! `Momentum`: steps that remember the last one.

use elbo_tensor_ad::Real;

use super::each::each;
use super::{Rule, RuleState};
use crate::Error;
use crate::error::{fraction, positive};

/// Gradient descent with momentum (Polyak 1964).
///
/// ```text
/// v ← μ v - η g
/// x ← x + v
/// ```
///
/// As `momentum` of PyMC 5: the learning rate is inside the velocity (torch's SGD has it outside, which
/// differs as soon as the rate changes during a run). Memory: `v`, `dim` numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Momentum {
    /// `η > 0`. Default 0.001.
    pub learning_rate: f64,
    /// `μ` in `[0, 1)`. Default 0.9.
    pub momentum: f64,
}

impl Momentum {
    /// The rule with this learning rate.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        Momentum { learning_rate, momentum: 0.9 }
    }
}

impl Default for Momentum {
    fn default() -> Self {
        Momentum::new(1e-3)
    }
}

impl<T: Real> Rule<T> for Momentum {
    fn memory(&self, dim: usize) -> usize {
        dim
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        state.step += 1;
        let rate = T::from_f64(self.learning_rate * state.scale);
        let momentum = T::from_f64(self.momentum);
        each(parameters, gradient, &mut state.values, |x, g, [v]| {
            let v = momentum * v - rate * g;
            (x + v, [v])
        });
    }

    fn check(&self) -> Result<(), Error> {
        positive("learning_rate", self.learning_rate)?;
        fraction("momentum", self.momentum)
    }
}
