//! The shape of each primitive from the shapes of its operands, or why there is none.

use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::error::Reason;
use crate::expr::rename::Renaming;
use crate::op::Op;

/// True when the two axes can be equal: the same number, or at least one of them a name.
fn agree(a: &Dim, b: &Dim) -> bool {
    a == b || a.fixed().is_none() || b.fixed().is_none()
}

fn axis_of(shape: &Shape, axis: usize) -> Result<&Dim, Reason> {
    shape.dims().get(axis).ok_or(Reason::Axis { axis, rank: shape.rank() })
}

fn rank_is(shape: &Shape, expected: usize) -> Result<(), Reason> {
    if shape.rank() == expected { Ok(()) } else { Err(Reason::Rank { expected, found: shape.rank() }) }
}

fn fixed_axis(shape: &Shape, axis: usize) -> Result<usize, Reason> {
    axis_of(shape, axis)?.fixed().ok_or(Reason::NamedAxis { axis })
}

/// How many places a window of this size has on an axis of `length`; `None` when it does not fit, or would not move.
pub(crate) fn windows_in(length: usize, size: usize, stride: usize, dilation: usize) -> Option<usize> {
    if size == 0 || stride == 0 || dilation == 0 {
        return None;
    }
    let reach = (size - 1).checked_mul(dilation)?;
    Some(length.checked_sub(1)?.checked_sub(reach)? / stride + 1)
}

/// One past the last element that a slice reads.
pub(crate) fn slice_end(start: usize, length: usize, step: usize) -> usize {
    let read = length.checked_sub(1).map_or(0, |last| last.saturating_mul(step).saturating_add(1));
    start.saturating_add(read)
}

/// The shape rule of every primitive. Elementwise operands arrive already stretched to one shape.
pub(crate) fn shape(op: &Op, args: &[&Shape]) -> Result<Shape, Reason> {
    match op {
        Op::Input(_) | Op::Constant(_) | Op::Size(_) => Ok(Shape::scalar()),
        Op::Literal(a) => Ok(Shape::from(a.shape())),
        Op::Iota(d) => Ok(Shape::from([d.clone()])),
        Op::Unary(_) | Op::StopGradient | Op::WithGradient(_) | Op::Barrier => {
            args.first().map(|&s| s.clone()).ok_or(Reason::NoOperand)
        }
        Op::Binary(_) | Op::Ternary(_) | Op::Select | Op::Recurrence { .. } => {
            if let Op::Recurrence { axis, .. } = op {
                axis_of(args[0], *axis)?;
            }
            let mut shape = args[0].clone();
            for other in &args[1..] {
                if other.rank() != shape.rank()
                    || !shape.dims().iter().zip(other.dims()).all(|(a, b)| agree(a, b))
                {
                    return Err(Reason::Broadcast);
                }
                // A number says more than a name.
                shape = shape
                    .dims()
                    .iter()
                    .zip(other.dims())
                    .map(|(a, b)| {
                        if a.fixed().is_some() {
                            a.clone()
                        } else if b.fixed().is_some() {
                            b.clone()
                        } else {
                            a.clone()
                        }
                    })
                    .collect();
            }
            Ok(shape)
        }
        Op::Reduce(_, axes) => {
            for (i, &axis) in axes.iter().enumerate() {
                axis_of(args[0], axis)?;
                if axes[..i].contains(&axis) {
                    return Err(Reason::RepeatedAxis { axis });
                }
            }
            Ok(args[0].without(axes))
        }
        Op::Broadcast(target) => {
            if args[0].broadcasts_to(target) {
                Ok(target.clone())
            } else {
                Err(Reason::Target(target.clone()))
            }
        }
        Op::Reshape(target) => {
            if args[0].same_count(target) {
                Ok(target.clone())
            } else {
                Err(Reason::Target(target.clone()))
            }
        }
        Op::Permute(order) => {
            let mut seen = vec![false; args[0].rank()];
            if order.len() != args[0].rank() {
                return Err(Reason::Rank { expected: order.len(), found: args[0].rank() });
            }
            for &axis in order {
                axis_of(args[0], axis)?;
                if std::mem::replace(&mut seen[axis], true) {
                    return Err(Reason::RepeatedAxis { axis });
                }
            }
            Ok(order.iter().map(|&a| args[0].dims()[a].clone()).collect())
        }
        Op::Slice { axis, start, length, step } => {
            let n = axis_of(args[0], *axis)?.fixed();
            if *step == 0 {
                return Err(Reason::NoStep { axis: *axis });
            }
            let end = slice_end(*start, *length, *step);
            match n {
                // Its end is looked at when it is known; gradients count along it, and above 2^24 not every number is one of f32.
                None if end <= 1 << 24 => Ok(args[0].with(*axis, Dim::Fixed(*length))),
                None => Err(Reason::NamedAxis { axis: *axis }),
                Some(n) if end <= n && end < usize::MAX => Ok(args[0].with(*axis, Dim::Fixed(*length))),
                Some(n) => Err(Reason::Range { axis: *axis, start: *start, end, length: n }),
            }
        }
        Op::Pad { axis, before, after, between } => {
            let n = fixed_axis(args[0], *axis)?;
            let inner = n.saturating_add(n.saturating_sub(1).saturating_mul(*between));
            Ok(args[0].with(*axis, Dim::Fixed(inner.saturating_add(*before).saturating_add(*after))))
        }
        Op::Reverse(axis) | Op::LogCumSumExp { axis, .. } => {
            axis_of(args[0], *axis)?;
            Ok(args[0].clone())
        }
        Op::Concat(axis) => {
            let Some((first, rest)) = args.split_first() else { return Err(Reason::NoOperand) };
            let mut total = fixed_axis(first, *axis)?;
            for other in rest {
                rank_is(other, first.rank())?;
                let fits = first
                    .dims()
                    .iter()
                    .zip(other.dims())
                    .enumerate()
                    .all(|(i, (a, b))| i == *axis || agree(a, b));
                if !fits {
                    return Err(Reason::Broadcast);
                }
                total = total.saturating_add(fixed_axis(other, *axis)?);
            }
            Ok(first.with(*axis, Dim::Fixed(total)))
        }
        Op::Windows { axis, size, stride, dilation } => {
            let n = fixed_axis(args[0], *axis)?;
            let window = || Reason::Window {
                axis: *axis,
                size: *size,
                stride: *stride,
                dilation: *dilation,
                length: n,
            };
            let windows = windows_in(n, *size, *stride, *dilation).ok_or_else(window)?;
            Ok(args[0].split(*axis, [windows, *size]))
        }
        Op::Overlap { axis, length, stride, dilation } => {
            let (windows, size) = (fixed_axis(args[0], *axis)?, fixed_axis(args[0], axis + 1)?);
            let last = windows
                .saturating_sub(1)
                .saturating_mul(*stride)
                .saturating_add(size.saturating_sub(1).saturating_mul(*dilation));
            if *stride == 0 || *dilation == 0 || last >= *length && windows > 0 && size > 0 {
                return Err(Reason::Window {
                    axis: *axis,
                    size,
                    stride: *stride,
                    dilation: *dilation,
                    length: *length,
                });
            }
            Ok(args[0].without(&[axis + 1]).with(*axis, Dim::Fixed(*length)))
        }
        Op::Scan(body) => body.shape(args),
        Op::MatMul
        | Op::Cholesky
        | Op::TriangularSolve(_)
        | Op::Solve
        | Op::LogAbsDet
        | Op::EigenSymmetric => dense(op, args),
        Op::Take { batch } => {
            let (table, index) = (args[0], args[1]);
            axis_of(table, *batch)?;
            let shared = index.dims().iter().zip(&table.dims()[..*batch]);
            if index.rank() < *batch || !shared.into_iter().all(|(a, b)| agree(a, b)) {
                return Err(Reason::Broadcast);
            }
            Ok(index.dims().iter().chain(&table.dims()[*batch + 1..]).cloned().collect())
        }
        Op::ScatterAdd { length, batch } => {
            let (index, updates) = (args[0], args[1]);
            if index.rank() < *batch
                || updates.rank() < index.rank()
                || !index.dims().iter().zip(updates.dims()).all(|(a, b)| agree(a, b))
            {
                return Err(Reason::Broadcast);
            }
            let tables = index.dims()[..*batch].iter().chain(std::iter::once(length));
            Ok(tables.chain(&updates.dims()[index.rank()..]).cloned().collect())
        }
    }
}

/// Leading axes and the two axes of the matrices.
fn matrices(shape: &Shape) -> Result<(&[Dim], &Dim, &Dim), Reason> {
    match shape.dims() {
        [lead @ .., rows, columns] => Ok((lead, rows, columns)),
        _ => Err(Reason::Matrices { found: shape.rank() }),
    }
}

/// The rules of products and factorisations.
fn dense(op: &Op, args: &[&Shape]) -> Result<Shape, Reason> {
    let (lead, rows, columns) = matrices(args[0])?;
    let mut found: Vec<Dim> = lead.to_vec();
    if let Some(other) = args.get(1) {
        let (lead, inner, last) = matrices(other)?;
        if lead.len() != found.len() || !lead.iter().zip(&found).all(|(a, b)| agree(a, b)) {
            return Err(Reason::Broadcast);
        }
        // A number says more than a name.
        for (a, b) in found.iter_mut().zip(lead) {
            if a.fixed().is_none() && b.fixed().is_some() {
                *a = b.clone();
            }
        }
        if !agree(columns, inner) {
            return Err(Reason::Inner);
        }
        found.extend([rows.clone(), last.clone()]);
    }
    if *op != Op::MatMul && !agree(rows, columns) {
        return Err(Reason::NotSquare);
    }
    match op {
        Op::Cholesky => found.extend([rows.clone(), columns.clone()]),
        Op::LogAbsDet => found.push(Dim::Fixed(2)),
        Op::EigenSymmetric => {
            let n = fixed_axis(args[0], lead.len()).or_else(|_| fixed_axis(args[0], lead.len() + 1))?;
            found.extend([Dim::Fixed(n.saturating_add(1)), Dim::Fixed(n)]);
        }
        _ => {}
    }
    Ok(found.into_iter().collect())
}

/// The primitive with the names of axes in its attributes changed.
pub(crate) fn renamed(op: &Op, names: &Renaming) -> Op {
    match op {
        Op::Size(d) => match names.dim(d) {
            Dim::Fixed(n) => Op::Constant(n as f64),
            named => Op::Size(named),
        },
        Op::Iota(d) => Op::Iota(names.dim(d)),
        Op::ScatterAdd { length, batch } => Op::ScatterAdd { length: names.dim(length), batch: *batch },
        Op::Broadcast(shape) => Op::Broadcast(names.shape(shape)),
        Op::Reshape(shape) => Op::Reshape(names.shape(shape)),
        Op::Scan(body) => Op::Scan(body.renamed(names)),
        op @ (Op::Input(_)
        | Op::Constant(_)
        | Op::Literal(_)
        | Op::Unary(_)
        | Op::Binary(_)
        | Op::Ternary(_)
        | Op::Select
        | Op::Reduce(..)
        | Op::Permute(_)
        | Op::Slice { .. }
        | Op::Pad { .. }
        | Op::Reverse(_)
        | Op::Concat(_)
        | Op::Windows { .. }
        | Op::Overlap { .. }
        | Op::MatMul
        | Op::Cholesky
        | Op::TriangularSolve(_)
        | Op::Solve
        | Op::LogAbsDet
        | Op::EigenSymmetric
        | Op::Take { .. }
        | Op::Recurrence { .. }
        | Op::LogCumSumExp { .. }
        | Op::StopGradient
        | Op::WithGradient(_)
        | Op::Barrier) => op.clone(),
    }
}

/// The node again over other operands, its attributes carried over. Substitution can change shapes,
/// so an attribute that holds the old operand's shape is made anew from the new one's.
pub(crate) fn rebuild(node: &Expr, args: Vec<Expr>, names: &Renaming) -> Expr {
    let mut local = Renaming::default();
    for (old, new) in node.args().iter().zip(&args) {
        local.add(old.shape(), new.shape().dims());
    }
    let op = renamed(node.op(), &local.or(names));
    let fresh = Expr::node_at(op, args, node.location());
    match node.label() {
        Some(label) => fresh.labelled(label),
        None => fresh,
    }
}
