//! `Adamax`: Adam with the largest gradient in place of the mean square.

use elbo_tensor_ad::Real;

use super::each::each;
use super::{Rule, RuleState};
use crate::Error;
use crate::error::{fraction, positive};

/// Adamax (Kingma and Ba 2015, algorithm 2).
///
/// ```text
/// m ← β₁ m + (1 - β₁) g
/// u ← max(β₂ u, |g|)
/// x ← x - η / (1 - β₁ᵗ) · m / (u + ε)
/// ```
///
/// As `adamax` of PyMC 5. Memory: `m` then `u`, `2 · dim` numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adamax {
    /// `η > 0`. Default 0.002.
    pub learning_rate: f64,
    /// `β₁` in `[0, 1)`. Default 0.9.
    pub beta1: f64,
    /// `β₂` in `[0, 1)`. Default 0.999.
    pub beta2: f64,
    /// `ε > 0`. Default 1e-8.
    pub epsilon: f64,
}

impl Adamax {
    /// The rule with this learning rate.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        Adamax { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }
}

impl Default for Adamax {
    fn default() -> Self {
        Adamax::new(2e-3)
    }
}

impl<T: Real> Rule<T> for Adamax {
    fn memory(&self, dim: usize) -> usize {
        2 * dim
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        let (c1, _) = state.advance(self.beta1, self.beta2);
        let rate = T::from_f64(self.learning_rate * state.scale / c1);
        let (keep1, take1) = (T::from_f64(self.beta1), T::from_f64(1.0 - self.beta1));
        let keep2 = T::from_f64(self.beta2);
        let epsilon = T::from_f64(self.epsilon);
        each(parameters, gradient, &mut state.values, |x, g, [m, u]| {
            let m = keep1 * m + take1 * g;
            let (decayed, now) = (keep2 * u, g.abs());
            let u = if decayed > now { decayed } else { now };
            (x - rate * m / (u + epsilon), [m, u])
        });
    }

    fn check(&self) -> Result<(), Error> {
        positive("learning_rate", self.learning_rate)?;
        fraction("beta1", self.beta1)?;
        fraction("beta2", self.beta2)?;
        positive("epsilon", self.epsilon)
    }
}
