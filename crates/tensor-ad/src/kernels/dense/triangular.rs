//! Triangular systems: right-hand sides as rows of a matrix, or as columns over a block of rows.

use super::super::columns::Matrix;
use super::super::lane::Lane;
use super::Triangle;
use super::eliminate::{divide, dot, subtract, subtract_scaled};

/// `x`, `n` by `m`, becomes the solution of `op(T) X = x`.
#[inline(always)]
pub(super) fn solve<T: Lane>(
    triangle: Triangle,
    [n, m]: [usize; 2],
    a: &[T],
    x: &mut [T],
) -> Result<(), usize> {
    if m == 1 {
        return solve_vector(triangle, n, a, x);
    }
    solve_strided(triangle, [n, m], Matrix { data: a, row_stride: n, column_stride: 1 }, x, m)
}

/// The same where unknown `i` of all right-hand sides is `x[i * stride..][..m]`: a row of a matrix, or a column over a
/// block of rows.
#[inline(always)]
pub(super) fn solve_strided<T: Lane>(
    triangle: Triangle,
    [n, m]: [usize; 2],
    a: Matrix<'_, T>,
    x: &mut [T],
    stride: usize,
) -> Result<(), usize> {
    if m == 0 {
        return Ok(());
    }
    for step in 0..n {
        let i = if triangle.forward() { step } else { n - 1 - step };
        let (before, rest) = x.split_at_mut(i * stride);
        let (own, after) = rest.split_at_mut(if rest.len() < stride { rest.len() } else { stride });
        let own = &mut own[..m];
        if step > 0 {
            // The unknowns found already, and the coefficients with which they stand in this equation.
            let (known, from) = if triangle.forward() { (before, 0) } else { (after, i + 1) };
            let (start, distance) = if triangle.transposed {
                (from * a.row_stride + i * a.column_stride, a.row_stride)
            } else {
                (i * a.row_stride + from * a.column_stride, a.column_stride)
            };
            subtract(own, step, known, stride, &a.data[start..], distance);
        }
        if !triangle.unit {
            let pivot = a.data[i * a.row_stride + i * a.column_stride];
            if pivot == T::NIL {
                return Err(i);
            }
            divide(own, pivot);
        }
    }
    Ok(())
}

/// The same for one right-hand side, whose elements are neighbours: rows of the matrix are taken whole.
#[inline(always)]
fn solve_vector<T: Lane>(triangle: Triangle, n: usize, a: &[T], x: &mut [T]) -> Result<(), usize> {
    let x = &mut x[..n];
    for step in 0..n {
        let i = if triangle.forward() { step } else { n - 1 - step };
        let row = &a[i * n..(i + 1) * n];
        let (before, rest) = x.split_at_mut(i);
        let (own, after) = rest.split_at_mut(1);
        if !triangle.transposed {
            let known = if triangle.upper { dot(&row[i + 1..], after) } else { dot(&row[..i], before) };
            own[0] = own[0] - known;
        }
        if !triangle.unit {
            if row[i] == T::NIL {
                return Err(i);
            }
            own[0] = own[0] / row[i];
        }
        if triangle.transposed {
            if triangle.upper {
                subtract_scaled(own[0], &row[i + 1..], after);
            } else {
                subtract_scaled(own[0], &row[..i], before);
            }
        }
    }
    Ok(())
}
