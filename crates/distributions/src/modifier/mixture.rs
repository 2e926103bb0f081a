//! `Mixture`: one of several distributions, drawn by weights.

use elbo_tensor_ad::{Array, Expr};
use rand::{Rng, RngExt};

use crate::hull::Hull;
use crate::inner::{Inner, Parts};
use crate::parameter::exactly;
use crate::{Bijector, Distribution, Error, Noise, Parameter, Requirement, Support, draw, inversion, noise};

/// A draw of one of several distributions, which is chosen with the probabilities `w`.
///
/// `ln p(x) = ln Σₖ w[k] p_k(x)`, by logarithms: finite as long as one component's is
///
/// The components may be of different kinds, over numbers or events of the same rank; their parameters come first, then `w`, of shape
/// `[.., k]`. A weight of 0 leaves its component out, and has a gradient of 0. Mean, variance and distribution function are those of
/// the components, weighted; the quantile is found by inversion (63 evaluations); mode and entropy have no formula. The support is the
/// smallest interval that holds those of all components.
///
/// As `Mixture` in PyMC, `MixtureGeneral` in NumPyro. For components that differ in their parameters only,
/// [`MixtureSameFamily`](crate::MixtureSameFamily) is one distribution with an axis more.
///
/// ```
/// use elbo_distributions::{Inner, Mixture, Normal, Numeric, StudentT};
/// use elbo_tensor_ad::Array;
///
/// let parts: Vec<Inner> = vec![Normal::new(0.0, 1.0).into(), StudentT::new(3.0, 5.0, 1.0).into()];
/// let d = Numeric::new(Mixture::new(Array::vector(vec![0.25, 0.75]), parts))?;
/// assert_eq!(d.mean()?.data(), [3.75]);
/// # Ok::<(), elbo_distributions::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Mixture {
    w: Expr,
    components: Vec<Inner>,
}

/// `ln w + log`, minus infinity where a weight is 0, with no slope from there, whatever the component's logarithm is.
pub(super) fn weighted(w: &Expr, logs: &Expr) -> Expr {
    let some = w.greater(0.0);
    some.select(some.select(w, 1.0).ln() + logs, f64::NEG_INFINITY)
}

/// 1 where a component (of weighted logarithms along the last axis) adds nothing to the sum, not even to its rounding: its weight or
/// density is 0, or it is this far below the largest. Its own slope may be infinite there, where its share in the mixture's is 0.
pub(super) fn left_out(weighted: &Expr) -> Expr {
    const FAR: f64 = 750.0;
    let axis = weighted.rank().saturating_sub(1);
    let top = weighted.max_axes(&[axis]);
    let top = top.expand(top.rank());
    weighted.less(top - FAR).max(weighted.equal(f64::NEG_INFINITY))
}

/// A class by its weight.
pub(super) fn choose(weights: &[f64], rng: &mut dyn Rng) -> usize {
    let mut left = rng.random::<f64>() * weights.iter().sum::<f64>();
    // Rounding may carry the point past the end: then the last that can occur.
    let mut class = 0;
    for (k, &w) in weights.iter().enumerate() {
        if w > 0.0 {
            class = k;
            if left < w {
                break;
            }
            left -= w;
        }
    }
    class
}

impl Mixture {
    /// Weights of shape `[.., k]` that sum to 1, and `k` distributions.
    #[track_caller]
    pub fn new(w: impl Into<Expr>, components: impl IntoIterator<Item = impl Into<Inner>>) -> Self {
        Mixture { w: w.into(), components: components.into_iter().map(Into::into).collect() }
    }

    fn parts(&self) -> Parts<'_> {
        Parts {
            name: "Mixture",
            inner: &self.components,
            own: vec![Parameter::new("w", &self.w, Requirement::Simplex)],
        }
    }

    /// The terms of the components, stretched to one shape, along a last axis.
    fn stacked(&self, terms: &[Expr]) -> Expr {
        let shape = terms.iter().fold(Expr::constant(0.0), |sum, t| sum + t);
        let terms: Vec<Expr> = terms.iter().map(|t| t.broadcast_to(shape.shape())).collect();
        Expr::stack(&terms, shape.rank())
    }

    /// The weights, with axes of 1 before the last for this many axes of an event.
    fn weights(&self, event: usize) -> Expr {
        (0..event).fold(self.w.clone(), |w, _| w.expand(w.rank().saturating_sub(1)))
    }

    fn of_each(&self, of: impl Fn(&Inner) -> Option<Expr>) -> Option<Expr> {
        Some(self.stacked(&self.components.iter().map(of).collect::<Option<Vec<_>>>()?))
    }

    /// `Σ w e` over the components.
    fn mean_of(&self, each: &Expr) -> Expr {
        let terms = self.weights(self.event_rank()) * each;
        terms.sum_axes(&[terms.rank().saturating_sub(1)])
    }

    /// `ln Σ w eˡ` over the components, of numbers for each event.
    fn log_mean_of(&self, logs: &Expr) -> Expr {
        let terms = weighted(&self.w, logs);
        terms.logsumexp(terms.rank().saturating_sub(1))
    }

    /// Of each component, at a point of its own instead of `x` where it is left out.
    fn log_densities(&self, x: &Expr) -> Vec<Expr> {
        let plain: Vec<Expr> = self.components.iter().map(|d| d.log_density(x)).collect();
        let none = left_out(&weighted(&self.w, &self.stacked(&plain)));
        let axis = none.rank().saturating_sub(1);
        let each = self.components.iter().enumerate().map(|(k, d)| {
            let none = none.index(axis, k);
            let events = (0..d.event_rank()).fold(none.clone(), |e, _| e.expand(e.rank()));
            none.select(
                f64::NEG_INFINITY,
                d.log_density(&events.select(d.initial_value().stop_gradient(), x)),
            )
        });
        each.collect()
    }

    fn of_one_kind(&self) -> Result<(), Error> {
        let found = self.w.rank().checked_sub(1).and_then(|axis| self.w.dim(axis).fixed());
        let rank = self.event_rank();
        let alike = self.components.iter().all(|d| d.event_rank() == rank);
        if self.components.is_empty() || !alike || found.is_some_and(|n| n != self.components.len()) {
            return Err(Error::Components { weights: found, components: self.components.len() });
        }
        Ok(())
    }
}

impl Distribution for Mixture {
    fn name(&self) -> &'static str {
        "Mixture"
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.parts().parameters()
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let (components, own) = self.parts().again(parameters)?;
        let [w] = exactly(self.name(), own)?;
        Ok(Box::new(Mixture { w: w.clone(), components }))
    }

    fn check(&self) -> Result<(), Error> {
        self.of_one_kind()?;
        self.parts().check()
    }

    fn check_values(&self, parameters: &[Array<f64>]) -> Result<(), Error> {
        self.parts().check_values(parameters)
    }

    fn event_rank(&self) -> usize {
        self.components.first().map_or(0, |d| d.event_rank())
    }

    /// The smallest interval that holds those of all components.
    fn support(&self) -> Support {
        let supports: Vec<Support> = self.components.iter().map(|d| d.support()).collect();
        let hulls: Option<Vec<Hull>> = supports.iter().map(Hull::of).collect();
        match (hulls.and_then(|h| h.into_iter().reduce(|a, b| a.with(&b))), supports.into_iter().next()) {
            (Some(hull), _) => hull.support(),
            (None, Some(first)) => first,
            (None, None) => Support::Real,
        }
    }

    /// None where the components are not all over whole numbers or all over the line.
    fn bijector(&self) -> Option<Bijector> {
        let discrete = self.components.iter().any(|d| d.support().is_discrete());
        if discrete { None } else { self.support().bijector() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        self.log_mean_of(&self.stacked(&self.log_densities(x)))
    }

    /// A draw of every component, of which one is kept.
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        self.check_values(parameters)?;
        let parts = self.parts();
        let (lists, own) = parts.split(parameters)?;
        let (batch, event) = draw::split(parts.name, shape, self.event_rank())?;
        let weights = draw::rows(parts.name, &parts.own, own, batch)?;
        let drawn = self
            .components
            .iter()
            .zip(lists)
            .map(|(d, list)| d.sample(list, shape, rng))
            .collect::<Result<Vec<_>, _>>()?;
        let length: usize = event.iter().product();
        let mut kept = Vec::with_capacity(shape.iter().product());
        for i in 0..batch.iter().product() {
            let [w]: [&[f64]; 1] = weights(i);
            let k = choose(w, rng).min(drawn.len() - 1);
            kept.extend_from_slice(&drawn[k].data()[i * length..(i + 1) * length]);
        }
        Ok(Array::new(shape, kept)?)
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        let each = self.of_each(|d| d.cdf(x))?;
        // The weights may sum to less than 1 by rounding.
        let all = each.min_axes(&[each.rank().saturating_sub(1)]).greater_equal(1.0);
        Some(all.select(1.0, self.mean_of(&each).min(1.0)))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_mean_of(&self.of_each(|d| d.log_cdf(x))?).min(0.0))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_mean_of(&self.of_each(|d| d.log_survival(x))?).min(0.0))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        inversion::by_powers(self, p)
    }

    /// A draw, with the implicit gradient, where every component has a distribution function.
    fn noise(&self) -> Option<Noise> {
        let smooth = inversion::is_continuous(&self.support()) && self.bijector().is_some();
        (smooth && self.cdf(&self.initial_value()).is_some()).then_some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.noise()?;
        noise::implicit(self, noise)
    }

    /// That of the component with the largest weight.
    fn initial_value(&self) -> Expr {
        let starts: Vec<Expr> = self.components.iter().map(|d| d.initial_value()).collect();
        let heaviest = self.w.argmax(self.w.rank().saturating_sub(1));
        let heaviest = (0..self.event_rank()).fold(heaviest, |e, _| e.expand(e.rank()));
        let starts = starts.into_iter().enumerate().rev();
        starts.fold(Expr::constant(0.0), |rest, (k, start)| heaviest.equal(k as f64).select(start, rest))
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.mean_of(&self.of_each(|d| d.mean())?))
    }

    /// The mean of the variances and the variance of the means.
    fn variance(&self) -> Option<Expr> {
        let (means, variances) = (self.of_each(|d| d.mean())?, self.of_each(|d| d.variance())?);
        let mean = self.mean_of(&means);
        Some(self.mean_of(&(variances + (means - mean.expand(mean.rank())).square())))
    }
}
