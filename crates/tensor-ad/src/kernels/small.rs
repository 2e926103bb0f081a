//! Products of small matrices, and the gathering of rows.

use super::columns::{Matrix, MatrixMut};
use super::lane::Lane;
use super::processor::{Runner, Work};

struct SmallProduct<'a, 'b, T> {
    size: [usize; 3],
    a: &'b Matrix<'a, T>,
    b: &'b Matrix<'a, T>,
    out: &'b mut MatrixMut<'a, T>,
}

impl<T: Lane> Work for SmallProduct<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { size: [m, k, n], a, b, out } = self;
        let mut i = 0;
        while i < m {
            let tall = m - i >= 4;
            let mut j = 0;
            while j < n {
                let left = n - j;
                match (tall, left) {
                    (true, 16..) => tile::<T, 4, 16>(k, a, b, out, i, j),
                    (true, 4..) => tile::<T, 4, 4>(k, a, b, out, i, j),
                    (true, _) => tile::<T, 4, 1>(k, a, b, out, i, j),
                    (false, 16..) => tile::<T, 1, 16>(k, a, b, out, i, j),
                    (false, 4..) => tile::<T, 1, 4>(k, a, b, out, i, j),
                    (false, _) => tile::<T, 1, 1>(k, a, b, out, i, j),
                }
                j += match left {
                    16.. => 16,
                    4.. => 4,
                    _ => 1,
                };
            }
            i += if tall { 4 } else { 1 };
        }
    }
}

/// `I` rows and `J` columns of the result side by side: their sums, each in order, do not wait for one another.
#[inline(always)]
fn tile<T: Lane, const I: usize, const J: usize>(
    k: usize,
    a: &Matrix<'_, T>,
    b: &Matrix<'_, T>,
    out: &mut MatrixMut<'_, T>,
    i: usize,
    j: usize,
) {
    let mut sums = [[T::NIL; J]; I];
    for l in 0..k {
        let mut x = [T::NIL; I];
        for r in 0..I {
            x[r] = a.data[(i + r) * a.row_stride + l * a.column_stride];
        }
        let from = &b.data[l * b.row_stride + j * b.column_stride..];
        let mut y = [T::NIL; J];
        if b.column_stride == 1 {
            y.copy_from_slice(&from[..J]);
        } else {
            for c in 0..J {
                y[c] = from[c * b.column_stride];
            }
        }
        for r in 0..I {
            for c in 0..J {
                sums[r][c] = x[r].fused(y[c], sums[r][c]);
            }
        }
    }
    for r in 0..I {
        for c in 0..J {
            out.data[(i + r) * out.row_stride + (j + c) * out.column_stride] = sums[r][c];
        }
    }
}

pub(super) fn matmul<T: Lane>(
    p: impl Runner,
    size: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    mut out: MatrixMut<'_, T>,
) {
    p.run(SmallProduct { size, a: &a, b: &b, out: &mut out.reborrow() });
}

/// Columns of a batch, from a table that holds `C` of them side by side.
struct GatherRows<'a, T, const C: usize> {
    table: &'a [[T; C]],
    rows: &'a [usize],
    out: &'a mut [T],
}

impl<T: Lane, const C: usize> Work for GatherRows<'_, T, C> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        let n = self.rows.len();
        if self.out.len() < C * n {
            return false;
        }
        let mut parts = self.out.chunks_exact_mut(n.max(1));
        let columns: [&mut [T]; C] = core::array::from_fn(|_| parts.next().unwrap_or_default());
        for i in 0..n {
            let Some(row) = self.table.get(self.rows[i]) else { return false };
            for c in 0..C {
                columns[c][i] = row[c];
            }
        }
        true
    }
}

pub(super) fn gather_rows<T: Lane, const C: usize>(
    p: impl Runner,
    table: &[[T; C]],
    rows: &[usize],
    out: &mut [T],
) -> bool {
    p.run(GatherRows { table, rows, out })
}
