//! `Nuts`: the settings of a run, and the run over all chains.

use elbo_model::LogDensity;
use nuts_rs::DiagNutsSettings;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use crate::chain::Chain;
use crate::run::{ChainRecord, Run};
use crate::{Error, Start};

/// The No-U-Turn Sampler with a diagonal mass matrix, as `nuts-rs` has it: several chains, each tuned on its own.
///
/// | setting | default | range |
/// | --- | --- | --- |
/// | [`tune`](Self::tune) | 1,000 | any; below about 200 little is learned |
/// | [`draws`](Self::draws) | 1,000 | at least 1 |
/// | [`chains`](Self::chains) | 4 | at least 1; R-hat needs 2 |
/// | [`seed`](Self::seed) | 0 | any |
/// | [`start`](Self::start) | uniform in ±2 | [`Start`] |
/// | [`accept`](Self::accept) | 0.8 | above 0, below 1 |
/// | [`max_depth`](Self::max_depth) | 10 | 1 to 30 |
///
/// Settings are checked by [`run`](Self::run) and [`init`](Self::init).
///
/// Everything else is the default of `nuts-rs` 0.19: leapfrog steps with a Euclidean kinetic energy, a divergence at an energy
/// error of 1,000, dual averaging of the step size and a jitter of a tenth on it, and a mass matrix from the variances of draws
/// *and* gradients, updated at each step of the first 85 % of tuning. That, and the criterion for turning, set it apart from Stan, whose trees
/// and whose multinomial choice within them it shares (Hoffman and Gelman 2014; Betancourt 2017).
#[derive(Debug, Clone)]
#[must_use = "a sampler does nothing until `run`"]
pub struct Nuts<D> {
    density: D,
    tune: usize,
    draws: usize,
    chains: usize,
    seed: u64,
    start: Start,
    accept: f64,
    max_depth: u64,
}

impl<D: LogDensity> Nuts<D> {
    /// A sampler of this density with every default.
    pub fn new(density: D) -> Self {
        Nuts {
            density,
            tune: 1000,
            draws: 1000,
            chains: 4,
            seed: 0,
            start: Start::default(),
            accept: 0.8,
            max_depth: 10,
        }
    }

    /// Adapts for this many steps, whose draws are dropped. Default 1,000.
    pub fn tune(mut self, steps: usize) -> Self {
        self.tune = steps;
        self
    }

    /// Keeps this many draws of each chain. Default 1,000.
    pub fn draws(mut self, draws: usize) -> Self {
        self.draws = draws;
        self
    }

    /// Runs this many chains. Default 4.
    pub fn chains(mut self, chains: usize) -> Self {
        self.chains = chains;
        self
    }

    /// Everything random comes from this. Default 0. Chain `c` is a function of the seed and of `c`: more chains do not change it.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Begins here. Default: uniform in ±2.
    pub fn start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// Tunes the step size towards this mean acceptance probability. Default 0.8. More means smaller steps: the first
    /// thing to try against divergences.
    pub fn accept(mut self, target: f64) -> Self {
        self.accept = target;
        self
    }

    /// Doubles a trajectory at most this many times. Default 10, which is 1,023 leapfrog steps.
    pub fn max_depth(mut self, doublings: u64) -> Self {
        self.max_depth = doublings;
        self
    }

    /// The settings as `nuts-rs` takes them.
    fn settings(&self) -> Result<DiagNutsSettings, Error> {
        let wrong = |name, expected, found| Err(Error::Setting { name, expected, found });
        if self.draws == 0 {
            return wrong("draws", "at least 1", 0.0);
        }
        if self.chains == 0 {
            return wrong("chains", "at least 1", 0.0);
        }
        if !(self.accept > 0.0 && self.accept < 1.0) {
            return wrong("accept", "above 0 and below 1", self.accept);
        }
        if !(1..=30).contains(&self.max_depth) {
            return wrong("max_depth", "from 1 to 30", self.max_depth as f64);
        }
        if self.tune.checked_add(self.draws).is_none() {
            return wrong(
                "tune + draws",
                "a number that fits into a usize",
                self.tune as f64 + self.draws as f64,
            );
        }
        self.start.check(self.chains)?;
        let mut settings = DiagNutsSettings {
            num_tune: self.tune as u64,
            num_draws: self.draws as u64,
            num_chains: self.chains,
            maxdepth: self.max_depth,
            ..DiagNutsSettings::default()
        };
        settings.adapt_options.step_size_settings.target_accept = self.accept;
        Ok(settings)
    }

    /// The stream of random numbers of a chain: that of the seed, 2^128 numbers further on for each chain before it.
    fn stream(&self, chain: usize) -> Xoshiro256PlusPlus {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        for _ in 0..chain {
            rng.jump();
        }
        rng
    }
}

impl<D: LogDensity + Clone> Nuts<D> {
    /// Chain `chain` of the run, at its start, to be moved by hand: the same chain as [`run`](Self::run) has.
    ///
    /// # Errors
    /// As [`run`](Self::run), for settings and the start; [`Error::Setting`] for a chain beyond their number.
    pub fn init(&self, chain: usize) -> Result<Chain<D>, Error> {
        let settings = self.settings()?;
        if chain >= self.chains {
            return Err(Error::Setting {
                name: "chain",
                expected: "below the number of chains",
                found: chain as f64,
            });
        }
        Chain::init(self.density.clone(), &settings, &self.start, chain, self.stream(chain))
    }

    /// Tunes every chain and draws from it, chains side by side on rayon's threads (those of the pool that this is called in).
    ///
    /// The result is the same to the bit on any number of threads. Each chain has a clone of the density.
    ///
    /// # Errors
    /// [`Error::Setting`], [`Error::Starts`], [`Error::NoCoordinates`] and [`Error::Memory`] before anything is drawn;
    /// [`Error::Length`], [`Error::StartValue`], [`Error::Start`] and [`Error::StartFlat`] for a start;
    /// [`Error::Density`] when the log density fails at some step for a reason other than a value that is not finite;
    /// [`Error::Sampler`]. When several chains fail, the error is that of the first of them.
    pub fn run(self) -> Result<Run, Error>
    where
        D: Send,
    {
        let settings = self.settings()?;
        let dim = self.density.dim();
        if dim == 0 {
            return Err(Error::NoCoordinates);
        }
        let (tune, draws, chains) = (self.tune, self.draws, self.chains);
        let no_memory = || Error::Memory { chains, draws, dim };
        let each = draws.checked_mul(dim).ok_or_else(no_memory)?;
        let total = each.checked_mul(chains).ok_or_else(no_memory)?;
        let mut values = reserve(total).ok_or_else(no_memory)?;
        values.resize(total, 0.0);
        let names = (0..dim).map(|i| self.density.coordinate_name(i)).collect();

        let mut prepared = Vec::new();
        for chain in 0..chains {
            let record =
                ChainRecord { steps: reserve(draws).ok_or_else(no_memory)?, ..ChainRecord::default() };
            prepared.push((self.density.clone(), self.stream(chain), record));
        }
        let (start, settings) = (&self.start, &settings);
        let records: Vec<Result<ChainRecord, Error>> = values
            .par_chunks_mut(each)
            .zip(prepared)
            .enumerate()
            .with_max_len(1)
            .map(|(chain, (values, (density, stream, record)))| {
                sample(Chain::init(density, settings, start, chain, stream)?, tune, values, record)
            })
            .collect();
        let records = records.into_iter().collect::<Result<_, _>>()?;
        Ok(Run::new(draws, names, values, records))
    }
}

/// Tunes a chain, then fills `values` with its draws, and keeps the record.
fn sample<D: LogDensity>(
    mut chain: Chain<D>,
    tune: usize,
    values: &mut [f64],
    mut record: ChainRecord,
) -> Result<ChainRecord, Error> {
    let mut position = vec![0.0; chain.dim()];
    for _ in 0..tune {
        record.add_tuning(&chain.step(&mut position)?);
    }
    for draw in values.chunks_exact_mut(chain.dim()) {
        record.steps.push(chain.step(draw)?);
    }
    Ok(record)
}

/// An empty list with room for so many values, or nothing where there is no memory for them.
fn reserve<T>(count: usize) -> Option<Vec<T>> {
    let mut values = Vec::new();
    values.try_reserve_exact(count).ok()?;
    Some(values)
}
