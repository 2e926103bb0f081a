//! The products of a plan, as the kernels offer them. `kernels/large.rs` decides which of them faer does.

use crate::Real;
use crate::kernels::{Columns, Matrix, MatrixMut, Processor};

/// `out[j][r] = Σ_k x[k][r] w[k, j]`.
#[inline]
pub(super) fn columns_times_matrix<T: Real>(
    p: Processor,
    rows: usize,
    x: Columns<'_, T>,
    w: Matrix<'_, T>,
    out: &mut [T],
    out_stride: usize,
    out_count: usize,
) {
    T::columns_times_matrix(p, rows, x, w, out, out_stride, out_count, false);
}

/// `out[j][r] = (1 - t[j][r]²) Σ_k x[k][r] w[k, j]`.
#[inline]
#[allow(clippy::too_many_arguments)]
pub(super) fn columns_times_matrix_through_tanh<T: Real>(
    p: Processor,
    rows: usize,
    x: Columns<'_, T>,
    w: Matrix<'_, T>,
    t: Columns<'_, T>,
    out: &mut [T],
    out_stride: usize,
    out_count: usize,
) {
    T::columns_times_matrix_through_tanh(p, rows, x, w, t, out, out_stride, out_count);
}

/// `out[k, j] += Σ_r a[k][r] g[j][r]`.
#[inline]
pub(super) fn columns_transposed_times_columns<T: Real>(
    p: Processor,
    rows: usize,
    a: Columns<'_, T>,
    g: Columns<'_, T>,
    out: MatrixMut<'_, T>,
) {
    T::columns_transposed_times_columns(p, rows, a, g, out);
}

/// `out = a · b` for `size = [m, k, n]`.
#[inline]
pub(super) fn matmul<T: Real>(
    p: Processor,
    size: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    out: MatrixMut<'_, T>,
) {
    T::matmul(p, size, a, b, out);
}
