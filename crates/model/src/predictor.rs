//! `Predictor`: inner expressions of a model at any draws, on any rows.

use std::sync::Arc;

use elbo_tensor_ad::{Array, Binding, Expr, Layout, Plan, Real};
use rayon::prelude::*;

use crate::density::to_columns;
use crate::model::POSITION;
use crate::{Error, Model};

/// Draws per task: a fixed partition, so that the number of threads changes nothing.
const CHUNK: usize = 8;

/// Expressions of a model, compiled once, to be evaluated at draws of the unconstrained vector.
///
/// ```
/// use elbo_distributions::Normal;
/// use elbo_model::Model;
/// use elbo_tensor_ad::Array;
///
/// let x = Array::new([3, 1], vec![0.0, 1.0, 2.0])?;
/// let model = Model::build(|m| {
///     let x = m.data("x", &x, ["obs", "feature"]);
///     let w = m.sample("w", Normal::standard(), ["feature"]);
///     let mu = m.deterministic("mu", x.matmul(&w));
///     m.observe("y", Normal::new(mu, 1.0), &Array::vector(vec![0.1, 0.9, 2.1]));
/// })?;
/// // Two draws of w, on two new rows: one row of results for each draw.
/// let mu = model.predictor("mu")?.on("x", &Array::new([2, 1], vec![10.0, 20.0])?)?;
/// assert_eq!(mu.at(&[1.0, 2.0])?.data(), [10.0, 20.0, 20.0, 40.0]);
/// # Ok::<(), elbo_model::Error>(())
/// ```
///
/// Results come draw by draw, and each draw is computed alone: they are the same bits on any number of threads.
#[derive(Debug, Clone)]
pub struct Predictor<T: Real = f64> {
    model: Model,
    plan: Arc<Plan<T>>,
    outputs: usize,
    /// The inputs of the plan: their shapes, and their numbers column by column; the position has none.
    inputs: Vec<(String, Vec<usize>, Arc<Vec<T>>)>,
}

impl<T: Real> Predictor<T> {
    /// Any expressions over the model's variables and data, compiled together.
    ///
    /// # Errors
    /// [`Error::Expression`]: the first shape mistake; [`Error::Unknown`]: an input that the model does not
    /// have; [`Error::NoExpressions`].
    pub fn of(model: &Model, exprs: &[Expr]) -> Result<Self, Error> {
        if exprs.is_empty() {
            return Err(Error::NoExpressions);
        }
        let plan = Plan::compile(&model.0.at_position(exprs))?;
        let inner = &model.0;
        let mut inputs = Vec::new();
        for input in plan.inputs() {
            if &*input.name == POSITION {
                inputs.push((POSITION.to_string(), vec![inner.dim], Arc::new(Vec::new())));
                continue;
            }
            let known = inner.arrays().find(|(name, ..)| **name == *input.name);
            let (name, _, array) = known.ok_or_else(|| Error::Unknown {
                name: input.name.to_string(),
                known: inner.arrays().map(|(n, ..)| n.to_string()).collect(),
            })?;
            inputs.push((name.to_string(), array.shape().to_vec(), Arc::new(to_columns(array))));
        }
        Ok(Predictor { model: model.clone(), plan: Arc::new(plan), outputs: exprs.len(), inputs })
    }

    /// The same predictor on these data in place of the model's own. Data that the expressions do not
    /// depend on are accepted and not used. Arrays over the same rows are to be replaced together.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a name that is not data of the model; [`Error::NonFiniteData`]. Shapes
    /// are checked together, when draws are evaluated.
    pub fn on(&self, name: &str, array: &Array<f64>) -> Result<Self, Error> {
        if !self.model.0.arrays().any(|(n, ..)| n == name) {
            let known = self.model.0.arrays().map(|(n, ..)| n.to_string()).collect();
            return Err(Error::Unknown { name: name.to_string(), known });
        }
        Error::unless_finite(name, array)?;
        let mut other = self.clone();
        if let Some(input) = other.inputs.iter_mut().find(|(n, ..)| n == name) {
            input.1 = array.shape().to_vec();
            input.2 = Arc::new(to_columns(array));
        }
        Ok(other)
    }

    fn workspace(&self) -> Result<elbo_tensor_ad::Workspace<T>, Error> {
        let bindings: Vec<Binding<'_>> =
            self.inputs.iter().map(|(_, shape, _)| Binding { shape, layout: Layout::Columns }).collect();
        Ok(self.plan.bind(&bindings)?)
    }

    fn rows_of<'a>(&self, draws: &'a [T]) -> Result<std::slice::ChunksExact<'a, T>, Error> {
        let dim = self.model.dim();
        if !draws.len().is_multiple_of(dim) {
            return Err(Error::DrawLength { dim, found: draws.len() });
        }
        Ok(draws.chunks_exact(dim))
    }

    fn slices<'a>(&'a self, position: &'a [T]) -> Vec<&'a [T]> {
        self.inputs
            .iter()
            .map(|(name, _, data)| if name == POSITION { position } else { &data[..] })
            .collect()
    }

    /// The shape of each expression at one draw.
    ///
    /// # Errors
    /// [`Error::Expression`] when the data do not fit the model.
    pub fn shapes(&self) -> Result<Vec<Vec<usize>>, Error> {
        Ok(self.workspace()?.output_shapes().to_vec())
    }

    /// The first expression at each draw: shape `[draws, ..]`. `draws` is a flat array of rows of the
    /// model's dimension, as a fit's `sample` returns it. In parallel over draws.
    ///
    /// # Errors
    /// [`Error::DrawLength`]; [`Error::Expression`] when the data do not fit the model.
    pub fn at(&self, draws: &[T]) -> Result<Array<T>, Error> {
        Ok(self.all_at(draws)?.swap_remove(0))
    }

    /// Every expression at each draw, each of shape `[draws, ..]`.
    ///
    /// # Errors
    /// As [`at`](Self::at).
    pub fn all_at(&self, draws: &[T]) -> Result<Vec<Array<T>>, Error> {
        let n = self.rows_of(draws)?.len();
        let workspace = self.workspace()?;
        let shapes = workspace.output_shapes().to_vec();
        let widths: Vec<usize> = shapes.iter().map(|s| s.iter().product()).collect();
        let mut results: Vec<Vec<T>> = widths.iter().map(|w| vec![T::ZERO; n * w]).collect();
        // Each task owns the same draws' stretch of every result.
        let mut tasks: Vec<(&[T], Vec<&mut [T]>)> =
            draws.chunks(CHUNK * self.model.dim()).map(|d| (d, Vec::with_capacity(self.outputs))).collect();
        for (result, &width) in results.iter_mut().zip(&widths) {
            let mut rest = &mut result[..];
            for (draws, parts) in &mut tasks {
                let (part, after) = rest.split_at_mut(draws.len() / self.model.dim() * width);
                parts.push(part);
                rest = after;
            }
        }
        tasks.into_par_iter().try_for_each_init(
            || workspace.clone(),
            |workspace, (draws, mut parts)| -> Result<(), Error> {
                for (i, position) in draws.chunks_exact(self.model.dim()).enumerate() {
                    let mut outputs: Vec<&mut [T]> =
                        parts.iter_mut().zip(&widths).map(|(p, &w)| &mut p[i * w..(i + 1) * w]).collect();
                    workspace.run(&self.slices(position), &mut outputs)?;
                }
                Ok(())
            },
        )?;
        results
            .into_iter()
            .zip(shapes)
            .map(|(data, shape)| Ok(Array::new([&[n], &shape[..]].concat(), data)?))
            .collect()
    }

    /// The mean and the standard deviation (dividing by `draws - 1`) of the first expression over the
    /// draws, element by element, without keeping the draws: memory for a few blocks of draws, however
    /// many there are.
    ///
    /// # Errors
    /// As [`at`](Self::at), and [`Error::NoDraws`].
    pub fn moments(&self, draws: &[T]) -> Result<Moments, Error> {
        let n = self.rows_of(draws)?.len();
        if n == 0 {
            return Err(Error::NoDraws);
        }
        let shape = self.shapes()?.swap_remove(0);
        let width: usize = shape.iter().product();
        let (mut mean, mut squares) = (vec![0.0f64; width], vec![0.0f64; width]);
        let mut seen = 0.0;
        for block in draws.chunks(MOMENT_BLOCK * self.model.dim()) {
            for values in self.at(block)?.data().chunks_exact(width.max(1)) {
                // Welford 1962, in the order of the draws.
                seen += 1.0;
                for ((m, s), x) in mean.iter_mut().zip(&mut squares).zip(values) {
                    let x = x.to_f64();
                    let delta = x - *m;
                    *m += delta / seen;
                    *s += delta * (x - *m);
                }
            }
        }
        let sd = squares.iter().map(|s| (s / (n as f64 - 1.0)).sqrt()).collect();
        Ok(Moments { mean: Array::new(&shape[..], mean)?, sd: Array::new(shape, sd)?, draws: n })
    }
}

/// Draws whose values are held at a time by [`Predictor::moments`].
const MOMENT_BLOCK: usize = 64;

/// The mean and the standard deviation over draws, element by element.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// The mean.
    pub mean: Array<f64>,
    /// The standard deviation, dividing by one less than the number of draws; NaN for a single draw.
    pub sd: Array<f64>,
    /// How many draws there were.
    pub draws: usize,
}
