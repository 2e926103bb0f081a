//! The draws of one scalar quantity over several chains, and its convergence diagnostics.

use crate::interval::quantile_of_sorted;
use crate::rank::{median, z_scale};
use crate::{Error, hdi};

/// The draws of one scalar quantity: `chains × draws` values, all chains equally long.
///
/// The diagnostics are those of Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), "Rank-normalization,
/// folding, and localization: an improved R-hat for assessing convergence of MCMC", and agree with ArviZ
/// 0.23. They are NaN where they are not defined: with fewer than 4 draws a chain, with any draw NaN or
/// infinite (ArviZ refuses NaN alone), and, for the R-hats, with fewer than 2 chains. Every chain is split in
/// two halves first; of an odd number of draws the middle one is left out. Effective sample sizes are in
/// draws.
///
/// Cost: sorting, and an effective sample size sums autocovariances directly, lag after lag, until Geyer's
/// rule stops: `draws × lags` a chain, with few lags where chains mix well. No Fourier transform is used.
#[derive(Debug, Clone, PartialEq)]
pub struct Chains {
    values: Vec<f64>,
    draws: usize,
}

impl Chains {
    /// Takes the series of each chain.
    ///
    /// # Errors
    /// [`Error::TooFew`] without a single draw, [`Error::Ragged`] for chains of different lengths.
    pub fn new<C: AsRef<[f64]>>(chains: &[C]) -> Result<Chains, Error> {
        let draws = chains.first().map_or(0, |c| c.as_ref().len());
        if draws == 0 {
            return Err(Error::TooFew { what: "a set of chains", expected: 1, found: 0 });
        }
        let mut values = Vec::with_capacity(chains.len() * draws);
        for (chain, series) in chains.iter().enumerate() {
            let found = series.as_ref().len();
            if found != draws {
                return Err(Error::Ragged { chain, expected: draws, found });
            }
            values.extend_from_slice(series.as_ref());
        }
        Ok(Chains { values, draws })
    }

    /// The number of chains.
    #[must_use]
    pub fn chains(&self) -> usize {
        self.values.len() / self.draws
    }

    /// The number of draws in each chain.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.draws
    }

    /// All draws, chain after chain.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The mean of all draws.
    #[must_use]
    pub fn mean(&self) -> f64 {
        mean(&self.values)
    }

    /// The standard deviation of all draws, with `count - 1` in the denominator; NaN for a single draw.
    #[must_use]
    pub fn sd(&self) -> f64 {
        variance(&self.values).sqrt()
    }

    /// The narrowest interval that holds at least `mass` of the draws: see [`hdi`].
    ///
    /// # Errors
    /// As [`hdi`].
    pub fn hdi(&self, mass: f64) -> Result<(f64, f64), Error> {
        hdi(&self.values, mass)
    }

    /// Effective sample size for the bulk: that of the rank-normalised draws.
    #[must_use]
    pub fn ess_bulk(&self) -> f64 {
        self.defined(1, |c| c.split().z_scaled().ess())
    }

    /// Effective sample size for the tails: the smaller of those for the 5 % and the 95 % quantile.
    #[must_use]
    pub fn ess_tail(&self) -> f64 {
        let (low, high) = (self.ess_quantile(0.05), self.ess_quantile(0.95));
        if high < low { high } else { low }
    }

    /// Effective sample size for the mean: that of the draws as they are.
    #[must_use]
    pub fn ess_mean(&self) -> f64 {
        self.defined(1, |c| c.split().ess())
    }

    /// Effective sample size for the standard deviation: that of the squared distances from the mean.
    #[must_use]
    pub fn ess_sd(&self) -> f64 {
        self.defined(1, |c| c.squared_distances().split().ess())
    }

    /// Effective sample size for a quantile, `probability` in \[0, 1\]: that of "is at most the quantile".
    /// NaN outside.
    #[must_use]
    pub fn ess_quantile(&self, probability: f64) -> f64 {
        if !(0.0..=1.0).contains(&probability) {
            return f64::NAN;
        }
        self.defined(1, |c| {
            let mut sorted = c.values.clone();
            sorted.sort_by(f64::total_cmp);
            let quantile = quantile_of_sorted(&sorted, probability);
            c.map(|v| if v <= quantile { 1.0 } else { 0.0 }).split().ess()
        })
    }

    /// Rank-normalised split R-hat, the larger of bulk and folded: `az.rhat`. NaN for one chain.
    ///
    /// Folding is about the median of the split draws, as in `az.rhat`; `az.summary` folds about the median
    /// of all draws, which differs in the last digits when the number of draws is odd.
    #[must_use]
    pub fn r_hat(&self) -> f64 {
        self.defined(2, |c| {
            let split = c.split();
            let bulk = split.z_scaled().plain_r_hat();
            let folded = split.folded().z_scaled().plain_r_hat();
            if folded > bulk { folded } else { bulk }
        })
    }

    /// Split R-hat without rank-normalisation (Gelman et al., Bayesian Data Analysis, 3rd edition): for
    /// comparison.
    #[must_use]
    pub fn r_hat_split(&self) -> f64 {
        self.defined(2, |c| c.split().plain_r_hat())
    }

    /// Monte Carlo standard error of the mean: `sd / sqrt(ess_mean)`.
    #[must_use]
    pub fn mcse_mean(&self) -> f64 {
        self.sd() / self.ess_mean().sqrt()
    }

    /// Monte Carlo standard error of the standard deviation, by the delta method from that of the variance,
    /// as ArviZ has it: `sqrt((E d^4 - (E d^2)^2) / ess / E d^2 / 4)` with `d` the distances from the mean
    /// and `ess` that of `d^2`.
    #[must_use]
    pub fn mcse_sd(&self) -> f64 {
        self.defined(1, |c| {
            let squares = c.squared_distances();
            let second = mean(&squares.values);
            let fourth = mean(&squares.map(|s| s * s).values);
            ((fourth - second * second) / squares.split().ess() / second / 4.0).sqrt()
        })
    }

    /// The diagnostic, or NaN where it is not defined.
    fn defined(&self, least_chains: usize, f: impl Fn(&Chains) -> f64) -> f64 {
        let enough = self.draws >= 4 && self.chains() >= least_chains;
        if enough && self.values.iter().all(|v| v.is_finite()) { f(self) } else { f64::NAN }
    }

    fn map(&self, f: impl Fn(f64) -> f64) -> Chains {
        Chains { values: self.values.iter().map(|&v| f(v)).collect(), draws: self.draws }
    }

    fn squared_distances(&self) -> Chains {
        let center = self.mean();
        self.map(|v| (v - center) * (v - center))
    }

    fn z_scaled(&self) -> Chains {
        Chains { values: z_scale(&self.values), draws: self.draws }
    }

    fn folded(&self) -> Chains {
        let center = median(&self.values);
        self.map(|v| (v - center).abs())
    }

    fn split(&self) -> Chains {
        let half = self.draws / 2;
        let mut values = Vec::with_capacity(self.values.len());
        for chain in self.values.chunks_exact(self.draws) {
            values.extend_from_slice(&chain[..half]);
            values.extend_from_slice(&chain[self.draws - half..]);
        }
        Chains { values, draws: half }
    }

    /// Potential scale reduction of the chains as they stand.
    fn plain_r_hat(&self) -> f64 {
        let n = self.draws as f64;
        let means: Vec<f64> = self.values.chunks_exact(self.draws).map(mean).collect();
        let variances: Vec<f64> = self.values.chunks_exact(self.draws).map(variance).collect();
        let between = n * variance(&means);
        ((between / mean(&variances) + n - 1.0) / n).sqrt()
    }

    /// Effective sample size of the chains as they stand: Geyer's initial
    /// positive, then monotone, sequence of paired autocorrelations, combined over chains. At least 2 draws a
    /// chain.
    fn ess(&self) -> f64 {
        let (low, high) =
            self.values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
        let total = self.values.len() as f64;
        // Draws that do not move have no autocorrelation: ArviZ, and so this, calls them independent.
        if high - low < 1e-15 {
            return total;
        }
        let n = self.draws;
        let means: Vec<f64> = self.values.chunks_exact(n).map(mean).collect();
        let centred: Vec<f64> =
            self.values.chunks_exact(n).zip(&means).flat_map(|(c, m)| c.iter().map(move |v| v - m)).collect();
        let autocovariance = |lag: usize| -> f64 {
            centred.chunks_exact(n).map(|c| dot(&c[..n - lag], &c[lag..])).sum::<f64>() / total
        };
        let within = autocovariance(0) * n as f64 / (n as f64 - 1.0);
        let mut plus = within * (n as f64 - 1.0) / n as f64;
        if means.len() > 1 {
            plus += variance(&means);
        }
        let rho = |lag: usize| 1.0 - (within - autocovariance(lag)) / plus;

        let mut rhos = vec![0.0; n];
        let (mut even, mut odd) = (1.0, rho(1));
        rhos[0] = even;
        rhos[1] = odd;
        let mut t = 1;
        while t + 3 < n && even + odd > 0.0 {
            even = rho(t + 1);
            odd = rho(t + 2);
            if even + odd >= 0.0 {
                rhos[t + 1] = even;
                rhos[t + 2] = odd;
            }
            t += 2;
        }
        // `kept` autocorrelations count in pairs; the even one after them counts once.
        let kept = t - 1;
        if even > 0.0 {
            rhos[kept] = even;
        }
        let mut t = 1;
        while t + 4 <= kept + 1 {
            let before = rhos[t - 1] + rhos[t];
            if rhos[t + 1] + rhos[t + 2] > before {
                rhos[t + 1] = before / 2.0;
                rhos[t + 2] = before / 2.0;
            }
            t += 2;
        }
        if rhos.iter().any(|r| r.is_nan()) {
            return f64::NAN;
        }
        let tau = -1.0 + 2.0 * rhos[..kept].iter().sum::<f64>() + rhos[kept];
        // Antithetic chains can beat independence, but no more than by log10(total).
        total / tau.max(1.0 / total.log10())
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    let center = mean(values);
    values.iter().map(|v| (v - center) * (v - center)).sum::<f64>() / (values.len() as f64 - 1.0)
}

/// The inner product, in eight partial sums: independent additions, so that long chains run at the
/// processor's pace.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (x, y) in a.iter().zip(b) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f64>() + rest
}
