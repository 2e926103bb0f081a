//! `Distribution`: what every distribution of the crate, and any of the user's own, can do.

use std::any::Any;
use std::fmt::Debug;

use elbo_tensor_ad::{Array, Dim, Expr, Shape};
use rand::Rng;

use crate::parameter;
use crate::{Bijector, Error, Noise, Parameter, Support};

/// A probability distribution whose parameters are expressions.
///
/// Seven methods make a distribution; the others follow or have a default. The trait is usable as
/// `dyn Distribution`, so that a model can hold distributions of all kinds and of the user's own.
///
/// **Shapes.** Parameters and values broadcast by NumPy's rule, elementwise. A parameter that is a
/// vector (the probabilities of [`Categorical`](crate::Categorical)) has its vector on the last axis;
/// the axes before it broadcast with the value. One value of a distribution over vectors or matrices takes the last
/// [`event_rank`](Self::event_rank) axes; its log density has the axes before them.
///
/// **Numbers.** All that is given as an expression holds at plain numbers too: [`Numeric`](crate::Numeric) evaluates it.
///
/// **Units.** Log densities and entropies are in nats, densities with respect to `dx` (continuous) or
/// counting measure (discrete).
///
/// **Outside the support** the log density is minus infinity, with a gradient of 0. On the boundary it is
/// the limit from inside. A value of NaN gives NaN (continuous) or minus infinity (discrete).
pub trait Distribution: Any + Debug + Send + Sync {
    /// The name, for messages.
    fn name(&self) -> &'static str;

    /// The parameters in the order of the constructor. [`sample`](Self::sample) and
    /// [`check_values`](Self::check_values) take their numbers in this order.
    fn parameters(&self) -> Vec<Parameter>;

    /// The same distribution with other parameters, in the order of [`parameters`](Self::parameters).
    ///
    /// # Errors
    /// [`Error::ParameterCount`].
    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error>;

    /// The set of values with a positive density.
    fn support(&self) -> Support;

    /// How many trailing axes belong to one value: 0 for a number, 1 for a vector, 2 for a matrix.
    fn event_rank(&self) -> usize {
        self.support().event_rank()
    }

    /// The axes before those of one value that the parameters stretch to: as many values as they describe at once. Empty for a mistake in the
    /// parameters, which [`check`](Self::check) finds.
    fn batch_shape(&self) -> Shape {
        let each = self.log_density_unchecked(&self.initial_value());
        if each.check().is_ok() { each.shape().clone() } else { Shape::scalar() }
    }

    /// The last [`event_rank`](Self::event_rank) axes, those of one value; an axis that no parameter has is 1, and stretches.
    fn event_shape(&self) -> Shape {
        let (point, rank) = (self.initial_value(), self.event_rank());
        let missing = rank.saturating_sub(point.rank());
        let own = &point.shape().dims()[point.rank().saturating_sub(rank)..];
        core::iter::repeat_n(Dim::Fixed(1), missing).chain(own.iter().cloned()).collect()
    }

    /// The log density at `x`, one for each event, for any `x`.
    fn log_density(&self, x: &Expr) -> Expr;

    /// The log density at an `x` that is promised to lie in the support: cheaper where the support
    /// is not the whole line.
    ///
    /// Use it for data that [`Support::check`] has passed and for values that come out of the
    /// [`bijector`](Self::bijector): there it may also be more accurate, because `ln eʸ` is simplified
    /// to `y` when nothing stands between. Outside the support its value means nothing.
    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        self.log_density(x)
    }

    /// Draws of this shape at plain parameters (one array for each of
    /// [`parameters`](Self::parameters), in their order; their batch axes stretch to `shape`).
    ///
    /// The draws are those of `rng` alone: equal generators give equal draws.
    ///
    /// # Errors
    /// All that [`check_values`](Self::check_values) reports; [`Error::DrawShape`] when a parameter does not
    /// stretch to `shape`.
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error>;

    /// The distribution function `P(X <= x)`, for any `x`: 0 below the support, 1 above.
    fn cdf(&self, _x: &Expr) -> Option<Expr> {
        None
    }

    /// `ln P(X <= x)`. The default is the logarithm of [`cdf`](Self::cdf), as good as that is small: each distribution whose lower
    /// tail matters gives its own, which stays finite where the cdf leaves the range of `f64`.
    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        self.cdf(x).map(|c| c.ln())
    }

    /// `ln P(X > x)`. The default is `ln(1 - cdf)`, which loses the upper tail at `1e-16`: each distribution whose upper tail matters
    /// gives its own.
    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        self.cdf(x).map(|c| (-c).ln1p())
    }

    /// The smallest `x` with `cdf(x) >= p`, for `p` in `0..=1`; NaN for other `p`.
    fn quantile(&self, _p: &Expr) -> Option<Expr> {
        None
    }

    /// What [`pathwise`](Self::pathwise) is made from, or `None` where there is no differentiable draw.
    fn noise(&self) -> Option<Noise> {
        None
    }

    /// A draw as an expression of the parameters and of [`noise`](Self::noise) in the shape of the draw: its gradient with respect to the parameters
    /// makes the gradient of an expectation (Kingma and Welling 2014; Figurnov, Mohamed and Mnih 2018 for implicit ones).
    fn pathwise(&self, _noise: &Expr) -> Option<Expr> {
        None
    }

    /// A point inside the support where a fit can start (PyMC's `support_point`), in a shape that stretches to the
    /// variable's.
    fn initial_value(&self) -> Expr;

    /// The map from the whole line onto the support that inference works with, or `None` for a
    /// discrete distribution.
    fn bijector(&self) -> Option<Bijector> {
        self.support().bijector()
    }

    /// The mean, where there is a formula; NaN at parameters where it does not exist.
    fn mean(&self) -> Option<Expr> {
        None
    }

    /// The variance, where there is a formula; NaN at parameters where it does not exist.
    fn variance(&self) -> Option<Expr> {
        None
    }

    /// The value of the highest density, where there is a formula; of several, the smallest.
    fn mode(&self) -> Option<Expr> {
        None
    }

    /// The entropy `-E ln p(x)` in nats, where there is a formula.
    fn entropy(&self) -> Option<Expr> {
        None
    }

    /// Checks what can be known before any number is: shape mistakes in the parameters, whether they
    /// broadcast, and the range of those that are literals.
    ///
    /// # Errors
    /// [`Error::Expression`] for a parameter that carries a shape mistake, [`Error::ParameterRank`],
    /// [`Error::ParameterShapes`], [`Error::Parameter`].
    fn check(&self) -> Result<(), Error> {
        check_parameters(self.name(), &self.parameters())
    }

    /// Checks computed parameters once their numbers are known, one array for each of
    /// [`parameters`](Self::parameters).
    ///
    /// # Errors
    /// [`Error::Parameter`] with the parameter, the first value out of range, its place and what is required;
    /// [`Error::ParameterCount`], [`Error::ParameterRank`].
    fn check_values(&self, parameters: &[Array<f64>]) -> Result<(), Error> {
        parameter::check_values(self.name(), &self.parameters(), parameters)
    }
}

/// What can be known of these parameters before any number is: the default of [`Distribution::check`].
pub(crate) fn check_parameters(name: &'static str, parameters: &[Parameter]) -> Result<(), Error> {
    parameter::check(name, parameters)?;
    parameter::check_shapes(name, parameters)
}

/// The same distribution with one axis more after its batch axes, of length 1; parameters without such axes stay as they are.
pub(crate) fn beside(d: &dyn Distribution) -> Result<Box<dyn Distribution>, Error> {
    let wider: Vec<Expr> = d
        .parameters()
        .iter()
        .map(|p| match p.value.rank().saturating_sub(p.event_rank()) {
            0 => p.value.clone(),
            batch => p.value.expand(batch),
        })
        .collect();
    d.with_parameters(&wider)
}
