//! `Elbo`: the objective of variational inference over a log density, composed of family, estimator and operator.

use elbo_model::{DensityError, LogDensity, RowBatches};
use elbo_tensor_ad::Real;
use elbo_tensor_ad::kernels::Processor;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::error::{at_least_one, not_negative};
use crate::family::Family;
use crate::fit::fill;
use crate::streams::{from_words, words};
use crate::{Error, Estimator, Minibatches, Objective, Operator, Purpose, Sampling, finite, stream};

/// Where the means of an approximation start.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Start {
    /// Independent normals around 0, from the seed's stream for [`Purpose::Start`].
    Normal {
        /// Their standard deviation, 0 or above. A [`Default`] start has 1.
        sd: f64,
    },
    /// Independent uniforms on `(-radius, radius)`, from the same stream; Stan and NumPyro use 2.
    Uniform {
        /// Half the width, 0 or above.
        radius: f64,
    },
    /// This position, in the unconstrained coordinates of the density.
    At(Vec<f64>),
}

impl Default for Start {
    fn default() -> Self {
        Start::Normal { sd: 1.0 }
    }
}

/// The evidence lower bound `E_q[log p(z)] + H(q)` of a log density under a family, in nats.
///
/// Composed of a [`Family`], an [`Estimator`] and an [`Operator`]. With `S` draws per step it is the mean over them.
/// Everything random comes from `seed`, split by [`Purpose`].
///
/// ```
/// use elbo_model::{DensityError, LogDensity};
/// use elbo_vi::family::MeanField;
/// use elbo_vi::{Elbo, Objective};
///
/// struct Normal;
/// impl LogDensity for Normal {
///     fn dim(&self) -> usize { 1 }
///     fn value_and_gradient(&mut self, z: &[f64], g: &mut [f64]) -> Result<f64, DensityError> {
///         g[0] = -z[0];
///         Ok(-0.5 * z[0] * z[0])
///     }
/// }
///
/// let mut elbo = Elbo::new(Normal, MeanField::new(1), 42)?;
/// let mut gradient = [0.0; 2];
/// elbo.draw()?;
/// let value = elbo.evaluate(&[0.0, 0.5413], &mut gradient)?; // softplus(0.5413) = 1
/// assert!(value.is_finite());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Elbo<D, F: Family> {
    density: D,
    family: F,
    estimator: Estimator,
    operator: Operator,
    start: Start,
    seed: u64,
    rng: Xoshiro256PlusPlus,
    batches: Option<Batched<D>>,
    scratch: Scratch<F::Number>,
    processor: Processor,
}

/// Batches, and how to tell the density about one.
///
/// The function is taken where the density is known to have rows, so that no other place has to know.
#[derive(Debug, Clone)]
struct Batched<D> {
    rows: Minibatches,
    select: fn(&mut D, &[usize]) -> Result<(), DensityError>,
}

/// Memory of a step. Arrays by draw are flat, draw by draw.
#[derive(Debug, Clone)]
struct Scratch<T> {
    noise: Vec<T>,
    z: Vec<T>,
    /// The gradient with respect to each draw.
    upstream: Vec<T>,
    /// `∇_z log q` of one draw.
    draw_gradient: Vec<T>,
    ratios: Vec<T>,
    weights: Vec<T>,
}

impl<T: Real> Scratch<T> {
    fn new(draws: usize, noise: usize, dim: usize) -> Self {
        Scratch {
            noise: vec![T::ZERO; draws * noise],
            z: vec![T::ZERO; dim],
            upstream: vec![T::ZERO; draws * dim],
            draw_gradient: vec![T::ZERO; dim],
            ratios: vec![T::ZERO; draws],
            weights: vec![T::ZERO; draws],
        }
    }
}

impl<T: Real, D: LogDensity<T>, F: Family<Number = T>> Elbo<D, F> {
    /// The ELBO of this density under this family: closed entropy, KL, one draw per step, all rows.
    ///
    /// # Errors
    /// [`Error::Family`] when the family and the density have different dimensions, [`Error::Setting`]
    /// when that is 0.
    pub fn new(density: D, family: F, seed: u64) -> Result<Self, Error> {
        if density.dim() != family.dim() {
            return Err(Error::Family { expected: density.dim(), found: family.dim() });
        }
        at_least_one("the dimension of the density", density.dim() as u64)?;
        let scratch = Scratch::new(1, family.noise(), family.dim());
        Ok(Elbo {
            density,
            family,
            estimator: Estimator::default(),
            operator: Operator::default(),
            start: Start::default(),
            seed,
            rng: stream(seed, Purpose::Noise),
            batches: None,
            scratch,
            processor: Processor::detect(),
        })
    }

    /// Uses this estimator. Default: closed entropy.
    #[must_use]
    pub fn estimator(mut self, estimator: Estimator) -> Self {
        self.estimator = estimator;
        self
    }

    /// Uses this operator. Default: KL.
    #[must_use]
    pub fn operator(mut self, operator: Operator) -> Self {
        self.operator = operator;
        self
    }

    /// Starts here. Default: standard normals.
    #[must_use]
    pub fn start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// Takes this many draws per step, at least 1. Default 1.
    ///
    /// # Errors
    /// [`Error::Setting`] for 0.
    pub fn draws_per_step(mut self, draws: usize) -> Result<Self, Error> {
        at_least_one("draws_per_step", draws as u64)?;
        self.scratch = Scratch::new(draws, self.family.noise(), self.family.dim());
        Ok(self)
    }

    /// Sees `size` rows of the data per step.
    ///
    /// # Errors
    /// [`Error::Batch`] when that is more than there are, [`Error::Setting`] for 0.
    pub fn batches(mut self, size: usize, sampling: Sampling) -> Result<Self, Error>
    where
        D: RowBatches<T>,
    {
        let rows = Minibatches::new(self.density.rows(), size, sampling, self.seed)?;
        self.batches = Some(Batched { rows, select: D::select_rows });
        Ok(self)
    }

    /// The density. While batches are in use it has the last batch selected.
    pub fn density(&self) -> &D {
        &self.density
    }

    /// The family, set at the parameters of the last evaluation.
    pub fn family(&self) -> &F {
        &self.family
    }

    /// Gives the density and the family back.
    pub fn into_parts(self) -> (D, F) {
        (self.density, self.family)
    }

    /// Names the first component of a gradient that is not finite.
    #[cold]
    fn not_finite(density: &D, value: T, gradient: &[T]) -> DensityError {
        let term = String::from("the target");
        match gradient.iter().position(|g| !g.is_finite()) {
            Some(i) if value.is_finite() => DensityError::NonFinite {
                quantity: "gradient",
                term,
                value: gradient[i].to_f64(),
                variable: Some(density.coordinate_name(i)),
                row: None,
            },
            _ => DensityError::NonFinite {
                quantity: "log density",
                term,
                value: value.to_f64(),
                variable: None,
                row: None,
            },
        }
    }
}

impl<T: Real, D: LogDensity<T>, F: Family<Number = T>> Objective<T> for Elbo<D, F> {
    fn parameters(&self) -> usize {
        self.family.parameters()
    }

    fn dim(&self) -> usize {
        self.family.dim()
    }

    fn init(&mut self, parameters: &mut [T]) -> Result<(), Error> {
        let mut rng = stream(self.seed, Purpose::Start);
        let dim = self.family.dim();
        let start: Vec<f64> = match &self.start {
            Start::Normal { sd } => {
                not_negative("the start's sd", *sd)?;
                StandardNormal.sample_iter(&mut rng).take(dim).map(|e: f64| sd * e).collect()
            }
            Start::Uniform { radius } => {
                not_negative("the start's radius", *radius)?;
                (0..dim).map(|_| radius * (2.0 * rng.random::<f64>() - 1.0)).collect()
            }
            Start::At(position) => {
                if position.len() != dim {
                    return Err(Error::Start { expected: dim, found: position.len() });
                }
                position.clone()
            }
        };
        let start: Vec<T> = start.into_iter().map(T::from_f64).collect();
        if let Some(i) = start.iter().position(|x| !x.is_finite()) {
            return Err(Error::StartValue {
                coordinate: self.density.coordinate_name(i),
                value: start[i].to_f64(),
            });
        }
        self.family.init(&start, parameters);
        Ok(())
    }

    fn draw(&mut self) -> Result<(), DensityError> {
        fill(&mut self.scratch.noise, &mut self.rng);
        match &mut self.batches {
            Some(batches) => (batches.select)(&mut self.density, batches.rows.draw()),
            None => Ok(()),
        }
    }

    fn evaluate(&mut self, parameters: &[T], gradient: &mut [T]) -> Result<T, DensityError> {
        let Scratch { noise, z, upstream, draw_gradient, ratios, weights } = &mut self.scratch;
        let family = &mut self.family;
        let (noises, dim) = (family.noise(), family.dim());
        family.set(parameters);
        gradient.fill(T::ZERO);
        let entropy = match self.estimator {
            Estimator::ClosedEntropy => family.entropy(),
            Estimator::StickingTheLanding | Estimator::MonteCarlo => T::ZERO,
        };

        let draws = noise.chunks_exact(noises).zip(upstream.chunks_exact_mut(dim));
        for ((noise, upstream), ratio) in draws.zip(ratios.iter_mut()) {
            family.path(noise, z);
            let log_p = self.density.value_and_gradient(z, upstream)?;
            if !(log_p.is_finite() && finite::all_finite(self.processor, upstream)) {
                return Err(Self::not_finite(&self.density, log_p, upstream));
            }
            *ratio = match self.estimator {
                Estimator::ClosedEntropy => log_p + entropy,
                Estimator::StickingTheLanding | Estimator::MonteCarlo => {
                    family.draw_gradient(noise, z, draw_gradient);
                    for (u, &q) in upstream.iter_mut().zip(draw_gradient.iter()) {
                        *u -= q;
                    }
                    log_p - family.draw_log_density(noise, z)
                }
            };
        }

        let value = self.operator.combine(ratios, weights);
        let draws = noise.chunks_exact(noises).zip(upstream.chunks_exact(dim));
        for ((noise, upstream), &weight) in draws.zip(weights.iter()) {
            family.add_pull_back(noise, upstream, weight, gradient);
            match self.estimator {
                Estimator::ClosedEntropy => family.add_entropy_gradient(weight, gradient),
                Estimator::StickingTheLanding => {}
                Estimator::MonteCarlo => {
                    family.path(noise, z);
                    family.add_score(noise, z, -weight, gradient);
                }
            }
        }
        Ok(value)
    }

    fn moments(&mut self, parameters: &[T], mean: &mut [T], sd: &mut [T]) {
        self.family.set(parameters);
        self.family.moments(mean, sd);
    }

    fn parameter_name(&self, i: usize) -> String {
        match self.family.parameter(i) {
            (kind, Some(coordinate)) => format!("{kind} of {}", self.density.coordinate_name(coordinate)),
            (kind, None) => format!("{kind}[{i}]"),
        }
    }

    fn save(&self) -> Vec<u64> {
        let mut saved = words(&self.rng).to_vec();
        if let Some(batches) = &self.batches {
            batches.rows.save(&mut saved);
        }
        saved
    }

    fn restore(&mut self, saved: &[u64]) -> Result<(), Error> {
        let (noise, batches) = match saved {
            [a, b, c, d, batches @ ..] => ([*a, *b, *c, *d], batches),
            _ => {
                return Err(Error::State {
                    what: "words of random streams",
                    expected: 4,
                    found: saved.len(),
                });
            }
        };
        match &mut self.batches {
            Some(own) => own.rows.restore(batches)?,
            None if batches.is_empty() => {}
            None => {
                let found = batches.len().saturating_sub(6);
                return Err(Error::State { what: "rows in batches", expected: 0, found });
            }
        }
        self.rng = from_words(noise);
        Ok(())
    }
}
