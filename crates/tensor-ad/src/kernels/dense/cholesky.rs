//! The Cholesky factor of a small matrix.

use super::super::lane::Lane;
use super::eliminate::{divide, subtract};

/// `out = L` with `L Lᵀ = A`. Computed as `U = Lᵀ` row by row, so that all that is combined is contiguous, then turned.
#[inline(always)]
pub(super) fn factor<T: Lane>(n: usize, a: &[T], out: &mut [T]) -> Result<(), usize> {
    for k in 0..n {
        let (above, row) = out.split_at_mut(k * n);
        let row = &mut row[k..n];
        for j in 0..row.len() {
            row[j] = a[(k + j) * n + k];
        }
        let above = &above[if k < above.len() { k } else { above.len() }..];
        subtract(row, k, above, n, above, n);
        let pivot = row[0];
        // Not above zero, or no number at all.
        if !matches!(pivot.partial_cmp(&T::NIL), Some(core::cmp::Ordering::Greater)) {
            return Err(k);
        }
        let root = pivot.sqrt_lane();
        row[0] = root;
        divide(&mut row[1..], root);
    }
    turn(n, out);
    Ok(())
}

/// The upper triangle moved below the diagonal, zeros where it was.
#[inline(always)]
pub(super) fn turn<T: Lane>(n: usize, out: &mut [T]) {
    for i in 0..n {
        for j in 0..i {
            out[i * n + j] = out[j * n + i];
            out[j * n + i] = T::NIL;
        }
    }
}
