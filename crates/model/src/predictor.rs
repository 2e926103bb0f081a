//! `Predictor`: inner expressions of a model at any draws, on any rows.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use elbo_tensor_ad::{Array, Binding, Expr, Layout, Plan, Real, Workspace};

use crate::density::to_columns;
use crate::model::POSITION;
use crate::{Error, Model};

/// Draws per task: few, so that no thread waits long for the last one of another.
const CHUNK: usize = 4;

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
    inputs: Vec<Input<T>>,
    /// The plan bound to these shapes, if they fit it and each other.
    bound: Option<Workspace<T>>,
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
        let bound = bind(&plan, &inputs).ok();
        Ok(Predictor { model: model.clone(), plan: Arc::new(plan), outputs: exprs.len(), inputs, bound })
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
            let reshaped = input.1 != array.shape();
            input.1 = array.shape().to_vec();
            input.2 = Arc::new(to_columns(array));
            if reshaped {
                // What does not fit is an error when draws are evaluated: another array may be about to be replaced too.
                other.bound = bind(&other.plan, &other.inputs).ok();
            }
        }
        Ok(other)
    }

    fn workspace(&self) -> Result<Workspace<T>, Error> {
        self.bound.clone().map_or_else(|| bind(&self.plan, &self.inputs), Ok)
    }

    fn rows_of<'a>(&self, draws: &'a [T]) -> Result<std::slice::ChunksExact<'a, T>, Error> {
        let dim = self.model.dim();
        if !draws.len().is_multiple_of(dim) {
            return Err(Error::DrawLength { dim, found: draws.len() });
        }
        Ok(draws.chunks_exact(dim))
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
        let mut tasks: Vec<Task<'_, T>> =
            draws.chunks(CHUNK * self.model.dim()).map(|d| (d, Vec::with_capacity(self.outputs))).collect();
        for (result, &width) in results.iter_mut().zip(&widths) {
            let mut rest = &mut result[..];
            for (draws, parts) in &mut tasks {
                let (part, after) = rest.split_at_mut(draws.len() / self.model.dim() * width);
                parts.push(part);
                rest = after;
            }
        }
        self.share_out(tasks, &widths, &workspace)?;
        results
            .into_iter()
            .zip(shapes)
            .map(|(data, shape)| Ok(Array::new([&[n], &shape[..]].concat(), data)?))
            .collect()
    }

    /// Computes the tasks, each by whichever thread is free. The calling thread is one of them and begins at once,
    /// while the others wake up.
    fn share_out(
        &self,
        tasks: Vec<Task<'_, T>>,
        widths: &[usize],
        workspace: &Workspace<T>,
    ) -> Result<(), Error> {
        let helpers = rayon::current_num_threads().min(tasks.len()).saturating_sub(1);
        let tasks = Mutex::new(tasks.into_iter());
        let failed = Mutex::new(None);
        let work = || {
            let mut workspace = workspace.clone();
            while let Some(task) = next(&tasks) {
                if let Err(error) = self.compute(task, widths, &mut workspace) {
                    *locked(&failed) = Some(error);
                    // What is left need not be computed.
                    locked(&tasks).by_ref().for_each(drop);
                }
            }
        };
        rayon::in_place_scope(|scope| {
            (0..helpers).for_each(|_| scope.spawn(|_| work()));
            work();
        });
        failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }

    /// One task: each of its draws into its stretch of every result.
    fn compute(
        &self,
        (draws, mut parts): Task<'_, T>,
        widths: &[usize],
        workspace: &mut Workspace<T>,
    ) -> Result<(), Error> {
        let mut inputs: Vec<&[T]> = self.inputs.iter().map(|(_, _, data)| &data[..]).collect();
        let place = self.inputs.iter().position(|(name, ..)| name == POSITION);
        for (i, position) in draws.chunks_exact(self.model.dim()).enumerate() {
            if let Some(place) = place {
                inputs[place] = position;
            }
            match (&mut parts[..], widths) {
                ([part], [w]) => workspace.run(&inputs, &mut [&mut part[i * w..(i + 1) * w]])?,
                (parts, widths) => {
                    let outputs = parts.iter_mut().zip(widths).map(|(p, &w)| &mut p[i * w..(i + 1) * w]);
                    workspace.run(&inputs, &mut outputs.collect::<Vec<_>>())?;
                }
            }
        }
        Ok(())
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

/// The name of an input, its shape and its numbers column by column.
type Input<T> = (String, Vec<usize>, Arc<Vec<T>>);

fn bind<T: Real>(plan: &Plan<T>, inputs: &[Input<T>]) -> Result<Workspace<T>, Error> {
    let bindings: Vec<Binding<'_>> =
        inputs.iter().map(|(_, shape, _)| Binding { shape, layout: Layout::Columns }).collect();
    Ok(plan.bind(&bindings)?)
}

/// Some draws, and their stretch of every result.
type Task<'a, T> = (&'a [T], Vec<&'a mut [T]>);

/// The next task, if any is left.
fn next<'a, T>(tasks: &Mutex<std::vec::IntoIter<Task<'a, T>>>) -> Option<Task<'a, T>> {
    locked(tasks).next()
}

/// What the lock guards. A thread that panics within the library's code is a mistake of the library; what it left is
/// still whole, and the panic reaches the caller at the end of the scope.
fn locked<V>(lock: &Mutex<V>) -> MutexGuard<'_, V> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
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
