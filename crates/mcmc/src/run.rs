//! `Run`: the draws of all chains, and how each step of them went.

use elbo_posterior::{Chains, Draws, Dtype};

use crate::chain::Step;
use crate::report::Report;

/// What is kept of one chain beside its draws.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ChainRecord {
    /// The steps after tuning, one a draw.
    pub(crate) steps: Vec<Step>,
    /// Divergences while tuning.
    pub(crate) tuning_divergences: usize,
    /// Leapfrog steps while tuning.
    pub(crate) tuning_leapfrogs: u64,
}

impl ChainRecord {
    /// Counts a step of tuning, which is not kept.
    pub(crate) fn add_tuning(&mut self, step: &Step) {
        self.tuning_divergences += usize::from(step.divergent);
        self.tuning_leapfrogs += step.leapfrogs;
    }
}

/// The draws of [`Nuts::run`](crate::Nuts::run), in unconstrained coordinates, and how they came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    draws_per_chain: usize,
    names: Vec<String>,
    draws: Vec<f64>,
    records: Vec<ChainRecord>,
}

impl Run {
    pub(crate) fn new(
        draws_per_chain: usize,
        names: Vec<String>,
        draws: Vec<f64>,
        records: Vec<ChainRecord>,
    ) -> Self {
        Run { draws_per_chain, names, draws, records }
    }

    /// The number of unconstrained coordinates, at least 1.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.names.len()
    }

    /// The number of chains, at least 1.
    #[must_use]
    pub fn chains(&self) -> usize {
        self.records.len()
    }

    /// The number of draws of each chain, at least 1.
    #[must_use]
    pub fn draws_per_chain(&self) -> usize {
        self.draws_per_chain
    }

    /// The names of the coordinates, as the density gives them.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// All draws after tuning: chain after chain, draw after draw, coordinate after coordinate
    /// (`chains × draws_per_chain × dim` numbers).
    #[must_use]
    pub fn draws(&self) -> &[f64] {
        &self.draws
    }

    /// The draws of one chain, `draws_per_chain × dim` numbers; empty for a chain that is not there.
    #[must_use]
    pub fn chain(&self, chain: usize) -> &[f64] {
        self.draws.chunks_exact(self.draws_per_chain * self.dim()).nth(chain).unwrap_or_default()
    }

    /// One coordinate over all chains: its mean, spread, intervals and diagnostics. `None` for one that is not there.
    #[must_use]
    pub fn coordinate(&self, i: usize) -> Option<Chains> {
        if i >= self.dim() {
            return None;
        }
        let series: Vec<Vec<f64>> = (0..self.chains())
            .map(|c| self.chain(c).iter().skip(i).step_by(self.dim()).copied().collect())
            .collect();
        Chains::new(&series).ok()
    }

    /// How each draw of a chain came about; empty for a chain that is not there.
    #[must_use]
    pub fn steps(&self, chain: usize) -> &[Step] {
        self.records.get(chain).map_or(&[], |r| &r.steps)
    }

    /// Divergences after tuning, in all chains. Any at all says that the draws may miss a region.
    #[must_use]
    pub fn divergences(&self) -> usize {
        self.all_steps().filter(|s| s.divergent).count()
    }

    /// The tuned step size of each chain, in the units of the transformed space (where the mass matrix is the identity).
    #[must_use]
    pub fn step_sizes(&self) -> Vec<f64> {
        self.records.iter().filter_map(|r| r.steps.last()).map(|s| s.step_size).collect()
    }

    /// Diagnostics of the whole run: worst R-hat, smallest effective sample sizes, divergences, depths. Computed anew by each call, in
    /// time proportional to the coordinates.
    #[must_use]
    pub fn report(&self) -> Report {
        Report::new(self)
    }

    /// The draws as one variable `z` over the dimension `coordinate`, labelled with the coordinates' names. A model has
    /// better names to give, in its variables' own spaces: hand it [`draws`](Self::draws) or [`chain`](Self::chain).
    ///
    /// # Errors
    /// [`elbo_posterior::Error::Coordinate`] for a coordinate's name that no file may hold.
    pub fn posterior(&self) -> Result<Draws, elbo_posterior::Error> {
        let mut posterior = Draws::new(self.chains(), self.draws_per_chain);
        posterior.push("z", &[("coordinate", self.dim())], self.draws.clone())?;
        posterior.set_coords("coordinate", self.names.clone())?;
        Ok(posterior)
    }

    /// The [`steps`](Self::steps) of all chains under ArviZ's names, for the group `sample_stats` of an
    /// [`InferenceData`](elbo_posterior::InferenceData): `lp`, `energy`, `tree_depth`, `reached_max_treedepth`, `n_steps`, `acceptance_rate`,
    /// `step_size_bar`, `diverging`.
    ///
    /// # Errors
    /// None is known; the signature is that of adding variables.
    pub fn sample_stats(&self) -> Result<Draws, elbo_posterior::Error> {
        /// A column: its name, how it is stored, and what it takes of a step.
        type Column = (&'static str, Dtype, fn(&Step) -> f64);
        const COLUMNS: [Column; 8] = [
            ("lp", Dtype::Float, |s| s.log_density),
            ("energy", Dtype::Float, |s| s.energy),
            ("tree_depth", Dtype::Int, |s| s.depth as f64),
            ("reached_max_treedepth", Dtype::Bool, |s| f64::from(u8::from(s.depth_reached))),
            ("n_steps", Dtype::Int, |s| s.leapfrogs as f64),
            ("acceptance_rate", Dtype::Float, |s| s.acceptance),
            ("step_size_bar", Dtype::Float, |s| s.step_size),
            ("diverging", Dtype::Bool, |s| f64::from(u8::from(s.divergent))),
        ];
        let mut stats = Draws::new(self.chains(), self.draws_per_chain);
        for (name, dtype, column) in COLUMNS {
            stats.push_as(name, &[], self.all_steps().map(column).collect(), dtype)?;
        }
        Ok(stats)
    }

    /// The steps of all chains, in order.
    pub(crate) fn all_steps(&self) -> impl Iterator<Item = &Step> {
        self.records.iter().flat_map(|r| &r.steps)
    }

    /// Divergences while tuning, and gradients in all.
    pub(crate) fn effort(&self) -> (usize, u64) {
        let divergences = self.records.iter().map(|r| r.tuning_divergences).sum();
        let tuning: u64 = self.records.iter().map(|r| r.tuning_leapfrogs).sum();
        (divergences, tuning + self.all_steps().map(|s| s.leapfrogs).sum::<u64>())
    }
}
