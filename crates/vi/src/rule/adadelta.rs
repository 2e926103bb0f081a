//! `Adadelta`: steps in the parameters' own units.

use elbo_tensor_ad::Real;

use super::each::each;
use super::{Rule, RuleState};
use crate::Error;
use crate::error::{fraction, positive};

/// Adadelta (Zeiler 2012, algorithm 1).
///
/// ```text
/// s ← ρ s + (1 - ρ) g²
/// u = g √(d + ε) / √(s + ε)
/// x ← x - η u
/// d ← ρ d + (1 - ρ) u²
/// ```
///
/// As `adadelta` of PyMC 5. Memory: `s` then `d`, `2 · dim` numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adadelta {
    /// `η > 0`. Default 1.
    pub learning_rate: f64,
    /// `ρ` in `[0, 1)`. Default 0.95.
    pub rho: f64,
    /// `ε > 0`. Default 1e-6.
    pub epsilon: f64,
}

impl Adadelta {
    /// The rule with this learning rate.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        Adadelta { learning_rate, rho: 0.95, epsilon: 1e-6 }
    }
}

impl Default for Adadelta {
    fn default() -> Self {
        Adadelta::new(1.0)
    }
}

impl<T: Real> Rule<T> for Adadelta {
    fn memory(&self, dim: usize) -> usize {
        2 * dim
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        state.step += 1;
        let rate = T::from_f64(self.learning_rate * state.scale);
        let (keep, take) = (T::from_f64(self.rho), T::from_f64(1.0 - self.rho));
        let epsilon = T::from_f64(self.epsilon);
        each(parameters, gradient, &mut state.values, |x, g, [s, d]| {
            let s = keep * s + take * (g * g);
            let u = g * (d + epsilon).sqrt() / (s + epsilon).sqrt();
            (x - rate * u, [s, keep * d + take * (u * u)])
        });
    }

    fn check(&self) -> Result<(), Error> {
        positive("learning_rate", self.learning_rate)?;
        fraction("rho", self.rho)?;
        positive("epsilon", self.epsilon)
    }
}
