//! Products of matrices that are stored as columns, streaming over the rows.
//!
//! A value of `rows` times `k` is `k` columns, each contiguous over its rows; column `c` starts at `c * stride`.

use super::lane::Lane;
use super::processor::{Processor, Work};
use super::reduce::sum_lanes;

/// Where a matrix of columns lies in a slice: column `c` is `data[c * stride..][..rows]`.
#[derive(Copy, Clone, Debug)]
pub struct Columns<'a, T> {
    /// The slice.
    pub data: &'a [T],
    /// From the start of a column to the start of the next.
    pub stride: usize,
    /// How many columns.
    pub count: usize,
}

/// Where a small matrix lies in a slice: element `(i, j)` is `data[i * row_stride + j * column_stride]`.
#[derive(Copy, Clone, Debug)]
pub struct Matrix<'a, T> {
    /// The slice.
    pub data: &'a [T],
    /// From an element to the one below it.
    pub row_stride: usize,
    /// From an element to the one beside it.
    pub column_stride: usize,
}

/// [`Matrix`], written to.
#[derive(Debug)]
pub struct MatrixMut<'a, T> {
    /// The slice.
    pub data: &'a mut [T],
    /// From an element to the one below it.
    pub row_stride: usize,
    /// From an element to the one beside it.
    pub column_stride: usize,
}

impl<'a, T> Columns<'a, T> {
    #[inline(always)]
    fn column(&self, c: usize, rows: usize) -> &'a [T] {
        &self.data[c * self.stride..][..rows]
    }
}

/// How many columns of the left factor are taken together, between two writes of the result.
const DEPTH: usize = 16;
/// The widest tile of result columns: 6 times 64 bytes of accumulators fill 12 of AVX2's 16 registers.
const WIDTH: usize = 6;

/// A tile width that divides what is left evenly.
#[inline(always)]
fn tile_width(left: usize) -> usize {
    if left <= WIDTH {
        left
    } else if left < 2 * WIDTH {
        left.div_ceil(2)
    } else {
        WIDTH
    }
}

struct TimesMatrix<'a, 'b, T> {
    rows: usize,
    x: &'b Columns<'a, T>,
    w: &'b Matrix<'a, T>,
    out: &'b mut [T],
    out_stride: usize,
    out_count: usize,
    accumulate: bool,
}

impl<T: Lane> Work for TimesMatrix<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        if T::LANES == 8 {
            times_matrix::<T, 8>(self);
        } else {
            times_matrix::<T, 16>(self);
        }
    }
}

#[inline(always)]
fn times_matrix<T: Lane, const L: usize>(work: TimesMatrix<'_, '_, T>) {
    let TimesMatrix { rows, x, w, out, out_stride, out_count, accumulate } = work;
    if rows == 0 {
        return;
    }
    let mut j = 0;
    while j < out_count {
        let width = tile_width(out_count - j);
        let target = &mut out[j * out_stride..];
        let mut first = 0;
        loop {
            let depth = if x.count - first < DEPTH { x.count - first } else { DEPTH };
            let keep = accumulate || first > 0;
            match width {
                1 => times_tile::<T, L, 1>(rows, x, w, first, depth, j, target, out_stride, keep),
                2 => times_tile::<T, L, 2>(rows, x, w, first, depth, j, target, out_stride, keep),
                3 => times_tile::<T, L, 3>(rows, x, w, first, depth, j, target, out_stride, keep),
                4 => times_tile::<T, L, 4>(rows, x, w, first, depth, j, target, out_stride, keep),
                5 => times_tile::<T, L, 5>(rows, x, w, first, depth, j, target, out_stride, keep),
                _ => times_tile::<T, L, 6>(rows, x, w, first, depth, j, target, out_stride, keep),
            }
            first += depth;
            if first >= x.count {
                break;
            }
        }
        j += width;
    }
}

/// `J` columns of the result, `depth` columns of `x`.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn times_tile<T: Lane, const L: usize, const J: usize>(
    rows: usize,
    x: &Columns<'_, T>,
    w: &Matrix<'_, T>,
    first: usize,
    depth: usize,
    j: usize,
    out: &mut [T],
    out_stride: usize,
    keep: bool,
) {
    // Columns and weights side by side, so that the loop below walks through both.
    let mut columns: [&[T]; DEPTH] = [&[]; DEPTH];
    let mut weights = [[T::NIL; J]; DEPTH];
    for k in 0..depth {
        columns[k] = x.column(first + k, rows);
        for i in 0..J {
            weights[k][i] = w.data[(first + k) * w.row_stride + (j + i) * w.column_stride];
        }
    }
    let (columns, weights) = (&columns[..depth], &weights[..depth]);
    let full = rows / L * L;
    let mut r = 0;
    while r < full {
        let mut sums = [[T::NIL; L]; J];
        if keep {
            for i in 0..J {
                let from = &out[i * out_stride + r..][..L];
                for l in 0..L {
                    sums[i][l] = from[l];
                }
            }
        }
        for k in 0..depth {
            let from = &columns[k][r..r + L];
            for i in 0..J {
                for l in 0..L {
                    sums[i][l] = from[l].fused(weights[k][i], sums[i][l]);
                }
            }
        }
        for i in 0..J {
            let to = &mut out[i * out_stride + r..][..L];
            for l in 0..L {
                to[l] = sums[i][l];
            }
        }
        r += L;
    }
    while r < rows {
        for i in 0..J {
            let mut sum = if keep { out[i * out_stride + r] } else { T::NIL };
            for k in 0..depth {
                sum = columns[k][r].fused(weights[k][i], sum);
            }
            out[i * out_stride + r] = sum;
        }
        r += 1;
    }
}

#[allow(clippy::too_many_arguments)]
pub(super) fn columns_times_matrix<T: Lane>(
    p: Processor,
    rows: usize,
    x: Columns<'_, T>,
    w: Matrix<'_, T>,
    out: &mut [T],
    out_stride: usize,
    out_count: usize,
    accumulate: bool,
) {
    p.run(TimesMatrix { rows, x: &x, w: &w, out, out_stride, out_count, accumulate });
}

struct TransposedTimes<'a, 'b, T> {
    rows: usize,
    a: &'b Columns<'a, T>,
    g: &'b Columns<'a, T>,
    out: &'b mut MatrixMut<'a, T>,
}

impl<T: Lane> Work for TransposedTimes<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        if T::LANES == 8 {
            transposed_times::<T, 8>(self);
        } else {
            transposed_times::<T, 16>(self);
        }
    }
}

#[inline(always)]
fn transposed_times<T: Lane, const L: usize>(work: TransposedTimes<'_, '_, T>) {
    let TransposedTimes { rows, a, g, out } = work;
    let mut k = 0;
    while k + 2 <= a.count {
        transposed_strip::<T, L, 2>(rows, a, g, out, k);
        k += 2;
    }
    if k < a.count {
        transposed_strip::<T, L, 1>(rows, a, g, out, k);
    }
}

/// `K` rows of the result, all its columns.
#[inline(always)]
fn transposed_strip<T: Lane, const L: usize, const K: usize>(
    rows: usize,
    a: &Columns<'_, T>,
    g: &Columns<'_, T>,
    out: &mut MatrixMut<'_, T>,
    k: usize,
) {
    // At most 2 times 3 accumulators of 64 bytes: 12 registers of AVX2.
    let mut j = 0;
    while j + 3 <= g.count {
        transposed_tile::<T, L, K, 3>(rows, a, g, out, k, j);
        j += 3;
    }
    match g.count - j {
        1 => transposed_tile::<T, L, K, 1>(rows, a, g, out, k, j),
        2 => transposed_tile::<T, L, K, 2>(rows, a, g, out, k, j),
        _ => {}
    }
}

#[inline(always)]
fn transposed_tile<T: Lane, const L: usize, const K: usize, const J: usize>(
    rows: usize,
    a: &Columns<'_, T>,
    g: &Columns<'_, T>,
    out: &mut MatrixMut<'_, T>,
    k: usize,
    j: usize,
) {
    let groups = rows / L;
    let mut a_groups: [&[[T; L]]; K] = [&[]; K];
    let mut g_groups: [&[[T; L]]; J] = [&[]; J];
    let mut a_last = [[T::NIL; L]; K];
    let mut g_last = [[T::NIL; L]; J];
    for i in 0..K {
        let (whole, rest) = a.column(k + i, rows).as_chunks::<L>();
        a_groups[i] = &whole[..groups];
        a_last[i][..rest.len()].copy_from_slice(rest);
    }
    for i in 0..J {
        let (whole, rest) = g.column(j + i, rows).as_chunks::<L>();
        g_groups[i] = &whole[..groups];
        g_last[i][..rest.len()].copy_from_slice(rest);
    }
    let mut sums = [[[T::NIL; L]; J]; K];
    for c in 0..groups {
        for i in 0..K {
            for m in 0..J {
                for l in 0..L {
                    sums[i][m][l] = a_groups[i][c][l].fused(g_groups[m][c][l], sums[i][m][l]);
                }
            }
        }
    }
    for i in 0..K {
        for m in 0..J {
            for l in 0..L {
                sums[i][m][l] = a_last[i][l].fused(g_last[m][l], sums[i][m][l]);
            }
            let at = (k + i) * out.row_stride + (j + m) * out.column_stride;
            out.data[at] += sum_lanes::<T, L>(sums[i][m]);
        }
    }
}

pub(super) fn columns_transposed_times_columns<T: Lane>(
    p: Processor,
    rows: usize,
    a: Columns<'_, T>,
    g: Columns<'_, T>,
    mut out: MatrixMut<'_, T>,
) {
    p.run(TransposedTimes { rows, a: &a, g: &g, out: &mut reborrow(&mut out) });
}

fn reborrow<'b, T>(out: &'b mut MatrixMut<'_, T>) -> MatrixMut<'b, T> {
    MatrixMut { data: out.data, row_stride: out.row_stride, column_stride: out.column_stride }
}

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
        for i in 0..m {
            for j in 0..n {
                let mut sum = T::NIL;
                for l in 0..k {
                    let x = a.data[i * a.row_stride + l * a.column_stride];
                    let y = b.data[l * b.row_stride + j * b.column_stride];
                    sum = x.fused(y, sum);
                }
                out.data[i * out.row_stride + j * out.column_stride] = sum;
            }
        }
    }
}

pub(super) fn matmul<T: Lane>(
    p: Processor,
    size: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    mut out: MatrixMut<'_, T>,
) {
    p.run(SmallProduct { size, a: &a, b: &b, out: &mut reborrow(&mut out) });
}

struct Gather<'a, T> {
    x: &'a [T],
    rows: &'a [usize],
    out: &'a mut [T],
}

impl<T: Lane> Work for Gather<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let n = if self.rows.len() < self.out.len() { self.rows.len() } else { self.out.len() };
        let (rows, out) = (&self.rows[..n], &mut self.out[..n]);
        for i in 0..n {
            out[i] = self.x[rows[i]];
        }
    }
}

pub(super) fn gather<T: Lane>(p: Processor, x: &[T], rows: &[usize], out: &mut [T]) {
    debug_assert_eq!(rows.len(), out.len());
    p.run(Gather { x, rows, out });
}
