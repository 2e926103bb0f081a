//! `RmsProp`: rates that follow a running mean of squared gradients.

use elbo_tensor_ad::Real;

use super::each::each;
use super::{Rule, RuleState};
use crate::Error;
use crate::error::{fraction, positive};

/// RMSProp (Tieleman and Hinton 2012).
///
/// ```text
/// s ← ρ s + (1 - ρ) g²
/// x ← x - η g / √(s + ε)
/// ```
///
/// As `rmsprop` of PyMC 5: ε is under the root, no bias correction. Memory: `s`, `dim` numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RmsProp {
    /// `η > 0`. Default 0.01 (PyMC's is 1, which is far too long a step for an ELBO).
    pub learning_rate: f64,
    /// `ρ` in `[0, 1)`. Default 0.9.
    pub rho: f64,
    /// `ε > 0`. Default 1e-6.
    pub epsilon: f64,
}

impl RmsProp {
    /// The rule with this learning rate.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        RmsProp { learning_rate, rho: 0.9, epsilon: 1e-6 }
    }
}

impl Default for RmsProp {
    fn default() -> Self {
        RmsProp::new(0.01)
    }
}

impl<T: Real> Rule<T> for RmsProp {
    fn memory(&self, dim: usize) -> usize {
        dim
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        state.step += 1;
        let rate = T::from_f64(self.learning_rate * state.scale);
        let (keep, take) = (T::from_f64(self.rho), T::from_f64(1.0 - self.rho));
        let epsilon = T::from_f64(self.epsilon);
        each(parameters, gradient, &mut state.values, |x, g, [s]| {
            let s = keep * s + take * (g * g);
            (x - rate * g / (s + epsilon).sqrt(), [s])
        });
    }

    fn check(&self) -> Result<(), Error> {
        positive("learning_rate", self.learning_rate)?;
        fraction("rho", self.rho)?;
        positive("epsilon", self.epsilon)
    }
}
