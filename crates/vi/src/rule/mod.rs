//! Optimiser rules: how a gradient becomes a step. One file a rule; wrappers change what another rule sees or does.

mod adadelta;
mod adagrad;
mod adagrad_window;
mod adam;
mod adamax;
mod adamw;
mod clip;
mod each;
mod momentum;
mod nesterov;
mod optimiser;
mod rmsprop;
mod schedule;
mod sgd;

use core::fmt::Debug;

use elbo_tensor_ad::Real;

use crate::Error;

pub use adadelta::Adadelta;
pub use adagrad::Adagrad;
pub use adagrad_window::AdagradWindow;
pub use adam::Adam;
pub use adamax::Adamax;
pub use adamw::{AdamW, Decay};
pub use clip::{MaxNorm, TotalNorm, norm_constraint};
pub use momentum::Momentum;
pub use nesterov::Nesterov;
pub use optimiser::Optimiser;
pub use rmsprop::RmsProp;
pub use schedule::{Schedule, Scheduled};
pub use sgd::Sgd;

/// A rule that *descends*: `step` moves the parameters against the gradient of a loss.
///
/// A rule holds its settings and nothing else; what it remembers between steps is a [`RuleState`], so
/// that a fit can be saved and resumed to the same bits. A step allocates nothing.
///
/// ```
/// use elbo_vi::rule::{Adam, Rule};
///
/// let rule = Adam::new(0.1);
/// let mut x = [3.0];
/// let mut state = Rule::<f64>::init(&rule, 1);
/// for _ in 0..300 {
///     let mut gradient = [2.0 * x[0]]; // of x²
///     rule.step(&mut x, &mut gradient, &mut state);
/// }
/// assert!(x[0].abs() < 1e-2);
/// ```
pub trait Rule<T: Real = f64>: Debug {
    /// How many numbers the rule remembers for `dim` parameters.
    fn memory(&self, dim: usize) -> usize;

    /// Moves `parameters` one step against `gradient`, and counts the step in `state`.
    ///
    /// Both slices have the `dim` that `state` was made for. The gradient may be overwritten: it is
    /// the caller's scratch afterwards. Learning rates are multiplied by `state.scale`.
    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>);

    /// The state before the first step: all zeros.
    fn init(&self, dim: usize) -> RuleState<T> {
        RuleState { values: vec![T::ZERO; self.memory(dim)], step: 0, powers: [1.0; 2], scale: 1.0 }
    }

    /// Refuses settings outside their ranges. The fitting loop calls it once.
    ///
    /// # Errors
    /// [`Error::Setting`] names the setting, its range and the value found.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

impl<T: Real, R: Rule<T> + ?Sized> Rule<T> for &R {
    fn memory(&self, dim: usize) -> usize {
        (**self).memory(dim)
    }
    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        (**self).step(parameters, gradient, state);
    }
    fn check(&self) -> Result<(), Error> {
        (**self).check()
    }
}

impl<T: Real, R: Rule<T> + ?Sized> Rule<T> for Box<R> {
    fn memory(&self, dim: usize) -> usize {
        (**self).memory(dim)
    }
    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        (**self).step(parameters, gradient, state);
    }
    fn check(&self) -> Result<(), Error> {
        (**self).check()
    }
}

/// What a rule remembers between steps, in plain form.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleState<T> {
    /// Moments, sums of squares, velocities: laid out as the rule likes.
    pub values: Vec<T>,
    /// Steps taken so far.
    pub step: u64,
    /// Running powers of the decay rates (`β₁ᵗ`, `β₂ᵗ`), for the rules that correct a bias.
    pub powers: [f64; 2],
    /// A factor on the learning rate of this step. It is 1 but while a [`Scheduled`] rule steps.
    pub scale: f64,
}

impl<T: Real> RuleState<T> {
    /// Counts a step and returns the factors `1 - β₁ᵗ` and `1 - β₂ᵗ` for it.
    pub(crate) fn advance(&mut self, beta1: f64, beta2: f64) -> (f64, f64) {
        self.step += 1;
        self.powers = [self.powers[0] * beta1, self.powers[1] * beta2];
        (1.0 - self.powers[0], 1.0 - self.powers[1])
    }
}
