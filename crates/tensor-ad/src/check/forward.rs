//! A second evaluator, over any number that knows the elementwise functions: the derivative along a
//! direction (dual numbers), and bounds of rounding errors. It shares no code with `grad` or the plans.

use std::collections::HashMap;
use std::sync::Arc;

use super::dense::dense;
use super::numbers::Number;
use crate::breakdown::NoRow;
use crate::dim::Shape;
use crate::graph::Sizes;
use crate::op::{Body, Op, Reduce};
use crate::{Array, Error, Expr};

/// Numbers of any kind with a shape, row-major.
#[derive(Debug, Clone)]
pub(super) struct Grid<N> {
    pub(super) shape: Vec<usize>,
    pub(super) data: Vec<N>,
}

impl<N: Number> Grid<N> {
    pub(super) fn of(array: &Array<f64>, number: impl Fn(usize, f64) -> N) -> Self {
        Grid {
            shape: array.shape().to_vec(),
            data: array.data().iter().enumerate().map(|(i, &x)| number(i, x)).collect(),
        }
    }

    pub(super) fn map(&self, f: impl Fn(N) -> f64) -> Result<Array<f64>, Error> {
        Array::new(self.shape.clone(), self.data.iter().map(|&n| f(n)).collect())
    }
}

/// The flat positions in an array of `shape` of every index of `target` (row-major), where axis `i` of the
/// target walks along `strides[i]`, from `start`.
fn walk(target: &[usize], strides: &[usize], start: usize) -> Vec<usize> {
    let total: usize = target.iter().product();
    let mut index = vec![0usize; target.len()];
    let mut flat = start;
    let mut out = Vec::with_capacity(total);
    for _ in 0..total {
        out.push(flat);
        for axis in (0..target.len()).rev() {
            index[axis] += 1;
            flat += strides[axis];
            if index[axis] < target[axis] {
                break;
            }
            flat -= strides[axis] * target[axis];
            index[axis] = 0;
        }
    }
    out
}

/// How far apart in a buffer neighbours are that are `step` apart on an axis of this stride; a single one has none, however large the step.
fn advance(stride: usize, step: usize, count: usize) -> usize {
    if count > 1 { stride * step } else { 0 }
}

fn strides_of(shape: &[usize]) -> Vec<usize> {
    (0..shape.len()).map(|axis| shape[axis + 1..].iter().product()).collect()
}

/// Every one of `exprs` in numbers of this kind, the inputs having these values.
pub(super) fn evaluate<N: Number>(
    exprs: &[Expr],
    plain: &[(&str, &Array<f64>)],
    inputs: &HashMap<&str, Grid<N>>,
) -> Result<Vec<Grid<N>>, Error> {
    for e in exprs {
        e.check()?;
    }
    let order = Expr::topological(exprs);
    let declared: Vec<(Arc<str>, Shape)> = order
        .iter()
        .filter_map(
            |e| if let Op::Input(name) = e.op() { Some((name.clone(), e.shape().clone())) } else { None },
        )
        .collect();
    let sizes = Sizes::unify(&order)?.bind(&declared, plain)?;
    let values = values(&order, inputs, &sizes)?;
    Ok(exprs.iter().map(|e| values[&e.address()].clone()).collect())
}

/// The value of each of these nodes, operands before users.
fn values<N: Number>(
    order: &[Expr],
    inputs: &HashMap<&str, Grid<N>>,
    sizes: &Sizes,
) -> Result<HashMap<usize, Grid<N>>, Error> {
    let mut values: HashMap<usize, Grid<N>> = HashMap::new();
    for node in order {
        let args: Vec<&Grid<N>> = node.args().iter().map(|a| &values[&a.address()]).collect();
        let shape = sizes.shape(node.shape())?;
        let data = match node.op() {
            Op::Input(name) => match inputs.get(&**name) {
                Some(grid) => grid.data.clone(),
                None => {
                    return Err(Error::MissingInput { name: name.to_string(), shape: node.shape().clone() });
                }
            },
            _ => primitive(node, &args, &shape, sizes)?,
        };
        values.insert(node.address(), Grid { shape, data });
    }
    Ok(values)
}

fn name(input: &Expr) -> &str {
    if let Op::Input(name) = input.op() { name } else { "" }
}

/// The trajectory of a recurrence, step by step.
fn scan<N: Number>(body: &Body, args: &[&Grid<N>], steps: usize, sizes: &Sizes) -> Result<Vec<N>, Error> {
    let order = Expr::topological(std::slice::from_ref(&body.result));
    let inputs: Vec<&Expr> = body.inputs().collect();
    let mut given: HashMap<&str, Grid<N>> = HashMap::new();
    let mut out = vec![Vec::new(); steps];
    for (input, arg) in inputs.iter().zip(args) {
        given.insert(name(input), (*arg).clone());
    }
    for i in 0..steps {
        let t = if body.reverse { steps - 1 - i } else { i };
        for k in 1..=body.xs.len() {
            let shape = args[k].shape[1..].to_vec();
            let count: usize = shape.iter().product();
            let data = args[k].data[t * count..(t + 1) * count].to_vec();
            given.insert(name(inputs[k]), Grid { shape, data });
        }
        let next = values(&order, &given, sizes)?[&body.result.address()].clone();
        out[t].clone_from(&next.data);
        given.insert(name(inputs[0]), next);
    }
    Ok(out.concat())
}

/// The elements of one primitive's result.
fn primitive<N: Number>(
    node: &Expr,
    args: &[&Grid<N>],
    shape: &[usize],
    sizes: &Sizes,
) -> Result<Vec<N>, Error> {
    let total: usize = shape.iter().product();
    let pick = |from: &Grid<N>, positions: Vec<usize>| -> Vec<N> {
        positions.into_iter().map(|p| from.data[p]).collect()
    };
    let op = node.op();
    Ok(match op {
        Op::Input(name) => {
            return Err(Error::MissingInput { name: name.to_string(), shape: Shape::from(shape) });
        }
        Op::Constant(c) => vec![N::exact(*c)],
        Op::Literal(a) => a.data().iter().map(|&x| N::exact(x)).collect(),
        Op::Size(d) => vec![N::exact(sizes.length(d)? as f64)],
        Op::Iota(_) => (0..total).map(|i| N::exact(i as f64)).collect(),
        Op::Unary(u) => args[0].data.iter().map(|&x| x.unary(*u)).collect(),
        Op::Binary(b) => args[0].data.iter().zip(&args[1].data).map(|(&x, &y)| x.binary(*b, y)).collect(),
        Op::Ternary(t) => {
            (0..total).map(|i| args[0].data[i].ternary(*t, args[1].data[i], args[2].data[i])).collect()
        }
        Op::Select => (0..total).map(|i| args[0].data[i].choose(args[1].data[i], args[2].data[i])).collect(),
        Op::Reduce(reduce, axes) => {
            // Each element of the operand goes to the result's element with the reduced axes left out.
            let from = &args[0].shape;
            let kept = strides_of(shape);
            let mut next = kept.iter();
            let strides: Vec<usize> = (0..from.len())
                .map(|a| if axes.contains(&a) { 0 } else { next.next().copied().unwrap_or(0) })
                .collect();
            let mut terms: Vec<Vec<N>> = vec![Vec::new(); total];
            for (&x, group) in args[0].data.iter().zip(walk(from, &strides, 0)) {
                terms[group].push(x);
            }
            let combine = match reduce {
                Reduce::Sum => N::total,
                Reduce::Prod => N::product,
                Reduce::Max => N::largest,
                Reduce::Min => N::smallest,
            };
            terms.iter().map(|t| combine(t)).collect()
        }
        Op::Broadcast(_) => {
            let (from, natural) = (&args[0].shape, strides_of(&args[0].shape));
            let skip = shape.len() - from.len();
            let strides: Vec<usize> = (0..shape.len())
                .map(|i| if i < skip || from[i - skip] == 1 { 0 } else { natural[i - skip] })
                .collect();
            pick(args[0], walk(shape, &strides, 0))
        }
        Op::Reshape(_) | Op::StopGradient | Op::WithGradient(_) | Op::Barrier => {
            let stop = matches!(op, Op::StopGradient);
            args[0].data.iter().map(|&x| if stop { x.stopped() } else { x }).collect()
        }
        Op::Permute(order) => {
            let natural = strides_of(&args[0].shape);
            pick(args[0], walk(shape, &order.iter().map(|&a| natural[a]).collect::<Vec<_>>(), 0))
        }
        Op::Slice { axis, start, step, .. } => {
            let mut strides = strides_of(&args[0].shape);
            let first = start * strides[*axis];
            strides[*axis] = advance(strides[*axis], *step, shape[*axis]);
            pick(args[0], walk(shape, &strides, first))
        }
        Op::Reverse(axis) => {
            let natural = strides_of(shape);
            let flipped = |p: usize| {
                let i = p / natural[*axis] % shape[*axis];
                p - i * natural[*axis] + (shape[*axis] - 1 - i) * natural[*axis]
            };
            pick(args[0], (0..total).map(flipped).collect())
        }
        Op::Pad { axis, before, between, .. } => {
            let mut natural = strides_of(shape);
            let first = before * natural[*axis];
            natural[*axis] = advance(natural[*axis], between.saturating_add(1), args[0].shape[*axis]);
            let mut out = vec![N::exact(0.0); total];
            for (&x, p) in args[0].data.iter().zip(walk(&args[0].shape, &natural, first)) {
                out[p] = x;
            }
            out
        }
        Op::Concat(axis) => {
            let natural = strides_of(shape);
            let mut out = vec![N::exact(0.0); total];
            let mut start = 0;
            for part in args {
                for (&x, p) in part.data.iter().zip(walk(&part.shape, &natural, start * natural[*axis])) {
                    out[p] = x;
                }
                start += part.shape[*axis];
            }
            out
        }
        Op::Windows { axis, stride, dilation, .. } => {
            let mut strides = strides_of(&args[0].shape);
            let step = strides[*axis];
            let lengths = [shape[*axis], shape[axis + 1]];
            strides.splice(
                axis..=axis,
                [advance(step, *stride, lengths[0]), advance(step, *dilation, lengths[1])],
            );
            pick(args[0], walk(shape, &strides, 0))
        }
        Op::Overlap { axis, stride, dilation, .. } => {
            let mut strides = strides_of(shape);
            let step = strides[*axis];
            let lengths = [args[0].shape[*axis], args[0].shape[axis + 1]];
            strides.splice(
                axis..=axis,
                [advance(step, *stride, lengths[0]), advance(step, *dilation, lengths[1])],
            );
            let mut terms: Vec<Vec<N>> = vec![Vec::new(); total];
            for (&x, p) in args[0].data.iter().zip(walk(&args[0].shape, &strides, 0)) {
                terms[p].push(x);
            }
            terms.iter().map(|t| N::total(t)).collect()
        }
        Op::Scan(body) => scan(body, args, shape[0], sizes)?,
        Op::MatMul => {
            let lead = shape.len() - 2;
            let (m, k, n) = (shape[lead], args[0].shape[lead + 1], shape[lead + 1]);
            let mut out = Vec::with_capacity(total);
            for batch in 0..shape[..lead].iter().product() {
                let (a, b) = (&args[0].data[batch * m * k..], &args[1].data[batch * k * n..]);
                for i in 0..m {
                    for j in 0..n {
                        let terms: Vec<N> = (0..k).map(|l| a[i * k + l].times(b[l * n + j])).collect();
                        out.push(N::total(&terms));
                    }
                }
            }
            out
        }
        Op::Cholesky | Op::TriangularSolve(_) | Op::Solve | Op::LogAbsDet | Op::EigenSymmetric => {
            let shapes: Vec<&[usize]> = args.iter().map(|a| a.shape.as_slice()).collect();
            let data: Vec<&[N]> = args.iter().map(|a| a.data.as_slice()).collect();
            dense(node, &shapes, &data)?
        }
        Op::Take { batch } => {
            let length = args[0].shape[*batch];
            let width: usize = args[0].shape[*batch + 1..].iter().product();
            let count: usize = args[1].shape[*batch..].iter().product();
            let mut out = Vec::with_capacity(total);
            for (i, index) in args[1].data.iter().enumerate() {
                let row = i / count * length + whole(node, index.value(), length)?;
                out.extend(args[0].data[row * width..(row + 1) * width].iter().map(|x| x.found_by(*index)));
            }
            out
        }
        Op::ScatterAdd { batch, .. } => {
            let length = shape[*batch];
            let width: usize = shape[*batch + 1..].iter().product();
            let count: usize = args[0].shape[*batch..].iter().product();
            let mut terms: Vec<Vec<N>> = vec![Vec::new(); total];
            for (i, index) in args[0].data.iter().enumerate() {
                let row = i / count * length + whole(node, index.value(), length)?;
                for j in 0..width {
                    terms[row * width + j].push(args[1].data[i * width + j]);
                }
            }
            // An update in doubt may belong to any row.
            let doubt = |x: N| args[0].data.iter().fold(x, |x, &index| x.found_by(index));
            terms.iter().map(|t| doubt(N::total(t))).collect()
        }
        Op::Recurrence { axis, reverse } => {
            let (a, b) = (args[0], args[1]);
            along(shape, *axis, *reverse, |before, i| match before {
                None => (N::exact(0.0), b.data[i]),
                Some(state) => (state, N::total(&[a.data[i].times(state), b.data[i]])),
            })
        }
        Op::LogCumSumExp { axis, reverse } => along(shape, *axis, *reverse, |before: Option<N>, i| {
            let x = args[0].data[i];
            let sum = before.map_or(x, |state| state.log_add(x));
            (sum, sum)
        }),
    })
}

/// The elements of an array walked along one axis with a state: `step` gives the element and the next state from the
/// state before it (`None` at the first) and the position.
fn along<N: Number>(
    shape: &[usize],
    axis: usize,
    reverse: bool,
    step: impl Fn(Option<N>, usize) -> (N, N),
) -> Vec<N> {
    let (n, inner): (usize, usize) = (shape[axis], shape[axis + 1..].iter().product());
    let mut out = vec![N::exact(0.0); shape.iter().product()];
    for first in (0..out.len()).filter(|p| p / inner % n == 0) {
        let mut state = None;
        for t in 0..n {
            let p = first + inner * if reverse { n - 1 - t } else { t };
            let (element, next) = step(state, p);
            out[p] = element;
            state = Some(next);
        }
    }
    out
}

fn whole(node: &Expr, value: f64, length: usize) -> Result<usize, Error> {
    if value.fract() == 0.0 && (0.0..length as f64).contains(&value) {
        Ok(value as usize)
    } else {
        Err(NoRow::of(node, value, length))
    }
}
