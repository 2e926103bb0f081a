//! Maps from vectors to matrices: Cholesky factors of covariances and correlations, and their products.

use core::f64::consts::LN_2;

use elbo_tensor_ad::{Array, Dim, Expr, Shape};

use super::{last, sums_before};

/// The side `n` of a triangle of `length` numbers, `n (n + 1) / 2` of them with its diagonal, `n (n - 1) / 2` without.
pub(super) fn side(length: usize, diagonal: bool) -> Option<usize> {
    let cells = |n: usize| if diagonal { n * (n + 1) / 2 } else { n * n.saturating_sub(1) / 2 };
    let near = (2.0 * length as f64).sqrt() as usize;
    (near.saturating_sub(1)..=near + 2).find(|&n| n > 0 && cells(n) == length)
}

/// The cells of a triangle, row by row.
fn cells(n: usize, diagonal: bool) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |i| (0..i + usize::from(diagonal)).map(move |j| (i, j)))
}

/// The packed triangle and its side; a length that is none carries a mistake on.
fn triangle(y: &Expr, diagonal: bool) -> Result<(usize, usize, usize), Expr> {
    let (axis, length) = last(y)?;
    // No triangle has this length: the slice is out of range, and says so with both numbers.
    side(length, diagonal).map(|n| (axis, length, n)).ok_or_else(|| y.slice(axis, length, 1))
}

/// `return` with the mistake that an expression carries.
macro_rules! known {
    ($e:expr) => {
        match $e {
            Ok(found) => found,
            Err(mistake) => return mistake,
        }
    };
}

/// The packed numbers in their cells below the diagonal, zeros elsewhere: `[.., m] → [.., n, n]`.
fn below(y: &Expr, axis: usize, length: usize, n: usize, diagonal: bool) -> Expr {
    // What is not below the diagonal reads the zero that is put behind.
    let mut index = vec![length as f64; n * n];
    for (at, (i, j)) in cells(n, diagonal).enumerate() {
        if j < i {
            index[i * n + j] = at as f64;
        }
    }
    y.pad(axis, 0, 1).take_axis(axis, &matrix(n, n, index))
}

fn matrix(rows: usize, columns: usize, data: Vec<f64>) -> Expr {
    let mut data = data;
    data.resize(rows * columns, 0.0);
    let flat = Expr::literal(Array::vector(data));
    flat.reshape([rows, columns])
}

/// The numbers on the diagonal of a packed triangle.
fn packed_diagonal(y: &Expr, axis: usize, n: usize) -> Expr {
    let at = (0..n).map(|i| (i * (i + 3) / 2) as f64).collect();
    y.take_axis(axis, &Expr::literal(Array::vector(at)))
}

/// The triangle of a matrix as a vector, row by row: `[.., n, n] → [.., m]`.
fn packed(x: &Expr, n: usize, diagonal: bool) -> Expr {
    let lead = x.rank().saturating_sub(2);
    let dims: Shape = x.shape().dims()[..lead].iter().cloned().chain([Dim::Fixed(n * n)]).collect();
    let at = cells(n, diagonal).map(|(i, j)| (i * n + j) as f64).collect();
    x.reshape(dims).take_axis(lead, &Expr::literal(Array::vector(at)))
}

/// The side of square matrices of a known size.
fn square(x: &Expr) -> Result<usize, Expr> {
    let diagonal = x.diagonal();
    last(&diagonal).map(|(_, n)| n)
}

/// `L Lᵀ`
pub(super) fn gram(l: &Expr) -> Expr {
    if l.check().is_err() { l.clone() } else { l.matmul(&l.matrix_transpose()) }
}

/// `L Lᵀ` of rows of length 1, its diagonal 1 to the last bit.
pub(super) fn correlation(y: &Expr) -> Expr {
    let product = gram(&correlation_cholesky(y));
    match square(&product) {
        Ok(n) => Expr::eye(n).select(1.0, product),
        Err(mistake) => mistake,
    }
}

pub(super) fn cholesky_covariance(y: &Expr) -> Expr {
    let (axis, length, n) = known!(triangle(y, true));
    packed_diagonal(y, axis, n).exp().diag() + below(y, axis, length, n, true)
}

pub(super) fn cholesky_covariance_inverse(x: &Expr) -> Expr {
    let n = known!(square(x));
    let all = packed(x, n, true);
    let diagonal = cells(n, true).map(|(i, j)| f64::from(i == j)).collect();
    let diagonal = Expr::literal(Array::vector(diagonal));
    diagonal.select(diagonal.select(&all, 1.0).ln(), &all)
}

pub(super) fn cholesky_covariance_log_det(y: &Expr) -> Expr {
    let (axis, _, n) = known!(triangle(y, true));
    packed_diagonal(y, axis, n).sum_axes(&[axis])
}

/// Of `L ↦ L Lᵀ`: `2ⁿ Π Lᵢᵢ^(n - i + 1)`, `i` from 1 on (Muirhead 1982, theorem 2.1.9).
pub(super) fn covariance_log_det(y: &Expr) -> Expr {
    let (axis, _, n) = known!(triangle(y, true));
    let weights = Expr::literal(Array::vector((0..n).map(|i| (n - i + 1) as f64).collect()));
    (packed_diagonal(y, axis, n) * weights).sum_axes(&[axis]) + n as f64 * LN_2
}

/// `y` in its cells, and `ln √(1 - Σ_{k<j} Lᵢₖ²)` in every cell.
fn correlation_rows(y: &Expr, axis: usize, length: usize, n: usize) -> (Expr, Expr) {
    let cells = below(y, axis, length, n, false);
    // √(1 - tanh² y) = 1 / cosh y.
    let left = sums_before(&-log_cosh(&cells), axis + 1, n);
    (cells, left)
}

/// `ln cosh y`
fn log_cosh(y: &Expr) -> Expr {
    (2.0 * y).softplus() - y - LN_2
}

pub(super) fn correlation_cholesky(y: &Expr) -> Expr {
    let (axis, length, n) = known!(triangle(y, false));
    let (cells, left) = correlation_rows(y, axis, length, n);
    // Above the diagonal tanh 0 = 0.
    (cells.tanh() + Expr::eye(n)) * left.exp()
}

pub(super) fn correlation_cholesky_inverse(x: &Expr) -> Expr {
    let n = known!(square(x));
    if n < 2 {
        return packed(x, n, false);
    }
    let axis = x.rank() - 1;
    // Σ_{k>j} Lᵢₖ², from the diagonal on: 1 - Σ_{k<=j} would lose the small ones.
    let after = x.square().cumsum_reversed(axis).slice(axis, 1, n - 1).pad(axis, 0, 1);
    // tanh y / √(1 - tanh² y) = sinh y.
    (packed(x, n, false) / packed(&after, n, false).sqrt()).asinh()
}

pub(super) fn correlation_cholesky_log_det(y: &Expr) -> Expr {
    let (axis, length, n) = known!(triangle(y, false));
    let (cells, left) = correlation_rows(y, axis, length, n);
    (left - 2.0 * log_cosh(&cells)).tril(-1).sum_axes(&[axis, axis + 1])
}

/// Of `L ↦ L Lᵀ`: `Π Lᵢᵢ^(n - i)`, `i` from 1 on (Lewandowski, Kurowicka and Joe 2009).
pub(super) fn correlation_log_det(y: &Expr) -> Expr {
    let (axis, length, n) = known!(triangle(y, false));
    let (_, left) = correlation_rows(y, axis, length, n);
    let weights = Expr::literal(Array::vector((0..n).map(|i| (n - i - 1) as f64).collect()));
    correlation_cholesky_log_det(y) + (left.diagonal() * weights).sum_axes(&[axis])
}
