//! Products of matrices that are stored as columns, streaming over the rows.
//!
//! A value of `rows` times `k` is `k` columns, each contiguous over its rows; column `c` starts at `c * stride`.

use super::lane::Lane;
use super::processor::{Processor, VectorWork, Work};
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

impl<T: Lane> VectorWork for TimesMatrix<'_, '_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { rows, x, w, out, out_stride, out_count, accumulate } = self;
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
                let tile = Tile { rows, first, depth, j, out_stride, keep: accumulate || first > 0 };
                match width {
                    1 => times_tile::<T, S, 1, 4>(simd, tile, x, w, target),
                    2 => times_tile::<T, S, 2, 4>(simd, tile, x, w, target),
                    3 => times_tile::<T, S, 3, 2>(simd, tile, x, w, target),
                    4 => times_tile::<T, S, 4, 2>(simd, tile, x, w, target),
                    5 => times_tile::<T, S, 5, 2>(simd, tile, x, w, target),
                    _ => times_tile::<T, S, 6, 2>(simd, tile, x, w, target),
                }
                first += depth;
                if first >= x.count {
                    break;
                }
            }
            j += width;
        }
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
fn times_tile<T: Lane, S: Simd, const J: usize, const R: usize>(
    simd: S,
    tile: Tile,
    x: &Columns<'_, T>,
    w: &Matrix<'_, T>,
    out: &mut [T],
) {
    let Tile { rows, first, depth, j, out_stride, keep } = tile;
    // Columns and weights side by side, so that the loops below walk through both.
    let mut columns: [&[T]; DEPTH] = [&[]; DEPTH];
    let mut weights = [[T::NIL; J]; DEPTH];
    for k in 0..depth {
        columns[k] = x.column(first + k, rows);
        for i in 0..J {
            weights[k][i] = w.data[(first + k) * w.row_stride + (j + i) * w.column_stride];
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
                out[i * out_stride + r] = sum;
            }
        }
        return;
    }
    // The last vector overlaps the one before it. It is computed first, because `out` is read, and stored last.
    let last = times_chunk::<T, S, J, 1>(simd, columns, weights, out, out_stride, rows - lanes, keep);
    let mut r = 0;
    while r + R * lanes <= rows {
        let sums = times_chunk::<T, S, J, R>(simd, columns, weights, out, out_stride, r, keep);
        for i in 0..J {
            let to = &mut T::vectors_mut::<S>(&mut out[i * out_stride + r..][..R * lanes])[..R];
            for c in 0..R {
                to[c] = sums[i][c];
            }
        }
        r += R * lanes;
    }
    while r + lanes <= rows {
        let sums = times_chunk::<T, S, J, 1>(simd, columns, weights, out, out_stride, r, keep);
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
) {
    p.run_vectors(TimesMatrix { rows, x: &x, w: &w, out, out_stride, out_count, accumulate });
}

struct TransposedTimes<'a, 'b, T> {
    rows: usize,
    a: &'b Columns<'a, T>,
    g: &'b Columns<'a, T>,
    out: &'b mut MatrixMut<'a, T>,
}

impl<T: Lane> VectorWork for TransposedTimes<'_, '_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        // 64 bytes in so many registers; only one arm is compiled.
        match 64 / size_of::<T::Vector<S>>() {
            1 => transposed::<T, S, 1>(simd, self),
            2 => transposed::<T, S, 2>(simd, self),
            4 => transposed::<T, S, 4>(simd, self),
            8 => transposed::<T, S, 8>(simd, self),
            _ => transposed::<T, S, 16>(simd, self),
        }
    }
}

#[inline(always)]
fn transposed<T: Lane, S: Simd, const R: usize>(simd: S, work: TransposedTimes<'_, '_, T>) {
    let TransposedTimes { rows, a, g, out } = work;
    let mut k = 0;
    while k < a.count {
        let strip = if k + 2 <= a.count { 2 } else { 1 };
        let mut j = 0;
        while j < g.count {
            let left = g.count - j;
            // With two registers for each 64 bytes a wide result is best taken 3 columns at a time, in one pass.
            let width = if R > 1 && left > WIDTH { 3 } else { tile_width(left) };
            match (strip, width) {
                (1, 1) => transposed_tile::<T, S, R, 1, 1>(simd, rows, a, g, out, k, j),
                (1, 2) => transposed_tile::<T, S, R, 1, 2>(simd, rows, a, g, out, k, j),
                (1, 3) => transposed_tile::<T, S, R, 1, 3>(simd, rows, a, g, out, k, j),
                (1, 4) => transposed_tile::<T, S, R, 1, 4>(simd, rows, a, g, out, k, j),
                (1, 5) => transposed_tile::<T, S, R, 1, 5>(simd, rows, a, g, out, k, j),
                (1, _) => transposed_tile::<T, S, R, 1, 6>(simd, rows, a, g, out, k, j),
                (_, 1) => transposed_tile::<T, S, R, 2, 1>(simd, rows, a, g, out, k, j),
                (_, 2) => transposed_tile::<T, S, R, 2, 2>(simd, rows, a, g, out, k, j),
                (_, 3) => transposed_tile::<T, S, R, 2, 3>(simd, rows, a, g, out, k, j),
                (_, 4) => transposed_tile::<T, S, R, 2, 4>(simd, rows, a, g, out, k, j),
                (_, 5) => transposed_tile::<T, S, R, 2, 5>(simd, rows, a, g, out, k, j),
                _ => transposed_tile::<T, S, R, 2, 6>(simd, rows, a, g, out, k, j),
            }
            j += width;
        }
        k += strip;
    }
}

/// `K` rows and `J` columns of the result; `R` registers for each of its elements.
#[inline(always)]
fn transposed_tile<T: Lane, S: Simd, const R: usize, const K: usize, const J: usize>(
    simd: S,
    rows: usize,
    a: &Columns<'_, T>,
    g: &Columns<'_, T>,
    out: &mut MatrixMut<'_, T>,
    k: usize,
    j: usize,
) {
    let mut x: [&[T]; K] = [&[]; K];
    let mut y: [&[T]; J] = [&[]; J];
    for i in 0..K {
        x[i] = a.column(k + i, rows);
    }
    for i in 0..J {
        y[i] = g.column(j + i, rows);
    }
    let mut lanes = [[[T::NIL; WIDEST]; J]; K];
    let mut start = 0;
    while start < rows {
        let end = if rows - start > BLOCK { start + BLOCK } else { rows };
        if K * J * R <= 12 {
            // All accumulators fit into AVX2's 16 registers together.
            transposed_pass::<T, S, R, R, K, J>(simd, [start, end], &x, &y, 0, &mut lanes);
        } else {
            // One register of each 64 bytes at a time.
            for c in 0..R {
                // A register number that the compiler cannot see keeps `lanes` in memory between two passes;
                // else it keeps the first pass's sums in registers that the second one needs.
                let c = core::hint::black_box(c);
                transposed_pass::<T, S, R, 1, K, J>(simd, [start, end], &x, &y, c, &mut lanes);
            }
        }
        start = end;
    }
    for i in 0..K {
        for m in 0..J {
            let at = (k + i) * out.row_stride + (j + m) * out.column_stride;
            out.data[at] += sum_lanes(&lanes[i][m]);
        }
    }
}

/// How many rows a tile takes at once (whole groups of lanes), so that a second pass finds them in the first cache.
const BLOCK: usize = 256;

/// The most lanes of a reduction (those of `f32`).
const WIDEST: usize = 16;

/// Registers `first..first + P` of the `R` that make up each 64 bytes of accumulators, over the rows `start..end`.
///
/// The accumulators are local and only ever indexed by constants once the loops over tiles are unrolled: otherwise the
/// compiler keeps them in memory.
#[inline(always)]
fn transposed_pass<T: Lane, S: Simd, const R: usize, const P: usize, const K: usize, const J: usize>(
    simd: S,
    [start, end]: [usize; 2],
    x: &[&[T]; K],
    y: &[&[T]; J],
    first: usize,
    lanes: &mut [[[T; WIDEST]; J]; K],
) {
    let groups = (end - start) / T::LANES;
    let vectors = groups * R;
    let mut sums = [[[T::splat(simd, T::NIL); P]; J]; K];
    let mut x_vectors: [&[T::Vector<S>]; K] = [&[]; K];
    let mut y_vectors: [&[T::Vector<S>]; J] = [&[]; J];
    for i in 0..K {
        x_vectors[i] = &T::vectors::<S>(&x[i][start..end])[..vectors];
    }
    for i in 0..J {
        y_vectors[i] = &T::vectors::<S>(&y[i][start..end])[..vectors];
    }
    for i in 0..K {
        for m in 0..J {
            let from = &T::vectors::<S>(&lanes[i][m])[first..first + P];
            for c in 0..P {
                sums[i][m][c] = from[c];
            }
        }
    }
    let mut v = first;
    while v < vectors {
        for c in 0..P {
            let x = across::<_, K>(&x_vectors, v + c);
            for m in 0..J {
                let y = y_vectors[m][v + c];
                for i in 0..K {
                    sums[i][m][c] = T::fused_vector(simd, x[i], y, sums[i][m][c]);
                }
            }
        }
        v += R;
    }
    for c in 0..P {
        let left = start + groups * T::LANES + (first + c) * (T::LANES / R);
        if left < end {
            let (x, y) = (rest::<T, S, K>(simd, x, [left, end]), rest::<T, S, J>(simd, y, [left, end]));
            for i in 0..K {
                for m in 0..J {
                    sums[i][m][c] = T::fused_vector(simd, x[i], y[m], sums[i][m][c]);
                }
            }
        }
    }
    for i in 0..K {
        for m in 0..J {
            let to = &mut T::vectors_mut::<S>(&mut lanes[i][m])[first..first + P];
            for c in 0..P {
                to[c] = sums[i][m][c];
            }
        }
    }
}

/// Vector `v` of each column.
#[inline(always)]
fn across<V: Copy, const N: usize>(columns: &[&[V]; N], v: usize) -> [V; N] {
    let mut vectors = [columns[0][v]; N];
    for i in 1..N {
        vectors[i] = columns[i][v];
    }
    vectors
}

/// What each column holds in the rows `start..end`, at most a vector of it, filled up with zeros.
#[inline(always)]
fn rest<T: Lane, S: Simd, const N: usize>(
    simd: S,
    columns: &[&[T]; N],
    [start, end]: [usize; 2],
) -> [T::Vector<S>; N] {
    let mut vectors = [T::splat(simd, T::NIL); N];
    for i in 0..N {
        vectors[i] = T::partial(simd, &columns[i][start..end]);
    }
    vectors
}

/// The first [`Lane::LANES`] of `lanes`, joined by halves as every reduction joins them.
#[inline(always)]
fn sum_lanes<T: Lane>(lanes: &[T; WIDEST]) -> T {
    let mut eight = [T::NIL; 8];
    for l in 0..8 {
        eight[l] = if T::LANES == 16 { lanes[l] + lanes[l + 8] } else { lanes[l] };
    }
    let mut four = [T::NIL; 4];
    for l in 0..4 {
        four[l] = eight[l] + eight[l + 4];
    }
    (four[0] + four[2]) + (four[1] + four[3])
}

pub(super) fn columns_transposed_times_columns<T: Lane>(
    p: Processor,
    rows: usize,
    a: Columns<'_, T>,
    g: Columns<'_, T>,
    mut out: MatrixMut<'_, T>,
) {
    p.run_vectors(TransposedTimes { rows, a: &a, g: &g, out: &mut reborrow(&mut out) });
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
