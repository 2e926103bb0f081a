//! `Minibatches`: which rows each step sees.

use rand::Rng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::error::at_least_one;
use crate::streams::{from_words, words};
use crate::{Error, Purpose, stream};

/// How rows are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sampling {
    /// Without replacement: every row once an epoch, in an order that is shuffled anew for each epoch.
    #[default]
    Epochs,
    /// With replacement: every row of every batch is drawn from all rows.
    WithReplacement,
}

/// An endless sequence of batches of row indices, all of one size.
///
/// With [`Sampling::Epochs`] the sequence is one permutation of the rows after another, cut into batches
/// of equal size. When the size does not divide the number of rows, a batch takes the last rows of
/// one epoch and the first ones of the next: every row is seen once an epoch, no row is favoured, and
/// no batch is short. Such a batch may hold a row twice.
///
/// Either way each row of a batch is uniform over the data, so a likelihood scaled by (rows / size) is
/// unbiased. A batch allocates nothing.
///
/// ```
/// use elbo_vi::{Minibatches, Sampling};
///
/// let mut batches = Minibatches::new(6, 3, Sampling::Epochs, 42)?;
/// let mut epoch: Vec<usize> = batches.draw().to_vec();
/// epoch.extend(batches.draw());
/// epoch.sort();
/// assert_eq!(epoch, [0, 1, 2, 3, 4, 5]);
/// # Ok::<(), elbo_vi::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Minibatches {
    sampling: Sampling,
    /// A permutation of the rows. The first `position` are those that this epoch has used.
    order: Vec<u32>,
    position: usize,
    batch: Vec<usize>,
    random: Bounded,
}

impl Minibatches {
    /// Batches of `size` out of `rows` rows, ordered by the seed's stream for [`Purpose::Batches`].
    ///
    /// # Errors
    /// [`Error::Batch`] when `size` is larger than `rows`; [`Error::Setting`] when `size` is 0, or `rows` does not
    /// fit in 32 bits.
    pub fn new(rows: usize, size: usize, sampling: Sampling, seed: u64) -> Result<Self, Error> {
        at_least_one("batch", size as u64)?;
        if size > rows {
            return Err(Error::Batch { batch: size, rows });
        }
        let Ok(count) = u32::try_from(rows) else {
            return Err(Error::Setting { name: "rows", expected: "below 2^32", found: rows as f64 });
        };
        let random = Bounded { rng: stream(seed, Purpose::Batches), spare: None };
        Ok(Minibatches { sampling, order: (0..count).collect(), position: 0, batch: vec![0; size], random })
    }

    /// The rows of the next batch.
    pub fn draw(&mut self) -> &[usize] {
        let rows = self.order.len();
        match self.sampling {
            Sampling::WithReplacement => {
                self.random.fill_below(rows as u32, &mut self.batch);
            }
            // Fisher and Yates' shuffle, one batch at a time: the same permutations as a shuffle of the
            // whole epoch at its start, without its pause.
            Sampling::Epochs => {
                for row in &mut self.batch {
                    if self.position == rows {
                        self.position = 0;
                    }
                    let pick = self.position + self.random.below((rows - self.position) as u32) as usize;
                    self.order.swap(self.position, pick);
                    *row = self.order[self.position] as usize;
                    self.position += 1;
                }
            }
        }
        &self.batch
    }

    /// The rows in a batch.
    #[must_use]
    pub fn size(&self) -> usize {
        self.batch.len()
    }

    /// The number of words that [`save`](Self::save) adds.
    pub(crate) fn saved_len(&self) -> usize {
        6 + self.order.len()
    }

    /// Adds the position in the sequence to `saved`.
    pub(crate) fn save(&self, saved: &mut Vec<u64>) {
        saved.extend(words(&self.random.rng));
        saved.push(self.random.spare.map_or(0, |spare| 1 << 32 | u64::from(spare)));
        saved.push(self.position as u64);
        saved.extend(self.order.iter().map(|&row| u64::from(row)));
    }

    /// Goes to a position that [`save`](Self::save) wrote.
    pub(crate) fn restore(&mut self, saved: &[u64]) -> Result<(), Error> {
        let rows = self.order.len();
        let wrong = |found| Error::State { what: "rows", expected: rows, found };
        if saved.len() != self.saved_len() {
            return Err(wrong(saved.len().saturating_sub(6)));
        }
        let (head, order) = saved.split_at(6);
        let mut seen = vec![false; rows];
        for &row in order {
            match usize::try_from(row).ok().and_then(|row| seen.get_mut(row)) {
                Some(seen) if !*seen => *seen = true,
                _ => {
                    return Err(Error::Bytes { reason: format!("the order of rows is broken at row {row}") });
                }
            }
        }
        self.position = usize::try_from(head[5]).ok().filter(|&p| p <= rows).ok_or(wrong(rows))?;
        self.random.rng = from_words([head[0], head[1], head[2], head[3]]);
        self.random.spare = (head[4] >> 32 == 1).then_some(head[4] as u32);
        for (place, &row) in self.order.iter_mut().zip(order) {
            *place = row as u32;
        }
        Ok(())
    }
}

/// Uniform integers below a bound, two from each 64 bits (Lemire 2019, algorithm 5, in 32 bits).
#[derive(Debug, Clone, PartialEq)]
struct Bounded {
    rng: Xoshiro256PlusPlus,
    spare: Option<u32>,
}

impl Bounded {
    #[inline]
    fn bits(&mut self) -> u32 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let both = self.rng.next_u64();
        self.spare = Some(both as u32);
        (both >> 32) as u32
    }

    /// The same numbers as so many calls of [`below`](Self::below), two at a time.
    fn fill_below(&mut self, bound: u32, out: &mut [usize]) {
        let wide = u64::from(bound);
        let mut left = out;
        if self.spare.is_some()
            && let Some(first) = left.split_off_first_mut()
        {
            *first = self.below(bound) as usize;
        }
        // A copy whose state stays in registers: kept in memory, each number waits for the last one's way there and back.
        let mut rng = self.rng.clone();
        let (pairs, _) = left.as_chunks_mut::<2>();
        let mut done = 0;
        for pair in pairs {
            let before = rng.clone();
            let both = rng.next_u64();
            let (high, low) = ((both >> 32) * wide, (both & 0xffff_ffff) * wide);
            if (high as u32) < bound || (low as u32) < bound {
                // Perhaps a number to reject, once in millions: one by one.
                rng = before;
                break;
            }
            *pair = [(high >> 32) as usize, (low >> 32) as usize];
            done += 2;
        }
        self.rng = rng;
        for slot in &mut left[done..] {
            *slot = self.below(bound) as usize;
        }
    }

    /// Uniform over `0..bound`, for a bound above 0.
    #[inline]
    fn below(&mut self, bound: u32) -> u32 {
        let bits = self.bits();
        self.below_from(bits, bound)
    }

    /// The same, from these bits and, where they are rejected, the following ones.
    #[inline]
    fn below_from(&mut self, bits: u32, bound: u32) -> u32 {
        let mut wide = u64::from(bits) * u64::from(bound);
        if (wide as u32) < bound {
            let threshold = bound.wrapping_neg() % bound;
            while (wide as u32) < threshold {
                wide = u64::from(self.bits()) * u64::from(bound);
            }
        }
        (wide >> 32) as u32
    }
}
