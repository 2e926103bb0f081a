//! Products of matrices that are stored as columns, streaming over the rows.
//!
//! A value of `rows` times `k` is `k` columns, each contiguous over its rows; column `c` starts at `c * stride`.

use super::lane::Lane;
use super::processor::{Processor, VectorWork};
use pulp::Simd;

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
    pub(super) fn column(&self, c: usize, rows: usize) -> &'a [T] {
        &self.data[c * self.stride..][..rows]
    }
}

/// How many columns of the left factor are taken together, between two writes of the result.
const DEPTH: usize = 16;
/// Where the left factor has no more columns than this, the lists of a tile are shorter: for a few rows they cost as
/// much as the product.
const SHALLOW: usize = 5;
/// The widest tile of result columns: 6 times 64 bytes of accumulators fill 12 of AVX2's 16 registers.
pub(super) const WIDTH: usize = 6;

/// A tile width that divides what is left evenly.
#[inline(always)]
pub(super) fn tile_width(left: usize) -> usize {
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
    through_tanh: Option<&'b Columns<'a, T>>,
}

impl<T: Lane> VectorWork for TimesMatrix<'_, '_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        if self.rows == 0 {
            return;
        }
        if self.x.count <= SHALLOW {
            times_matrix::<T, S, SHALLOW>(simd, self);
        } else {
            times_matrix::<T, S, DEPTH>(simd, self);
        }
    }
}

/// The tiles of a product, at most `D` columns deep.
#[inline(always)]
fn times_matrix<T: Lane, S: Simd, const D: usize>(simd: S, work: TimesMatrix<'_, '_, T>) {
    let TimesMatrix { rows, x, w, out, out_stride, out_count, accumulate, through_tanh } = work;
    let mut j = 0;
    while j < out_count {
        let width = tile_width(out_count - j);
        let target = &mut out[j * out_stride..];
        let mut first = 0;
        loop {
            let depth = if x.count - first < D { x.count - first } else { D };
            let tile = Tile { rows, first, depth, j, out_stride, keep: accumulate || first > 0 };
            let pull = if first + depth == x.count { through_tanh } else { None };
            match width {
                1 => times_tile::<T, S, D, 1, 4>(simd, tile, x, w, pull, target),
                2 => times_tile::<T, S, D, 2, 4>(simd, tile, x, w, pull, target),
                3 => times_tile::<T, S, D, 3, 2>(simd, tile, x, w, pull, target),
                4 => times_tile::<T, S, D, 4, 2>(simd, tile, x, w, pull, target),
                5 => times_tile::<T, S, D, 5, 2>(simd, tile, x, w, pull, target),
                _ => times_tile::<T, S, D, 6, 2>(simd, tile, x, w, pull, target),
            }
            first += depth;
            if first >= x.count {
                break;
            }
        }
        j += width;
    }
}

/// A tile of a product: columns `first..first + depth` of `x`, columns `j..` of the result.
#[derive(Copy, Clone)]
struct Tile {
    rows: usize,
    first: usize,
    depth: usize,
    j: usize,
    out_stride: usize,
    /// Add to what the result holds.
    keep: bool,
}

/// One tile, `R` vectors of rows at a time.
#[inline(always)]
fn times_tile<T: Lane, S: Simd, const D: usize, const J: usize, const R: usize>(
    simd: S,
    tile: Tile,
    x: &Columns<'_, T>,
    w: &Matrix<'_, T>,
    pull: Option<&Columns<'_, T>>,
    out: &mut [T],
) {
    let Tile { rows, first, depth, j, out_stride, keep } = tile;
    // Columns and weights side by side, so that the loops below walk through both.
    let mut columns: [&[T]; D] = [&[]; D];
    let mut weights = [[T::NIL; J]; D];
    for k in 0..depth {
        columns[k] = x.column(first + k, rows);
        let row = &w.data[(first + k) * w.row_stride + j * w.column_stride..];
        if w.column_stride == 1 {
            weights[k].copy_from_slice(&row[..J]);
        } else {
            for i in 0..J {
                weights[k][i] = row[i * w.column_stride];
            }
        }
    }
    let mut tanhs: [&[T]; J] = [&[]; J];
    if let Some(pull) = pull {
        for i in 0..J {
            tanhs[i] = pull.column(j + i, rows);
        }
    }
    let (columns, weights) = (&columns[..depth], &weights[..depth]);
    let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
    if rows < lanes {
        for r in 0..rows {
            for i in 0..J {
                let mut sum = if keep { out[i * out_stride + r] } else { T::NIL };
                for k in 0..depth {
                    sum = columns[k][r].fused(weights[k][i], sum);
                }
                if pull.is_some() {
                    let t = tanhs[i][r];
                    sum = sum * (-t).fused(t, T::UNIT);
                }
                out[i * out_stride + r] = sum;
            }
        }
        return;
    }
    // The last vector overlaps the one before it. It is computed first, because `out` is read, and stored last.
    let mut last = [[T::splat(simd, T::NIL); 1]; J];
    if rows % lanes != 0 {
        last = times_chunk::<T, S, J, 1>(simd, columns, weights, out, out_stride, rows - lanes, keep);
        if pull.is_some() {
            through::<T, S, J, 1>(simd, &mut last, &tanhs, rows - lanes);
        }
    }
    let mut r = 0;
    while r + R * lanes <= rows {
        let mut sums = times_chunk::<T, S, J, R>(simd, columns, weights, out, out_stride, r, keep);
        if pull.is_some() {
            through::<T, S, J, R>(simd, &mut sums, &tanhs, r);
        }
        for i in 0..J {
            let to = &mut T::vectors_mut::<S>(&mut out[i * out_stride + r..][..R * lanes])[..R];
            for c in 0..R {
                to[c] = sums[i][c];
            }
        }
        r += R * lanes;
    }
    while r + lanes <= rows {
        let mut sums = times_chunk::<T, S, J, 1>(simd, columns, weights, out, out_stride, r, keep);
        if pull.is_some() {
            through::<T, S, J, 1>(simd, &mut sums, &tanhs, r);
        }
        for i in 0..J {
            T::vectors_mut::<S>(&mut out[i * out_stride + r..][..lanes])[0] = sums[i][0];
        }
        r += lanes;
    }
    if r < rows {
        for i in 0..J {
            T::vectors_mut::<S>(&mut out[i * out_stride + rows - lanes..][..lanes])[0] = last[i][0];
        }
    }
}

/// Each sum times `1 - t^2`.
#[inline(always)]
fn through<T: Lane, S: Simd, const J: usize, const R: usize>(
    simd: S,
    sums: &mut [[T::Vector<S>; R]; J],
    tanhs: &[&[T]; J],
    r: usize,
) {
    let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
    for i in 0..J {
        let t = &T::vectors::<S>(&tanhs[i][r..][..R * lanes])[..R];
        for c in 0..R {
            sums[i][c] = T::tanh_pullback_vector(simd, sums[i][c], t[c]);
        }
    }
}

/// `R` vectors of rows from row `r` on.
#[inline(always)]
fn times_chunk<T: Lane, S: Simd, const J: usize, const R: usize>(
    simd: S,
    columns: &[&[T]],
    weights: &[[T; J]],
    out: &[T],
    out_stride: usize,
    r: usize,
    keep: bool,
) -> [[T::Vector<S>; R]; J] {
    let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
    let mut sums = [[T::splat(simd, T::NIL); R]; J];
    if keep {
        for i in 0..J {
            let from = T::vectors::<S>(&out[i * out_stride + r..][..R * lanes]);
            for c in 0..R {
                sums[i][c] = from[c];
            }
        }
    }
    let weights = &weights[..columns.len()];
    for k in 0..columns.len() {
        let from = T::vectors::<S>(&columns[k][r..r + R * lanes]);
        for i in 0..J {
            let weight = T::splat(simd, weights[k][i]);
            for c in 0..R {
                sums[i][c] = T::fused_vector(simd, from[c], weight, sums[i][c]);
            }
        }
    }
    sums
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
    through_tanh: Option<Columns<'_, T>>,
) {
    let through_tanh = through_tanh.as_ref();
    p.run_vectors(TimesMatrix { rows, x: &x, w: &w, out, out_stride, out_count, accumulate, through_tanh });
}

impl<T> MatrixMut<'_, T> {
    pub(super) fn reborrow(&mut self) -> MatrixMut<'_, T> {
        MatrixMut { data: self.data, row_stride: self.row_stride, column_stride: self.column_stride }
    }
}
