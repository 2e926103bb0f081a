//! `AdagradWindow`: Adagrad that forgets all but the last few gradients; PyMC's default.

use elbo_tensor_ad::Real;

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
/// a distance of 10 at best. Memory: `W`, `window · dim` numbers.
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

/// Parameters summed at a time, so that the sums stay in registers.
const BLOCK: usize = 8;

impl<T: Real> Rule<T> for AdagradWindow {
    fn memory(&self, dim: usize) -> usize {
        self.window * dim
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        let dim = parameters.len();
        let slot = (state.step % self.window.max(1) as u64) as usize;
        state.step += 1;
        let rate = T::from_f64(self.learning_rate * state.scale);
        let epsilon = T::from_f64(self.epsilon);
        for (w, &g) in state.values[slot * dim..].iter_mut().zip(gradient.iter()) {
            *w = g * g;
        }
        let blocks = parameters.chunks_mut(BLOCK).zip(gradient.chunks(BLOCK));
        for (b, (x, g)) in blocks.enumerate() {
            let mut sums = [T::ZERO; BLOCK];
            for row in state.values.chunks_exact(dim) {
                for (s, &w) in sums.iter_mut().zip(&row[b * BLOCK..b * BLOCK + x.len()]) {
                    *s += w;
                }
            }
            for ((x, &g), &s) in x.iter_mut().zip(g).zip(&sums) {
                *x -= rate * g / (s + epsilon).sqrt();
            }
        }
    }

    fn check(&self) -> Result<(), Error> {
        positive("learning_rate", self.learning_rate)?;
        positive("epsilon", self.epsilon)?;
        at_least_one("window", self.window as u64)
    }
}
