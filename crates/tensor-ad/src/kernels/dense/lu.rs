//! Elimination with partial pivoting: systems of equations and determinants.

use super::super::lane::Lane;
use super::eliminate::{subtract, subtract_scaled};

/// Columns eliminated together before the rest of the matrix is touched.
const BLOCK: usize = 8;

/// `f` becomes the unit lower and the upper factor of itself with its rows exchanged, and the rows of `x` (`m` wide) are
/// exchanged alike. Returns whether the number of exchanges was odd, or the column in which nothing but zero was left.
#[inline(always)]
fn factor<T: Lane>(n: usize, f: &mut [T], x: &mut [T], m: usize) -> Result<bool, usize> {
    let mut odd = false;
    let mut first = 0;
    while first < n {
        let end = if first + BLOCK < n { first + BLOCK } else { n };
        for k in first..end {
            let mut pivot = k;
            for i in k + 1..n {
                if f[i * n + k].abs_lane() > f[pivot * n + k].abs_lane() {
                    pivot = i;
                }
            }
            if pivot != k {
                odd = !odd;
                exchange(f, n, k, pivot);
                exchange(x, m, k, pivot);
            }
            let (above, below) = f.split_at_mut((k + 1) * n);
            let row = &above[k * n..];
            let value = row[k];
            if value == T::NIL {
                return Err(k);
            }
            for i in 0..n - 1 - k {
                let other = &mut below[i * n..(i + 1) * n];
                let ratio = other[k] / value;
                other[k] = ratio;
                subtract_scaled(ratio, &row[k + 1..end], &mut other[k + 1..end]);
            }
        }
        // To the right of the block: the rows of the block itself in turn, then all below.
        for i in first + 1..n {
            let (above, row) = f.split_at_mut(i * n);
            let (left, right) = row[..n].split_at_mut(end);
            let count = if i < end { i - first } else { end - first };
            if !right.is_empty() {
                subtract(right, count, &above[first * n + end..], n, &left[first..], 1);
            }
        }
        first = end;
    }
    Ok(odd)
}

#[inline(always)]
fn exchange<T: Lane>(x: &mut [T], width: usize, i: usize, j: usize) {
    let (head, tail) = x.split_at_mut(j * width);
    let (a, b) = (&mut head[i * width..(i + 1) * width], &mut tail[..width]);
    for l in 0..width {
        core::mem::swap(&mut a[l], &mut b[l]);
    }
}

/// `spare` takes the factors, the rows of `x`, `n` by `m`, are exchanged as theirs: two triangular systems remain.
#[inline(always)]
pub(super) fn factor_copy<T: Lane>(
    [n, m]: [usize; 2],
    a: &[T],
    x: &mut [T],
    spare: &mut [T],
) -> Result<(), usize> {
    for i in 0..n * n {
        spare[i] = a[i];
    }
    factor(n, spare, x, m).map(|_| ())
}

/// The sign of the determinant and the logarithm of its size.
#[inline(always)]
pub(super) fn log_abs_det<T: Lane>(n: usize, a: &[T], spare: &mut [T]) -> [T; 2] {
    for i in 0..n * n {
        spare[i] = a[i];
    }
    match factor(n, spare, &mut [], 0) {
        Ok(odd) => of_diagonal(n, spare, odd),
        Err(_) => [T::NIL, T::LOWEST],
    }
}

/// Sign and logarithm of the product of a diagonal, its sign changed when `odd`.
#[inline(always)]
pub(super) fn of_diagonal<T: Lane>(n: usize, f: &[T], odd: bool) -> [T; 2] {
    let (mut sign, mut sum) = (if odd { -T::UNIT } else { T::UNIT }, T::NIL);
    for i in 0..n {
        let d = f[i * n + i];
        if d < T::NIL {
            sign = -sign;
        } else if d == T::NIL {
            sign = T::NIL;
        } else if d.partial_cmp(&T::NIL).is_none() {
            // NaN.
            sign = d;
        }
        sum += d.abs_lane().ln_lane();
    }
    [sign, sum]
}
