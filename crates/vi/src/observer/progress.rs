//! `Progress`: a hook for whoever draws a progress bar.

use core::fmt;
use core::ops::ControlFlow;
use std::time::{Duration, Instant};

use elbo_tensor_ad::Real;

use super::{Observer, Seen, Stop};

/// Steps over which the ELBO is smoothed.
const WINDOW: usize = 1000;

/// What a progress bar shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Update {
    /// Steps taken.
    pub step: u64,
    /// Steps asked for.
    pub steps: u64,
    /// The mean ELBO of the last 1,000 steps (of all, where there are fewer), in nats; NaN before the first step.
    pub elbo: f64,
    /// Steps per second since the run began.
    pub steps_per_second: f64,
}

/// Calls a function at most so often: by default ten times a second, and once at the end.
///
/// It looks at the clock rarely enough (it learns how rarely) that a fit of a million steps per second does not notice.
///
/// ```
/// use elbo_vi::observer::Progress;
///
/// let observer = Progress::new(|update| {
///     let _line = format!("{}/{} ELBO {:.1}", update.step, update.steps, update.elbo);
/// });
/// # let _: &dyn elbo_vi::observer::Observer = &observer;
/// ```
pub struct Progress<H> {
    hook: H,
    interval: Duration,
    every: u64,
    began: Instant,
    first_step: u64,
    last: Instant,
}

impl<H: FnMut(Update)> Progress<H> {
    /// Calls `hook`.
    pub fn new(hook: H) -> Self {
        let now = Instant::now();
        Progress {
            hook,
            interval: Duration::from_millis(100),
            every: 1,
            began: now,
            first_step: 0,
            last: now,
        }
    }

    /// Calls at most once in this time. Default 100 ms.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    fn call<T: Real>(&mut self, seen: &Seen<'_, T>, now: Instant) {
        let history = seen.history();
        let tail = &history[history.len().saturating_sub(WINDOW)..];
        let elbo = tail.iter().map(|x| x.to_f64()).sum::<f64>() / tail.len() as f64;
        let seconds = now.duration_since(self.began).as_secs_f64();
        let steps_per_second = (seen.step() - self.first_step) as f64 / seconds.max(1e-9);
        (self.hook)(Update { step: seen.step(), steps: seen.steps(), elbo, steps_per_second });
        self.last = now;
    }
}

impl<T: Real, H: FnMut(Update)> Observer<T> for Progress<H> {
    fn every(&self) -> u64 {
        self.every
    }

    fn begin(&mut self, seen: &mut Seen<'_, T>) {
        self.began = Instant::now();
        self.last = self.began;
        self.first_step = seen.step();
        self.every = 1;
    }

    fn observe(&mut self, seen: &mut Seen<'_, T>) -> ControlFlow<Stop> {
        let now = Instant::now();
        let waited = now.duration_since(self.last);
        if waited >= self.interval {
            // Too slow by two: steps have become slower, so the clock is read more often again.
            if waited >= 2 * self.interval {
                self.every = (self.every / 2).max(1);
            }
            self.call(seen, now);
        } else if waited < self.interval / 16 && self.every < 1 << 16 {
            // Powers of two, so that the multiples of one are among those of the other.
            self.every *= 2;
        }
        ControlFlow::Continue(())
    }

    fn end(&mut self, seen: &mut Seen<'_, T>) {
        self.call(seen, Instant::now());
    }
}

impl<H> fmt::Debug for Progress<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("interval", &self.interval).finish_non_exhaustive()
    }
}
