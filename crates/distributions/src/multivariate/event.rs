//! What expressions over whole vectors and matrices need: sums over an event, symmetric matrices, checks of shapes.

use elbo_tensor_ad::{Array, Dim, Expr, Shape};

use crate::distribution::check_parameters;
use crate::{Distribution, Error, draw};

/// How far the sum of a simplex or zero-sum vector, the length of a row of a correlation's factor or the diagonal of a correlation may
/// be off: what `f32` numbers are off by, and what [`Support::check`](crate::Support::check) passes.
pub(crate) const TOLERANCE: f64 = 1e-6;

/// The last axis.
pub(crate) fn last(e: &Expr) -> usize {
    e.rank().saturating_sub(1)
}

/// The sum over the last axis.
pub(crate) fn total(e: &Expr) -> Expr {
    e.sum_axes(&[last(e)])
}

/// The sum over the last two axes.
pub(crate) fn total2(e: &Expr) -> Expr {
    if e.rank() < 2 { e.trace() } else { e.sum_axes(&[e.rank() - 2, e.rank() - 1]) }
}

/// 1 where the condition holds all along the last axis.
pub(crate) fn all(condition: &Expr) -> Expr {
    condition.all_axes(&[last(condition)])
}

/// A number for each event, as one for each element of a vector.
pub(crate) fn column(e: &Expr) -> Expr {
    e.expand(e.rank())
}

/// A number for each event, as one for each element of a matrix.
pub(crate) fn cells(e: &Expr) -> Expr {
    column(&column(e))
}

/// A parameter that is a vector: one number is all elements of a vector of this length.
pub(crate) fn vector(e: &Expr, n: Dim) -> Expr {
    if e.rank() == 0 && e.check().is_ok() { e.broadcast_to([n]) } else { e.clone() }
}

/// `(A + Aᵀ) / 2`: its gradient is symmetric, and that of a Cholesky factor counts both triangles.
pub(crate) fn symmetric(a: &Expr) -> Expr {
    0.5 * (a + a.matrix_transpose())
}

/// `r M` for each row `r`: `[.., n], [.., n, m] → [.., m]`.
pub(crate) fn row_times(r: &Expr, m: &Expr) -> Expr {
    if m.rank() <= 2 || r.rank() == 0 || r.check().is_err() {
        return r.matmul(m);
    }
    let product = r.expand(r.rank() - 1).matmul(m);
    if product.check().is_err() { product } else { product.squeeze(&[product.rank() - 2]) }
}

/// `M r` for each row `r`: `[.., n, m], [.., m] → [.., n]`.
pub(crate) fn times_row(m: &Expr, r: &Expr) -> Expr {
    row_times(r, &m.matrix_transpose())
}

/// `L⁻¹ r` for each row `r`, `[.., n, n], [.., n] → [.., n]`.
pub(crate) fn solve_row(l: &Expr, r: &Expr) -> Expr {
    if r.rank() <= 1 && l.rank() <= 2 || r.check().is_err() {
        return l.solve_lower(r);
    }
    let solved = l.solve_lower(&column(r));
    if solved.check().is_err() { solved } else { solved.squeeze(&[solved.rank() - 1]) }
}

/// 1 for matrices that are symmetric to within `1e-8` of their largest entry and positive definite. A factorisation would stop the run
/// at one that is not; the smallest eigenvalue says it of any matrix.
pub(crate) fn positive_definite(x: &Expr) -> Expr {
    let x = x.stop_gradient();
    if x.check().is_err() || x.rank() < 2 {
        return x.trace();
    }
    let (rows, columns) = (x.rank() - 2, x.rank() - 1);
    let largest = x.abs().max_axes(&[rows, columns]);
    let skew = (&x - x.matrix_transpose()).abs().max_axes(&[rows, columns]);
    let n = Expr::size(x.dim(columns));
    let values = symmetric(&x).eigvalsh();
    let smallest = values.min_axes(&[last(&values)]);
    smallest.greater(f64::EPSILON * n * &largest) * skew.less_equal(1e-8 * &largest)
}

/// The default check, and then whether the density takes a value of this shape: whether the parameters' vectors and matrices fit.
pub(crate) fn check(distribution: &dyn Distribution, value: impl Into<Shape>) -> Result<(), Error> {
    check_parameters(distribution.name(), &distribution.parameters())?;
    fits(distribution, value)
}

/// Whether the density takes a value of this shape.
pub(crate) fn fits(distribution: &dyn Distribution, value: impl Into<Shape>) -> Result<(), Error> {
    let value = Expr::input("value", value);
    match distribution.log_density(&value).check() {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::ParameterShapes {
            distribution: distribution.name(),
            found: distribution.parameters().iter().map(|p| (p.name, p.value.shape().clone())).collect(),
        }),
    }
}

/// Draws of events whose parameters have these event shapes, each filled in by `one`.
pub(crate) fn drawn<const N: usize>(
    distribution: &dyn Distribution,
    parameters: &[Array<f64>],
    shape: &[usize],
    rank: usize,
    events: [&[usize]; N],
    one: impl FnMut([&[f64]; N], &mut [f64]),
) -> Result<Array<f64>, Error> {
    for ((known, values), event) in distribution.parameters().iter().zip(parameters).zip(events) {
        if values.rank() >= event.len() && !values.shape().ends_with(event) {
            return Err(Error::DrawShape {
                distribution: distribution.name(),
                parameter: known.name,
                found: values.shape().to_vec(),
                shape: shape.to_vec(),
            });
        }
    }
    draw::vectors(distribution, parameters, shape, rank, one)
}

/// The last axes of the shape of a draw; 0 for those that are missing, which [`drawn`] reports.
pub(crate) fn sides(shape: &[usize]) -> [usize; 2] {
    let at = |back: usize| shape.len().checked_sub(back).map_or(0, |i| shape[i]);
    [at(2), at(1)]
}

/// The draw itself, with the gradient of `path`, whose value is the draw's up to rounding.
pub(crate) fn along(draw: &Expr, path: &Expr) -> Expr {
    draw.stop_gradient() + (path - path.stop_gradient())
}
