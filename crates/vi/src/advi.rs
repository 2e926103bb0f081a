//! `Advi`: automatic differentiation variational inference with the mean-field family, as one builder.

use core::fmt;
use std::time::Instant;

use elbo_model::{LogDensity, RowBatches};
use elbo_tensor_ad::Real;

use crate::family::MeanField;
use crate::observer::Observer;
use crate::rule::{Adam, Rule, Schedule, Scheduled};
use crate::{Elbo, Error, Estimator, Fit, FitError, Operator, Sampling, Start, State, fit};

/// Mean-field ADVI over any log density (Kucukelbir et al. 2017), piece by piece or all by default.
///
/// | setting | default | range |
/// | --- | --- | --- |
/// | [`steps`](Self::steps) | 10,000 | any, in total |
/// | [`seed`](Self::seed) | 0 | any |
/// | [`rule`](Self::rule) | [`Advi::default_rule`] | a [`Rule`] |
/// | [`draws_per_step`](Self::draws_per_step) | 1 | at least 1 |
/// | [`batches`](Self::batches) | all rows | 1 to the number of rows |
/// | [`sampling`](Self::sampling) | epochs, without replacement | [`Sampling`] |
/// | [`start`](Self::start) | standard normals | [`Start`] |
/// | [`initial_sd`](Self::initial_sd) | 0.1 | above 0 |
/// | [`estimator`](Self::estimator) | closed entropy | [`Estimator`] |
/// | [`operator`](Self::operator) | KL | [`Operator`] |
///
/// Settings are checked by [`run`](Self::run).
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
/// use elbo_vi::Advi;
///
/// let fit = Advi::new(Normal).steps(5_000).seed(42).draws_per_step(4).run()?;
/// assert!((fit.mean()[0] - 3.0).abs() < 0.05 && (fit.sd()[0] - 1.0).abs() < 0.05);
/// # Ok::<(), elbo_vi::Error>(())
/// ```
#[must_use = "a fit does nothing until `run`"]
pub struct Advi<'a, D, T: Real = f64> {
    density: D,
    steps: u64,
    seed: u64,
    rule: Option<Box<dyn Rule<T> + 'a>>,
    draws_per_step: usize,
    batches: Option<(usize, Attach<D, T>)>,
    sampling: Sampling,
    start: Start,
    initial_sd: f64,
    estimator: Estimator,
    operator: Operator,
    observers: Vec<Box<dyn Observer<T> + 'a>>,
    resume: Option<State<T>>,
}

/// `Elbo::batches`, taken where the density is known to have rows.
type Attach<D, T> = fn(Elbo<D, MeanField<T>>, usize, Sampling) -> Result<Elbo<D, MeanField<T>>, Error>;

impl<'a, T: Real, D: LogDensity<T>> Advi<'a, D, T> {
    /// A fit of this density with every default.
    pub fn new(density: D) -> Self {
        Advi {
            density,
            steps: 10_000,
            seed: 0,
            rule: None,
            draws_per_step: 1,
            batches: None,
            sampling: Sampling::default(),
            start: Start::default(),
            initial_sd: 0.1,
            estimator: Estimator::default(),
            operator: Operator::default(),
            observers: Vec::new(),
            resume: None,
        }
    }

    /// Takes steps until this many have been taken, those of a resumed state included. Default 10,000.
    pub fn steps(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }

    /// Everything random comes from this. Default 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Steps by this rule.
    pub fn rule(mut self, rule: impl Rule<T> + 'a) -> Self {
        self.rule = Some(Box::new(rule));
        self
    }

    /// Averages this many draws per step. Default 1.
    pub fn draws_per_step(mut self, draws: usize) -> Self {
        self.draws_per_step = draws;
        self
    }

    /// Sees this many rows of the data per step, the likelihood scaled to all of them.
    pub fn batches(mut self, rows: usize) -> Self
    where
        D: RowBatches<T>,
    {
        self.batches = Some((rows, Elbo::batches));
        self
    }

    /// Chooses the rows of batches so. Default: epochs without replacement.
    pub fn sampling(mut self, sampling: Sampling) -> Self {
        self.sampling = sampling;
        self
    }

    /// Starts the means here. Default: standard normals.
    pub fn start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// Starts every standard deviation here. Default 0.1; PyMC starts at `ln 2`.
    pub fn initial_sd(mut self, sd: f64) -> Self {
        self.initial_sd = sd;
        self
    }

    /// Estimates the entropy so. Default: in closed form.
    pub fn estimator(mut self, estimator: Estimator) -> Self {
        self.estimator = estimator;
        self
    }

    /// Makes this divergence small. Default: KL.
    pub fn operator(mut self, operator: Operator) -> Self {
        self.operator = operator;
        self
    }

    /// Lets this observer look on, after those given before it. Give a `&mut` to read it afterwards.
    pub fn observe(mut self, observer: impl Observer<T> + 'a) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// Goes on from this state. With the settings of the run that it came from the steps are the same
    /// bits as without the interruption; the seed and the start no longer matter.
    pub fn resume(mut self, state: State<T>) -> Self {
        self.resume = Some(state);
        self
    }

    /// Fits.
    ///
    /// # Errors
    /// A [`FitError`]: what was wrong and, when steps had been taken, the fit at its last good state.
    pub fn run(self) -> Result<Fit<MeanField<T>>, FitError<Fit<MeanField<T>>>> {
        let family = MeanField::new(self.density.dim()).initial_sd(self.initial_sd)?;
        let mut objective = Elbo::new(self.density, family, self.seed)?
            .estimator(self.estimator)
            .operator(self.operator)
            .start(self.start)
            .draws_per_step(self.draws_per_step)?;
        if let Some((rows, attach)) = self.batches {
            objective = attach(objective, rows, self.sampling)?;
        }
        let default;
        let rule: &dyn Rule<T> = match &self.rule {
            Some(rule) => rule,
            None => {
                default = Self::default_rule(self.steps);
                &default
            }
        };
        let mut state = match self.resume {
            Some(state) => {
                state.check(objective.family().mean().len() * 2, rule)?;
                state
            }
            None => State::init(&mut objective, rule)?,
        };
        let mut observers = self.observers;
        let began = Instant::now();
        let result = fit(&mut objective, rule, &mut state, self.steps, &mut observers);
        let seconds = began.elapsed().as_secs_f64();
        let (_, family) = objective.into_parts();
        match result {
            Ok(stop) => Ok(Fit::new(family, state, Some(stop), seconds)),
            Err(error) => {
                Err(FitError { error, partial: Some(Box::new(Fit::new(family, state, None, seconds))) })
            }
        }
    }
}

impl<D, T: Real> Advi<'_, D, T> {
    /// The rule of a fit of so many steps that names none: Adam at 0.1, lowered along a cosine over all of them
    /// to nothing. Early steps are long enough to leave a poor optimum; the last parameters are not those of the last noise.
    ///
    /// It depends on the number of steps: resume with the same number to get the same bits.
    #[must_use]
    pub fn default_rule(steps: u64) -> Scheduled<Adam> {
        Scheduled::new(Adam::new(0.1), Schedule::Cosine { steps: steps.max(1), floor: 0.0 })
    }
}

impl<D: fmt::Debug, T: Real> fmt::Debug for Advi<'_, D, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Advi")
            .field("density", &self.density)
            .field("steps", &self.steps)
            .field("seed", &self.seed)
            .field("rule", &self.rule)
            .finish_non_exhaustive()
    }
}
