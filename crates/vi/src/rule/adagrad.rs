//! `Adagrad`: rates that shrink with the sum of all squared gradients.

use elbo_tensor_ad::Real;

use super::each::each;
use super::{Rule, RuleState};
use crate::Error;
use crate::error::positive;

/// Adagrad (Duchi, Hazan and Singer 2011).
///
/// ```text
/// s ← s + g²
/// x ← x - η g / √(s + ε)
/// ```
///
/// As `adagrad` of PyMC 5: ε is under the root. Memory: `s`, `dim` numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adagrad {
    /// `η > 0`. Default 1.
    pub learning_rate: f64,
    /// `ε > 0`. Default 1e-6.
    pub epsilon: f64,
}

impl Adagrad {
    /// The rule with this learning rate.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        Adagrad { learning_rate, epsilon: 1e-6 }
    }
}

impl Default for Adagrad {
    fn default() -> Self {
        Adagrad::new(1.0)
    }
}

impl<T: Real> Rule<T> for Adagrad {
    fn memory(&self, dim: usize) -> usize {
        dim
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        state.step += 1;
        let rate = T::from_f64(self.learning_rate * state.scale);
        let epsilon = T::from_f64(self.epsilon);
        each(parameters, gradient, &mut state.values, |x, g, [s]| {
            let s = s + g * g;
            (x - rate * g / (s + epsilon).sqrt(), [s])
        });
    }

    fn check(&self) -> Result<(), Error> {
        positive("learning_rate", self.learning_rate)?;
        positive("epsilon", self.epsilon)
    }
}
