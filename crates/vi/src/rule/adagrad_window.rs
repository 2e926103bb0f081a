//! `AdagradWindow`: Adagrad that forgets all but the last few gradients; PyMC's default.

use elbo_tensor_ad::Real;
use elbo_tensor_ad::kernels::{Processor, Unary};

use super::each::each;
use super::{Rule, RuleState};
use crate::Error;
use crate::error::{at_least_one, positive};

/// Adagrad over a window: the *sum* (not the mean) of the last `window` squared gradients.
///
/// ```text
/// W[t mod n] ← g²
/// x ← x - η g / √(Σᵢ W[i] + ε)
/// ```
///
/// As `adagrad_window` of PyMC 5, the default of `pm.fit`, with its settings. A step moves a parameter by
/// at most η, and by about `η / √n` once gradients are large: 30,000 steps at the default rate cross
/// a distance of 10 at best. Memory: the sums, then `W`, `(n + 1) · dim` numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdagradWindow {
    /// `η > 0`. Default 0.001.
    pub learning_rate: f64,
    /// `ε > 0`. Default 0.1.
    pub epsilon: f64,
    /// `n ≥ 1`, in steps. Default 10.
    pub window: usize,
}

impl AdagradWindow {
    /// The rule with this learning rate.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        AdagradWindow { learning_rate, epsilon: 0.1, window: 10 }
    }
}

impl Default for AdagradWindow {
    fn default() -> Self {
        AdagradWindow::new(1e-3)
    }
}

impl<T: Real> Rule<T> for AdagradWindow {
    fn memory(&self, dim: usize) -> usize {
        (self.window + 1) * dim
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        let dim = parameters.len();
        let slot = (state.step % self.window.max(1) as u64) as usize;
        state.step += 1;
        let rate = T::from_f64(self.learning_rate * state.scale);
        let epsilon = T::from_f64(self.epsilon);
        let processor = Processor::detect();
        let (sums, window) = state.values.split_at_mut(dim);
        T::unary(processor, Unary::Square, gradient, &mut window[slot * dim..(slot + 1) * dim]);
        sums.fill(T::ZERO);
        // Summed anew each step: a running sum would drift below zero.
        for row in window.chunks_exact(dim.max(1)) {
            T::axpy(processor, T::ONE, row, sums);
        }
        each(parameters, gradient, sums, |x, g, [s]| (x - rate * g / (s + epsilon).sqrt(), [s]));
    }

    fn check(&self) -> Result<(), Error> {
        positive("learning_rate", self.learning_rate)?;
        positive("epsilon", self.epsilon)?;
        at_least_one("window", self.window as u64)
    }
}
