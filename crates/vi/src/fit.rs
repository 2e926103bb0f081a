//! `Fit`: an approximation that was fitted, and what is known of how it went.

use core::fmt;

use elbo_model::LogDensity;
use elbo_tensor_ad::Real;
use rand_distr::{Distribution, StandardNormal};

use crate::error::at_least_one;
use crate::family::{Family, MeanField};
use crate::{Error, Purpose, State, Stop, stream};

/// Steps at the end of a fit over which a report averages the ELBO.
const TAIL: usize = 1000;

/// A fitted approximation. [`sample`](Self::sample) and [`elbo`](Self::elbo) are functions of their seed alone.
#[derive(Debug, Clone)]
pub struct Fit<F: Family = MeanField<f64>> {
    family: F,
    state: State<F::Number>,
    stop: Option<Stop>,
    seconds: f64,
    mean: Vec<F::Number>,
    sd: Vec<F::Number>,
}

impl<T: Real, F: Family<Number = T>> Fit<F> {
    /// The member of `family` with the state's parameters. `stop` is `None` for a fit that failed.
    pub(crate) fn new(mut family: F, state: State<T>, stop: Option<Stop>, seconds: f64) -> Self {
        family.set(&state.parameters);
        let (mut mean, mut sd) = (vec![T::ZERO; family.dim()], vec![T::ZERO; family.dim()]);
        family.moments(&mut mean, &mut sd);
        Fit { family, state, stop, seconds, mean, sd }
    }

    /// The parameters of the approximation (for the mean field: all `mu`, then all `rho`).
    #[must_use]
    pub fn parameters(&self) -> &[T] {
        &self.state.parameters
    }

    /// The mean of each unconstrained coordinate.
    #[must_use]
    pub fn mean(&self) -> &[T] {
        &self.mean
    }

    /// The standard deviation of each unconstrained coordinate.
    #[must_use]
    pub fn sd(&self) -> &[T] {
        &self.sd
    }

    /// The number of unconstrained coordinates.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.mean.len()
    }

    /// The ELBO at each step, in nats, each estimated from that step's draws and rows.
    #[must_use]
    pub fn history(&self) -> &[T] {
        &self.state.history
    }

    /// The approximation itself, set at the fitted parameters.
    #[must_use]
    pub fn family(&self) -> &F {
        &self.family
    }

    /// What [`Advi::resume`](crate::Advi::resume) goes on from; [`State::to_bytes`] saves it.
    #[must_use]
    pub fn state(&self) -> &State<T> {
        &self.state
    }

    /// The state, without a copy.
    #[must_use]
    pub fn into_state(self) -> State<T> {
        self.state
    }

    /// Steps, seconds, why it ended, and the ELBO of the last steps.
    #[must_use]
    pub fn report(&self) -> Report {
        let history = &self.state.history;
        let tail = &history[history.len().saturating_sub(TAIL)..];
        let elbo = Estimate::of(tail.iter().map(|x| x.to_f64()));
        Report {
            steps: self.state.step,
            seconds: self.seconds,
            stop: self.stop.clone(),
            elbo: (!tail.is_empty()).then_some(elbo),
        }
    }

    /// `n` draws from the approximation, in unconstrained coordinates: a flat array of `n` rows of
    /// [`dim`](Self::dim). More draws of a seed begin with the fewer.
    #[must_use]
    pub fn sample(&self, n: usize, seed: u64) -> Vec<T> {
        let mut rng = stream(seed, Purpose::Draws);
        let mut noise = vec![T::ZERO; self.family.noise()];
        let mut draws = vec![T::ZERO; n * self.dim()];
        for z in draws.chunks_exact_mut(self.dim()) {
            fill(&mut noise, &mut rng);
            self.family.path(&noise, z);
        }
        draws
    }

    /// The ELBO from `draws` fresh draws: the mean of `log p(z) - log q(z)`, in nats, with its Monte Carlo
    /// standard error.
    ///
    /// It uses the rows that `density` has selected: hand over one with all rows. Minus infinity is a possible answer.
    ///
    /// # Errors
    /// [`Error::Evaluation`] with the draw at which the density failed, [`Error::Setting`] for no draws,
    /// [`Error::Family`] for a density of another dimension.
    pub fn elbo<D: LogDensity<T> + ?Sized>(
        &self,
        density: &mut D,
        draws: usize,
        seed: u64,
    ) -> Result<Estimate, Error> {
        at_least_one("draws", draws as u64)?;
        if density.dim() != self.dim() {
            return Err(Error::Family { expected: density.dim(), found: self.dim() });
        }
        let mut rng = stream(seed, Purpose::Evaluation);
        let (mut noise, mut z) = (vec![T::ZERO; self.family.noise()], vec![T::ZERO; self.dim()]);
        let mut ratios = Vec::with_capacity(draws);
        for draw in 0..draws {
            fill(&mut noise, &mut rng);
            self.family.path(&noise, &mut z);
            let log_p = density.value(&z);
            let log_p = log_p.map_err(|source| Error::Evaluation { draw, source: Box::new(source) })?;
            ratios.push(log_p.to_f64() - self.family.draw_log_density(&noise, &z).to_f64());
        }
        Ok(Estimate::of(ratios.iter().copied()))
    }
}

/// Fills with standard normals, each rounded from `f64`.
pub(crate) fn fill<T: Real, R: rand::Rng>(noise: &mut [T], rng: &mut R) {
    for e in noise {
        let normal: f64 = StandardNormal.sample(rng);
        *e = T::from_f64(normal);
    }
}

/// A mean and its Monte Carlo standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub value: f64,
    /// The standard error of the mean, of independent draws; NaN for a single one.
    pub mcse: f64,
}

impl Estimate {
    fn of(values: impl ExactSizeIterator<Item = f64> + Clone) -> Self {
        let n = values.len() as f64;
        let value = values.clone().sum::<f64>() / n;
        let squares: f64 = values.map(|x| (x - value) * (x - value)).sum();
        Estimate { value, mcse: (squares / (n - 1.0) / n).sqrt() }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ± {:.2}", self.value, self.mcse)
    }
}

/// How a fit went.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// Steps taken, those before a resumption included.
    pub steps: u64,
    /// Seconds of wall clock that this run took.
    pub seconds: f64,
    /// Why it ended; `None` when an error ended it.
    pub stop: Option<Stop>,
    /// The mean ELBO of the last 1,000 steps, in nats. Its standard error takes the steps as independent
    /// and the parameters as settled. `None` without a step.
    pub elbo: Option<Estimate>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} steps in {:.3} s", self.steps, self.seconds)?;
        if let Some(elbo) = &self.elbo {
            write!(f, ", ELBO of the last {} steps {elbo}", self.steps.min(TAIL as u64))?;
        }
        match &self.stop {
            Some(stop) => write!(f, "; {stop}"),
            None => f.write_str("; ended by an error"),
        }
    }
}
