//! `TotalNorm` and `MaxNorm`: rules that keep another rule within bounds.

use core::ops::Range;

use elbo_tensor_ad::Real;

use super::{Rule, RuleState};
use crate::Error;
use crate::error::positive;

/// PyMC's ε in both constraints.
const EPSILON: f64 = 1e-7;

/// Scales `values` so that their Euclidean norm is at most `max_norm`, and returns the norm they had.
///
/// ```text
/// x ← x · min(‖x‖, max) / (1e-7 + ‖x‖)
/// ```
///
/// As `norm_constraint` and `total_norm_constraint` of PyMC 5, including their ε: values *within* the
/// bound shrink by a relative `1e-7 / ‖x‖`. The norm is summed in `f64`, in order.
pub fn norm_constraint<T: Real>(values: &mut [T], max_norm: f64) -> f64 {
    let norm = values.iter().map(|x| x.to_f64() * x.to_f64()).sum::<f64>().sqrt();
    let factor = T::from_f64(norm.min(max_norm) / (EPSILON + norm));
    for x in values.iter_mut() {
        *x *= factor;
    }
    norm
}

/// A rule whose *gradient* is clipped: its norm over all parameters is at most `max_norm`
/// ([`norm_constraint`]; `total_norm_constraint` of PyMC 5).
///
/// ```
/// use elbo_vi::rule::{Adam, TotalNorm};
///
/// let rule = TotalNorm::new(Adam::new(0.01), 100.0);
/// # let _: &dyn elbo_vi::rule::Rule<f64> = &rule;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TotalNorm<R> {
    /// The rule that sees the clipped gradient.
    pub rule: R,
    /// The largest norm, above 0.
    pub max_norm: f64,
}

impl<R> TotalNorm<R> {
    /// Clips the gradient that `rule` sees.
    #[must_use]
    pub fn new(rule: R, max_norm: f64) -> Self {
        TotalNorm { rule, max_norm }
    }
}

impl<T: Real, R: Rule<T>> Rule<T> for TotalNorm<R> {
    fn memory(&self, dim: usize) -> usize {
        self.rule.memory(dim)
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        norm_constraint(gradient, self.max_norm);
        self.rule.step(parameters, gradient, state);
    }

    fn check(&self) -> Result<(), Error> {
        positive("max_norm", self.max_norm)?;
        self.rule.check()
    }
}

/// A rule whose *parameters* are constrained: after each step, the norm of each group of them is at
/// most `max_norm` ([`norm_constraint`]; `norm_constraint` of PyMC 5, whose `norm_axes` are the groups here).
#[derive(Debug, Clone, PartialEq)]
pub struct MaxNorm<R> {
    /// The rule that makes the step.
    pub rule: R,
    /// The largest norm, above 0.
    pub max_norm: f64,
    /// Ranges of parameters, each constrained by itself. Empty: all parameters together. A part of a
    /// range beyond the last parameter is ignored.
    pub groups: Vec<Range<usize>>,
}

impl<R> MaxNorm<R> {
    /// Constrains all parameters together.
    #[must_use]
    pub fn new(rule: R, max_norm: f64) -> Self {
        MaxNorm { rule, max_norm, groups: Vec::new() }
    }

    /// Constrains each of these ranges of parameters by itself, and no other.
    #[must_use]
    pub fn groups(mut self, groups: impl IntoIterator<Item = Range<usize>>) -> Self {
        self.groups = groups.into_iter().collect();
        self
    }
}

impl<T: Real, R: Rule<T>> Rule<T> for MaxNorm<R> {
    fn memory(&self, dim: usize) -> usize {
        self.rule.memory(dim)
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        self.rule.step(parameters, gradient, state);
        if self.groups.is_empty() {
            norm_constraint(parameters, self.max_norm);
        }
        for group in &self.groups {
            let end = group.end.min(parameters.len());
            if let Some(group) = parameters.get_mut(group.start..end) {
                norm_constraint(group, self.max_norm);
            }
        }
    }

    fn check(&self) -> Result<(), Error> {
        positive("max_norm", self.max_norm)?;
        self.rule.check()
    }
}
