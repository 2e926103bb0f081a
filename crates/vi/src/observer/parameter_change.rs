//! `ParameterChange`: stops a fit whose parameters have settled.

use core::ops::ControlFlow;

use elbo_tensor_ad::Real;

use super::{Observer, Seen, Stop};

/// How a change from `a` to `b` is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change {
    /// `(|b - a| + 1e-6) / (|a| + 1e-6)`.
    #[default]
    Relative,
    /// `|b - a|`.
    Absolute,
}

/// Stops when no parameter has changed by `tolerance` or more since the last look.
///
/// As `CheckParametersConvergence` of PyMC 5 with its default maximum norm and its settings, except that the
/// first look compares with the starting parameters, where PyMC takes those after one step.
/// A noisy gradient keeps parameters moving by about the learning rate: combine it with a decaying schedule.
///
/// ```
/// use elbo_vi::observer::{Change, ParameterChange};
///
/// let observer = ParameterChange::<f64>::new().every(50).tolerance(1e-4).measure(Change::Absolute);
/// # let _: &dyn elbo_vi::observer::Observer = &observer;
/// ```
#[derive(Debug, Clone)]
pub struct ParameterChange<T = f64> {
    every: u64,
    tolerance: f64,
    measure: Change,
    last: Vec<T>,
}

impl<T: Real> ParameterChange<T> {
    /// Every 100 steps, relative, 1e-3.
    #[must_use]
    pub fn new() -> Self {
        ParameterChange { every: 100, tolerance: 1e-3, measure: Change::Relative, last: Vec::new() }
    }

    /// Looks every so many steps. Default 100.
    #[must_use]
    pub fn every(mut self, steps: u64) -> Self {
        self.every = steps;
        self
    }

    /// Stops below this change. Default 1e-3.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Measures the change so. Default relative.
    #[must_use]
    pub fn measure(mut self, measure: Change) -> Self {
        self.measure = measure;
        self
    }
}

impl<T: Real> Default for ParameterChange<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Real> Observer<T> for ParameterChange<T> {
    fn every(&self) -> u64 {
        self.every
    }

    fn begin(&mut self, seen: &mut Seen<'_, T>) {
        self.last.clear();
        self.last.extend_from_slice(seen.parameters());
    }

    fn observe(&mut self, seen: &mut Seen<'_, T>) -> ControlFlow<Stop> {
        let mut largest = 0.0f64;
        for (last, now) in self.last.iter_mut().zip(seen.parameters()) {
            let (a, b) = (last.to_f64(), now.to_f64());
            let change = match self.measure {
                Change::Relative => ((b - a).abs() + 1e-6) / (a.abs() + 1e-6),
                Change::Absolute => (b - a).abs(),
            };
            largest = largest.max(change);
            *last = *now;
        }
        if largest < self.tolerance {
            return ControlFlow::Break(Stop::Converged { change: largest });
        }
        ControlFlow::Continue(())
    }
}
