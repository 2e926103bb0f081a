//! Draws with a name: posterior draws in the variables' own spaces, the prior, and predictions of observed variables.

use std::collections::HashMap;

use elbo_distributions::Distribution;
use elbo_posterior::{Data as NamedData, Draws, Dtype};
use elbo_tensor_ad::{Array, Dim, Expr, Plan, Real};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::model::Observed;
use crate::{Error, Model, Predictor};

/// One generator for each draw of each purpose: draws do not depend on the order in which they are made. The
/// predictions of the `k`-th observed variable are the purpose `PREDICTIVE + k`: two variables share no noise.
fn generator(seed: u64, purpose: u64, draw: usize) -> Xoshiro256PlusPlus {
    // Distinct odd multipliers keep (purpose, draw) pairs apart; the seeding expands by SplitMix64.
    let mixed = seed
        ^ purpose.wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ (draw as u64 + 1).wrapping_mul(0xD1B5_4A32_D192_ED03);
    Xoshiro256PlusPlus::seed_from_u64(mixed)
}

const PRIOR: u64 = 1;
const PREDICTIVE: u64 = 2;

impl Model {
    /// The latent variables, in their own spaces and in the order of the model, and then the deterministics `also`, at
    /// draws of the unconstrained vector (a flat array of rows): named draws with dims and coordinates, one chain.
    ///
    /// ```
    /// use elbo_distributions::HalfNormal;
    /// use elbo_model::Model;
    ///
    /// let model = Model::build(|m| {
    ///     m.labelled_dim("side", &["left", "right"]);
    ///     let s = m.sample("s", HalfNormal::new(1.0), "side");
    ///     m.deterministic("total", s.sum());
    /// })?;
    /// let draws = model.draws(&[0.0, 0.0, 1.0, 2.0], &["total"])?; // two draws of two coordinates
    /// assert_eq!(draws.labels("s").unwrap(), ["s[left]", "s[right]"]);
    /// assert_eq!(draws.get("total").unwrap().values()[0], 2.0);
    /// # Ok::<(), elbo_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::DrawLength`]; [`Error::Unknown`] for a deterministic that is not there; [`Error::Posterior`] for no draw.
    pub fn draws<T: Real>(&self, draws: &[T], also: &[&str]) -> Result<Draws, Error> {
        self.chains(1, draws, also)
    }

    /// [`draws`](Self::draws) of several chains of equal length, one chain after another: what a sampler returns.
    ///
    /// # Errors
    /// As [`draws`](Self::draws); [`Error::DrawLength`] also when the draws do not divide into `chains`.
    pub fn chains<T: Real>(&self, chains: usize, draws: &[T], also: &[&str]) -> Result<Draws, Error> {
        let inner = &self.0;
        let per_chain = self.dim().max(1) * chains.max(1);
        if !draws.len().is_multiple_of(per_chain) {
            return Err(Error::DrawLength { dim: per_chain, found: draws.len() });
        }
        let mut exprs: Vec<Expr> = inner.variables.iter().map(|v| v.value.clone()).collect();
        for name in also {
            exprs.push(inner.named(name).ok_or_else(|| Error::Unknown {
                name: (*name).to_string(),
                known: inner.deterministics.iter().map(|d| d.name.clone()).collect(),
            })?);
        }
        let values = Predictor::<T>::of(self, &exprs)?.all_at(draws)?;
        let mut named = Draws::new(chains.max(1), draws.len() / per_chain);
        let names = inner.variables.iter().map(|v| v.name.as_str()).chain(also.iter().copied());
        for ((name, expr), array) in names.zip(&exprs).zip(values) {
            let axes = self.axes_of(name, expr, array.shape().len() - 1);
            push(&mut named, name, &axes, &array, Dtype::Float)?;
        }
        self.label(&mut named)?;
        Ok(named)
    }

    /// Draws of the observed variable `name` at draws of the unconstrained vector, on the model's data:
    /// shape `[draws, ..]`. `on` replaces data by name first (`&[]` for none).
    ///
    /// A function of the seed and of the place of each draw: more draws of a seed begin with the fewer.
    ///
    /// ```
    /// use elbo_distributions::Normal;
    /// use elbo_model::Model;
    /// use elbo_tensor_ad::Array;
    ///
    /// let model = Model::build(|m| {
    ///     let x = m.data("x", &Array::vector(vec![1.0, 2.0, 3.0]), "obs");
    ///     let w = m.sample("w", Normal::standard(), ());
    ///     m.observe("y", Normal::new(x * w, 0.1), &Array::vector(vec![1.1, 1.9, 3.2]));
    /// })?;
    /// let draws = [0.9, 1.0, 1.1, 1.05];
    /// assert_eq!(model.posterior_predictive("y", &draws, &[], 7)?.shape(), [4, 3]);
    /// let new = Array::vector(vec![10.0, 20.0]);
    /// assert_eq!(model.posterior_predictive("y", &draws, &[("x", &new)], 7)?.shape(), [4, 2]);
    /// # Ok::<(), elbo_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::DrawLength`], [`Error::Distribution`] when a parameter is out of its
    /// range at some draw, [`Error::Expression`].
    pub fn posterior_predictive<T: Real>(
        &self,
        name: &str,
        draws: &[T],
        on: &[(&str, &Array<f64>)],
        seed: u64,
    ) -> Result<Array<f64>, Error> {
        let (k, observed) = self.observed_variable(name)?;
        let parameters: Vec<Expr> = observed.distribution.parameters().into_iter().map(|p| p.value).collect();
        let mut predictor = Predictor::<T>::of(self, &parameters)?;
        for (data, array) in on {
            predictor = predictor.on(data, array)?;
        }
        let values = predictor.all_at(draws)?;
        let shape = shape_on(observed, &values);
        let n = draws.len() / self.dim().max(1);
        let mut all = Vec::with_capacity(n * shape.iter().product::<usize>());
        for draw in 0..n {
            let at = one_draw(&values, draw)?;
            let mut rng = generator(seed, PREDICTIVE + k as u64, draw);
            let value = observed.distribution.sample(&at, &shape, &mut rng);
            let value = value.map_err(|source| Error::Distribution {
                variable: name.to_string(),
                source: source.into(),
            })?;
            all.extend_from_slice(value.data());
        }
        Ok(Array::new([&[n], &shape[..]].concat(), all)?)
    }

    fn observed_variable(&self, name: &str) -> Result<(usize, &Observed), Error> {
        let found = self.0.observed.iter().enumerate().find(|(_, o)| o.name == name);
        found.ok_or_else(|| Error::Unknown {
            name: name.to_string(),
            known: self.0.observed.iter().map(|o| o.name.clone()).collect(),
        })
    }

    /// `draws` draws of every latent variable from its prior, of the deterministics `also`, and of
    /// the observed variables (the prior predictive), on the model's data. Potentials play no part.
    ///
    /// A function of the seed and of the place of each draw: more draws of a seed begin with the fewer.
    ///
    /// ```
    /// use elbo_distributions::{HalfNormal, Normal};
    /// use elbo_model::Model;
    /// use elbo_tensor_ad::Array;
    ///
    /// let model = Model::build(|m| {
    ///     let s = m.sample("s", HalfNormal::new(1.0), ());
    ///     m.observe("y", Normal::new(0.0, s), &Array::vector(vec![0.3, -0.8]));
    /// })?;
    /// let before = model.prior(100, &[], 7)?;
    /// assert!(before.prior.get("s").unwrap().values().iter().all(|&s| s > 0.0));
    /// assert_eq!(before.predictive.get("y").unwrap().shape(), [2]);
    /// # Ok::<(), elbo_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Distribution`] when a computed parameter is out of its range, [`Error::Unknown`], [`Error::Expression`], [`Error::Posterior`]
    /// for no draw.
    pub fn prior(&self, draws: usize, also: &[&str], seed: u64) -> Result<Prior, Error> {
        let inner = &self.0;
        // Each expression as a function of the variables in their own spaces.
        let named: Vec<Expr> = inner.variables.iter().map(|v| Expr::input(&v.name, &v.shape[..])).collect();
        let mut replace: Vec<(Expr, Expr)> = Vec::new();
        for (v, named) in inner.variables.iter().zip(named) {
            // An alias of the variable may be written over its unconstrained form.
            let free = v.bijector.inverse(&named).substitute(&replace);
            replace.push((v.free.clone(), free));
            replace.push((v.value.clone(), named));
        }
        let compile = |d: &dyn Distribution| -> Result<Plan<f64>, Error> {
            let parameters: Vec<Expr> = d.parameters().into_iter().map(|p| p.value).collect();
            Ok(Plan::compile(&Expr::substitute_all(&parameters, &replace))?)
        };
        let mut deterministics = Vec::new();
        for name in also {
            let expr = inner.named(name).ok_or_else(|| Error::Unknown {
                name: (*name).to_string(),
                known: inner.deterministics.iter().map(|d| d.name.clone()).collect(),
            })?;
            let plan = Plan::<f64>::compile(&Expr::substitute_all(std::slice::from_ref(&expr), &replace))?;
            deterministics.push((*name, expr, plan, Vec::new(), Vec::new()));
        }
        let variables = inner.variables.iter().map(|v| (&v.name, &*v.distribution, &v.shape[..]));
        let observed = inner.observed.iter().map(|o| (&o.name, &*o.distribution, o.array.shape()));
        let latent = inner.variables.len();
        let mut steps = Vec::new();
        for (name, d, shape) in variables.chain(observed) {
            steps.push((name, d, shape, compile(d)?, Vec::new()));
        }
        for draw in 0..draws {
            let mut rng = generator(seed, PRIOR, draw);
            let mut values: Vec<(&str, Array<f64>)> = Vec::new();
            for (k, (name, d, shape, plan, kept)) in steps.iter_mut().enumerate() {
                let parameters = call(plan, &values, &inner.inputs())?;
                let value = d.sample(&parameters, shape, &mut rng);
                let value = value.map_err(|source| Error::Distribution {
                    variable: (*name).clone(),
                    source: source.into(),
                })?;
                kept.extend_from_slice(value.data());
                if k < latent {
                    values.push((name.as_str(), value));
                }
            }
            for (_, _, plan, shape, kept) in &mut deterministics {
                let value = call(plan, &values, &inner.inputs())?.swap_remove(0);
                *shape = value.shape().to_vec();
                kept.extend_from_slice(value.data());
            }
        }
        let (mut prior, mut predictive) = (Draws::new(1, draws), Draws::new(1, draws));
        for (k, (name, d, shape, _, kept)) in steps.into_iter().enumerate() {
            let array = Array::new([&[draws], shape].concat(), kept)?;
            if k < latent {
                push(&mut prior, name, &inner.variables[k].axes, &array, Dtype::Float)?;
            } else {
                push(&mut predictive, name, &inner.observed[k - latent].axes, &array, dtype(d))?;
            }
        }
        for (name, expr, _, shape, kept) in deterministics {
            let axes = self.axes_of(name, &expr, shape.len());
            push(&mut prior, name, &axes, &Array::new([&[draws], &shape[..]].concat(), kept)?, Dtype::Float)?;
        }
        self.label(&mut prior)?;
        self.label(&mut predictive)?;
        Ok(Prior { prior, predictive })
    }

    /// The observed values and the other data of the model, in this order, named: what a file of draws keeps beside them.
    /// Observations of a discrete distribution are whole numbers.
    ///
    /// # Errors
    /// [`Error::Posterior`].
    pub fn named_data(&self) -> Result<(NamedData, NamedData), Error> {
        let (mut observed, mut constant) = (NamedData::new(), NamedData::new());
        for o in &self.0.observed {
            let dims = dims(&o.axes, o.array.shape());
            observed.push_as(&o.name, &dims, o.array.data().to_vec(), dtype(&*o.distribution))?;
        }
        for d in &self.0.data {
            constant.push(&d.name, &dims(&d.axes, d.array.shape()), d.array.data().to_vec())?;
        }
        for (axis, labels) in self.labels() {
            for group in [&mut observed, &mut constant] {
                if group.coord(axis).is_some_and(|c| c.len() == labels.len()) {
                    group.set_coords(axis, labels.to_vec())?;
                }
            }
        }
        Ok((observed, constant))
    }

    /// Draws of an observed variable, as [`posterior_predictive`](Self::posterior_predictive) gives them, as named draws
    /// with the variable's own axes: for a file.
    ///
    /// # Errors
    /// [`Error::Unknown`]; [`Error::AxisCount`] for an array of another number of axes; [`Error::Posterior`].
    pub fn named_predictive(&self, name: &str, values: &Array<f64>) -> Result<Draws, Error> {
        let (_, observed) = self.observed_variable(name)?;
        if values.rank() != observed.axes.len() + 1 {
            let (expected, found) = (observed.axes.len() + 1, values.rank());
            return Err(Error::AxisCount { variable: name.to_string(), expected, found });
        }
        let mut draws = Draws::new(1, values.rows());
        push(&mut draws, name, &observed.axes, values, dtype(&*observed.distribution))?;
        self.label(&mut draws)?;
        Ok(draws)
    }

    /// The names of an expression's axes: the variable's own, those given to a deterministic, or those that its shape names.
    fn axes_of(&self, name: &str, expr: &Expr, rank: usize) -> Vec<String> {
        if let Some(v) = self.0.variables.iter().find(|v| v.name == name) {
            return v.axes.clone();
        }
        if let Some(axes) = self.0.deterministics.iter().find(|d| d.name == name).and_then(|d| d.axes.clone())
        {
            return axes;
        }
        let named = |i: usize| match expr
            .shape()
            .dims()
            .get(i)
            .and_then(|d| d.fixed().is_none().then(|| d.to_string()))
        {
            Some(axis) => axis,
            None => format!("{name}_dim_{i}"),
        };
        (0..rank).map(named).collect()
    }

    /// The axes that have labels.
    fn labels(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.axes.iter().filter_map(|a| Some((a.name.as_str(), a.labels.as_deref()?)))
    }

    /// Labels the axes that have as many elements as in the model: predictions may be for other rows.
    fn label(&self, draws: &mut Draws) -> Result<(), Error> {
        for (axis, labels) in self.labels() {
            if draws.coord(axis).is_some_and(|c| c.len() == labels.len()) {
                draws.set_coords(axis, labels.to_vec())?;
            }
        }
        Ok(())
    }
}

/// Draws from the prior.
#[derive(Debug, Clone)]
pub struct Prior {
    /// The latent variables and the deterministics asked for.
    pub prior: Draws,
    /// The observed variables: what data the model expects before it has seen any.
    pub predictive: Draws,
}

/// The shape of one draw of an observed variable: that of the data, but that an axis which its distribution has by name is as long as its
/// parameters are there on the data at hand.
fn shape_on<T: Real>(observed: &Observed, values: &[Array<T>]) -> Vec<usize> {
    let distribution = &observed.distribution;
    // Each value begins with an axis of draws.
    let parameters = distribution.parameters();
    let found =
        parameters.iter().zip(values).flat_map(|(p, v)| p.value.shape().dims().iter().zip(&v.shape()[1..]));
    let lengths: HashMap<&Dim, usize> = found.map(|(dim, &n)| (dim, n)).collect();
    let own = [distribution.batch_shape().dims(), distribution.event_shape().dims()].concat();
    let mut shape = observed.array.shape().to_vec();
    for (slot, dim) in shape.iter_mut().rev().zip(own.iter().rev()) {
        match (dim, lengths.get(dim)) {
            // A fixed axis of 1 stretches; a named one is as long as the data say, be it 1.
            (Dim::Fixed(1), _) => {}
            (Dim::Fixed(n), _) => *slot = *n,
            (_, Some(n)) => *slot = *n,
            (_, None) => {}
        }
    }
    shape
}

fn dtype(d: &dyn Distribution) -> Dtype {
    if d.support().is_discrete() { Dtype::Int } else { Dtype::Float }
}

fn dims<'a>(axes: &'a [String], shape: &[usize]) -> Vec<(&'a str, usize)> {
    axes.iter().map(String::as_str).zip(shape.iter().copied()).collect()
}

fn push<T: Real>(
    draws: &mut Draws,
    name: &str,
    axes: &[String],
    array: &Array<T>,
    dtype: Dtype,
) -> Result<(), Error> {
    let values = array.data().iter().map(|x| x.to_f64()).collect();
    Ok(draws.push_as(name, &dims(axes, &array.shape()[1..]), values, dtype)?)
}

/// Row `draw` of each array, in `f64`.
fn one_draw<T: Real>(values: &[Array<T>], draw: usize) -> Result<Vec<Array<f64>>, Error> {
    let row = |a: &Array<T>| -> Result<Array<f64>, Error> {
        let data = a.row(draw)?.iter().map(|x| x.to_f64()).collect();
        Ok(Array::new(&a.shape()[1..], data)?)
    };
    values.iter().map(row).collect()
}

/// The plan at these variables and the model's data, each passed only where the plan takes it.
fn call(
    plan: &Plan<f64>,
    values: &[(&str, Array<f64>)],
    data: &[(&str, &Array<f64>)],
) -> Result<Vec<Array<f64>>, Error> {
    let values = values.iter().map(|(n, a)| (*n, a)).chain(data.iter().copied());
    let wanted: Vec<(&str, &Array<f64>)> = values.filter(|(n, _)| plan.input(n).is_some()).collect();
    Ok(plan.call(&wanted)?)
}
