//! `AdamW`: Adam as torch and optax write it, with weight decay of either kind.

use elbo_tensor_ad::Real;

use super::each::each;
use super::{Rule, RuleState};
use crate::Error;
use crate::error::{fraction, not_negative, positive};

/// Where weight decay acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Decay {
    /// On the parameters themselves, beside the step: `x ← (1 - η λ) x` (torch's and optax's `adamw`).
    #[default]
    Decoupled,
    /// In the gradient, as an L2 penalty: `g ← g + λ x` (torch's `Adam(weight_decay=λ)`).
    Gradient,
}

/// Adam with torch's ε and weight decay (Loshchilov and Hutter 2019, algorithm 2).
///
/// ```text
/// x ← (1 - η λ) x   or   g ← g + λ x
/// m ← β₁ m + (1 - β₁) g
/// v ← β₂ v + (1 - β₂) g²
/// x ← x - η / (1 - β₁ᵗ) · m / (√(v / (1 - β₂ᵗ)) + ε)
/// ```
///
/// With `weight_decay` 0 it is torch's `Adam`. [`Adam`](super::Adam) is PyMC's, whose ε comes before the bias correction.
/// Mind that decay pulls `rho` towards 0 too, that is σ towards 0.69: weight decay is for point
/// estimates more than for an ELBO. Memory: `m` then `v`, `2 · dim` numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamW {
    /// `η > 0`. Default 0.001.
    pub learning_rate: f64,
    /// `β₁` in `[0, 1)`. Default 0.9.
    pub beta1: f64,
    /// `β₂` in `[0, 1)`. Default 0.999.
    pub beta2: f64,
    /// `ε > 0`. Default 1e-8.
    pub epsilon: f64,
    /// `λ ≥ 0`. Default 0 (torch's `AdamW` has 0.01).
    pub weight_decay: f64,
    /// Where the decay acts. Default: decoupled.
    pub decay: Decay,
}

impl AdamW {
    /// The rule with this learning rate and no decay.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        AdamW {
            learning_rate,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            decay: Decay::Decoupled,
        }
    }
}

impl Default for AdamW {
    fn default() -> Self {
        AdamW::new(1e-3)
    }
}

impl<T: Real> Rule<T> for AdamW {
    fn memory(&self, dim: usize) -> usize {
        2 * dim
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        let (c1, c2) = state.advance(self.beta1, self.beta2);
        let learning_rate = self.learning_rate * state.scale;
        let rate = T::from_f64(learning_rate / c1);
        let root = T::from_f64(1.0 / c2.sqrt());
        let (shrink, penalty) = match self.decay {
            Decay::Decoupled => (T::from_f64(1.0 - learning_rate * self.weight_decay), T::ZERO),
            Decay::Gradient => (T::ONE, T::from_f64(self.weight_decay)),
        };
        let (keep1, take1) = (T::from_f64(self.beta1), T::from_f64(1.0 - self.beta1));
        let (keep2, take2) = (T::from_f64(self.beta2), T::from_f64(1.0 - self.beta2));
        let epsilon = T::from_f64(self.epsilon);
        each(parameters, gradient, &mut state.values, |x, g, [m, v]| {
            let g = g + penalty * x;
            let m = keep1 * m + take1 * g;
            let v = keep2 * v + take2 * (g * g);
            (shrink * x - rate * m / (v.sqrt() * root + epsilon), [m, v])
        });
    }

    fn check(&self) -> Result<(), Error> {
        positive("learning_rate", self.learning_rate)?;
        fraction("beta1", self.beta1)?;
        fraction("beta2", self.beta2)?;
        positive("epsilon", self.epsilon)?;
        not_negative("weight_decay", self.weight_decay)
    }
}
