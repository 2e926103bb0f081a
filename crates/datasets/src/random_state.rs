//! `RandomState`: NumPy's legacy generator, the stream behind every `random_state` of scikit-learn.

use rand_mt::Mt;

/// NumPy's `numpy.random.RandomState(seed)` for an integer seed: the 32-bit Mersenne Twister and the legacy
/// ways of turning its numbers into doubles, normals and permutations.
///
/// Integers, permutations and uniforms are NumPy's bit for bit. Normals use one logarithm: they are NumPy's
/// to 2 ulp, and bit for bit where this machine's `ln` rounds as NumPy's does. Source: Matsumoto and
/// Nishimura (1998), ACM TOMACS 8(1); NumPy 2.4's `_legacy_seeding`, `random_interval`, `legacy_gauss`;
/// checked against tables from NumPy 2.4.6.
///
/// This is for agreement with Python. It does not implement `rand::Rng`, so that its stream cannot be used by
/// accident in a way in which NumPy would not use it.
///
/// ```
/// use elbo_datasets::RandomState;
///
/// let mut rs = RandomState::new(42);
/// assert_eq!(rs.uniform(0.0, 1.0), 0.3745401188473625);
/// assert_eq!(RandomState::new(42).permutation(10), [8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
/// ```
#[derive(Debug, Clone)]
pub struct RandomState {
    mt: Mt,
    spare: Option<f64>,
}

impl RandomState {
    /// The generator that `RandomState(seed)` is in NumPy.
    pub fn new(seed: u32) -> Self {
        Self { mt: Mt::new(seed), spare: None }
    }

    /// The next 32 bits: `randint(0, 2**32, dtype=uint32)`.
    pub fn next_u32(&mut self) -> u32 {
        self.mt.next_u32()
    }

    /// A double in `[low, high)`: `uniform(low, high)`, which for `(0, 1)` is `random_sample()`. It has 53
    /// random bits, from two draws of 32: with `a` the upper 27 bits of the first and `b` the upper 26 of the
    /// second, `(a 2^26 + b) / 2^53`.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        let a = f64::from(self.mt.next_u32() >> 5);
        let b = f64::from(self.mt.next_u32() >> 6);
        low + (high - low) * ((a * 67_108_864.0 + b) / 9_007_199_254_740_992.0)
    }

    /// A normal number: `normal(mean, sd)`, by the polar method of Marsaglia. Normals come in pairs and the
    /// second is kept for the next call; as in NumPy, other draws do not disturb the one that is kept.
    pub fn normal(&mut self, mean: f64, sd: f64) -> f64 {
        mean + sd * self.standard_normal()
    }

    fn standard_normal(&mut self) -> f64 {
        if let Some(z) = self.spare.take() {
            return z;
        }
        loop {
            let x1 = 2.0 * self.uniform(0.0, 1.0) - 1.0;
            let x2 = 2.0 * self.uniform(0.0, 1.0) - 1.0;
            let r2 = x1 * x1 + x2 * x2;
            if r2 < 1.0 && r2 != 0.0 {
                let f = (-2.0 * r2.ln() / r2).sqrt();
                self.spare = Some(f * x1);
                return f * x2;
            }
        }
    }

    /// A whole number from 0 to `max` inclusive, each equally likely: `randint(0, max + 1)`. Bits above the
    /// highest of `max` are masked off, and what is still too large is drawn again.
    pub fn up_to(&mut self, max: u64) -> u64 {
        if max == 0 {
            return 0;
        }
        let mask = u64::MAX >> max.leading_zeros();
        loop {
            let wide = max > u64::from(u32::MAX);
            let bits = if wide { self.mt.next_u64() } else { u64::from(self.mt.next_u32()) };
            if bits & mask <= max {
                return bits & mask;
            }
        }
    }

    /// Puts `items` in random order: `shuffle(items)` of a one-dimensional array.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.up_to(i as u64) as usize);
        }
    }

    /// The numbers `0..n` in random order: `permutation(n)`, and `choice(n, n, replace=False)`.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut items: Vec<usize> = (0..n).collect();
        self.shuffle(&mut items);
        items
    }
}
