//! `Builder`: the sentences in which a model is written.

use std::cell::RefCell;
use std::sync::Arc;

use elbo_distributions::Distribution;
use elbo_tensor_ad::{Array, Dim, Expr, Shape};

use crate::axis::{Axes, Axis};
use crate::model::{Data, Deterministic, Model, Observed, Term, Variable};
use crate::Error;

/// Collects the parts of a model; see [`Model::build`].
///
/// Its methods never fail on the spot: the first mistake is kept and returned by [`Model::build`], so
/// that a model reads without a `?` after every line.
#[derive(Debug, Default)]
pub struct Builder(RefCell<Parts>);

#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) axes: Vec<Axis>,
    pub(crate) data: Vec<Data>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) observed: Vec<Observed>,
    pub(crate) deterministics: Vec<Deterministic>,
    pub(crate) potentials: Vec<Term>,
    pub(crate) initial: Vec<(String, Array<f64>)>,
    error: Option<Error>,
}

impl Parts {
    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    fn claim(&mut self, name: &str) {
        let taken = self.data.iter().any(|d| d.name == name)
            || self.variables.iter().any(|v| v.name == name)
            || self.observed.iter().any(|o| o.name == name)
            || self.deterministics.iter().any(|d| d.name == name)
            || self.potentials.iter().any(|p| p.name == name);
        if taken {
            self.fail(Error::Duplicate { name: name.to_string() });
        }
    }

    /// Declares the axis, or checks the length of the one that is there.
    fn axis(&mut self, name: &str, length: usize, free: bool, user: &str) -> Axis {
        if let Some(known) = self.axes.iter().find(|a| a.name == name).cloned() {
            if known.length != length {
                self.fail(Error::AxisLength {
                    axis: name.to_string(),
                    first: known.length,
                    variable: user.to_string(),
                    second: length,
                });
            }
            return known;
        }
        let axis = Axis { name: name.to_string(), length, free, labels: None };
        self.axes.push(axis.clone());
        axis
    }

    fn check_finite(&mut self, name: &str, array: &Array<f64>) {
        if let Some(flat) = array.data().iter().position(|x| !x.is_finite()) {
            let mut index = vec![0; array.rank()];
            let mut rest = flat;
            for (slot, &n) in index.iter_mut().zip(array.shape()).rev() {
                *slot = rest % n.max(1);
                rest /= n.max(1);
            }
            self.fail(Error::NonFiniteData { variable: name.to_string(), value: array.data()[flat], index });
        }
    }
}

fn dim(axis: &Axis) -> Dim {
    if axis.free { Dim::from(axis.name.as_str()) } else { Dim::Fixed(axis.length) }
}

impl Builder {
    /// Declares an axis of this length, to be used by name. Returns the length.
    pub fn dim(&self, name: &str, length: usize) -> usize {
        self.0.borrow_mut().axis(name, length, false, name);
        length
    }

    /// Declares an axis with a label for each index. Returns the length.
    pub fn labelled_dim(&self, name: &str, labels: &[impl AsRef<str>]) -> usize {
        let parts = &mut *self.0.borrow_mut();
        parts.axis(name, labels.len(), false, name);
        if let Some(axis) = parts.axes.iter_mut().find(|a| a.name == name) {
            axis.labels = Some(labels.iter().map(|l| l.as_ref().to_string()).collect());
        }
        labels.len()
    }

    /// Data that the model conditions on but does not explain: an input, replaceable at prediction.
    ///
    /// The first axis is free unless [`dim`](Self::dim) has declared it: its rows can be batched, and a
    /// prediction can bring another number of them. The other axes are fixed. All values must be finite.
    #[track_caller]
    pub fn data(&self, name: &str, array: &Array<f64>, axes: impl Axes) -> Expr {
        let names = axes.names();
        let parts = &mut *self.0.borrow_mut();
        parts.claim(name);
        parts.check_finite(name, array);
        if names.len() != array.rank() {
            let error = Error::AxisCount { variable: name.to_string(), expected: names.len(), found: array.rank() };
            parts.fail(error);
            return Expr::input(name, array.shape());
        }
        let shape: Shape = names
            .iter()
            .zip(array.shape())
            .enumerate()
            .map(|(i, (axis, &n))| dim(&parts.axis(axis, n, i == 0, name)))
            .collect();
        let expr = Expr::input(name, shape).labelled(name);
        parts.data.push(Data { name: name.to_string(), axes: names, array: Arc::new(array.clone()) });
        expr
    }

    /// A latent random variable with these axes (declared by [`dim`](Self::dim) or by data), or `()` for a scalar.
    ///
    /// The returned expression is the variable in its own space; inference moves in the unconstrained
    /// space of the distribution's bijector.
    #[track_caller]
    pub fn sample(&self, name: &str, distribution: impl Distribution + 'static, axes: impl Axes) -> Expr {
        let names = axes.names();
        let parts = &mut *self.0.borrow_mut();
        parts.claim(name);
        let mut lengths = Vec::new();
        for axis in &names {
            match parts.axes.iter().find(|a| a.name == *axis) {
                Some(a) => lengths.push(a.length),
                None => {
                    let known = parts.axes.iter().map(|a| a.name.clone()).collect();
                    parts.fail(Error::UnknownAxis { variable: name.to_string(), axis: axis.clone(), known });
                    lengths.push(1);
                }
            }
        }
        if let Err(source) = distribution.check() {
            parts.fail(Error::Distribution { variable: name.to_string(), source });
        }
        let shape = Shape::from(&lengths[..]);
        let free = Expr::input(&format!("{name} (unconstrained)"), &shape).labelled(name);
        let Some(bijector) = distribution.bijector() else {
            parts.fail(Error::Discrete { variable: name.to_string(), distribution: distribution.name() });
            return free;
        };
        let value = if bijector.is_identity() { free.clone() } else { bijector.forward(&free).labelled(name) };
        let elementwise = distribution.log_density_unchecked(&value);
        if elementwise.check().is_ok() && elementwise.shape() != &shape {
            let found = elementwise.shape().clone();
            parts.fail(Error::DensityShape { variable: name.to_string(), expected: shape, found });
        }
        let mut log_density = elementwise.sum();
        if !bijector.is_identity() {
            log_density = log_density + bijector.log_abs_det_jacobian(&free).sum();
        }
        parts.variables.push(Variable {
            name: name.to_string(),
            axes: names,
            shape: lengths,
            distribution: Arc::new(distribution),
            bijector,
            free,
            value: value.clone(),
            log_density,
        });
        value
    }

    /// A named expression: kept with the draws and available to [`Model::predictor`].
    #[track_caller]
    pub fn deterministic(&self, name: &str, value: Expr) -> Expr {
        let parts = &mut *self.0.borrow_mut();
        parts.claim(name);
        let value = value.labelled(name);
        parts.deterministics.push(Deterministic { name: name.to_string(), value: value.clone() });
        value
    }

    /// An observed random variable: data explained by a distribution. Knows its own total size: with a
    /// batch of rows its log density is scaled by (rows of these data / rows of the batch).
    ///
    /// The axes are those of the distribution's parameters, aligned at the right; an axis that the
    /// parameters do not have is a free axis of rows called `<name>_row`.
    #[track_caller]
    pub fn observe(&self, name: &str, distribution: impl Distribution + 'static, array: &Array<f64>) {
        let batch = batch_shape(&distribution);
        let axes = {
            let parts = self.0.borrow();
            (0..array.rank())
                .map(|i| {
                    let known = (i + batch.len()).checked_sub(array.rank()).map(|j| &batch[j]);
                    match known {
                        Some(Dim::Named(n)) => n.to_string(),
                        Some(Dim::Fixed(n)) if *n != 1 => {
                            let same = |a: &&Axis| !a.free && a.length == *n;
                            parts.axes.iter().find(same).map_or_else(|| format!("{name}_dim_{i}"), |a| a.name.clone())
                        }
                        _ if i == 0 => format!("{name}_row"),
                        _ => format!("{name}_dim_{i}"),
                    }
                })
                .collect::<Vec<_>>()
        };
        self.observe_on(name, distribution, array, axes);
    }

    /// [`observe`](Self::observe) with the axes named.
    #[track_caller]
    pub fn observe_on(&self, name: &str, distribution: impl Distribution + 'static, array: &Array<f64>, axes: impl Axes) {
        let names = axes.names();
        let parts = &mut *self.0.borrow_mut();
        parts.claim(name);
        parts.check_finite(name, array);
        let check = distribution.check().and_then(|()| match distribution.support().literal() {
            Some(support) => support.check(distribution.name(), array),
            None => Ok(()),
        });
        if let Err(source) = check {
            parts.fail(Error::Distribution { variable: name.to_string(), source });
        }
        if names.len() != array.rank() {
            parts.fail(Error::AxisCount { variable: name.to_string(), expected: names.len(), found: array.rank() });
            return;
        }
        let shape: Shape = names
            .iter()
            .zip(array.shape())
            .enumerate()
            .map(|(i, (axis, &n))| dim(&parts.axis(axis, n, i == 0, name)))
            .collect();
        let value = Expr::input(name, &shape).labelled(name);
        let known = distribution.support().literal().is_some();
        let elementwise = if known { distribution.log_density_unchecked(&value) } else { distribution.log_density(&value) };
        let rank = elementwise.rank();
        if elementwise.check().is_ok() && rank != array.rank() {
            let found = elementwise.shape().clone();
            parts.fail(Error::DensityShape { variable: name.to_string(), expected: shape.clone(), found });
        }
        parts.observed.push(Observed {
            name: name.to_string(),
            axes: names,
            array: Arc::new(array.clone()),
            distribution: Arc::new(distribution),
            elementwise,
        });
    }

    /// Adds any scalar or array expression to the log density (its sum). Not scaled by batches.
    #[track_caller]
    pub fn potential(&self, name: &str, value: Expr) {
        let parts = &mut *self.0.borrow_mut();
        parts.claim(name);
        parts.potentials.push(Term { name: name.to_string(), value: value.sum() });
    }

    /// Where a fit can start this latent variable, in its own space, in place of its distribution's own
    /// initial value.
    pub fn initial(&self, name: &str, value: &Array<f64>) {
        self.0.borrow_mut().initial.push((name.to_string(), value.clone()));
    }

    pub(crate) fn finish(self) -> Result<Model, Error> {
        let mut parts = self.0.into_inner();
        match parts.error.take() {
            Some(error) => Err(error),
            None => Model::from_parts(parts),
        }
    }
}

/// The batch axes that the parameters of a distribution stretch to.
fn batch_shape(distribution: &dyn Distribution) -> Vec<Dim> {
    let mut batch = Expr::constant(0.0);
    for p in distribution.parameters() {
        let (rank, event) = (p.value.rank(), p.event_rank());
        if rank >= event {
            batch = batch + p.value.sum_axes(&(rank - event..rank).collect::<Vec<_>>());
        }
    }
    batch.shape().dims().to_vec()
}
