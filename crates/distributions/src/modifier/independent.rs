//! `Independent`: axes of a batch as parts of one value.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use crate::inner::{Inner, Parts, modifier};
use crate::{Bijector, Distribution, Error, Noise, Support, draw, parameter};

/// Independent values of a distribution along the last `axes` axes as one value: the log density is the sum over those axes.
///
/// The inner distribution's parameters keep their shapes: the axes that they share with the value are those of the event. Everything
/// that has one number for each element (mean, variance, mode, draws, bijector) is the inner distribution's.
///
/// As `Independent` in NumPyro and TensorFlow Probability; PyMC has none.
///
/// ```
/// use elbo_distributions::{Distribution, Independent, Normal};
/// use elbo_tensor_ad::{Array, Expr};
///
/// let d = Independent::new(Normal::new(Array::vector(vec![0.0, 1.0, 2.0]), 1.0), 1);
/// assert_eq!(d.event_rank(), 1);
/// assert_eq!(d.log_density(&Expr::input("x", [5, 3])).shape().fixed(), Some(vec![5]));
/// ```
#[derive(Debug, Clone)]
pub struct Independent {
    inner: Inner,
    axes: usize,
}

impl Independent {
    /// The last `axes` batch axes of this distribution as parts of the event.
    pub fn new(inner: impl Into<Inner>, axes: usize) -> Self {
        Independent { inner: inner.into(), axes }
    }

    /// The distribution of one element.
    pub(crate) fn element(&self) -> &Inner {
        &self.inner
    }

    fn parts(&self) -> Parts<'_> {
        Parts { name: "Independent", inner: std::slice::from_ref(&self.inner), own: vec![] }
    }

    fn sum(&self, density: &Expr) -> Expr {
        let rank = density.rank();
        density.sum_axes(&(rank.saturating_sub(self.axes)..rank).collect::<Vec<_>>())
    }
}

impl Distribution for Independent {
    modifier! { Independent { } }

    /// That of one element.
    fn support(&self) -> Support {
        self.inner.support()
    }

    fn event_rank(&self) -> usize {
        self.inner.event_rank() + self.axes
    }

    fn bijector(&self) -> Option<Bijector> {
        self.inner.bijector()
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let each = self.inner.log_density(x);
        if matches!(self.inner.support(), Support::Real) {
            return self.sum(&each);
        }
        // Where one element is outside, the others pull on nothing.
        let outside = self.sum(&each).equal(f64::NEG_INFINITY);
        let wide = (0..self.axes).fold(outside.clone(), |e, _| e.expand(e.rank()));
        outside.select(f64::NEG_INFINITY, self.sum(&wide.select(0.0, each)))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        self.sum(&self.inner.log_density_unchecked(x))
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        draw::split(self.name(), shape, self.event_rank())?;
        self.inner.sample(parameters, shape, rng)
    }

    fn noise(&self) -> Option<Noise> {
        self.inner.noise()
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.inner.pathwise(noise)
    }

    fn initial_value(&self) -> Expr {
        self.inner.initial_value()
    }

    /// The mean of each element.
    fn mean(&self) -> Option<Expr> {
        self.inner.mean()
    }

    /// The variance of each element.
    fn variance(&self) -> Option<Expr> {
        self.inner.variance()
    }

    fn mode(&self) -> Option<Expr> {
        self.inner.mode()
    }

    /// The sum of the elements' entropies, where the parameters have the axes of the event.
    fn entropy(&self) -> Option<Expr> {
        let batch = parameter::batch(&self.parameters());
        let each = self.inner.entropy()?;
        (batch.rank() >= self.axes).then(|| self.sum(&each.broadcast_to(batch.shape())))
    }
}
