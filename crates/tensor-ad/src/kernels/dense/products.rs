//! Products of large matrices, by faer; without the feature there are none.
//!
//! Each function does its work and returns true, or returns false and has done nothing: where faer is not compiled in,
//! where the product is too small to pay for faer's packing, or where a stride is one that faer's safe constructors do
//! not take. Which sizes pay is decided in [`pays`], here and nowhere else.

use super::super::columns::{Columns, Matrix, MatrixMut};
use super::super::processor::Processor;
#[cfg(feature = "faer")]
use super::panels;

/// Both inner and outer widths from which faer is asked.
///
/// Measured on one thread of a Zen 4, `f64`, faer against our kernels, microseconds, forward and transposed product of
/// square widths: at 512 rows 12.4 against 12.8 and 16.0 against 11.3 (width 24), 21.0 against 31.8 and 24.7 against 23.7
/// (32), 78 against 142 and 92 against 103 (64); at 64 rows 2.6 against 3.0 and 2.7 against 3.3 (32), 9.7 against 11.7 and 10.1 against 13.5 (64).
const WIDTH: usize = 32;
/// Fewer rows than this do not fill faer's tiles.
const ROWS: usize = 32;

/// Whether a product of `rows` by `k` by `j` is worth faer's packing.
#[inline]
pub(crate) fn pays(rows: usize, k: usize, j: usize) -> bool {
    cfg!(feature = "faer") && rows >= ROWS && k >= WIDTH && j >= WIDTH
}

/// A number type that faer multiplies, where faer is compiled in.
#[cfg(feature = "faer")]
pub(in super::super) trait Number: faer::traits::ComplexField {}
#[cfg(feature = "faer")]
impl<T: faer::traits::ComplexField> Number for T {}
/// Any number type, where it is not.
#[cfg(not(feature = "faer"))]
pub(in super::super) trait Number {}
#[cfg(not(feature = "faer"))]
impl<T> Number for T {}

/// `out[j][r] = sum_k x[k][r] w[k, j]`.
pub(in super::super) fn columns_times_matrix<T: Number>(
    p: Processor,
    rows: usize,
    x: Columns<'_, T>,
    w: Matrix<'_, T>,
    out: &mut [T],
    out_stride: usize,
    out_count: usize,
) -> bool {
    let mut out = MatrixMut { data: out, row_stride: 1, column_stride: out_stride };
    let size = [rows, x.count, out_count];
    pays(rows, x.count, out_count)
        && multiply(p.panels(size, size_of::<T>()), false, size, side_by_side(x), w, &mut out)
}

/// `out[k, j] += sum_r a[k][r] g[j][r]`.
pub(in super::super) fn columns_transposed_times_columns<T: Number>(
    p: Processor,
    rows: usize,
    a: Columns<'_, T>,
    g: Columns<'_, T>,
    out: &mut MatrixMut<'_, T>,
) -> bool {
    let transposed = Matrix { data: a.data, row_stride: a.stride, column_stride: 1 };
    let size = [a.count, rows, g.count];
    pays(rows, a.count, g.count)
        && multiply(p.panels(size, size_of::<T>()), true, size, transposed, side_by_side(g), out)
}

/// `out[i, j] = sum_l a[i, l] b[l, j]` for `size = [m, k, n]`.
pub(in super::super) fn matmul<T: Number>(
    p: Processor,
    size: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    out: &mut MatrixMut<'_, T>,
) -> bool {
    pays(size[0], size[1], size[2]) && multiply(p.panels(size, size_of::<T>()), false, size, a, b, out)
}

/// Columns as the matrix that they are.
fn side_by_side<T>(c: Columns<'_, T>) -> Matrix<'_, T> {
    Matrix { data: c.data, row_stride: 1, column_stride: c.stride }
}

/// `out = a b`, or `out += a b`, for `[m, k, n]`, in so many panels.
#[cfg(feature = "faer")]
fn multiply<T: Number>(
    panels: usize,
    add: bool,
    [m, k, n]: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    out: &mut MatrixMut<'_, T>,
) -> bool {
    use faer::{Accum, MatMut, MatRef};

    /// A matrix whose elements are neighbours along one axis.
    fn matrix<'a, T>(m: Matrix<'a, T>, rows: usize, columns: usize) -> Option<MatRef<'a, T>> {
        if m.row_stride == 1 && m.column_stride >= rows {
            Some(MatRef::from_column_major_slice_with_stride(m.data, rows, columns, m.column_stride))
        } else if m.column_stride == 1 && m.row_stride >= columns {
            Some(MatRef::from_row_major_slice_with_stride(m.data, rows, columns, m.row_stride))
        } else {
            None
        }
    }

    /// The same to write to. Row-major by way of the transpose: faer 0.24.4's `from_row_major_slice_with_stride_mut`
    /// exchanges the two strides.
    fn target<'a, T>(m: &'a mut MatrixMut<'_, T>, rows: usize, columns: usize) -> Option<MatMut<'a, T>> {
        let columns_from = MatMut::from_column_major_slice_with_stride_mut;
        if m.row_stride == 1 && m.column_stride >= rows {
            Some(columns_from(m.data, rows, columns, m.column_stride))
        } else if m.column_stride == 1 && m.row_stride >= columns {
            Some(columns_from(m.data, columns, rows, m.row_stride).transpose_mut())
        } else {
            None
        }
    }

    let (Some(a), Some(b)) = (matrix(a, m, k), matrix(b, k, n)) else { return false };
    let Some(out) = target(out, m, n) else { return false };
    let accumulate = if add { Accum::Add } else { Accum::Replace };
    panels::multiply(panels, accumulate, a, b, out);
    true
}

#[cfg(not(feature = "faer"))]
fn multiply<T: Number>(
    _: usize,
    _: bool,
    _: [usize; 3],
    _: Matrix<'_, T>,
    _: Matrix<'_, T>,
    _: &mut MatrixMut<'_, T>,
) -> bool {
    false
}
