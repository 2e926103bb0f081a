//! `Adam`: momentum over a running scale, PyMC's reading of it.

use elbo_tensor_ad::Real;

use super::each::each;
use super::{Rule, RuleState};
use crate::Error;
use crate::error::{fraction, positive};

/// Adam (Kingma and Ba 2015, the form at the end of their section 2).
///
/// ```text
/// m ← β₁ m + (1 - β₁) g
/// v ← β₂ v + (1 - β₂) g²
/// x ← x - η √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε)
/// ```
///
/// As `adam` of PyMC 5: ε is added to `√v` *before* the bias of `v` is corrected. torch and optax add it
/// after ([`AdamW`](super::AdamW) with no decay), which differs when ε matters. Memory: `m` then `v`,
/// `2 · dim` numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    /// `η > 0`. Default 0.001.
    pub learning_rate: f64,
    /// `β₁` in `[0, 1)`. Default 0.9.
    pub beta1: f64,
    /// `β₂` in `[0, 1)`. Default 0.999.
    pub beta2: f64,
    /// `ε > 0`. Default 1e-8.
    pub epsilon: f64,
}

impl Adam {
    /// The rule with this learning rate.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        Adam { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }
}

impl Default for Adam {
    fn default() -> Self {
        Adam::new(1e-3)
    }
}

impl<T: Real> Rule<T> for Adam {
    fn memory(&self, dim: usize) -> usize {
        2 * dim
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        let (c1, c2) = state.advance(self.beta1, self.beta2);
        let rate = T::from_f64(self.learning_rate * state.scale * c2.sqrt() / c1);
        let (keep1, take1) = (T::from_f64(self.beta1), T::from_f64(1.0 - self.beta1));
        let (keep2, take2) = (T::from_f64(self.beta2), T::from_f64(1.0 - self.beta2));
        let epsilon = T::from_f64(self.epsilon);
        each(parameters, gradient, &mut state.values, |x, g, [m, v]| {
            let m = keep1 * m + take1 * g;
            let v = keep2 * v + take2 * (g * g);
            (x - rate * m / (v.sqrt() + epsilon), [m, v])
        });
    }

    fn check(&self) -> Result<(), Error> {
        positive("learning_rate", self.learning_rate)?;
        fraction("beta1", self.beta1)?;
        fraction("beta2", self.beta2)?;
        positive("epsilon", self.epsilon)
    }
}
