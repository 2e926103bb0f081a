//! Whole matrices of derivatives, and products with the second derivatives.

use super::{directions, grad, jvp, pull, sized};
use crate::batch::vmap_with;
use crate::dim::{Dim, Shape};
use crate::{Error, Expr};

/// A scalar and its [gradient](grad) with respect to each of `wrt`: `[value, gradient of wrt[0], gradient of wrt[1], ...]`, ready
/// for [`Plan::compile`](crate::Plan::compile). What they share is computed once.
///
/// # Errors
/// As [`grad`].
///
/// ```
/// use elbo_tensor_ad::{Expr, Plan, value_and_grad};
///
/// let x = Expr::input("x", [1]);
/// let plan = Plan::<f64>::compile(&value_and_grad(&x.exp().sum(), &[x])?)?;
/// let found = plan.call(&[("x", &elbo_tensor_ad::Array::vector(vec![0.0]))])?;
/// assert_eq!((found[0].data(), found[1].data()), ([1.0].as_slice(), [1.0].as_slice()));
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
pub fn value_and_grad(value: &Expr, wrt: &[Expr]) -> Result<Vec<Expr>, Error> {
    let mut outputs = vec![value.clone()];
    outputs.extend(grad(value, wrt)?);
    Ok(outputs)
}

/// The Hessian-vector product: for each of `wrt`, `Σⱼ ∂²value/∂wrtᵢ∂wrtⱼ · directionⱼ`, in the shape of `wrtᵢ`. The Hessian is never built:
/// the work is that of the gradient times a small constant.
///
/// It is the pull-back of the directions through the gradient (the Hessian is symmetric). Directions have the shapes of `wrt`, or stretch to
/// them, and are not differentiated.
///
/// # Errors
/// As [`grad`]; [`Error::DirectionCount`] and [`Error::DirectionShape`].
///
/// ```
/// use elbo_tensor_ad::{Array, Expr, hvp, reference};
///
/// let (x, v) = (Expr::input("x", [2]), Expr::input("v", [2]));
/// let value = x.index(0, 0).square() * x.index(0, 1);        // Hessian [[2 b, 2 a], [2 a, 0]]
/// let product = hvp(&value, &[x], &[v])?;
/// let (at, along) = (Array::vector(vec![1.0, 3.0]), Array::vector(vec![1.0, 1.0]));
/// assert_eq!(reference::evaluate(&product, &[("x", &at), ("v", &along)])?[0].data(), [8.0, 2.0]);
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
pub fn hvp(value: &Expr, wrt: &[Expr], direction: &[Expr]) -> Result<Vec<Expr>, Error> {
    for e in direction {
        e.check()?;
    }
    let slopes = grad(value, wrt)?;
    let along = directions("directions", direction, wrt)?;
    let products = pull(&slopes, &along, wrt)?;
    Ok(products.iter().zip(wrt).map(|(e, x)| sized(e, x)).collect())
}

/// The Jacobian of `output` with respect to each of `wrt`: all partial derivatives, the axes of the output first, then those of `wrt`.
///
/// It is [`vmap`](crate::vmap) of [`vjp`](crate::vjp) over the unit vectors of the output (one row each), or of [`jvp`] over
/// those of `wrt` where these are fewer or the output's length is a name. The axes may be named: an output `[obs]` by an input `[obs]` is an
/// `[obs, obs]` matrix.
///
/// # Errors
/// A shape mistake in the expressions; [`Error::TooLarge`] when the numbers of an output or input cannot be counted.
///
/// ```
/// use elbo_tensor_ad::{Array, Expr, jacobian, reference};
///
/// let x = Expr::input("x", ["n"]);
/// let y = Expr::stack(&[x.sum(), x.square().sum()], 0);
/// let matrix = jacobian(&y, &[x])?;
/// assert_eq!(matrix[0].shape().to_string(), "[2, n]");
/// let found = reference::evaluate(&matrix, &[("x", &Array::vector(vec![1.0, 3.0]))])?;
/// assert_eq!(found[0].data(), [1.0, 1.0, 2.0, 6.0]);
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
#[track_caller]
pub fn jacobian(output: &Expr, wrt: &[Expr]) -> Result<Vec<Expr>, Error> {
    for e in std::iter::once(output).chain(wrt) {
        e.check()?;
    }
    let columns = wrt.iter().try_fold(0usize, |n, x| n.checked_add(x.shape().fixed_len()?));
    let fewer = match (columns, output.shape().fixed_len()) {
        (Some(columns), Some(rows)) => columns < rows,
        (columns, None) => columns.is_some(),
        (None, Some(_)) => false,
    };
    if fewer {
        let found = wrt.iter().map(|x| by_columns(output, x)).collect();
        // A custom gradient may have no derivative forward.
        if !matches!(found, Err(Error::NotLinear { .. })) {
            return found;
        }
    }
    by_rows(output, wrt)
}

/// The Hessian of a scalar: `hessian[i][j]` holds the second derivatives by `wrt[i]` and `wrt[j]`, the axes of the first before those of the second.
///
/// It is the [Jacobian](jacobian) of the [gradient](grad). For its product with a vector, [`hvp`] is far cheaper.
///
/// # Errors
/// As [`grad`] and [`jacobian`].
///
/// ```
/// use elbo_tensor_ad::{Array, Expr, hessian, reference};
///
/// let x = Expr::input("x", [2]);
/// let value = x.index(0, 0).square() * x.index(0, 1);
/// let second = hessian(&value, &[x])?.remove(0);
/// let found = reference::evaluate(&second, &[("x", &Array::vector(vec![1.0, 3.0]))])?;
/// assert_eq!(found[0].data(), [6.0, 2.0, 2.0, 0.0]);
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
#[track_caller]
pub fn hessian(value: &Expr, wrt: &[Expr]) -> Result<Vec<Vec<Expr>>, Error> {
    grad(value, wrt)?.iter().map(|slope| jacobian(slope, wrt)).collect()
}

/// A stand-in for a direction while the unit vectors are not put in its place.
fn unknown(shape: Shape) -> Expr {
    Expr::input_at(&"\u{0}unit vector".into(), shape, std::panic::Location::caller())
}

/// `[n, n]`: 1 on the diagonal.
#[track_caller]
fn identity(dim: &Dim) -> Expr {
    Expr::iota(dim).expand(1).equal(Expr::iota(dim))
}

fn joined(a: &Shape, b: &Shape) -> Shape {
    a.dims().iter().chain(b.dims()).cloned().collect()
}

#[track_caller]
fn by_rows(output: &Expr, wrt: &[Expr]) -> Result<Vec<Expr>, Error> {
    let shape = output.shape().clone();
    if shape.rank() == 0 {
        return grad(output, wrt);
    }
    let mut along = unknown(shape.clone());
    let mut rows = pull(std::slice::from_ref(output), std::slice::from_ref(&along), wrt)?;
    rows = rows.iter().zip(wrt).map(|(e, x)| e.broadcast_to(x.shape())).collect();
    if let Some(n) = shape.fixed_len() {
        let units = identity(&Dim::Fixed(n)).reshape(joined(&Shape::from([n]), &shape));
        rows = vmap_with(&rows, &[(along, units)], n)?
            .iter()
            .map(|e| e.reshape(joined(&shape, &e.shape().without(&[0]))).check().cloned())
            .collect::<Result<_, _>>()?;
    } else {
        // One axis after another, the last one first.
        for (done, dim) in shape.dims().iter().enumerate().rev() {
            let axes = joined(&Shape::from(&shape.dims()[done..]), &shape);
            let next = unknown(axes);
            rows = vmap_with(&rows, &[(along, next.clone())], dim)?;
            along = next;
        }
        let rank = shape.rank();
        let mut units = Expr::constant(1.0);
        for (axis, dim) in shape.dims().iter().enumerate() {
            let along = |e: Expr, at: usize| {
                let dims = (0..2 * rank).map(|a| if a == at { dim.clone() } else { Dim::Fixed(1) });
                e.reshape(dims.collect::<Shape>())
            };
            units = units * along(Expr::iota(dim), axis).equal(along(Expr::iota(dim), rank + axis));
        }
        rows = Expr::substitute_all(&rows, &[(along, units)]);
    }
    rows.iter()
        .zip(wrt)
        .map(|(row, x)| {
            // Names that a constant derivative has lost are those of the output and of the variable.
            let ones = std::iter::repeat_n(Dim::Fixed(1), x.rank());
            let first = output.reshape(shape.dims().iter().cloned().chain(ones).collect::<Shape>());
            let row = row.broadcast_to(joined(&shape, x.shape()));
            sized(&sized(&row, &first), x).check().cloned()
        })
        .collect()
}

#[track_caller]
fn by_columns(output: &Expr, x: &Expr) -> Result<Expr, Error> {
    let n = x.shape().fixed_len().ok_or(Error::TooLarge)?;
    let along = unknown(x.shape().clone());
    let column = jvp(std::slice::from_ref(output), std::slice::from_ref(x), std::slice::from_ref(&along))?;
    let units = identity(&Dim::Fixed(n)).reshape(joined(&Shape::from([n]), x.shape()));
    let columns = vmap_with(&column, &[(along, units)], n)?.remove(0);
    let apart = columns.reshape(joined(x.shape(), output.shape()));
    let order: Vec<usize> = (x.rank()..apart.rank()).chain(0..x.rank()).collect();
    let matrix = if x.rank() == 0 || output.rank() == 0 { apart } else { apart.permute(&order) };
    matrix.check().cloned()
}
