//! Products of columns that are looked up in a table: what a convolution becomes when examples are the rows.

use super::columns::MatrixMut;
use super::lane::{Lane, WIDEST};
use super::processor::{Level, Processor, VectorWork};
use pulp::Simd;

/// Which columns and which weights each group of results is the sum of.
///
/// Group `q` has `results` results: number `c` is `Σ x[from + i x_step ..][r] w[at + i w_step + c w_stride]` over the pairs `[from, at]` in
/// `pairs[starts[q]..starts[q + 1]]` and `i < inner`, in that order, by fused multiply-adds.
#[derive(Copy, Clone, Debug)]
pub struct Terms<'a> {
    /// Where the pairs of each group start, and where those of the last end.
    pub starts: &'a [u32],
    /// Where the first column lies, and the first weight.
    pub pairs: &'a [[u32; 2]],
    /// How many columns follow one another, and how far apart they and their weights are.
    pub inner: usize,
    /// From a column to the next.
    pub x_step: usize,
    /// From its weight to that of the next.
    pub w_step: usize,
    /// From the weight of a result to that of the next.
    pub w_stride: usize,
    /// The results of a group.
    pub results: usize,
}

struct Product<'a, 'b, T> {
    rows: usize,
    x: &'b [T],
    w: &'b [T],
    terms: Terms<'a>,
    out: &'b mut [T],
    out_stride: usize,
}

/// The most results that are taken together.
const WIDTH: usize = 6;

impl<T: Lane> VectorWork for Product<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Level>(self, simd: S) {
        if size_of::<T::Vector<S>>() == 64 {
            // 32 registers: 24 of them are sums.
            product::<T, S, 4>(simd, self);
        } else {
            product::<T, S, 2>(simd, self);
        }
    }
}

#[inline(always)]
fn product<T: Lane, S: Simd, const R: usize>(simd: S, mut work: Product<'_, '_, T>) {
    let Terms { starts, pairs, results, .. } = work.terms;
    for q in 0..starts.len().saturating_sub(1) {
        let pairs = &pairs[starts[q] as usize..starts[q + 1] as usize];
        let mut c = 0;
        while c < results {
            let left = results - c;
            let width = if left <= WIDTH {
                left
            } else if left < 2 * WIDTH {
                left.div_ceil(2)
            } else {
                WIDTH
            };
            let to = (q * results + c) * work.out_stride;
            match width {
                1 => strip::<T, S, 1, R>(simd, &mut work, pairs, c, to),
                2 => strip::<T, S, 2, R>(simd, &mut work, pairs, c, to),
                3 => strip::<T, S, 3, R>(simd, &mut work, pairs, c, to),
                4 => strip::<T, S, 4, R>(simd, &mut work, pairs, c, to),
                5 => strip::<T, S, 5, R>(simd, &mut work, pairs, c, to),
                _ => strip::<T, S, 6, R>(simd, &mut work, pairs, c, to),
            }
            c += width;
        }
    }
}

/// Results `c..c + J` of one group, all rows.
#[inline(always)]
fn strip<T: Lane, S: Simd, const J: usize, const R: usize>(
    simd: S,
    work: &mut Product<'_, '_, T>,
    pairs: &[[u32; 2]],
    c: usize,
    to: usize,
) {
    let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
    let (rows, stride) = (work.rows, work.out_stride);
    let mut r = 0;
    while r + R * lanes <= rows {
        let sums = chunk::<T, S, J, R>(simd, work, pairs, c, r);
        for i in 0..J {
            let out = T::vectors_mut::<S>(&mut work.out[to + i * stride + r..][..R * lanes]);
            for v in 0..R {
                out[v] = sums[i][v];
            }
        }
        r += R * lanes;
    }
    while r + lanes <= rows {
        let sums = chunk::<T, S, J, 1>(simd, work, pairs, c, r);
        for i in 0..J {
            T::vectors_mut::<S>(&mut work.out[to + i * stride + r..][..lanes])[0] = sums[i][0];
        }
        r += lanes;
    }
    while r < rows {
        for i in 0..J {
            let mut sum = T::NIL;
            for &[from, at] in pairs {
                for k in 0..work.terms.inner {
                    let x = work.x[from as usize + k * work.terms.x_step + r];
                    let w = work.w[at as usize + k * work.terms.w_step + (c + i) * work.terms.w_stride];
                    sum = x.fused(w, sum);
                }
            }
            work.out[to + i * stride + r] = sum;
        }
        r += 1;
    }
}

/// `R` vectors of rows from row `r` on.
#[inline(always)]
fn chunk<T: Lane, S: Simd, const J: usize, const R: usize>(
    simd: S,
    work: &Product<'_, '_, T>,
    pairs: &[[u32; 2]],
    c: usize,
    r: usize,
) -> [[T::Vector<S>; R]; J] {
    let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
    let Terms { inner, x_step, w_step, w_stride, .. } = work.terms;
    let (x, w) = (work.x, work.w);
    let mut sums = [[T::splat(simd, T::NIL); R]; J];
    for &[from, at] in pairs {
        let (mut from, mut at) = (from as usize + r, at as usize + c * w_stride);
        for _ in 0..inner {
            let column = &T::vectors::<S>(&x[from..from + R * lanes])[..R];
            let weights = &w[at..at + (J - 1) * w_stride + 1];
            for i in 0..J {
                let weight = T::splat(simd, weights[i * w_stride]);
                for v in 0..R {
                    sums[i][v] = T::fused_vector(simd, column[v], weight, sums[i][v]);
                }
            }
            from += x_step;
            at += w_step;
        }
    }
    sums
}

/// `out[c][r]` for all results `c` of all groups, `out_stride` apart.
pub(super) fn product_of<T: Lane>(
    p: Processor,
    rows: usize,
    x: &[T],
    w: &[T],
    terms: Terms<'_>,
    out: &mut [T],
    out_stride: usize,
) {
    p.run_vectors(Product { rows, x, w, terms, out, out_stride });
}

struct Transposed<'a, 'b, T> {
    rows: usize,
    a: &'b [T],
    a_at: &'b [u32],
    g: &'b [T],
    g_at: &'b [u32],
    size: [usize; 3],
    out: &'b mut MatrixMut<'a, T>,
}

impl<T: Lane> VectorWork for Transposed<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Level>(self, simd: S) {
        // 64 bytes in so many registers; only one arm is compiled.
        match 64 / size_of::<T::Vector<S>>() {
            1 => transposed::<T, S, 1, 4, 6>(simd, self),
            2 => transposed::<T, S, 2, 2, 3>(simd, self),
            4 => transposed::<T, S, 4, 2, 3>(simd, self),
            8 => transposed::<T, S, 8, 2, 3>(simd, self),
            _ => transposed::<T, S, 16, 2, 3>(simd, self),
        }
    }
}

/// Tiles of `K` by `J` and what is left.
#[inline(always)]
fn transposed<T: Lane, S: Simd, const R: usize, const K: usize, const J: usize>(
    simd: S,
    mut work: Transposed<'_, '_, T>,
) {
    let [_, rows, columns] = work.size;
    let mut k = 0;
    while k < rows {
        let tall = rows - k >= K;
        let mut j = 0;
        while j < columns {
            let left = columns - j;
            match (tall, left) {
                (true, n) if n >= J => tile::<T, S, R, K, J>(simd, &mut work, k, j),
                (true, n) if n >= 2 => tile::<T, S, R, K, 2>(simd, &mut work, k, j),
                (true, _) => tile::<T, S, R, K, 1>(simd, &mut work, k, j),
                (false, n) if n >= J => tile::<T, S, R, 1, J>(simd, &mut work, k, j),
                (false, n) if n >= 2 => tile::<T, S, R, 1, 2>(simd, &mut work, k, j),
                (false, _) => tile::<T, S, R, 1, 1>(simd, &mut work, k, j),
            }
            j += if left >= J { J } else { left.min(2) };
        }
        k += if tall { K } else { 1 };
    }
}

/// `K` rows and `J` columns of the result, over all terms and rows.
#[inline(always)]
fn tile<T: Lane, S: Simd, const R: usize, const K: usize, const J: usize>(
    simd: S,
    work: &mut Transposed<'_, '_, T>,
    k: usize,
    j: usize,
) {
    let [terms, height, width] = work.size;
    let (a, g, rows) = (work.a, work.g, work.rows);
    let groups = rows / T::LANES;
    let whole = groups * T::LANES;
    let mut sums = [[[T::splat(simd, T::NIL); R]; J]; K];
    for p in 0..terms {
        let x_at = &work.a_at[p * height + k..][..K];
        let y_at = &work.g_at[p * width + j..][..J];
        let mut x: [&[T::Vector<S>]; K] = [&[]; K];
        let mut y: [&[T::Vector<S>]; J] = [&[]; J];
        for i in 0..K {
            x[i] = &T::vectors::<S>(&a[x_at[i] as usize..][..whole])[..groups * R];
        }
        for m in 0..J {
            y[m] = &T::vectors::<S>(&g[y_at[m] as usize..][..whole])[..groups * R];
        }
        for v in 0..groups {
            for c in 0..R {
                for m in 0..J {
                    let right = y[m][v * R + c];
                    for i in 0..K {
                        sums[i][m][c] = T::fused_vector(simd, x[i][v * R + c], right, sums[i][m][c]);
                    }
                }
            }
        }
        // What is left of the rows, filled up with zeros.
        for c in 0..R {
            let start = whole + c * (T::LANES / R);
            if start < rows {
                for m in 0..J {
                    let right = T::partial(simd, &g[y_at[m] as usize..][start..rows]);
                    for i in 0..K {
                        let left = T::partial(simd, &a[x_at[i] as usize..][start..rows]);
                        sums[i][m][c] = T::fused_vector(simd, left, right, sums[i][m][c]);
                    }
                }
            }
        }
    }
    for i in 0..K {
        for m in 0..J {
            let mut lanes = [T::NIL; WIDEST];
            let to = &mut T::vectors_mut::<S>(&mut lanes)[..R];
            for c in 0..R {
                to[c] = sums[i][m][c];
            }
            let at = (k + i) * work.out.row_stride + (j + m) * work.out.column_stride;
            work.out.data[at] += joined(&lanes);
        }
    }
}

/// The first [`Lane::LANES`] of `lanes`, joined by halves as every reduction joins them.
#[inline(always)]
fn joined<T: Lane>(lanes: &[T; WIDEST]) -> T {
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

/// `out[k, j] += Σ a[a_at[p, k] + r] g[g_at[p, j] + r]` over the terms `p` and the rows `r`, for `size = [terms, k, j]`.
#[allow(clippy::too_many_arguments)]
pub(super) fn transposed_product_of<T: Lane>(
    p: Processor,
    rows: usize,
    size: [usize; 3],
    a: &[T],
    a_at: &[u32],
    g: &[T],
    g_at: &[u32],
    mut out: MatrixMut<'_, T>,
) {
    p.run_vectors(Transposed { rows, a, a_at, g, g_at, size, out: &mut out.reborrow() });
}
