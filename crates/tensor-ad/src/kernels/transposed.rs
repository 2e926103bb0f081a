//! A matrix of columns, transposed, times another: a dot product over the rows for every pair of columns.

use super::columns::{Columns, MatrixMut, WIDTH, tile_width};
use super::lane::{Lane, WIDEST};
use super::processor::{Level, Runner, VectorWork};
use super::reduce::sum_lanes;

/// Passed by reference, as a product of columns and a matrix is.
struct TransposedTimes<'a, 'b, T> {
    rows: usize,
    a: &'b Columns<'b, T>,
    g: &'b Columns<'b, T>,
    out: &'b mut MatrixMut<'a, T>,
}

impl<T: Lane> VectorWork for &mut TransposedTimes<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Level>(self, simd: S) {
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
fn transposed<T: Lane, S: Level, const R: usize>(simd: S, work: &mut TransposedTimes<'_, '_, T>) {
    let TransposedTimes { rows, a, g, out } = work;
    let rows = *rows;
    let mut k = 0;
    while k < a.count {
        let left = a.count - k;
        // Where one register holds 64 bytes there are 32 of them, enough for the sums of three by six.
        let strip = if R == 1 && g.count == 1 {
            if left < 5 { left } else { 5 }
        } else if R == 1 && (left == 3 || left > 4) {
            3
        } else if left > 1 {
            2
        } else {
            1
        };
        let mut j = 0;
        while j < g.count {
            let left = g.count - j;
            // With two registers for each 64 bytes a wide result is best taken 3 columns at a time, in one pass.
            let width = if R > 1 && left > WIDTH { 3 } else { tile_width(left) };
            if R == 1 && strip > 2 {
                tall::<T, S, R>(simd, rows, a, g, out, [strip, width], [k, j]);
                j += width;
                continue;
            }
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

/// A tile of three rows and one to six columns of the result, or of up to five rows and one column.
#[inline(always)]
fn tall<T: Lane, S: Level, const R: usize>(
    simd: S,
    rows: usize,
    a: &Columns<'_, T>,
    g: &Columns<'_, T>,
    out: &mut MatrixMut<'_, T>,
    size: [usize; 2],
    [k, j]: [usize; 2],
) {
    match (size[0], size[1]) {
        (5, _) => transposed_tile::<T, S, R, 5, 1>(simd, rows, a, g, out, k, j),
        (4, _) => transposed_tile::<T, S, R, 4, 1>(simd, rows, a, g, out, k, j),
        (_, 1) => transposed_tile::<T, S, R, 3, 1>(simd, rows, a, g, out, k, j),
        (_, 2) => transposed_tile::<T, S, R, 3, 2>(simd, rows, a, g, out, k, j),
        (_, 3) => transposed_tile::<T, S, R, 3, 3>(simd, rows, a, g, out, k, j),
        (_, 4) => transposed_tile::<T, S, R, 3, 4>(simd, rows, a, g, out, k, j),
        (_, 5) => transposed_tile::<T, S, R, 3, 5>(simd, rows, a, g, out, k, j),
        _ => transposed_tile::<T, S, R, 3, 6>(simd, rows, a, g, out, k, j),
    }
}

/// `K` rows and `J` columns of the result; `R` registers for each of its elements.
#[inline(always)]
fn transposed_tile<T: Lane, S: Level, const R: usize, const K: usize, const J: usize>(
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
    if R == 1 {
        let sums = transposed_whole::<T, S, K, J>(simd, rows, &x, &y);
        // Four sums are joined together: one alone is mostly moving halves about.
        let mut quads = [[T::splat(simd, T::NIL); 4]; QUADS];
        for i in 0..K {
            for m in 0..J {
                quads[(i * J + m) / 4][(i * J + m) % 4] = sums[i][m];
            }
        }
        let mut joined = [[T::NIL; 4]; QUADS];
        for q in 0..(K * J).div_ceil(4) {
            joined[q] = T::sum_four(simd, quads[q]);
        }
        let joined = joined.as_flattened();
        for i in 0..K {
            let row = &mut out.data[(k + i) * out.row_stride + j * out.column_stride..];
            if out.column_stride == 1 {
                let row = &mut row[..J];
                for m in 0..J {
                    row[m] += joined[i * J + m];
                }
            } else {
                for m in 0..J {
                    row[m * out.column_stride] += joined[i * J + m];
                }
            }
        }
        return;
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

/// All rows in one pass, where one register holds 64 bytes: AVX-512, whose 32 registers hold all accumulators.
#[inline(always)]
fn transposed_whole<T: Lane, S: Level, const K: usize, const J: usize>(
    simd: S,
    rows: usize,
    x: &[&[T]; K],
    y: &[&[T]; J],
) -> [[T::Vector<S>; J]; K] {
    let vectors = rows / T::LANES;
    let mut sums = [[T::splat(simd, T::NIL); J]; K];
    let mut x_vectors: [&[T::Vector<S>]; K] = [&[]; K];
    let mut y_vectors: [&[T::Vector<S>]; J] = [&[]; J];
    for i in 0..K {
        x_vectors[i] = &T::vectors::<S>(x[i])[..vectors];
    }
    for i in 0..J {
        y_vectors[i] = &T::vectors::<S>(y[i])[..vectors];
    }
    for v in 0..vectors {
        let x = across::<_, K>(&x_vectors, v);
        for m in 0..J {
            let y = y_vectors[m][v];
            for i in 0..K {
                sums[i][m] = T::fused_vector(simd, x[i], y, sums[i][m]);
            }
        }
    }
    let left = vectors * T::LANES;
    if left < rows {
        let x = rest::<T, S, K>(simd, x, [left, rows]);
        for m in 0..J {
            let y = T::partial(simd, &y[m][left..rows]);
            for i in 0..K {
                sums[i][m] = T::fused_vector(simd, x[i], y, sums[i][m]);
            }
        }
    }
    sums
}

/// How many rows a tile takes at once (whole groups of lanes), so that a second pass finds them in the first cache.
const BLOCK: usize = 256;

/// Groups of four for the sums of the largest tile, three by six.
const QUADS: usize = 5;

/// Registers `first..first + P` of the `R` that make up each 64 bytes of accumulators, over the rows `start..end`.
///
/// The accumulators are local and only ever indexed by constants once the loops over tiles are unrolled: otherwise the
/// compiler keeps them in memory.
#[inline(always)]
fn transposed_pass<T: Lane, S: Level, const R: usize, const P: usize, const K: usize, const J: usize>(
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
fn rest<T: Lane, S: Level, const N: usize>(
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

#[inline(always)]
pub(crate) fn columns_transposed_times_columns<T: Lane>(
    p: impl Runner,
    rows: usize,
    a: &Columns<'_, T>,
    g: &Columns<'_, T>,
    out: &mut MatrixMut<'_, T>,
) {
    p.run_vectors(&mut TransposedTimes { rows, a, g, out });
}
