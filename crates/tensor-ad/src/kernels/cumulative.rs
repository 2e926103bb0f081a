//! Recurrences along one axis: running sums and products, running logarithms of sums of exponentials.
//!
//! Arrays are row-major under `size = [outer, n, inner]`, and the steps go along the middle axis. What lies along the
//! innermost one advances together, in vectors.

use super::lane::Lane;
use super::operation::Operand;
use super::processor::{Processor, Work};

/// The row of `n` that step `t` stands at.
#[inline(always)]
fn row(t: usize, n: usize, reverse: bool) -> usize {
    if reverse { n - 1 - t } else { t }
}

struct Recurrence<'a, 'b, T> {
    size: [usize; 3],
    reverse: bool,
    a: Operand<'a, T>,
    b: &'a [T],
    out: &'b mut [T],
}

impl<T: Lane> Work for Recurrence<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { size: [outer, n, inner], reverse, a, b, out } = self;
        for o in 0..outer {
            for t in 0..n {
                let at = (o * n + row(t, n, reverse)) * inner;
                if t == 0 {
                    for i in 0..inner {
                        out[at + i] = T::NIL;
                    }
                    continue;
                }
                let before = (o * n + row(t - 1, n, reverse)) * inner;
                // What step t - 1 makes of the state before it. The first state is 0, whatever it is multiplied with.
                if t == 1 {
                    for i in 0..inner {
                        out[at + i] = b[before + i];
                    }
                    continue;
                }
                match a {
                    Operand::Slice(a) => {
                        for i in 0..inner {
                            out[at + i] = a[before + i].fused(out[before + i], b[before + i]);
                        }
                    }
                    Operand::Scalar(a) => {
                        for i in 0..inner {
                            out[at + i] = a.fused(out[before + i], b[before + i]);
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn recurrence<T: Lane>(
    p: Processor,
    size: [usize; 3],
    reverse: bool,
    a: Operand<'_, T>,
    b: &[T],
    out: &mut [T],
) {
    debug_assert!(b.len() == size.iter().product::<usize>() && out.len() == b.len());
    p.run(Recurrence { size, reverse, a, b, out });
}

struct LogCumulative<'a, 'b, T> {
    size: [usize; 3],
    reverse: bool,
    x: &'a [T],
    out: &'b mut [T],
}

impl<T: Lane> Work for LogCumulative<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { size: [outer, n, inner], reverse, x, out } = self;
        for o in 0..outer {
            for t in 0..n {
                let at = (o * n + row(t, n, reverse)) * inner;
                if t == 0 {
                    for i in 0..inner {
                        out[at + i] = x[at + i];
                    }
                    continue;
                }
                let before = (o * n + row(t - 1, n, reverse)) * inner;
                for i in 0..inner {
                    out[at + i] = log_add(out[before + i], x[at + i]);
                }
            }
        }
    }
}

/// `ln(e^a + e^b)`.
#[inline(always)]
#[allow(clippy::eq_op)]
fn log_add<T: Lane>(a: T, b: T) -> T {
    let (low, high) = if (a < b) | (b != b) { (a, b) } else { (b, a) };
    // Of two equal infinities the difference would be NaN.
    let difference = if low == high { T::NIL } else { low - high };
    high + difference.exp_lane().ln1p_lane()
}

pub(super) fn log_cumulative<T: Lane>(p: Processor, size: [usize; 3], reverse: bool, x: &[T], out: &mut [T]) {
    debug_assert!(x.len() == size.iter().product::<usize>() && out.len() == x.len());
    p.run(LogCumulative { size, reverse, x, out });
}
