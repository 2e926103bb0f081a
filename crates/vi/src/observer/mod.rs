//! Observers: what looks on while a fit runs, and may stop it.

mod interrupt;
mod parameter_change;
mod progress;
mod tracker;

use core::fmt;
use core::ops::ControlFlow;

use elbo_tensor_ad::Real;

use crate::{Objective, State};

pub use interrupt::Interrupt;
pub use parameter_change::{Change, ParameterChange};
pub use progress::{Progress, Update};
pub use tracker::Tracker;

/// Something that looks on, at every step whose number is a multiple of [`every`](Self::every).
///
/// Hand over a `&mut` of an observer to read it when the fit is done. Observers are not part of a
/// saved [`State`]: a resumed fit begins with fresh ones.
///
/// ```
/// use core::ops::ControlFlow;
/// use elbo_vi::Stop;
/// use elbo_vi::observer::{Observer, Seen};
///
/// /// Stops once the ELBO of a step is above a bar.
/// struct GoodEnough(f64);
///
/// impl Observer for GoodEnough {
///     fn observe(&mut self, seen: &mut Seen<'_>) -> ControlFlow<Stop> {
///         if seen.elbo().is_some_and(|elbo| elbo > self.0) {
///             return ControlFlow::Break(Stop::Observer("good enough".into()));
///         }
///         ControlFlow::Continue(())
///     }
/// }
/// ```
pub trait Observer<T: Real = f64> {
    /// Looks at a step that has been taken; `Break` ends the fit after it, with everything kept.
    fn observe(&mut self, seen: &mut Seen<'_, T>) -> ControlFlow<Stop>;

    /// How many steps lie between two looks. Asked anew after each look. Default 1; 0 counts as 1.
    fn every(&self) -> u64 {
        1
    }

    /// Called once before the first step of a run. Default: nothing.
    fn begin(&mut self, seen: &mut Seen<'_, T>) {
        let _ = seen;
    }

    /// Called once after the last step of a run that ended without an error. Default: nothing.
    fn end(&mut self, seen: &mut Seen<'_, T>) {
        let _ = seen;
    }
}

impl<T: Real, O: Observer<T> + ?Sized> Observer<T> for &mut O {
    fn observe(&mut self, seen: &mut Seen<'_, T>) -> ControlFlow<Stop> {
        (**self).observe(seen)
    }
    fn every(&self) -> u64 {
        (**self).every()
    }
    fn begin(&mut self, seen: &mut Seen<'_, T>) {
        (**self).begin(seen);
    }
    fn end(&mut self, seen: &mut Seen<'_, T>) {
        (**self).end(seen);
    }
}

/// What an observer sees.
pub struct Seen<'a, T: Real = f64> {
    state: &'a State<T>,
    steps: u64,
    objective: &'a mut dyn Objective<T>,
}

impl<'a, T: Real> Seen<'a, T> {
    /// The fit as it stands.
    pub(crate) fn new(state: &'a State<T>, steps: u64, objective: &'a mut dyn Objective<T>) -> Self {
        Seen { state, steps, objective }
    }

    /// Steps taken.
    #[must_use]
    pub fn step(&self) -> u64 {
        self.state.step
    }

    /// Steps asked for.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The parameters of the approximation after this step.
    #[must_use]
    pub fn parameters(&self) -> &[T] {
        &self.state.parameters
    }

    /// The objective at each step so far, in nats.
    #[must_use]
    pub fn history(&self) -> &[T] {
        &self.state.history
    }

    /// The objective of the last step, in nats; `None` before the first.
    #[must_use]
    pub fn elbo(&self) -> Option<T> {
        self.state.history.last().copied()
    }

    /// The number of coordinates that are approximated.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.objective.dim()
    }

    /// Writes the mean and the standard deviation of each coordinate; both slices have length
    /// [`dim`](Self::dim).
    pub fn moments(&mut self, mean: &mut [T], sd: &mut [T]) {
        self.objective.moments(&self.state.parameters, mean, sd);
    }
}

impl<T: Real> fmt::Debug for Seen<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen")
            .field("step", &self.state.step)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

/// Why a fit ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Stop {
    /// All steps were taken.
    Steps,
    /// The parameters changed by less than the tolerance ([`ParameterChange`]).
    Converged {
        /// The largest change of a parameter between the last two looks.
        change: f64,
    },
    /// The flag of an [`Interrupt`] was raised.
    Interrupted,
    /// Another observer's reason.
    Observer(String),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Steps => f.write_str("all steps taken"),
            Stop::Converged { change } => write!(f, "parameters settled (largest change {change:.2e})"),
            Stop::Interrupted => f.write_str("interrupted"),
            Stop::Observer(reason) => f.write_str(reason),
        }
    }
}
