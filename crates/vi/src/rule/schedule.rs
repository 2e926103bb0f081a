//! `Scheduled`: a rule whose learning rate changes with the step, by a `Schedule`.

use core::f64::consts::PI;

use elbo_tensor_ad::Real;

use super::{Rule, RuleState};
use crate::Error;
use crate::error::{at_least_one, fraction, positive};

/// A factor on the learning rate, by the number `t` of steps already taken (the first step has `t = 0`).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Schedule {
    /// `1`.
    Constant,
    /// `decay^(t / every)`, without rounding `t / every` down.
    Exponential {
        /// The factor reached after `every` steps, in `(0, 1]`.
        decay: f64,
        /// Steps, at least 1.
        every: u64,
    },
    /// `decay^⌊t / every⌋`: a stair.
    Step {
        /// The factor of each stair, in `(0, 1]`.
        decay: f64,
        /// Steps, at least 1.
        every: u64,
    },
    /// `floor + (1 - floor) (1 + cos(π t / steps)) / 2`, and `floor` from `t = steps` on
    /// (Loshchilov and Hutter 2017, equation 5, one period).
    Cosine {
        /// The length of the half wave, at least 1.
        steps: u64,
        /// The factor at the end, in `[0, 1)`.
        floor: f64,
    },
    /// `1` for `hold` steps, then a [`Cosine`](Schedule::Cosine) over the following `steps`.
    HoldThenCosine {
        /// Steps at the full rate.
        hold: u64,
        /// The length of the half wave, at least 1.
        steps: u64,
        /// The factor at the end, in `[0, 1)`.
        floor: f64,
    },
    /// `(t + 1) / steps` until it is 1: linear warm-up. Nest two [`Scheduled`] for a warm-up before a decay.
    WarmUp {
        /// Steps until the full rate, at least 1.
        steps: u64,
    },
}

impl Schedule {
    /// The factor after `t` steps.
    #[must_use]
    pub fn factor(&self, t: u64) -> f64 {
        match *self {
            Schedule::Constant => 1.0,
            Schedule::Exponential { decay, every } => decay.powf(t as f64 / every as f64),
            Schedule::Step { decay, every } => decay.powf((t / every.max(1)) as f64),
            Schedule::Cosine { steps, floor } => {
                if t >= steps {
                    return floor;
                }
                let wave = 0.5 * (1.0 + (PI * t as f64 / steps as f64).cos());
                floor + (1.0 - floor) * wave
            }
            Schedule::HoldThenCosine { hold, steps, floor } => {
                if t < hold {
                    return 1.0;
                }
                Schedule::Cosine { steps, floor }.factor(t - hold)
            }
            Schedule::WarmUp { steps } => ((t.saturating_add(1)) as f64 / steps as f64).min(1.0),
        }
    }

    /// Refuses settings outside their ranges.
    fn check(&self) -> Result<(), Error> {
        match *self {
            Schedule::Constant => Ok(()),
            Schedule::Exponential { decay, every } | Schedule::Step { decay, every } => {
                positive("decay", decay)?;
                if decay > 1.0 {
                    return Err(Error::Setting { name: "decay", expected: "at most 1", found: decay });
                }
                at_least_one("every", every)
            }
            Schedule::Cosine { steps, floor } | Schedule::HoldThenCosine { steps, floor, .. } => {
                fraction("floor", floor)?;
                at_least_one("schedule steps", steps)
            }
            Schedule::WarmUp { steps } => at_least_one("schedule steps", steps),
        }
    }
}

/// A rule whose learning rate is multiplied, at each step, by a [`Schedule`]'s factor.
///
/// ```
/// use elbo_vi::rule::{Adam, Schedule, Scheduled};
///
/// // Warm up for 100 steps, decay over 10,000.
/// let decay = Scheduled::new(Adam::new(0.01), Schedule::Cosine { steps: 10_000, floor: 0.01 });
/// let rule = Scheduled::new(decay, Schedule::WarmUp { steps: 100 });
/// # let _: &dyn elbo_vi::rule::Rule<f64> = &rule;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Scheduled<R> {
    /// The rule whose rate changes.
    pub rule: R,
    /// By how much.
    pub schedule: Schedule,
}

impl<R> Scheduled<R> {
    /// Gives `rule` this schedule.
    #[must_use]
    pub fn new(rule: R, schedule: Schedule) -> Self {
        Scheduled { rule, schedule }
    }
}

impl<T: Real, R: Rule<T>> Rule<T> for Scheduled<R> {
    fn memory(&self, dim: usize) -> usize {
        self.rule.memory(dim)
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        let outer = state.scale;
        state.scale = outer * self.schedule.factor(state.step);
        self.rule.step(parameters, gradient, state);
        // A product and a division would not give back the same bits; this does, and schedules nest.
        state.scale = outer;
    }

    fn check(&self) -> Result<(), Error> {
        self.schedule.check()?;
        self.rule.check()
    }
}
