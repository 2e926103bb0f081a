//! `Chain`: one Markov chain, step by step, and what is known of a `Step`.

use elbo_model::LogDensity;
use nuts_rs::{Chain as _, CpuMath, DiagNutsSettings, NutsError, Settings};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::Error;
use crate::bridge::{Bridge, Failure};
use crate::start::Start;

/// One Markov chain. [`Nuts::init`](crate::Nuts::init) makes it; [`step`](Self::step) moves it.
///
/// For a loop of one's own, with a progress bar or a way to stop. [`Nuts::run`](crate::Nuts::run) does the same for all chains.
///
/// ```
/// # use elbo_model::{DensityError, LogDensity};
/// # #[derive(Clone)]
/// # struct Normal;
/// # impl LogDensity for Normal {
/// #     fn dim(&self) -> usize { 1 }
/// #     fn value_and_gradient(&mut self, z: &[f64], g: &mut [f64]) -> Result<f64, DensityError> {
/// #         g[0] = 3.0 - z[0];
/// #         Ok(-0.5 * (z[0] - 3.0) * (z[0] - 3.0))
/// #     }
/// # }
/// use elbo_mcmc::Nuts;
///
/// let mut chain = Nuts::new(Normal).tune(200).seed(42).init(0)?;
/// let (mut position, mut sum) = ([0.0], 0.0);
/// for step in 0..1_200 {
///     chain.step(&mut position)?;
///     if step >= 200 {
///         sum += position[0] / 1_000.0;
///     }
/// }
/// assert!((sum - 3.0).abs() < 0.2);
/// # Ok::<(), elbo_mcmc::Error>(())
/// ```
pub struct Chain<D: LogDensity> {
    inner: <DiagNutsSettings as Settings>::Chain<CpuMath<Bridge<D>>>,
    chain: usize,
    dim: usize,
    steps: u64,
    tune: u64,
}

impl<D: LogDensity> core::fmt::Debug for Chain<D> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Chain { chain, dim, steps, tune, .. } = self;
        f.debug_struct("Chain")
            .field("chain", chain)
            .field("dim", dim)
            .field("steps", steps)
            .field("tune", tune)
            .finish_non_exhaustive()
    }
}

/// What is known of one step of a chain. In brackets: ArviZ's names, those of [`Run::sample_stats`](crate::Run::sample_stats).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// True while the chain still adapts, so that its draws do not yet come from the density.
    pub tuning: bool,
    /// The log density at the draw, in nats, up to the density's constant (`lp`).
    pub log_density: f64,
    /// The Hamiltonian energy at the draw, in nats (`energy`).
    pub energy: f64,
    /// The doublings of the trajectory (`tree_depth`).
    pub depth: u64,
    /// The trajectory ended because it may not be doubled again (`reached_max_treedepth`).
    pub depth_reached: bool,
    /// The leapfrog steps of the trajectory: as many gradients were taken (`n_steps`).
    pub leapfrogs: u64,
    /// The mean acceptance probability over the trajectory, in \[0, 1\] (`acceptance_rate`).
    pub acceptance: f64,
    /// The step size that adaptation has come to, the same for all draws after tuning (`step_size_bar`). Each trajectory
    /// jitters it by up to a tenth.
    pub step_size: f64,
    /// The trajectory ended because the energy went astray or the log density was not finite (`diverging`).
    pub divergent: bool,
}

impl<D: LogDensity> Chain<D> {
    /// Finds a start and prepares the sampler there.
    pub(crate) fn init(
        mut density: D,
        settings: &DiagNutsSettings,
        start: &Start,
        chain: usize,
        mut rng: Xoshiro256PlusPlus,
    ) -> Result<Self, Error> {
        let dim = density.dim();
        if dim == 0 {
            return Err(Error::NoCoordinates);
        }
        let position = start.init(&mut density, chain, &mut rng)?;
        let math = CpuMath::new(Bridge { density });
        let prepared = settings.new_chain(chain as u64, math, &mut rng).and_then(|mut inner| {
            inner.set_position(&position)?;
            Ok(inner)
        });
        match prepared {
            Ok(inner) => Ok(Chain { inner, chain, dim, steps: 0, tune: settings.num_tune }),
            Err(error) => Err(translate(error.downcast::<NutsError>().map_err(|e| e.to_string()), chain, 0)),
        }
    }

    /// The number of unconstrained coordinates.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The steps taken so far, those of tuning included.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Moves once, and writes the new position into `position`, of length [`dim`](Self::dim).
    ///
    /// # Errors
    /// [`Error::Density`] when the log density fails for a reason other than a value that is not finite (that is a divergence),
    /// [`Error::Sampler`], and [`Error::Length`] for a slice of another length. After an error of the first two the chain is of no further use.
    pub fn step(&mut self, position: &mut [f64]) -> Result<Step, Error> {
        let chain = self.chain;
        if position.len() != self.dim {
            return Err(Error::Length { chain, expected: self.dim, found: position.len() });
        }
        let tuning = self.steps < self.tune;
        self.steps += 1;
        let (draw, _, stats, progress) = self
            .inner
            .expanded_draw()
            .map_err(|error| translate(error.downcast().map_err(|e| e.to_string()), chain, self.steps))?;
        position.copy_from_slice(&draw);
        Ok(Step {
            tuning,
            log_density: stats.point.logp,
            energy: stats.point.energy,
            depth: stats.depth,
            depth_reached: stats.maxdepth_reached,
            leapfrogs: progress.num_steps,
            acceptance: stats.adapt.step_size.mean_tree_accept,
            step_size: stats.adapt.step_size.step_size_bar,
            divergent: progress.diverging,
        })
    }
}

/// An error of `nuts-rs`, with the density's own error taken out of its wrapping.
fn translate(error: Result<NutsError, String>, chain: usize, step: u64) -> Error {
    match error {
        Ok(NutsError::LogpFailure(inner)) => match inner.downcast::<Failure>() {
            Ok(failure) => Error::Density { chain, step, source: Box::new(failure.0) },
            Err(inner) => Error::Sampler { chain, step, message: inner.to_string() },
        },
        Ok(other) => Error::Sampler { chain, step, message: other.to_string() },
        Err(message) => Error::Sampler { chain, step, message },
    }
}
