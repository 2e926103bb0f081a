//! `Tracker`: the means and standard deviations of the coordinates over the steps.

use core::ops::ControlFlow;

use elbo_tensor_ad::Real;

use super::{Observer, Seen, Stop};

/// Records the mean and the standard deviation of every coordinate every so many steps, the start included.
///
/// ```
/// # use elbo_model::{DensityError, LogDensity};
/// # struct Normal;
/// # impl LogDensity for Normal {
/// #     fn dim(&self) -> usize { 1 }
/// #     fn value_and_gradient(&mut self, z: &[f64], g: &mut [f64]) -> Result<f64, DensityError> {
/// #         g[0] = -z[0];
/// #         Ok(-0.5 * z[0] * z[0])
/// #     }
/// # }
/// use elbo_vi::{Advi, observer::Tracker};
///
/// let mut tracker = Tracker::new(100);
/// Advi::new(Normal).steps(300).observe(&mut tracker).run()?;
/// assert_eq!(tracker.steps(), [0, 100, 200, 300]);
/// assert_eq!(tracker.sd(0).len(), 1);
/// # Ok::<(), elbo_vi::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Tracker<T = f64> {
    every: u64,
    dim: usize,
    steps: Vec<u64>,
    mean: Vec<T>,
    sd: Vec<T>,
}

impl<T: Real> Tracker<T> {
    /// Records every so many steps.
    #[must_use]
    pub fn new(every: u64) -> Self {
        Tracker { every, dim: 0, steps: Vec::new(), mean: Vec::new(), sd: Vec::new() }
    }

    /// The steps that were recorded.
    #[must_use]
    pub fn steps(&self) -> &[u64] {
        &self.steps
    }

    /// The means at record `i`; empty when there is no such record.
    #[must_use]
    pub fn mean(&self, i: usize) -> &[T] {
        self.mean.get(i * self.dim..(i + 1) * self.dim).unwrap_or(&[])
    }

    /// The standard deviations at record `i`; empty when there is no such record.
    #[must_use]
    pub fn sd(&self, i: usize) -> &[T] {
        self.sd.get(i * self.dim..(i + 1) * self.dim).unwrap_or(&[])
    }

    fn record(&mut self, seen: &mut Seen<'_, T>) {
        self.dim = seen.dim();
        let end = self.mean.len();
        self.steps.push(seen.step());
        self.mean.resize(end + self.dim, T::ZERO);
        self.sd.resize(end + self.dim, T::ZERO);
        seen.moments(&mut self.mean[end..], &mut self.sd[end..]);
    }
}

impl<T: Real> Observer<T> for Tracker<T> {
    fn every(&self) -> u64 {
        self.every
    }

    fn begin(&mut self, seen: &mut Seen<'_, T>) {
        *self = Tracker::new(self.every);
        self.record(seen);
    }

    fn observe(&mut self, seen: &mut Seen<'_, T>) -> ControlFlow<Stop> {
        self.record(seen);
        ControlFlow::Continue(())
    }
}
