//! `Model`: named random variables over data, immutable once built.

use std::sync::Arc;

use elbo_distributions::{Bijector, Distribution};
use elbo_tensor_ad::{Array, Expr, Graph, Real, grad, reference};

use crate::axis::Axis;
use crate::builder::{Builder, Parts};
use crate::density::ModelDensity;
use crate::rows::Rows;
use crate::{Error, Predictor};

/// Named random variables over data; see the [crate page](crate) for what it is made of.
///
/// Cheap to clone, `Send + Sync`.
#[derive(Debug, Clone)]
pub struct Model(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) axes: Vec<Axis>,
    pub(crate) data: Vec<Data>,
    pub(crate) variables: Vec<Variable>,
    /// Where each variable starts in the unconstrained vector.
    pub(crate) offsets: Vec<usize>,
    pub(crate) dim: usize,
    pub(crate) observed: Vec<Observed>,
    pub(crate) deterministics: Vec<Deterministic>,
    pub(crate) potentials: Vec<Potential>,
    pub(crate) initial: Vec<f64>,
    /// The rows of the observed data, or why they cannot be batched.
    pub(crate) rows: Result<Rows, &'static str>,
}

#[derive(Debug, Clone)]
pub(crate) struct Potential {
    pub(crate) name: String,
    /// Element by element.
    pub(crate) value: Expr,
    /// True when it has an element for each row: then it is scaled with the rows.
    pub(crate) scaled: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Data {
    pub(crate) name: String,
    pub(crate) axes: Vec<String>,
    pub(crate) array: Arc<Array<f64>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) axes: Vec<String>,
    pub(crate) shape: Vec<usize>,
    /// The shape of `free`: another one where the bijector maps whole vectors.
    pub(crate) free_shape: Vec<usize>,
    pub(crate) distribution: Arc<dyn Distribution>,
    pub(crate) bijector: Bijector,
    /// The unconstrained variable: an input.
    pub(crate) free: Expr,
    /// The variable in its own space.
    pub(crate) value: Expr,
    /// Its log density in the unconstrained space: a scalar.
    pub(crate) log_density: Expr,
}

impl Variable {
    /// How many unconstrained numbers it takes.
    pub(crate) fn len(&self) -> usize {
        self.free_shape.iter().product()
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Observed {
    pub(crate) name: String,
    pub(crate) axes: Vec<String>,
    pub(crate) array: Arc<Array<f64>>,
    pub(crate) distribution: Arc<dyn Distribution>,
    /// The log density of each element.
    pub(crate) elementwise: Expr,
}

#[derive(Debug, Clone)]
pub(crate) struct Deterministic {
    pub(crate) name: String,
    pub(crate) value: Expr,
    /// The names of its axes, where they were given.
    pub(crate) axes: Option<Vec<String>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Term {
    pub(crate) name: String,
    pub(crate) value: Expr,
}

/// The input under which compiled plans take the unconstrained vector.
pub(crate) const POSITION: &str = "(position)";

impl Model {
    /// Writes a model: `write` is given a [`Builder`] and says what there is. What `write` returns is dropped.
    ///
    /// ```
    /// use elbo_distributions::Normal;
    /// use elbo_model::Model;
    ///
    /// let model = Model::build(|m| m.sample("w", Normal::standard(), ()))?;
    /// assert_eq!((model.dim(), model.variables()), (1, vec!["w"]));
    ///
    /// let mistake = Model::build(|m| m.sample("w", Normal::new(0.0, -1.0), ())).unwrap_err();
    /// assert_eq!(mistake.to_string(), "`w`: Normal: sigma must be finite and > 0, found -1");
    /// # Ok::<(), elbo_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// The first mistake made in `write`: a name used twice, an axis that is not declared or has two
    /// lengths, data that are not finite or outside the support, a literal parameter out of range, a
    /// discrete latent variable, shapes that do not fit (with the source line); each method of [`Builder`]
    /// lists its own. Of the whole: [`Error::NoVariables`]; [`Error::Unknown`] for an expression over
    /// another model's variables; [`Error::Name`] for a variable named like an axis.
    pub fn build<R>(write: impl FnOnce(&Builder) -> R) -> Result<Model, Error> {
        let builder = Builder::default();
        write(&builder);
        builder.finish()
    }

    pub(crate) fn from_parts(parts: Parts) -> Result<Model, Error> {
        let Parts { axes, data, variables, observed, deterministics, potentials, initial, .. } = parts;
        if variables.is_empty() {
            return Err(Error::NoVariables);
        }
        let mut offsets = Vec::new();
        let mut dim = 0;
        for v in &variables {
            offsets.push(dim);
            dim += v.len();
        }
        let mut inner = Inner {
            axes,
            data,
            variables,
            offsets,
            dim,
            observed,
            deterministics,
            potentials,
            initial: Vec::new(),
            rows: Err("the model is not built"),
        };
        inner.check_names()?;
        // Shape and size mistakes show here, once, with their source line.
        let mut all = vec![inner.log_density(false)];
        all.extend(inner.deterministics.iter().map(|d| d.value.clone()));
        let graph = Graph::build(&all)?;
        inner.check_inputs(&all)?;
        inner.check_lengths(graph.sizes())?;
        inner.rows = inner.shared_rows(graph.sizes());
        inner.initial = inner.initial_position(&initial)?;
        Ok(Model(Arc::new(inner)))
    }

    /// The number of unconstrained coordinates.
    pub fn dim(&self) -> usize {
        self.0.dim
    }

    /// The names of the latent variables, in the order of the model.
    pub fn variables(&self) -> Vec<&str> {
        self.0.variables.iter().map(|v| v.name.as_str()).collect()
    }

    /// The names of the observed variables, in the order of the model.
    pub fn observed(&self) -> Vec<&str> {
        self.0.observed.iter().map(|o| o.name.as_str()).collect()
    }

    /// The names of the deterministics, in the order of the model.
    pub fn deterministics(&self) -> Vec<&str> {
        self.0.deterministics.iter().map(|d| d.name.as_str()).collect()
    }

    /// The shape of a latent variable.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn shape(&self, variable: &str) -> Result<&[usize], Error> {
        self.variable(variable).map(|(_, v)| &v.shape[..])
    }

    /// Where a latent variable lies in the unconstrained vector, row-major.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn range(&self, variable: &str) -> Result<std::ops::Range<usize>, Error> {
        self.variable(variable).map(|(offset, v)| offset..offset + v.len())
    }

    fn variable(&self, name: &str) -> Result<(usize, &Variable), Error> {
        let found = self.0.variables.iter().zip(&self.0.offsets).find(|(v, _)| v.name == name);
        found.map(|(v, &o)| (o, v)).ok_or_else(|| Error::Unknown {
            name: name.to_string(),
            known: self.0.variables.iter().map(|v| v.name.clone()).collect(),
        })
    }

    /// A starting point, unconstrained, [`dim`](Self::dim) long: each variable's own initial value, or the one that
    /// [`Builder::initial`] was given. A value computed from other variables is taken at those variables' own.
    pub fn initial_position(&self) -> &[f64] {
        &self.0.initial
    }

    /// The compiled log density of the unconstrained vector given the data, in `f64`.
    ///
    /// # Errors
    /// [`Error::Expression`].
    pub fn density(&self) -> Result<ModelDensity<f64>, Error> {
        self.density_in()
    }

    /// The compiled log density in another number type.
    ///
    /// # Errors
    /// [`Error::Expression`].
    pub fn density_in<T: Real>(&self) -> Result<ModelDensity<T>, Error> {
        ModelDensity::new(self)
    }

    /// A deterministic, or a latent variable in its own space, compiled to be evaluated at draws, on the model's data
    /// or on others. For any other expression there is [`Predictor::of`].
    ///
    /// # Errors
    /// [`Error::Unknown`] when there is no deterministic or latent variable of that name.
    pub fn predictor(&self, name: &str) -> Result<Predictor<f64>, Error> {
        self.predictor_in(name)
    }

    /// [`predictor`](Self::predictor) in another number type.
    ///
    /// # Errors
    /// As [`predictor`](Self::predictor).
    pub fn predictor_in<T: Real>(&self, name: &str) -> Result<Predictor<T>, Error> {
        let expr = self.0.named(name).ok_or_else(|| Error::Unknown {
            name: name.to_string(),
            known: self
                .0
                .deterministics
                .iter()
                .map(|d| d.name.clone())
                .chain(self.0.variables.iter().map(|v| v.name.clone()))
                .collect(),
        })?;
        Predictor::of(self, &[expr])
    }

    /// The log density of the unconstrained vector as an expression over the inputs
    /// `<variable> (unconstrained)` and the data, for tests and tools. Includes the Jacobians.
    pub fn expression(&self) -> Expr {
        self.0.log_density(false)
    }
}

impl Inner {
    /// A variable and a dimension of one name cannot stand in one saved file.
    fn check_names(&self) -> Result<(), Error> {
        let names = self.arrays().map(|(n, ..)| n).chain(self.variables.iter().map(|v| v.name.as_str()));
        let mut names = names.chain(self.deterministics.iter().map(|d| d.name.as_str()));
        match names.find(|n| self.axes.iter().any(|a| a.name == **n)) {
            Some(name) => Err(Error::Name { name: name.to_string(), reason: "an axis has the same name" }),
            None => Ok(()),
        }
    }

    /// Every input of the model is data of the model or one of its variables.
    fn check_inputs(&self, exprs: &[Expr]) -> Result<(), Error> {
        for expr in self.at_position(exprs) {
            for name in expr.free_inputs() {
                if &*name != POSITION && !self.arrays().any(|(n, ..)| *n == *name) {
                    let known = self.arrays().map(|(n, ..)| n.to_string()).collect();
                    return Err(Error::Unknown { name: name.to_string(), known });
                }
            }
        }
        Ok(())
    }

    pub(crate) fn named(&self, name: &str) -> Option<Expr> {
        let deterministic = self.deterministics.iter().find(|d| d.name == name).map(|d| d.value.clone());
        deterministic.or_else(|| self.variables.iter().find(|v| v.name == name).map(|v| v.value.clone()))
    }

    /// Every term of the log density with its name.
    pub(crate) fn terms(&self, batched: bool) -> Vec<Term> {
        let mut terms: Vec<Term> = self
            .variables
            .iter()
            .map(|v| Term { name: v.name.clone(), value: v.log_density.clone() })
            .collect();
        terms.extend(
            self.potentials
                .iter()
                .map(|p| Term { name: p.name.clone(), value: self.over_rows(&p.value, batched && p.scaled) }),
        );
        terms.extend(
            self.observed
                .iter()
                .map(|o| Term { name: o.name.clone(), value: self.over_rows(&o.elementwise, batched) }),
        );
        terms
    }

    pub(crate) fn log_density(&self, batched: bool) -> Expr {
        self.terms(batched)
            .into_iter()
            .map(|t| t.value)
            .reduce(|a, b| a + b)
            .unwrap_or_else(|| Expr::constant(0.0))
    }

    /// The log density and its gradient, over the flat position.
    pub(crate) fn value_and_gradient(&self, batched: bool) -> Result<[Expr; 2], Error> {
        let value = self.log_density(batched);
        let free: Vec<Expr> = self.variables.iter().map(|v| v.free.clone()).collect();
        let flat: Vec<Expr> = grad(&value, &free)?
            .into_iter()
            .zip(&self.variables)
            .map(|(g, v)| g.reshape([v.len()]))
            .collect();
        let mut both = self.at_position(&[value, Expr::concat(&flat, 0)]);
        let gradient = both.remove(1);
        Ok([both.remove(0), gradient])
    }

    /// The expressions with every unconstrained variable read from the flat position.
    pub(crate) fn at_position(&self, exprs: &[Expr]) -> Vec<Expr> {
        let position = Expr::input(POSITION, [self.dim]);
        let replacements: Vec<(Expr, Expr)> = self
            .variables
            .iter()
            .zip(&self.offsets)
            .map(|(v, &o)| (v.free.clone(), position.slice(0, o, v.len()).reshape(&v.free_shape[..])))
            .collect();
        Expr::substitute_all(exprs, &replacements)
    }

    /// Every array that plans take by name: data and observed values.
    pub(crate) fn arrays(&self) -> impl Iterator<Item = (&str, &[String], &Arc<Array<f64>>)> {
        let data = self.data.iter().map(|d| (d.name.as_str(), &d.axes[..], &d.array));
        data.chain(self.observed.iter().map(|o| (o.name.as_str(), &o.axes[..], &o.array)))
    }

    pub(crate) fn inputs(&self) -> Vec<(&str, &Array<f64>)> {
        self.arrays().map(|(name, _, array)| (name, &**array)).collect()
    }

    /// Each variable's initial value in the unconstrained space. Values computed from other variables
    /// are taken at those variables' initial values.
    fn initial_position(&self, given: &[(String, Array<f64>)]) -> Result<Vec<f64>, Error> {
        for (name, _) in given {
            if !self.variables.iter().any(|v| v.name == *name) {
                let known = self.variables.iter().map(|v| v.name.clone()).collect();
                return Err(Error::Unknown { name: name.clone(), known });
            }
        }
        let mut position: Vec<f64> = Vec::with_capacity(self.dim);
        let mut known: Vec<(Expr, Expr)> = Vec::new();
        for v in &self.variables {
            let start = match given.iter().rev().find(|(n, _)| *n == v.name) {
                Some((_, array)) => {
                    let start = Expr::literal(array.clone());
                    if start.broadcast_to(&v.shape[..]).check().is_err() {
                        return Err(Error::InitialShape {
                            variable: v.name.clone(),
                            expected: v.shape.clone(),
                            found: array.shape().to_vec(),
                        });
                    }
                    start
                }
                None => v.distribution.initial_value(),
            };
            let start = start.broadcast_to(&v.shape[..]);
            let free = Expr::substitute_all(&[v.bijector.inverse(&start), start], &known);
            let values = reference::evaluate(&free, &self.inputs())?;
            if let Some(index) = values[0].data().iter().position(|x| !x.is_finite()) {
                let value = values[1].data().get(index).copied().unwrap_or(f64::NAN);
                return Err(Error::Initial { variable: v.name.clone(), index, value });
            }
            position.extend_from_slice(values[0].data());
            known.push((v.free.clone(), Expr::literal(values[0].clone())));
        }
        Ok(position)
    }

    /// The name of one unconstrained coordinate: `w_in_1[0, 3]`.
    pub(crate) fn coordinate_name(&self, i: usize) -> String {
        let at = self.offsets.partition_point(|&o| o <= i).saturating_sub(1);
        let (variable, mut rest) = (&self.variables[at], i - self.offsets[at]);
        let mut index = vec![String::new(); variable.free_shape.len()];
        for (axis, (slot, &n)) in index.iter_mut().zip(&variable.free_shape).enumerate().rev() {
            // An axis that the bijector changes has no labels any more.
            let same =
                variable.shape.get(axis) == Some(&n) && variable.shape.len() == variable.free_shape.len();
            let name = variable.axes.get(axis).filter(|_| same);
            let axis = name.and_then(|name| self.axes.iter().find(|a| a.name == *name));
            let j = rest % n.max(1);
            let label = axis.and_then(|a| a.labels.as_ref()).and_then(|l| l.get(j).cloned());
            *slot = label.unwrap_or_else(|| j.to_string());
            rest /= n.max(1);
        }
        if index.is_empty() {
            variable.name.clone()
        } else {
            format!("{}[{}]", variable.name, index.join(", "))
        }
    }
}
