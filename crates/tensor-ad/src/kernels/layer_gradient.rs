//! The gradient of a dense layer behind a `tanh`: sums over the rows for its weights, and what goes back to the layer before.
//!
//! Both read the same columns. Where a register holds 64 bytes one pass does both, else two; the bits are the same.

use super::columns::{Columns, Finish, Matrix, MatrixMut, WIDTH, columns_times_matrix};
use super::lane::Lane;
use super::processor::{Level, Runner, VectorWork};
use super::transposed::columns_transposed_times_columns;

/// The most sums of one layer.
pub(crate) const LAYER_SUMS: usize = 64;

/// Whether a layer is small enough for [`layer_gradient`].
pub(crate) fn is_small_layer(inputs: usize, outputs: usize) -> bool {
    (1..=WIDTH).contains(&outputs) && (1..=LAYER_SUMS / WIDTH).contains(&inputs)
}

struct LayerGradient<'a, 'b, T> {
    /// To add up, and to compute: the last up to a whole vector, where what is beyond may be written.
    rows: [usize; 2],
    a: &'b Columns<'a, T>,
    g: &'b Columns<'a, T>,
    w: &'b Matrix<'a, T>,
    sums: &'b mut [T],
    back: &'b mut [T],
    back_stride: usize,
}

impl<T: Lane> VectorWork for &mut LayerGradient<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Level>(self, simd: S) {
        let (inputs, outputs) = (self.a.count, self.g.count);
        let [rows, whole] = self.rows;
        if size_of::<T::Vector<S>>() < 64 || !whole.is_multiple_of(T::LANES) || outputs > WIDTH {
            let sums = &mut MatrixMut { data: self.sums, row_stride: outputs, column_stride: 1 };
            columns_transposed_times_columns(simd, rows, self.a, self.g, sums);
            let (back, stride) = (&mut *self.back, self.back_stride);
            let through = Finish::TanhPullback(self.a);
            columns_times_matrix(simd, whole, self.g, self.w, back, stride, inputs, false, through);
            return;
        }
        match outputs {
            1 => simd.run_vectors(Outputs::<'_, '_, '_, T, 1>(self)),
            2 => simd.run_vectors(Outputs::<'_, '_, '_, T, 2>(self)),
            3 => simd.run_vectors(Outputs::<'_, '_, '_, T, 3>(self)),
            4 => simd.run_vectors(Outputs::<'_, '_, '_, T, 4>(self)),
            5 => simd.run_vectors(Outputs::<'_, '_, '_, T, 5>(self)),
            _ => simd.run_vectors(Outputs::<'_, '_, '_, T, 6>(self)),
        }
    }
}

/// A layer of `J` outputs.
struct Outputs<'a, 'b, 'c, T, const J: usize>(&'c mut LayerGradient<'a, 'b, T>);

impl<T: Lane, const J: usize> VectorWork for Outputs<'_, '_, '_, T, J> {
    type Output = ();
    /// Activation by activation: the sums of one and what goes back fit the registers whatever `J`, and gradients that are read again come from the
    /// first cache.
    #[inline(always)]
    fn run<S: Level>(self, simd: S) {
        let LayerGradient { rows: [rows, whole], a, g, w, sums, back, back_stride } = self.0;
        let (rows, whole) = (*rows, *whole);
        let vectors = rows / T::LANES;
        let left = vectors * T::LANES;
        let mut y: [&[T]; J] = [&[]; J];
        let mut y_vectors: [&[T::Vector<S>]; J] = [&[]; J];
        for m in 0..J {
            y[m] = g.column(m, whole);
            y_vectors[m] = &T::vectors::<S>(y[m])[..vectors];
        }
        for k in 0..a.count {
            let x = a.column(k, whole);
            let back = T::vectors_mut::<S>(&mut back[k * *back_stride..][..whole]);
            let mut weights = [T::splat(simd, T::NIL); J];
            for m in 0..J {
                weights[m] = T::splat(simd, w.data[m * w.row_stride + k * w.column_stride]);
            }
            let mut totals = [T::splat(simd, T::NIL); 8];
            let (x_vectors, back_vectors) = (&T::vectors::<S>(x)[..vectors], &mut back[..vectors]);
            for v in 0..vectors {
                let t = x_vectors[v];
                let mut sum = T::splat(simd, T::NIL);
                for m in 0..J {
                    let gradient = y_vectors[m][v];
                    totals[m] = T::fused_vector(simd, t, gradient, totals[m]);
                    sum = T::fused_vector(simd, gradient, weights[m], sum);
                }
                back_vectors[v] = T::tanh_pullback_vector(simd, sum, t);
            }
            if left < rows {
                let t = T::partial(simd, &x[left..rows]);
                let mut sum = T::splat(simd, T::NIL);
                for m in 0..J {
                    let gradient = T::partial(simd, &y[m][left..rows]);
                    totals[m] = T::fused_vector(simd, t, gradient, totals[m]);
                    sum = T::fused_vector(simd, gradient, weights[m], sum);
                }
                back[vectors] = T::tanh_pullback_vector(simd, sum, t);
            }
            let [t0, t1, t2, t3, t4, t5, t6, t7] = totals;
            let first = T::sum_four(simd, [t0, t1, t2, t3]);
            let sums = &mut sums[k * J..(k + 1) * J];
            if J <= 4 {
                sums.copy_from_slice(&first[..J]);
            } else {
                sums[..4].copy_from_slice(&first);
                sums[4..].copy_from_slice(&T::sum_four(simd, [t4, t5, t6, t7])[..J - 4]);
            }
        }
    }
}

/// `sums[k * J + j] = sum_r a[k][r] g[j][r]` and `back[k][r] = (1 - a[k][r]^2) sum_j g[j][r] w[j, k]`, for as many sums as
/// [`LAYER_SUMS`] at most, which hold zeros before. `rows` are those to add up and those to compute.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
pub(crate) fn layer_gradient<T: Lane>(
    p: impl Runner,
    rows: [usize; 2],
    a: &Columns<'_, T>,
    g: &Columns<'_, T>,
    w: &Matrix<'_, T>,
    sums: &mut [T],
    back: &mut [T],
    back_stride: usize,
) {
    p.run_vectors(&mut LayerGradient { rows, a, g, w, sums, back, back_stride });
}
