//! Panels of a large product or solve that threads share: how many there are, and where they end, follows from the sizes alone.

/// The multiply-adds of 8-byte numbers (of 4-byte ones twice as many) from which on a panel of its own pays.
const PANEL: usize = 2_000_000;
/// Panels narrower than this spend too much of their time on packing what they share with others.
const NARROWEST: usize = 96;
/// The most panels.
const MOST: usize = 8;
/// Panels end at whole multiples of this, so that only the last has a tile that is not full.
#[cfg(feature = "faer")]
const STEP: usize = 16;

/// The panels of a product of `m` by `k` by `n` in numbers of so many bytes; 1 where threads do not pay, and without faer.
pub(crate) fn count([m, k, n]: [usize; 3], bytes: usize) -> usize {
    if !cfg!(feature = "faer") {
        return 1;
    }
    let work = m.saturating_mul(k).saturating_mul(n).saturating_mul(bytes) / 8;
    (work / PANEL).min(m.div_ceil(NARROWEST).saturating_mul(n.div_ceil(NARROWEST))).clamp(1, MOST)
}

#[cfg(feature = "faer")]
mod shared {
    use faer::linalg::matmul::matmul;
    use faer::{Accum, MatMut, MatRef, Par};

    use super::super::products::Number;
    use super::{NARROWEST, STEP};

    /// Where the longer side of what `count` panels share is cut, and how many of them lie before; `None` for a single panel.
    fn cut(length: usize, count: usize) -> Option<(usize, usize)> {
        let before = count / 2;
        let at = (length * before / count.max(1)).next_multiple_of(STEP);
        (count > 1 && at >= NARROWEST / 2 && at + NARROWEST / 2 <= length).then_some((at, before))
    }

    /// Both, one beside the other where the pool has a second thread.
    fn join(a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
        if rayon::current_num_threads() == 1 {
            a();
            b();
        } else {
            rayon::join(a, b);
        }
    }

    /// `out = a b`, or `out += a b`, halved along its longer side until each panel is one task.
    pub(in super::super) fn multiply<T: Number>(
        count: usize,
        accumulate: Accum,
        a: MatRef<'_, T>,
        b: MatRef<'_, T>,
        out: MatMut<'_, T>,
    ) {
        let tall = out.nrows() > out.ncols();
        let length = if tall { out.nrows() } else { out.ncols() };
        match cut(length, count) {
            None => matmul(out, accumulate, a, b, T::one_impl(), Par::Seq),
            Some((at, before)) if tall => {
                let (left, right) = out.split_at_row_mut(at);
                let (a_left, a_right) = a.split_at_row(at);
                join(
                    || multiply(before, accumulate, a_left, b, left),
                    || multiply(count - before, accumulate, a_right, b, right),
                );
            }
            Some((at, before)) => {
                let (left, right) = out.split_at_col_mut(at);
                let (b_left, b_right) = b.split_at_col(at);
                join(
                    || multiply(before, accumulate, a, b_left, left),
                    || multiply(count - before, accumulate, a, b_right, right),
                );
            }
        }
    }

    /// What is done to each column apart, panel by panel.
    pub(in super::super) fn columns<T: Number>(
        count: usize,
        x: MatMut<'_, T>,
        each: &(impl Fn(MatMut<'_, T>) + Sync),
    ) {
        match cut(x.ncols(), count) {
            None => each(x),
            Some((at, before)) => {
                let (left, right) = x.split_at_col_mut(at);
                join(|| columns(before, left, each), || columns(count - before, right, each));
            }
        }
    }
}
#[cfg(feature = "faer")]
pub(super) use shared::{columns, multiply};
