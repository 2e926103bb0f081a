//! `MixtureSameFamily`: a mixture along an axis of one distribution's parameters.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::mixture::{choose, left_out, weighted};
use crate::hull::Hull;
use crate::inner::{Inner, Parts};
use crate::parameter::{self, exactly};
use crate::{Bijector, Distribution, Error, Noise, Parameter, Requirement, Support, draw, inversion, noise};

/// A draw of one of the distributions along the last batch axis of a distribution, which is chosen with the probabilities `w`.
///
/// `ln p(x) = ln Σₖ w[k] p(x; θ[k])`, by logarithms
///
/// The components are one distribution whose parameters have the axis of the components last (before the axes of an event, if it has any): the density
/// of all is one expression. Everything else as for [`Mixture`](crate::Mixture); the value has no such axis.
///
/// As `MixtureSameFamily` in NumPyro and TensorFlow Probability, `NormalMixture` over a Normal in PyMC.
///
/// ```
/// use elbo_distributions::{MixtureSameFamily, Normal, Numeric};
/// use elbo_tensor_ad::Array;
///
/// let of = |v: [f64; 2]| Array::vector(v.to_vec());
/// let d = Numeric::new(MixtureSameFamily::new(of([0.5, 0.5]), Normal::new(of([-1.0, 1.0]), 1.0)))?;
/// assert_eq!(d.variance()?.data(), [2.0]);
/// # Ok::<(), elbo_distributions::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MixtureSameFamily {
    w: Expr,
    inner: Inner,
}

impl MixtureSameFamily {
    /// Weights of shape `[.., k]` that sum to 1, and a distribution whose last batch axis has `k` elements.
    #[track_caller]
    pub fn new(w: impl Into<Expr>, components: impl Into<Inner>) -> Self {
        MixtureSameFamily { w: w.into(), inner: components.into() }
    }

    fn parts(&self) -> Parts<'_> {
        Parts {
            name: "MixtureSameFamily",
            inner: std::slice::from_ref(&self.inner),
            own: vec![Parameter::new("w", &self.w, Requirement::Simplex)],
        }
    }

    /// The value with an axis of 1 for the components.
    fn widened(&self, x: &Expr) -> Expr {
        x.expand(x.rank().saturating_sub(self.inner.event_rank()))
    }

    /// The sum over the components' axis, which has this many axes of an event after it.
    fn sum(&self, terms: &Expr, event: usize) -> Expr {
        terms.sum_axes(&[terms.rank().saturating_sub(1 + event)])
    }

    /// The weights before this many axes of 1.
    fn weights(&self, event: usize) -> Expr {
        (0..event).fold(self.w.clone(), |w, _| w.expand(w.rank()))
    }

    fn log_mean_of(&self, logs: &Expr) -> Expr {
        let terms = weighted(&self.w, logs);
        terms.logsumexp(terms.rank().saturating_sub(1))
    }

    /// A number or an event for each component as if each had its own.
    fn each(&self, of: &Expr) -> Expr {
        of + 0.0 * self.weights(self.inner.event_rank())
    }

    /// The smallest interval that holds those of all components: bounds that differ are reduced.
    fn hull(&self) -> Option<Hull> {
        let hull = Hull::of(&self.inner.support())?;
        let least = |e: Expr| {
            if e.rank() == 0 { e } else { e.min_axes(&[e.rank() - 1]) }
        };
        let most = |e: Expr| {
            if e.rank() == 0 { e } else { e.max_axes(&[e.rank() - 1]) }
        };
        Some(Hull { lower: hull.lower.map(least), upper: hull.upper.map(most), discrete: hull.discrete })
    }
}

impl Distribution for MixtureSameFamily {
    fn name(&self) -> &'static str {
        "MixtureSameFamily"
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.parts().parameters()
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let (mut inner, own) = self.parts().again(parameters)?;
        let [w] = exactly(self.name(), own)?;
        Ok(Box::new(MixtureSameFamily { w: w.clone(), inner: inner.remove(0) }))
    }

    fn check(&self) -> Result<(), Error> {
        self.inner.check()?;
        parameter::check(self.name(), &self.parts().own)?;
        // Here the weights' last axis is one of the batch.
        let mut all = self.inner.parameters();
        all.push(Parameter::new("w", &self.w, Requirement::Real));
        parameter::check_shapes(self.name(), &all)
    }

    fn check_values(&self, parameters: &[Array<f64>]) -> Result<(), Error> {
        self.parts().check_values(parameters)
    }

    fn event_rank(&self) -> usize {
        self.inner.event_rank()
    }

    /// The smallest interval that holds those of all components.
    fn support(&self) -> Support {
        self.hull().map_or_else(|| self.inner.support(), |hull| hull.support())
    }

    fn bijector(&self) -> Option<Bijector> {
        if self.hull().is_some() { self.support().bijector() } else { self.inner.bijector() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let x = self.widened(x);
        // At a point of its own where a component is left out.
        let none = left_out(&weighted(&self.w, &self.inner.log_density(&x)));
        let events = (0..self.event_rank()).fold(none.clone(), |e, _| e.expand(e.rank()));
        let logs = self.inner.log_density(&events.select(self.inner.initial_value().stop_gradient(), x));
        self.log_mean_of(&none.select(f64::NEG_INFINITY, logs))
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
        let count = own[0].shape().last().copied().unwrap_or(1);
        let wide = [batch, &[count], event].concat();
        let drawn = self.inner.sample(lists[0], &wide, rng)?;
        let length: usize = event.iter().product();
        let mut kept = Vec::with_capacity(shape.iter().product());
        for i in 0..batch.iter().product() {
            let [w]: [&[f64]; 1] = weights(i);
            let at = (i * count + choose(w, rng)) * length;
            kept.extend_from_slice(&drawn.data()[at..at + length]);
        }
        Ok(Array::new(shape, kept)?)
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        let each = self.inner.cdf(&self.widened(x))?;
        // The weights may sum to less than 1 by rounding.
        let all = each.min_axes(&[each.rank().saturating_sub(1)]).greater_equal(1.0);
        Some(all.select(1.0, self.sum(&(&self.w * each), 0).min(1.0)))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_mean_of(&self.inner.log_cdf(&self.widened(x))?).min(0.0))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_mean_of(&self.inner.log_survival(&self.widened(x))?).min(0.0))
    }

    /// By inversion, where the parameters have no batch axis but that of the components.
    fn quantile(&self, p: &Expr) -> Option<Expr> {
        inversion::by_powers(self, p)
    }

    /// A draw, with the implicit gradient, where the components have a distribution function.
    fn noise(&self) -> Option<Noise> {
        let smooth = inversion::is_continuous(&self.support());
        (smooth && self.cdf(&self.initial_value()).is_some()).then_some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.noise()?;
        noise::implicit(self, noise)
    }

    /// That of the component with the largest weight.
    fn initial_value(&self) -> Expr {
        let event = self.event_rank();
        let axis = self.w.rank().saturating_sub(1);
        let classes = self.w.dim(axis);
        let heaviest = self.w.argmax(axis).one_hot(classes);
        let heaviest = (0..event).fold(heaviest, |e, _| e.expand(e.rank()));
        self.sum(&heaviest.select(self.each(&self.inner.initial_value()), 0.0), event)
    }

    fn mean(&self) -> Option<Expr> {
        let event = self.event_rank();
        Some(self.sum(&(self.weights(event) * self.inner.mean()?), event))
    }

    /// The mean of the variances and the variance of the means.
    fn variance(&self) -> Option<Expr> {
        let event = self.event_rank();
        let (means, mean) = (self.inner.mean()?, self.mean()?);
        let from_mean = means - mean.expand(mean.rank().saturating_sub(event));
        let each = self.inner.variance()? + from_mean.square();
        Some(self.sum(&(self.weights(event) * each), event))
    }
}
