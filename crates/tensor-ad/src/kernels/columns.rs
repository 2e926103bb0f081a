//! Products of matrices that are stored as columns, streaming over the rows.
//!
//! A value of `rows` times `k` is `k` columns, each contiguous over its rows; column `c` starts at `c * stride`.

use super::lane::Lane;
use super::processor::{Level, Runner, VectorWork};

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
/// The widest tile of result columns: 6 times 64 bytes of accumulators fill 12 of AVX2's 16 registers, and four times as many
/// 24 of AVX-512's 32.
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
    x: Columns<'a, T>,
    w: Matrix<'a, T>,
    out: &'b mut [T],
    out_stride: usize,
    out_count: usize,
    accumulate: bool,
    through_tanh: Option<Columns<'a, T>>,
}

impl<T: Lane> VectorWork for TimesMatrix<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Level>(self, simd: S) {
        let TimesMatrix { rows, x, w, out, out_stride, out_count, accumulate, through_tanh } = self;
        if rows == 0 {
            return;
        }
        if out_count <= WIDTH && x.count <= DEPTH {
            // One tile, straight to its code: a short product takes no longer than the way through the loops.
            let tile = Tile { x, w, through_tanh, j: 0, keep: accumulate };
            tile_of_width(simd, out_count, rows, tile, out, out_stride);
            return;
        }
        let mut j = 0;
        while j < out_count {
            let width = tile_width(out_count - j);
            let mut first = 0;
            loop {
                let depth = if x.count - first < DEPTH { x.count - first } else { DEPTH };
                let tile = Tile {
                    x: Columns { data: from(x.data, first * x.stride), stride: x.stride, count: depth },
                    w: Matrix { data: from(w.data, first * w.row_stride + j * w.column_stride), ..w },
                    through_tanh: if first + depth == x.count { through_tanh } else { None },
                    j,
                    keep: accumulate || first > 0,
                };
                tile_of_width(simd, width, rows, tile, &mut out[j * out_stride..], out_stride);
                first += depth;
                if first >= x.count {
                    break;
                }
            }
            j += width;
        }
    }
}

/// A tile of one to six columns of the result, each width compiled for itself: what one of them keeps at hand would
/// fill the registers of all.
#[inline(always)]
fn tile_of_width<T: Lane, S: Level>(
    simd: S,
    width: usize,
    rows: usize,
    tile: Tile<'_, T>,
    out: &mut [T],
    out_stride: usize,
) {
    match width {
        0 => {}
        1 => simd.run_vectors(TimesTile::<'_, '_, T, 1> { rows, tile, out, out_stride }),
        2 => simd.run_vectors(TimesTile::<'_, '_, T, 2> { rows, tile, out, out_stride }),
        3 => simd.run_vectors(TimesTile::<'_, '_, T, 3> { rows, tile, out, out_stride }),
        4 => simd.run_vectors(TimesTile::<'_, '_, T, 4> { rows, tile, out, out_stride }),
        5 => simd.run_vectors(TimesTile::<'_, '_, T, 5> { rows, tile, out, out_stride }),
        _ => simd.run_vectors(TimesTile::<'_, '_, T, 6> { rows, tile, out, out_stride }),
    }
}

/// A tile of `J` columns of the result.
struct TimesTile<'a, 'b, T, const J: usize> {
    rows: usize,
    tile: Tile<'a, T>,
    out: &'b mut [T],
    out_stride: usize,
}

impl<T: Lane, const J: usize> VectorWork for TimesTile<'_, '_, T, J> {
    type Output = ();
    #[inline(always)]
    fn run<S: Level>(self, simd: S) {
        let TimesTile { rows, tile, out, out_stride } = self;
        // 64 bytes in one register: there are 32 of them. Only one arm is compiled.
        if J <= 2 || size_of::<T::Vector<S>>() == 64 {
            times_tile::<T, S, J, 4>(simd, rows, tile, out, out_stride);
        } else {
            times_tile::<T, S, J, 2>(simd, rows, tile, out, out_stride);
        }
    }
}

/// The slice from `at` on; what has no elements may be said to start anywhere.
#[inline(always)]
fn from<T>(data: &[T], at: usize) -> &[T] {
    if at <= data.len() { &data[at..] } else { &[] }
}

/// A tile of a product: some columns of `x`, as many rows of `w`, columns `j..` of the result.
#[derive(Copy, Clone)]
struct Tile<'a, T> {
    x: Columns<'a, T>,
    w: Matrix<'a, T>,
    through_tanh: Option<Columns<'a, T>>,
    j: usize,
    /// Add to what the result holds.
    keep: bool,
}

/// `R` vectors of rows at a time.
#[inline(always)]
fn times_tile<T: Lane, S: Level, const J: usize, const R: usize>(
    simd: S,
    rows: usize,
    tile: Tile<'_, T>,
    out: &mut [T],
    out_stride: usize,
) {
    let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
    let mut r = 0;
    while r + R * lanes <= rows {
        times_chunk::<T, S, J, R>(simd, tile, out, out_stride, r);
        r += R * lanes;
    }
    if R > 2 && r + 2 * lanes <= rows {
        times_chunk::<T, S, J, 2>(simd, tile, out, out_stride, r);
        r += 2 * lanes;
    }
    while r + lanes <= rows {
        times_chunk::<T, S, J, 1>(simd, tile, out, out_stride, r);
        r += lanes;
    }
    if r < rows {
        if rows >= lanes && !tile.keep {
            // The last vector overlaps the one before it and stores the same numbers once more.
            times_chunk::<T, S, J, 1>(simd, tile, out, out_stride, rows - lanes);
        } else {
            times_rows::<T, J>(tile, out, out_stride, r, rows);
        }
    }
}

/// The rows `r..end` one by one.
#[inline(always)]
fn times_rows<T: Lane, const J: usize>(
    tile: Tile<'_, T>,
    out: &mut [T],
    out_stride: usize,
    r: usize,
    end: usize,
) {
    let Tile { x, w, through_tanh, j, keep } = tile;
    for r in r..end {
        for i in 0..J {
            let mut sum = if keep { out[i * out_stride + r] } else { T::NIL };
            for k in 0..x.count {
                sum = x.data[k * x.stride + r].fused(w.data[k * w.row_stride + i * w.column_stride], sum);
            }
            if let Some(tanhs) = through_tanh {
                let t = tanhs.data[(j + i) * tanhs.stride + r];
                sum = sum * (-t).fused(t, T::UNIT);
            }
            out[i * out_stride + r] = sum;
        }
    }
}

/// `R` vectors of rows from row `r` on.
#[inline(always)]
fn times_chunk<T: Lane, S: Level, const J: usize, const R: usize>(
    simd: S,
    tile: Tile<'_, T>,
    out: &mut [T],
    out_stride: usize,
    r: usize,
) {
    let Tile { x, w, through_tanh, j, keep } = tile;
    let span = R * (size_of::<T::Vector<S>>() / size_of::<T>());
    let mut sums = [[T::splat(simd, T::NIL); R]; J];
    if keep {
        for i in 0..J {
            let from = T::vectors::<S>(&out[i * out_stride + r..][..span]);
            for c in 0..R {
                sums[i][c] = from[c];
            }
        }
    }
    for k in 0..x.count {
        let from = &T::vectors::<S>(&x.data[k * x.stride + r..][..span])[..R];
        let row = &w.data[k * w.row_stride..];
        // Side by side: one check for all of them.
        let side = if w.column_stride == 1 { &row[..J] } else { &[] };
        for i in 0..J {
            let weight =
                T::splat(simd, if w.column_stride == 1 { side[i] } else { row[i * w.column_stride] });
            for c in 0..R {
                sums[i][c] = T::fused_vector(simd, from[c], weight, sums[i][c]);
            }
        }
    }
    if let Some(tanhs) = through_tanh {
        for i in 0..J {
            let t = &T::vectors::<S>(&tanhs.data[(j + i) * tanhs.stride + r..][..span])[..R];
            for c in 0..R {
                sums[i][c] = T::tanh_pullback_vector(simd, sums[i][c], t[c]);
            }
        }
    }
    for i in 0..J {
        let to = &mut T::vectors_mut::<S>(&mut out[i * out_stride + r..][..span])[..R];
        for c in 0..R {
            to[c] = sums[i][c];
        }
    }
}

#[allow(clippy::too_many_arguments)]
#[inline(always)]
pub(crate) fn columns_times_matrix<T: Lane>(
    p: impl Runner,
    rows: usize,
    x: Columns<'_, T>,
    w: Matrix<'_, T>,
    out: &mut [T],
    out_stride: usize,
    out_count: usize,
    accumulate: bool,
    through_tanh: Option<Columns<'_, T>>,
) {
    p.run_vectors(TimesMatrix { rows, x, w, out, out_stride, out_count, accumulate, through_tanh });
}

impl<T> MatrixMut<'_, T> {
    pub(super) fn reborrow(&mut self) -> MatrixMut<'_, T> {
        MatrixMut { data: self.data, row_stride: self.row_stride, column_stride: self.column_stride }
    }
}
