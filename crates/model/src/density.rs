//! `ModelDensity`: a model compiled to a log density, whole or in batches of rows.

use std::sync::Arc;

use elbo_tensor_ad::kernels::Processor;
use elbo_tensor_ad::{Array, Binding, Layout, Plan, Real, Workspace};

use crate::model::POSITION;
use crate::table::Table;
use crate::{DensityError, Error, LogDensity, Model, RowBatches, diagnose};

/// As many plan inputs are passed without allocating; a model with more allocates a list at each call.
const INPUTS: usize = 64;
/// Most models have no more.
const FEW_INPUTS: usize = 8;

/// The log density of a model's unconstrained vector, compiled, with memory of its own.
///
/// A clone shares the compiled plans and the data and has its own memory: one for each thread. The
/// [`RowBatches`] ability selects rows of every array that has the observed rows as its first axis,
/// all by the same indices, and scales the likelihood by (all rows / selected rows).
#[derive(Debug)]
pub struct ModelDensity<T: Real = f64> {
    model: Model,
    /// Every array of the model, column by column.
    columns: Arc<Vec<Vec<T>>>,
    full: Bound<T>,
    full_value: Bound<T>,
    batch: Option<Batch<T>>,
    /// True while a selection of rows is in force.
    batched: bool,
    processor: Processor,
}

/// A plan, its memory, and where each of its inputs comes from.
#[derive(Debug)]
struct Bound<T: Real> {
    plan: Arc<Plan<T>>,
    workspace: Workspace<T>,
    sources: Vec<Source>,
}

#[derive(Debug, Clone, Copy)]
enum Source {
    Position,
    Array(usize),
}

/// The batched plans and the selected rows.
#[derive(Debug)]
struct Batch<T: Real> {
    gradient: Bound<T>,
    value: Bound<T>,
    rows: Vec<usize>,
    /// The arrays that have rows.
    table: Table<T>,
    /// The selected rows of every column of the table.
    selected: Vec<T>,
}

impl<T: Real> Clone for Bound<T> {
    fn clone(&self) -> Self {
        Bound { plan: self.plan.clone(), workspace: self.workspace.clone(), sources: self.sources.clone() }
    }
}

impl<T: Real> Clone for Batch<T> {
    fn clone(&self) -> Self {
        Batch {
            gradient: self.gradient.clone(),
            value: self.value.clone(),
            rows: self.rows.clone(),
            table: self.table.clone(),
            selected: self.selected.clone(),
        }
    }
}

impl<T: Real> Clone for ModelDensity<T> {
    fn clone(&self) -> Self {
        ModelDensity {
            model: self.model.clone(),
            columns: self.columns.clone(),
            full: self.full.clone(),
            full_value: self.full_value.clone(),
            batch: self.batch.clone(),
            batched: self.batched,
            processor: self.processor,
        }
    }
}

impl<T: Real> Bound<T> {
    /// Binds to the arrays' own sizes, or to `rows` rows where an array has them.
    fn new(model: &Model, plan: Arc<Plan<T>>, rows: Option<usize>) -> Result<Self, Error> {
        let inner = &model.0;
        let arrays: Vec<_> = inner.arrays().collect();
        let mut shapes = Vec::new();
        let mut sources = Vec::new();
        for input in plan.inputs() {
            match arrays.iter().position(|(name, ..)| **name == *input.name) {
                Some(k) => {
                    let mut shape = arrays[k].2.shape().to_vec();
                    if let (Some(rows), Some(n)) =
                        (rows.filter(|_| inner.has_rows(arrays[k].1)), shape.first_mut())
                    {
                        *n = rows;
                    }
                    shapes.push(shape);
                    sources.push(Source::Array(k));
                }
                None => {
                    debug_assert_eq!(&*input.name, POSITION);
                    shapes.push(vec![inner.dim]);
                    sources.push(Source::Position);
                }
            }
        }
        let bindings: Vec<Binding<'_>> =
            shapes.iter().map(|shape| Binding { shape, layout: Layout::Columns }).collect();
        let workspace = plan.bind(&bindings)?;
        Ok(Bound { plan, workspace, sources })
    }

    #[inline]
    fn run<'a>(
        &mut self,
        position: &'a [T],
        array: impl Fn(usize) -> &'a [T],
        outputs: &mut [&mut [T]],
    ) -> Result<(), elbo_tensor_ad::Error> {
        let slice = |source: &Source| match source {
            Source::Position => position,
            Source::Array(k) => array(*k),
        };
        match self.sources.len() {
            // A long list takes as long to clear as a short column to compute.
            n if n <= FEW_INPUTS => self.run_listed::<FEW_INPUTS>(slice, outputs),
            n if n <= INPUTS => self.run_listed::<INPUTS>(slice, outputs),
            _ => self.workspace.run(&self.sources.iter().map(slice).collect::<Vec<_>>(), outputs),
        }
    }

    /// Runs with a list of at most `N` inputs.
    #[inline]
    fn run_listed<'a, const N: usize>(
        &mut self,
        slice: impl Fn(&Source) -> &'a [T],
        outputs: &mut [&mut [T]],
    ) -> Result<(), elbo_tensor_ad::Error>
    where
        T: 'a,
    {
        let mut inputs: [&[T]; N] = [&[]; N];
        for (slot, source) in inputs.iter_mut().zip(&self.sources) {
            *slot = slice(source);
        }
        self.workspace.run(&inputs[..self.sources.len()], outputs)
    }
}

/// The array column by column: its first axis varies fastest.
pub(crate) fn to_columns<T: Real>(array: &Array<f64>) -> Vec<T> {
    let (rows, width) = (array.rows(), array.row_len());
    if array.rank() == 0 {
        return vec![T::from_f64(array.data()[0])];
    }
    let data = array.data();
    (0..width).flat_map(|c| (0..rows).map(move |r| T::from_f64(data[r * width + c]))).collect()
}

impl<T: Real> ModelDensity<T> {
    pub(crate) fn new(model: &Model) -> Result<Self, Error> {
        let columns = model.0.arrays().map(|(_, _, array)| to_columns(array)).collect();
        let [value, gradient] = model.0.value_and_gradient(false)?;
        let alone = Plan::compile(std::slice::from_ref(&value))?;
        let both = Plan::compile(&[value, gradient])?;
        Ok(ModelDensity {
            model: model.clone(),
            columns: Arc::new(columns),
            full: Bound::new(model, Arc::new(both), None)?,
            full_value: Bound::new(model, Arc::new(alone), None)?,
            batch: None,
            batched: false,
            processor: Processor::detect(),
        })
    }

    /// The model that it was compiled from.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The compiled plan of value and gradient over all rows: print it to see what runs.
    pub fn plan(&self) -> &Plan<T> {
        &self.full.plan
    }

    fn batch_of(&self, rows: &[usize]) -> Result<Batch<T>, Error> {
        let [value, gradient] = self.model.0.value_and_gradient(true)?;
        let alone = Plan::compile(std::slice::from_ref(&value))?;
        let both = Plan::compile(&[value, gradient])?;
        let table = Table::new(&self.model, &self.columns);
        let selected = vec![T::ZERO; table.columns() * rows.len()];
        Ok(Batch {
            gradient: Bound::new(&self.model, Arc::new(both), Some(rows.len()))?,
            value: Bound::new(&self.model, Arc::new(alone), Some(rows.len()))?,
            rows: rows.to_vec(),
            table,
            selected,
        })
    }

    /// Runs the value, and the gradient where there is one to write.
    #[inline]
    fn evaluate(&mut self, position: &[T], gradient: Option<&mut [T]>) -> Result<T, DensityError> {
        let dim = self.model.0.dim;
        let lengths = [position.len(), gradient.as_ref().map_or(dim, |g| g.len())];
        if let Some(&found) = lengths.iter().find(|&&n| n != dim) {
            return Err(DensityError::Length { expected: dim, found });
        }
        let mut value = [T::ZERO];
        let all = &self.columns;
        let ran = match (&mut self.batch, self.batched) {
            (Some(batch), true) => {
                let Batch { gradient: both, value: alone, rows, table, selected } = batch;
                let array = |k: usize| match table.array(k, rows.len()) {
                    Some(range) => &selected[range],
                    None => &all[k][..],
                };
                match gradient {
                    Some(g) => both.run(position, array, &mut [&mut value, g]),
                    None => alone.run(position, array, &mut [&mut value]),
                }
            }
            _ => {
                let array = |k: usize| &all[k][..];
                match gradient {
                    Some(g) => self.full.run(position, array, &mut [&mut value, g]),
                    None => self.full_value.run(position, array, &mut [&mut value]),
                }
            }
        };
        ran.map_err(|e| DensityError::Other(e.to_string()))?;
        Ok(value[0])
    }

    /// A log density of minus infinity is one outside the support, or that of a parameter out of its range, such as a scale of 0.
    #[inline]
    fn legal(&self, value: T, position: &[T]) -> Result<T, DensityError> {
        if value == -T::INFINITY
            && let Some(error) = diagnose::parameter(self, position)
        {
            return Err(error);
        }
        Ok(value)
    }

    /// The rows in force, for a report.
    pub(crate) fn selected(&self) -> Option<&[usize]> {
        self.batch.as_ref().filter(|_| self.batched).map(|b| &b.rows[..])
    }
}

/// True for NaN and plus infinity; minus infinity is a legal log density.
fn is_fault<T: Real>(value: T) -> bool {
    value.partial_cmp(&T::INFINITY) != Some(core::cmp::Ordering::Less)
}

/// Whether every entry is finite: what is not makes the sum so. A sum of large numbers may overflow by itself.
#[inline]
fn all_finite<T: Real>(p: Processor, values: &[T]) -> bool {
    T::sum(p, values).is_finite() || values.iter().all(|x| x.is_finite())
}

impl<T: Real> LogDensity<T> for ModelDensity<T> {
    fn dim(&self) -> usize {
        self.model.0.dim
    }

    fn value_and_gradient(&mut self, position: &[T], gradient: &mut [T]) -> Result<T, DensityError> {
        let value = self.evaluate(position, Some(gradient))?;
        if is_fault(value) || value.is_finite() && !all_finite(self.processor, gradient) {
            return Err(diagnose::find(self, position, value, gradient));
        }
        self.legal(value, position)
    }

    fn value(&mut self, position: &[T]) -> Result<T, DensityError> {
        let value = self.evaluate(position, None)?;
        if is_fault(value) {
            return Err(diagnose::find(self, position, value, &[]));
        }
        self.legal(value, position)
    }

    fn coordinate_name(&self, i: usize) -> String {
        self.model.0.coordinate_name(i)
    }
}

impl<T: Real> RowBatches<T> for ModelDensity<T> {
    /// The rows of the observed data; 0 where the log density cannot be estimated from some of them, and
    /// [`select_rows`](RowBatches::select_rows) then says why.
    fn rows(&self) -> usize {
        self.model.0.rows.as_ref().map_or(0, |rows| rows.count)
    }

    fn select_rows(&mut self, rows: &[usize]) -> Result<(), DensityError> {
        let all = match &self.model.0.rows {
            Ok(rows) => rows.count,
            Err(reason) => return Err(DensityError::NoBatches { reason }),
        };
        if rows.is_empty() {
            return Err(DensityError::NoRows);
        }
        let beyond = || match rows.iter().find(|&&row| row >= all) {
            Some(&row) => Err(DensityError::Row { row, rows: all }),
            None => Ok(()),
        };
        if self.batch.as_ref().is_none_or(|batch| batch.rows.len() != rows.len()) {
            beyond()?;
            let batch = self.batch_of(rows).map_err(|e| DensityError::Other(e.to_string()))?;
            self.batch = Some(batch);
        }
        if let Some(batch) = &mut self.batch {
            let arrays = (&self.columns[..], all);
            if !batch.table.gather(self.processor, arrays, rows, &mut batch.selected) {
                // Some columns may hold the new rows already: the old ones again.
                batch.table.gather(self.processor, arrays, &batch.rows, &mut batch.selected);
                return beyond();
            }
            batch.rows.copy_from_slice(rows);
        }
        self.batched = true;
        Ok(())
    }

    fn select_all(&mut self) {
        self.batched = false;
    }
}
