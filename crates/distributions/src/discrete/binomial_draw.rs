//! `BinomialDraw`: draws of binomial distributions, from what follows from the parameters alone.

use rand::{Rng, RngExt};

use super::geometric::geometric;
use super::saddle;
use crate::draw::{open_unit, standard_normal};

/// The sampler of one pair of parameters: its constants are computed once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BinomialDraw {
    /// The number of trials, where failures are drawn in place of successes, which are rarer then.
    turned: Option<f64>,
    way: Way,
}

#[derive(Debug, Clone, Copy)]
enum Way {
    /// Of probability 0.
    None,
    /// Rare successes, few of them: the gaps between them. A power of `1 - p` would bring its rounding `n` times.
    Gaps { n: f64, p: f64 },
    /// Up to `2^30` trials `rand_distr`'s, which decides by differences of what is as large as `1e-16 n` times its rounding; none where it refuses.
    Plain(Option<rand_distr::Binomial>),
    /// Beyond: Hörmann's transformed rejection with squeeze (BTRS, 1993), against probabilities by their saddle point, which hold at any size.
    Rejection { n: f64, p: f64, q: f64, a: f64, b: f64, log_scale: f64, squeeze: f64 },
    /// From a mean of `1e16` on a rounded Gaussian, whose error is below one part in `1e7` of the spread: the numbers are not finer.
    Gaussian { n: f64, mean: f64, sd: f64 },
}

impl BinomialDraw {
    /// Of `n` trials with both probabilities.
    pub(crate) fn new(n: f64, p: f64, q: f64) -> Self {
        match p > q {
            true => BinomialDraw { turned: Some(n), way: Way::new(n, q, p) },
            false => BinomialDraw { turned: None, way: Way::new(n, p, q) },
        }
    }

    pub(crate) fn draw(self, rng: &mut dyn Rng) -> f64 {
        let drawn = self.way.draw(rng);
        self.turned.map_or(drawn, |n| n - drawn)
    }
}

impl Way {
    /// Of `p <= q`.
    fn new(n: f64, p: f64, q: f64) -> Self {
        let mean = n * p;
        if p == 0.0 {
            return Way::None;
        }
        if p <= 1e-6 && mean < 30.0 {
            return Way::Gaps { n, p };
        }
        if n < 1_073_741_824.0 {
            return Way::Plain(rand_distr::Binomial::new(n as u64, p).ok());
        }
        let sd = (mean * q).sqrt();
        if mean >= 1e16 {
            return Way::Gaussian { n, mean, sd };
        }
        let b = 1.15 + 2.53 * sd;
        let top = saddle::binomial(((n + 1.0) * p).floor(), n, p, q);
        Way::Rejection {
            n,
            p,
            q,
            a: -0.0873 + 0.0248 * b + 0.01 * p,
            b,
            log_scale: ((2.83 + 5.1 / b) * sd).ln() + top,
            squeeze: 0.92 - 4.2 / b,
        }
    }

    fn draw(self, rng: &mut dyn Rng) -> f64 {
        match self {
            Way::None => 0.0,
            Way::Gaps { n, p } => {
                let (mut at, mut successes) = (geometric(p, rng), 0.0);
                while at <= n {
                    successes += 1.0;
                    at += geometric(p, rng);
                }
                successes
            }
            // The parameters have been checked; NaN shows a mistake rather than hiding it.
            Way::Plain(plain) => plain.map_or(f64::NAN, |plain| rng.sample(plain) as f64),
            Way::Rejection { n, p, q, a, b, log_scale, squeeze } => loop {
                let (u, v) = (rng.random::<f64>() - 0.5, open_unit(rng));
                let from_end = 0.5 - u.abs();
                let x = ((2.0 * a / from_end + b) * u + n * p + 0.5).floor();
                if from_end >= 0.07 && v <= squeeze {
                    return x;
                }
                if x < 0.0 || x > n {
                    continue;
                }
                if v.ln() + log_scale - (a / (from_end * from_end) + b).ln() <= saddle::binomial(x, n, p, q) {
                    return x;
                }
            },
            Way::Gaussian { n, mean, sd } => (mean + sd * standard_normal(rng)).round().clamp(0.0, n),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::BinomialDraw;
    use crate::discrete::saddle;

    /// Each count of a million draws against its own probability, by chi-squared with a false alarm once in a million.
    #[test]
    fn many_trials_are_drawn_from_the_probabilities_of_each_count() {
        let n = 1.1e9;
        for (n, p) in [(n, 31.0 / n), (4e9, 1e-8), (5e18, 1e-17), (1e12, 2.5e-10), (1e25, 9e-24)] {
            const DRAWS: f64 = 1e6;
            let draw = BinomialDraw::new(n, p, 1.0 - p);
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
            let mut counts = [0.0; 400];
            for _ in 0..DRAWS as usize {
                counts[draw.draw(&mut rng) as usize] += 1.0;
            }
            let (mut statistic, mut bins, mut rest, mut seen) = (0.0, 0.0, 0.0, 0.0);
            let mut add = |want: f64, found: f64| {
                statistic += (found - want).powi(2) / want;
                bins += 1.0;
            };
            for (x, found) in counts.into_iter().enumerate() {
                rest += DRAWS * saddle::binomial(x as f64, n, p, 1.0 - p).exp();
                seen += found;
                if rest > 20.0 {
                    add(rest, seen);
                    (rest, seen) = (0.0, 0.0);
                }
            }
            // Wilson and Hilferty's limit of the distribution at 1e-6: 4.753 standard deviations.
            let freedom: f64 = bins - 1.0;
            let share = 2.0 / (9.0 * freedom);
            let limit = freedom * (1.0 - share + 4.753 * share.sqrt()).powi(3);
            assert!(statistic < limit, "n = {n:e}, p = {p:e}: {statistic} of {freedom}, at most {limit}");
        }
    }

    /// What decides a draw where `n` is far beyond what a difference of `n` and `n - x` resolves: `ln p(x) - ln p(mode)`, by mpmath with 60 digits. Poisson's is off
    /// by `p z²/2`, the second row's by 0.005.
    #[test]
    fn the_ratio_that_decides_is_that_of_sixty_digits() {
        for (n, p, x, want) in ROWS {
            let q = 1.0 - p;
            let found = saddle::binomial(x, n, p, q) - saddle::binomial(((n + 1.0) * p).floor(), n, p, q);
            assert!((found - want).abs() < 2e-8, "{n:e} {p:e} {x:e}: {found}, not {want}");
        }
    }

    const ROWS: [(f64, f64, f64, f64); 4] = [
        (5e+18, 0.001, 5000000210000000.0, -4.414_414_369_277_577),
        (4.7e+18, 0.002, 9399999515000000.0, -12.537_042_369_002_668),
        (1000000000000.0, 0.5, 500004000000.0, -32.000_000_000_309_33),
        (2000000000.0, 1e-08, 60.0, -26.463_266_410_758_47),
    ];
}
