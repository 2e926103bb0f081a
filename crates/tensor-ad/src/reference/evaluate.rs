//! Expressions at plain numbers, one element at a time, row-major, in `f64`.

use std::collections::HashMap;
use std::sync::Arc;

use super::dense::dense;
use super::scalar;
use crate::breakdown::NoRow;
use crate::dim::Shape;
use crate::graph::Sizes;
use crate::op::{Body, Op, Reduce};
use crate::{Array, Error, Expr};

/// The values of `exprs` when the inputs have these values.
///
/// This is the oracle: plain loops over row-major arrays, no simplification, no fusion, in `f64`.
/// It is slow and shares no code with the plans.
///
/// # Errors
/// The first shape mistake; an input that is missing or has another shape; a size bound to two lengths;
/// an index that is not a row of its table.
///
/// ```
/// use elbo_tensor_ad::{Array, Expr, reference};
///
/// let x = Expr::input("x", ["n"]);
/// let y = (&x * &x).sum();
/// let value = reference::evaluate(&[y], &[("x", &Array::vector(vec![1.0, 2.0]))])?;
/// assert_eq!(value[0].data(), [5.0]);
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
pub fn evaluate(exprs: &[Expr], inputs: &[(&str, &Array<f64>)]) -> Result<Vec<Array<f64>>, Error> {
    for e in exprs {
        e.check()?;
    }
    let order = Expr::topological(exprs);
    let mut declared: Vec<(Arc<str>, Shape)> = Vec::new();
    for node in &order {
        if let Op::Input(name) = node.op() {
            declared.push((name.clone(), node.shape().clone()));
        }
    }
    let sizes = Sizes::unify(&order)?.bind(&declared, inputs)?;
    let values = values(&order, inputs, &sizes)?;
    Ok(exprs.iter().map(|e| values[&e.address()].clone()).collect())
}

/// The value of each of these nodes, operands before users.
fn values(
    order: &[Expr],
    inputs: &[(&str, &Array<f64>)],
    sizes: &Sizes,
) -> Result<HashMap<usize, Array<f64>>, Error> {
    let mut values: HashMap<usize, Array<f64>> = HashMap::new();
    for node in order {
        let args: Vec<&Array<f64>> = node.args().iter().map(|a| &values[&a.address()]).collect();
        let shape = sizes.shape(node.shape())?;
        let value = match node.op() {
            Op::Input(name) => {
                inputs.iter().find(|(n, _)| **n == **name).map(|(_, a)| (*a).clone()).ok_or_else(|| {
                    Error::MissingInput { name: name.to_string(), shape: node.shape().clone() }
                })?
            }
            _ => apply(node, &args, &shape, sizes)?,
        };
        debug_assert_eq!(value.shape(), shape, "{node:?}");
        values.insert(node.address(), value);
    }
    Ok(values)
}

/// The steps of a recurrence in a plain loop.
fn scan(body: &Body, args: &[&Array<f64>], shape: &[usize], sizes: &Sizes) -> Result<Array<f64>, Error> {
    let order = Expr::topological(std::slice::from_ref(&body.result));
    let names: Vec<String> = body.inputs().map(input_name).collect();
    let mut given: Vec<Array<f64>> = args.iter().map(|&a| a.clone()).collect();
    let mut out = Array::zeros(shape);
    for i in 0..shape[0] {
        let t = if body.reverse { shape[0] - 1 - i } else { i };
        for k in 1..=body.xs.len() {
            let rest = &args[k].shape()[1..];
            let count: usize = rest.iter().product();
            given[k] = Array::new(rest, args[k].data()[t * count..(t + 1) * count].to_vec())?;
        }
        let inputs: Vec<(&str, &Array<f64>)> = names.iter().map(String::as_str).zip(&given).collect();
        let next = values(&order, &inputs, sizes)?[&body.result.address()].clone();
        let count = next.len();
        out.data_mut()[t * count..(t + 1) * count].copy_from_slice(next.data());
        given[0] = next;
    }
    Ok(out)
}

fn input_name(input: &Expr) -> String {
    match input.op() {
        Op::Input(name) => name.to_string(),
        _ => String::new(),
    }
}

/// The multi-index of the `i`th element, row-major.
fn unravel(mut i: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (axis, &n) in shape.iter().enumerate().rev() {
        index[axis] = i % n;
        i /= n;
    }
    index
}

fn ravel(index: &[usize], shape: &[usize]) -> usize {
    index.iter().zip(shape).fold(0, |flat, (&i, &n)| flat * n + i)
}

/// An array of this shape, each element a function of its multi-index.
fn build(shape: &[usize], mut f: impl FnMut(&[usize]) -> f64) -> Result<Array<f64>, Error> {
    let n = shape.iter().product();
    Array::new(shape, (0..n).map(|i| f(&unravel(i, shape))).collect())
}

fn at(a: &Array<f64>, index: &[usize]) -> f64 {
    a.data()[ravel(index, a.shape())]
}

/// An array of this shape, walked along one axis with a state: `step` gives the element and the next state from the
/// state before it (`None` at the first) and the index.
fn along(
    axis: usize,
    reverse: bool,
    shape: &[usize],
    step: impl Fn(Option<f64>, &[usize]) -> (f64, f64),
) -> Result<Array<f64>, Error> {
    let mut out = Array::zeros(shape);
    let mut others = shape.to_vec();
    others[axis] = 1;
    for k in 0..others.iter().product() {
        let mut index = unravel(k, &others);
        let mut state = None;
        for t in 0..shape[axis] {
            index[axis] = if reverse { shape[axis] - 1 - t } else { t };
            let (element, next) = step(state, &index);
            out.data_mut()[ravel(&index, shape)] = element;
            state = Some(next);
        }
    }
    Ok(out)
}

/// One primitive on plain arrays; `shape` is that of the result.
fn apply(node: &Expr, args: &[&Array<f64>], shape: &[usize], sizes: &Sizes) -> Result<Array<f64>, Error> {
    match node.op() {
        Op::Input(name) => Err(Error::MissingInput { name: name.to_string(), shape: shape.into() }),
        Op::Constant(c) => Ok(Array::scalar(*c)),
        Op::Literal(a) => Ok((**a).clone()),
        Op::Size(d) => Ok(Array::scalar(sizes.length(d)? as f64)),
        Op::Iota(_) => build(shape, |i| i[0] as f64),
        Op::Unary(u) => build(shape, |i| scalar::unary(*u, at(args[0], i))),
        Op::Binary(b) => build(shape, |i| scalar::binary(*b, at(args[0], i), at(args[1], i))),
        Op::Ternary(t) => {
            build(shape, |i| scalar::ternary(*t, at(args[0], i), at(args[1], i), at(args[2], i)))
        }
        Op::Select => build(shape, |i| if at(args[0], i) != 0.0 { at(args[1], i) } else { at(args[2], i) }),
        Op::Reduce(reduce, axes) => {
            let inner: Vec<usize> = axes.iter().map(|&a| args[0].shape()[a]).collect();
            let count: usize = inner.iter().product();
            build(shape, |kept| {
                let mut kept_axes = kept.iter();
                let mut index: Vec<usize> = (0..args[0].rank())
                    .map(|a| if axes.contains(&a) { 0 } else { *kept_axes.next().unwrap_or(&0) })
                    .collect();
                let elements = (0..count).map(|j| {
                    for (&axis, i) in axes.iter().zip(unravel(j, &inner)) {
                        index[axis] = i;
                    }
                    at(args[0], &index)
                });
                match reduce {
                    // Of nothing +0: an iterator's own sum begins with -0, and atan2 can tell.
                    Reduce::Sum => elements.fold(0.0, |sum, x| sum + x),
                    Reduce::Prod => elements.product(),
                    Reduce::Max => {
                        elements.fold(f64::NEG_INFINITY, |m, x| scalar::binary(crate::op::Binary::Max, m, x))
                    }
                    Reduce::Min => {
                        elements.fold(f64::INFINITY, |m, x| scalar::binary(crate::op::Binary::Min, m, x))
                    }
                }
            })
        }
        Op::Broadcast(_) => {
            let skip = shape.len() - args[0].rank();
            build(shape, |i| {
                let index: Vec<usize> = i[skip..]
                    .iter()
                    .zip(args[0].shape())
                    .map(|(&i, &n)| if n == 1 { 0 } else { i })
                    .collect();
                at(args[0], &index)
            })
        }
        Op::Reshape(_) => args[0].clone().reshaped(shape),
        Op::Permute(order) => build(shape, |i| {
            let mut index = vec![0; i.len()];
            for (&axis, &i) in order.iter().zip(i) {
                index[axis] = i;
            }
            at(args[0], &index)
        }),
        Op::Slice { axis, start, step, .. } => build(shape, |i| {
            let mut index = i.to_vec();
            index[*axis] = start + i[*axis] * step;
            at(args[0], &index)
        }),
        Op::Pad { axis, before, between, .. } => build(shape, |i| {
            let mut index = i.to_vec();
            let step = between.saturating_add(1);
            match i[*axis].checked_sub(*before) {
                Some(j) if j % step == 0 && j / step < args[0].shape()[*axis] => {
                    index[*axis] = j / step;
                    at(args[0], &index)
                }
                _ => 0.0,
            }
        }),
        Op::Reverse(axis) => build(shape, |i| {
            let mut index = i.to_vec();
            index[*axis] = shape[*axis] - 1 - i[*axis];
            at(args[0], &index)
        }),
        Op::Concat(axis) => build(shape, |i| {
            let mut index = i.to_vec();
            for a in args {
                let n = a.shape()[*axis];
                if index[*axis] < n {
                    return at(a, &index);
                }
                index[*axis] -= n;
            }
            f64::NAN
        }),
        Op::Windows { axis, stride, dilation, .. } => build(shape, |i| {
            let mut index = i.to_vec();
            let within = index.remove(axis + 1);
            index[*axis] = index[*axis] * stride + within * dilation;
            at(args[0], &index)
        }),
        Op::Overlap { axis, stride, dilation, .. } => {
            let from = args[0].shape();
            build(shape, |i| {
                let mut sum = 0.0;
                for w in 0..from[*axis] {
                    for s in 0..from[axis + 1] {
                        if w * stride + s * dilation == i[*axis] {
                            let mut index = i.to_vec();
                            index[*axis] = w;
                            index.insert(axis + 1, s);
                            sum += at(args[0], &index);
                        }
                    }
                }
                sum
            })
        }
        Op::Scan(body) => scan(body, args, shape, sizes),
        Op::MatMul => build(shape, |i| {
            let (lead, [row, column]) = (&i[..i.len() - 2], [i[i.len() - 2], i[i.len() - 1]]);
            let along = |tail: [usize; 2]| [lead, &tail].concat();
            let inner = args[0].shape()[i.len() - 1];
            (0..inner)
                .map(|k| at(args[0], &along([row, k])) * at(args[1], &along([k, column])))
                .fold(0.0, |sum, x| sum + x)
        }),
        Op::Cholesky | Op::TriangularSolve(_) | Op::Solve | Op::LogAbsDet | Op::EigenSymmetric => {
            dense(node, args, shape)
        }
        Op::Take { batch } => {
            let rows = whole_rows(node, args[1], args[0].shape()[*batch])?;
            let rank = args[1].rank();
            build(shape, |i| {
                let mut index = i[..*batch].to_vec();
                index.push(rows[ravel(&i[..rank], args[1].shape())]);
                index.extend_from_slice(&i[rank..]);
                at(args[0], &index)
            })
        }
        Op::ScatterAdd { batch, .. } => {
            let (index, updates) = (args[0], args[1]);
            let rows = whole_rows(node, index, shape[*batch])?;
            let mut out = Array::zeros(shape);
            for k in 0..updates.len() {
                let i = unravel(k, updates.shape());
                let mut target = i[..*batch].to_vec();
                target.push(rows[ravel(&i[..index.rank()], index.shape())]);
                target.extend_from_slice(&i[index.rank()..]);
                out.data_mut()[ravel(&target, shape)] += updates.data()[k];
            }
            Ok(out)
        }
        Op::Recurrence { axis, reverse } => along(*axis, *reverse, shape, |before, i| match before {
            None => (0.0, at(args[1], i)),
            Some(state) => (state, at(args[0], i) * state + at(args[1], i)),
        }),
        Op::LogCumSumExp { axis, reverse } => along(*axis, *reverse, shape, |before, i| {
            let x = at(args[0], i);
            let sum = before.map_or(x, |state| scalar::log_add(state, x));
            (sum, sum)
        }),
        Op::StopGradient | Op::WithGradient(_) | Op::Barrier => Ok(args[0].clone()),
    }
}

/// The indices as whole numbers below `length`.
fn whole_rows(node: &Expr, index: &Array<f64>, length: usize) -> Result<Vec<usize>, Error> {
    index
        .data()
        .iter()
        .map(|&value| {
            if value >= 0.0 && value < length as f64 && value.fract() == 0.0 {
                Ok(value as usize)
            } else {
                Err(NoRow::of(node, value, length))
            }
        })
        .collect()
}
