//! Random streams: one seed, split by purpose, so that adding a consumer moves no other.

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// What random numbers are for. Each purpose has a stream of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// Starting positions.
    Start,
    /// The standard normals of a fit's steps.
    Noise,
    /// The order of the rows in batches.
    Batches,
    /// Draws from a fitted approximation.
    Draws,
    /// Draws that estimate the ELBO of a fitted approximation.
    Evaluation,
}

/// The stream of this seed for this purpose.
///
/// The purposes of a seed are 2¹⁹² numbers apart (`long_jump` of xoshiro256++), so they never overlap, and
/// a new purpose at the end of [`Purpose`] changes none of the others.
///
/// ```
/// use elbo_vi::{Purpose, stream};
/// use rand::Rng;
///
/// assert_eq!(stream(7, Purpose::Noise).next_u64(), stream(7, Purpose::Noise).next_u64());
/// assert_ne!(stream(7, Purpose::Noise).next_u64(), stream(7, Purpose::Batches).next_u64());
/// ```
#[must_use]
pub fn stream(seed: u64, purpose: Purpose) -> Xoshiro256PlusPlus {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    for _ in 0..purpose as u32 {
        rng.long_jump();
    }
    rng
}

/// A generator's state as four words, to save.
pub(crate) fn words(rng: &Xoshiro256PlusPlus) -> [u64; 4] {
    let bytes = rng.state();
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    words
}

/// The generator with this state.
pub(crate) fn from_words(words: [u64; 4]) -> Xoshiro256PlusPlus {
    let mut seed = [0; 32];
    for (bytes, word) in seed.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *bytes = word.to_le_bytes();
    }
    Xoshiro256PlusPlus::from_seed(seed)
}
