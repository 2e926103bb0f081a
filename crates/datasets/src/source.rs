//! `Source`: the three random choices that makers and splits need, from NumPy's stream or from any `rand`
//! generator.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use crate::{Error, RandomState};

/// Where random choices come from.
pub(crate) trait Source {
    /// A double in `[low, high)`.
    fn uniform(&mut self, low: f64, high: f64) -> f64;
    /// A normal number.
    fn normal(&mut self, mean: f64, sd: f64) -> f64;
    /// Random order.
    fn shuffle(&mut self, items: &mut [usize]);

    /// The numbers `0..n` in random order.
    fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut items: Vec<usize> = (0..n).collect();
        self.shuffle(&mut items);
        items
    }
}

impl Source for RandomState {
    fn uniform(&mut self, low: f64, high: f64) -> f64 {
        RandomState::uniform(self, low, high)
    }

    fn normal(&mut self, mean: f64, sd: f64) -> f64 {
        RandomState::normal(self, mean, sd)
    }

    fn shuffle(&mut self, items: &mut [usize]) {
        RandomState::shuffle(self, items);
    }
}

/// Any generator of `rand`, with `rand`'s and `rand_distr`'s own algorithms.
pub(crate) struct FromRng<'a, R: ?Sized>(pub(crate) &'a mut R);

impl<R: Rng + ?Sized> Source for FromRng<'_, R> {
    fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.random::<f64>()
    }

    fn normal(&mut self, mean: f64, sd: f64) -> f64 {
        let z: f64 = StandardNormal.sample(self.0);
        mean + sd * z
    }

    fn shuffle(&mut self, items: &mut [usize]) {
        items.shuffle(self.0);
    }
}

/// NumPy's stream for a seed. Without a seed it is an error, unless nothing random is asked for and the
/// stream stays unused.
pub(crate) fn seeded(seed: Option<u32>, random: bool, function: &'static str) -> Result<RandomState, Error> {
    match seed {
        Some(seed) => Ok(RandomState::new(seed)),
        None if random => Err(Error::Unseeded { function }),
        None => Ok(RandomState::new(0)),
    }
}
