//! Timing on a machine that is not quiet: many short windows, of which the fastest fell between other programs.

use std::time::{Duration, Instant};

/// Nanoseconds a call over many windows of about a millisecond.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Windows {
    /// The fastest window: what the code takes when nothing disturbs it.
    pub best: f64,
    /// The median window: what it took on the machine as it was.
    pub median: f64,
    /// How many windows there were.
    pub count: usize,
}

/// Times `call` in windows of about a millisecond for about `total`, after a tenth of that unmeasured.
///
/// Criterion's mean is the figure to publish from a quiet machine. On a busy one it counts the time slices of
/// other programs, while the best window does not; compare best with best only.
pub fn windows(total: Duration, mut call: impl FnMut()) -> Windows {
    let mut calls = 0u32;
    let start = Instant::now();
    while start.elapsed() < total / 10 || calls == 0 {
        call();
        calls += 1;
    }
    let each = start.elapsed().as_nanos() as f64 / f64::from(calls);
    let per_window = (1e6 / each).clamp(1.0, 1e6) as u32;
    let mut times = Vec::new();
    let start = Instant::now();
    while start.elapsed() < total || times.is_empty() {
        let window = Instant::now();
        for _ in 0..per_window {
            call();
        }
        times.push(window.elapsed().as_nanos() as f64 / f64::from(per_window));
    }
    times.sort_by(f64::total_cmp);
    Windows { best: times[0], median: times[times.len() / 2], count: times.len() }
}
