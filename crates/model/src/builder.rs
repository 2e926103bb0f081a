//! `Builder`: the sentences in which a model is written.

use std::cell::RefCell;
use std::sync::Arc;

use elbo_distributions::Distribution;
use elbo_tensor_ad::{Array, Dim, Expr, Shape};

use crate::Error;
use crate::axis::{Axes, Axis};
use crate::model::{Data, Deterministic, Model, Observed, POSITION, Potential, Variable};

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
    pub(crate) potentials: Vec<Potential>,
    pub(crate) initial: Vec<(String, Array<f64>)>,
    error: Option<Error>,
}

impl Parts {
    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    fn claim(&mut self, name: &str) {
        if let Some(reason) = unusable(name) {
            self.fail(Error::Name { name: name.to_string(), reason });
        }
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
        if length == 0 {
            self.fail(Error::EmptyAxis { axis: name.to_string(), variable: user.to_string() });
        }
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
        if let Some(reason) = unusable_axis(name) {
            self.fail(Error::Name { name: name.to_string(), reason });
        }
        let axis = Axis { name: name.to_string(), length, free, labels: None };
        self.axes.push(axis.clone());
        axis
    }

    fn check_finite(&mut self, name: &str, array: &Array<f64>) {
        if let Err(error) = Error::unless_finite(name, array) {
            self.fail(error);
        }
    }

    /// Checks that these axes are declared and as long as an expression's.
    fn check_axes(&mut self, name: &str, axes: &[String], dims: &[Dim]) {
        if axes.len() != dims.len() {
            let (expected, found) = (axes.len(), dims.len());
            self.fail(Error::AxisCount { variable: name.to_string(), expected, found });
            return;
        }
        let length = |axis: &str| self.axes.iter().find(|a| a.name == axis).map(|a| a.length);
        let found: Vec<_> = axes
            .iter()
            .zip(dims)
            .map(|(axis, dim)| match dim {
                Dim::Fixed(n) => (axis, length(axis), Some(*n)),
                Dim::Named(own) => (axis, length(axis), length(own)),
            })
            .collect();
        for (axis, declared, found) in found {
            match (declared, found) {
                (None, _) => self.unknown_axis(name, axis),
                (Some(first), Some(second)) if first != second => {
                    let (axis, variable) = (axis.clone(), name.to_string());
                    self.fail(Error::AxisLength { axis, first, variable, second });
                }
                _ => {}
            }
        }
    }

    fn unknown_axis(&mut self, variable: &str, axis: &str) {
        let known = self.axes.iter().map(|a| a.name.clone()).collect();
        self.fail(Error::UnknownAxis { variable: variable.to_string(), axis: axis.to_string(), known });
    }

    fn check_distinct(&mut self, name: &str, axes: &[String]) {
        if let Some((_, axis)) = axes.iter().enumerate().find(|(i, a)| axes[..*i].contains(a)) {
            self.fail(Error::RepeatedAxis { variable: name.to_string(), axis: axis.clone() });
        }
    }
}

/// Why a name cannot be given, if it cannot: it becomes a folder in a saved file of draws.
fn unusable(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("it is empty")
    } else if name.starts_with('.') {
        Some("it begins with a dot")
    } else if name.contains(['/', '\\']) || name.chars().any(char::is_control) {
        Some("it holds a slash, a backslash or a control character")
    } else if name == POSITION || name.ends_with(UNCONSTRAINED) {
        Some("the crate uses it itself")
    } else {
        None
    }
}

fn unusable_axis(name: &str) -> Option<&'static str> {
    match name {
        "chain" | "draw" => Some("draws have axes of that name"),
        _ => unusable(name),
    }
}

/// What the unconstrained form of a variable is called after the variable's name.
const UNCONSTRAINED: &str = " (unconstrained)";

/// Whether a log density of shape `found` has one element for each of a variable of shape `expected`, as far as
/// names of axes allow to say.
fn fits(expected: &Shape, found: &Shape) -> bool {
    expected.rank() == found.rank()
        && expected.dims().iter().zip(found.dims()).all(|(e, f)| match (e, f) {
            (Dim::Fixed(e), Dim::Fixed(f)) => e == f,
            // A named axis is never stretched to: the one element would be counted once for each row.
            (Dim::Fixed(e), Dim::Named(_)) => *e != 1,
            (Dim::Named(_), _) => true,
        })
}

fn dim(axis: &Axis) -> Dim {
    if axis.free { Dim::from(axis.name.as_str()) } else { Dim::Fixed(axis.length) }
}

impl Builder {
    /// Declares an axis of this length, to be used by name. Returns the length.
    ///
    /// Errors of [`Model::build`]: [`Error::AxisLength`] when it is known with another length, [`Error::EmptyAxis`],
    /// [`Error::Name`].
    pub fn dim(&self, name: &str, length: usize) -> usize {
        self.0.borrow_mut().axis(name, length, false, name);
        length
    }

    /// Declares an axis with a label for each index: `w[width]` in place of `w[1]` in names, tables and
    /// files. Returns the length.
    ///
    /// Errors of [`Model::build`]: as [`dim`](Self::dim).
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
    ///
    /// A column of group numbers selects from a latent variable by `take`:
    ///
    /// ```
    /// use elbo_distributions::{HalfNormal, Normal};
    /// use elbo_model::Model;
    /// use elbo_tensor_ad::Array;
    ///
    /// let county = Array::vector(vec![0.0, 2.0, 2.0, 1.0]);
    /// let radon = Array::vector(vec![0.8, 2.2, 2.0, 0.9]);
    /// let model = Model::build(|m| {
    ///     m.labelled_dim("county", &["Aitkin", "Anoka", "Becker"]);
    ///     let county_of = m.data("county_of", &county, "obs");
    ///     let spread = m.sample("spread", HalfNormal::new(1.0), ());
    ///     let level = m.sample("level", Normal::new(1.0, spread), "county");
    ///     m.observe("radon", Normal::new(level.take(&county_of), 0.5), &radon);
    /// })?;
    /// assert_eq!(model.dim(), 1 + 3);
    /// # Ok::<(), elbo_model::Error>(())
    /// ```
    ///
    /// Errors of [`Model::build`]: [`Error::NonFiniteData`], [`Error::AxisCount`], [`Error::AxisLength`],
    /// [`Error::EmptyAxis`], [`Error::RepeatedAxis`], [`Error::Duplicate`], [`Error::Name`].
    #[track_caller]
    pub fn data(&self, name: &str, array: &Array<f64>, axes: impl Axes) -> Expr {
        let names = axes.names();
        let parts = &mut *self.0.borrow_mut();
        parts.claim(name);
        parts.check_finite(name, array);
        parts.check_distinct(name, &names);
        if names.len() != array.rank() {
            let error =
                Error::AxisCount { variable: name.to_string(), expected: names.len(), found: array.rank() };
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
    /// space of the distribution's bijector. An axis that a latent variable lies on is fixed.
    ///
    /// Errors of [`Model::build`]: [`Error::UnknownAxis`], [`Error::Distribution`] for a literal parameter out of its
    /// range, [`Error::Discrete`], [`Error::DensityShape`] for parameters larger than the variable,
    /// [`Error::RepeatedAxis`], [`Error::Duplicate`], [`Error::Name`].
    #[track_caller]
    pub fn sample(&self, name: &str, distribution: impl Distribution + 'static, axes: impl Axes) -> Expr {
        let names = axes.names();
        let parts = &mut *self.0.borrow_mut();
        parts.claim(name);
        parts.check_distinct(name, &names);
        let mut lengths = Vec::new();
        for axis in &names {
            match parts.axes.iter_mut().find(|a| a.name == *axis) {
                Some(a) => {
                    // A latent variable has as many elements as it has: its axes cannot change with the data.
                    a.free = false;
                    lengths.push(a.length);
                }
                None => {
                    parts.unknown_axis(name, axis);
                    lengths.push(1);
                }
            }
        }
        if let Err(source) = distribution.check() {
            parts.fail(Error::Distribution { variable: name.to_string(), source: source.into() });
        }
        let shape = Shape::from(&lengths[..]);
        let input = |shape: &Shape| Expr::input(&format!("{name}{UNCONSTRAINED}"), shape).labelled(name);
        let Some(bijector) = distribution.bijector() else {
            parts.fail(Error::Discrete { variable: name.to_string(), distribution: distribution.name() });
            return input(&shape);
        };
        let free_shape = match bijector.unconstrained_shape(&lengths) {
            Ok(free_shape) => free_shape,
            Err(source) => {
                parts.fail(Error::Distribution { variable: name.to_string(), source: source.into() });
                return input(&shape);
            }
        };
        let free = input(&Shape::from(&free_shape[..]));
        let value =
            if bijector.is_identity() { free.clone() } else { bijector.forward(&free).labelled(name) };
        let elementwise = distribution.log_density_unchecked(&value);
        // One number for each event.
        let events = Shape::from(&lengths[..lengths.len().saturating_sub(distribution.event_rank())]);
        if elementwise.check().is_ok() && !fits(&events, elementwise.shape()) {
            let found = elementwise.shape().clone();
            parts.fail(Error::DensityShape { variable: name.to_string(), expected: events, found });
        }
        let mut log_density = elementwise.sum();
        if !bijector.is_identity() {
            log_density = log_density + bijector.log_abs_det_jacobian(&free).sum();
        }
        parts.variables.push(Variable {
            name: name.to_string(),
            axes: names,
            shape: lengths,
            free_shape,
            distribution: Arc::new(distribution),
            bijector,
            free,
            value: value.clone(),
            log_density,
        });
        value
    }

    /// A named expression, available to [`Model::predictor`] and kept with the draws that ask for it. It adds
    /// nothing to the log density. An axis that is only a number is called `<name>_dim_<i>` there; to name it, use
    /// [`deterministic_on`](Self::deterministic_on).
    #[track_caller]
    pub fn deterministic(&self, name: &str, value: Expr) -> Expr {
        self.kept(name, value, None)
    }

    /// [`deterministic`](Self::deterministic) with its axes named: draws of it have their names and labels.
    ///
    /// Errors of [`Model::build`]: [`Error::UnknownAxis`], [`Error::AxisCount`], [`Error::AxisLength`], [`Error::RepeatedAxis`],
    /// [`Error::Duplicate`], [`Error::Name`].
    #[track_caller]
    pub fn deterministic_on(&self, name: &str, value: Expr, axes: impl Axes) -> Expr {
        self.kept(name, value, Some(axes.names()))
    }

    #[track_caller]
    fn kept(&self, name: &str, value: Expr, axes: Option<Vec<String>>) -> Expr {
        let parts = &mut *self.0.borrow_mut();
        parts.claim(name);
        let value = value.labelled(name);
        if let Some(names) = &axes {
            parts.check_distinct(name, names);
            // The shape of a mistake means nothing: the mistake itself is reported.
            if value.check().is_ok() {
                parts.check_axes(name, names, value.shape().dims());
            }
        }
        parts.deterministics.push(Deterministic { name: name.to_string(), value: value.clone(), axes });
        value
    }

    /// An observed random variable: data explained by a distribution. Knows its own total size: with a
    /// batch of rows its log density is scaled by (rows of these data / rows of the batch).
    ///
    /// The axes are those of the distribution (its [batch](Distribution::batch_shape), then those of one value), aligned at the
    /// right. A first axis that it does not have is a free axis of rows called `<name>_row`; a fixed axis whose length only one declared
    /// axis has is that axis; any other is called `<name>_dim_<i>`. To name them yourself, use [`observe_on`](Self::observe_on).
    ///
    /// Errors of [`Model::build`]: [`Error::NonFiniteData`], [`Error::Distribution`] for values outside the support
    /// (a label that is no class) or a literal parameter out of its range, [`Error::DensityShape`],
    /// [`Error::AxisLength`], [`Error::Duplicate`], [`Error::Name`].
    #[track_caller]
    pub fn observe(&self, name: &str, distribution: impl Distribution + 'static, array: &Array<f64>) {
        let (batch, event) = (distribution.batch_shape(), distribution.event_shape());
        let own = [batch.dims(), event.dims()].concat();
        let axes = {
            let parts = self.0.borrow();
            (0..array.rank())
                .map(|i| {
                    let known = (i + own.len()).checked_sub(array.rank()).and_then(|j| own.get(j));
                    match known {
                        Some(Dim::Named(n)) => n.to_string(),
                        Some(Dim::Fixed(n)) if *n != 1 => {
                            // The length is all that is left of the name: it tells only where it is the only one.
                            let mut same = parts.axes.iter().filter(|a| !a.free && a.length == *n);
                            match (same.next(), same.next()) {
                                (Some(a), None) => a.name.clone(),
                                _ => format!("{name}_dim_{i}"),
                            }
                        }
                        _ if i == 0 => format!("{name}_row"),
                        _ => format!("{name}_dim_{i}"),
                    }
                })
                .enumerate()
                .fold(Vec::new(), |mut axes: Vec<String>, (i, axis)| {
                    axes.push(if axes.contains(&axis) { format!("{name}_dim_{i}") } else { axis });
                    axes
                })
        };
        self.observe_on(name, distribution, array, axes);
    }

    /// [`observe`](Self::observe) with the axes named, the rows first.
    ///
    /// Errors of [`Model::build`]: as `observe`, and [`Error::AxisCount`].
    #[track_caller]
    pub fn observe_on(
        &self,
        name: &str,
        distribution: impl Distribution + 'static,
        array: &Array<f64>,
        axes: impl Axes,
    ) {
        let names = axes.names();
        let parts = &mut *self.0.borrow_mut();
        parts.claim(name);
        parts.check_finite(name, array);
        parts.check_distinct(name, &names);
        let check = distribution.check().and_then(|()| match distribution.support().literal() {
            Some(support) => support.check(distribution.name(), array),
            None => Ok(()),
        });
        if let Err(source) = check {
            parts.fail(Error::Distribution { variable: name.to_string(), source: source.into() });
        }
        if names.len() != array.rank() {
            parts.fail(Error::AxisCount {
                variable: name.to_string(),
                expected: names.len(),
                found: array.rank(),
            });
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
        let elementwise =
            if known { distribution.log_density_unchecked(&value) } else { distribution.log_density(&value) };
        let events = shape.rank().saturating_sub(distribution.event_rank());
        let events: Shape = shape.dims()[..events].iter().cloned().collect();
        if elementwise.check().is_ok() && !fits(&events, elementwise.shape()) {
            let found = elementwise.shape().clone();
            parts.fail(Error::DensityShape { variable: name.to_string(), expected: events, found });
        }
        parts.observed.push(Observed {
            name: name.to_string(),
            axes: names,
            array: Arc::new(array.clone()),
            distribution: Arc::new(distribution),
            elementwise,
        });
    }

    /// Adds an expression to the log density: its sum, in nats.
    ///
    /// One that has the observed rows as its first axis is scaled with the rows of a batch; one that is computed from the
    /// rows but does not have them as its axis makes batches impossible; one without rows is added as it is. Prior draws know
    /// nothing of it.
    ///
    /// A mixture of two normals, its membership summed out:
    ///
    /// ```
    /// use elbo_distributions::{Distribution, Normal};
    /// use elbo_model::{LogDensity, Model};
    /// use elbo_tensor_ad::Array;
    ///
    /// let y = Array::vector(vec![-2.1, -1.9, 2.0]);
    /// let model = Model::build(|m| {
    ///     m.dim("component", 2);
    ///     let y = m.data("y", &y, "obs");
    ///     let mu = m.sample("mu", Normal::new(0.0, 3.0), "component");
    ///     let each = Normal::new(mu, 0.5).log_density(&y.expand(1)) + 0.5f64.ln(); // [obs, component]
    ///     m.potential("mixture", each.logsumexp(1));
    /// })?;
    /// assert!(model.density()?.value(&[-2.0, 2.0]).unwrap() > model.density()?.value(&[0.0, 0.0]).unwrap());
    /// # Ok::<(), elbo_model::Error>(())
    /// ```
    #[track_caller]
    pub fn potential(&self, name: &str, value: Expr) {
        let parts = &mut *self.0.borrow_mut();
        parts.claim(name);
        parts.potentials.push(Potential { name: name.to_string(), value, scaled: false });
    }

    /// Where a fit can start this latent variable, in its own space, in place of its distribution's own
    /// initial value. Stretches to the variable's shape; of two for one variable the last counts.
    ///
    /// Errors of [`Model::build`]: [`Error::Unknown`], [`Error::InitialShape`], [`Error::Initial`] outside the support.
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
