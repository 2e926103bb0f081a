//! The gradient of a scan: the adjoints by a scan in the other direction, the rest for all steps at once.

use super::pull;
use crate::dim::Dim;
use crate::op::Body;
use crate::{Error, Expr, Scan, vmap_with};

/// The contributions to the gradients of the first carry, the sequences and the constants.
///
/// With `Jₜ` the slope of step `t` in the carry and `gₜ` the gradient of its result: `λₜ = gₜ + Jₜ₊₁ᵀ λₜ₊₁`, and the gradient of what else
/// step `t` sees is that of the step itself with `λₜ`.
pub(super) fn pull_back(
    node: &Expr,
    body: &Body,
    g: &Expr,
    wanted: &[bool],
) -> Result<Vec<Option<Expr>>, Error> {
    let count = body.xs.len();
    let (init, xs, constants) = (&node.args()[0], &node.args()[1..=count], &node.args()[1 + count..]);
    let length = node.dim(0);
    let before = before_each_step(node, init, &length, body.reverse);
    let zero = Expr::constant(0.0).broadcast_to(init.shape());
    let mut failure = None;
    let mut scan = Scan::from(&zero).steps(length.clone()).over(g).over(&before);
    scan = xs.iter().fold(scan, Scan::over);
    if !body.reverse {
        scan = scan.reversed();
    }
    let carried = scan
        .run(|later, seen| {
            let step = body.at(&seen[1], &seen[2..], constants);
            let slope = pull(&[step], &[&seen[0] + &later[0]], &seen[1..2]);
            vec![slope.map_or_else(
                |e| {
                    failure = Some(e);
                    later[0].clone()
                },
                |mut slope| slope.remove(0),
            )]
        })
        .remove(0);
    if let Some(error) = failure {
        return Err(error);
    }
    let mut result = vec![wanted[0].then(|| final_of(&carried, &length, !body.reverse))];
    result.resize(wanted.len(), None);
    if !wanted[1..].contains(&true) {
        return Ok(result);
    }
    let adjoint = g + before_each_step(&carried, &zero, &length, !body.reverse);
    // In inputs of its own first: a sequence and a constant may depend on one another.
    let stand_in = |name: String, for_: &Expr| Expr::input(&name, for_.shape());
    let own_before = stand_in("before".to_string(), &before);
    let own_adjoint = stand_in("adjoint".to_string(), &adjoint);
    let own_xs: Vec<Expr> = xs.iter().enumerate().map(|(i, x)| stand_in(format!("over{i}"), x)).collect();
    let own_constants: Vec<Expr> =
        constants.iter().enumerate().map(|(i, c)| stand_in(format!("around{i}"), c)).collect();
    let constant_step = body.at(&body.carry, &body.xs, &own_constants);
    let mut over = vec![(body.carry.clone(), own_before.clone())];
    over.extend(body.xs.iter().cloned().zip(own_xs.iter().cloned()));
    let all = vmap_with(&[constant_step], &over, length)?;
    let operands: Vec<&Expr> = own_xs.iter().chain(&own_constants).collect();
    let targets: Vec<Expr> =
        operands.iter().zip(&wanted[1..]).filter(|(_, w)| **w).map(|(e, _)| (*e).clone()).collect();
    let slopes = pull(&all, std::slice::from_ref(&own_adjoint), &targets)?;
    let mut pairs = vec![(own_before, before), (own_adjoint, adjoint)];
    pairs.extend(own_xs.into_iter().zip(xs.iter().cloned()));
    pairs.extend(own_constants.into_iter().zip(constants.iter().cloned()));
    let mut slopes = Expr::substitute_all(&slopes, &pairs).into_iter();
    for (slot, &w) in result.iter_mut().zip(wanted).skip(1) {
        if w {
            *slot = slopes.next();
        }
    }
    Ok(result)
}

/// `0, 1, ..` along the leading axis, stretched over the others.
fn positions(length: &Dim, rank: usize) -> Expr {
    let ones = std::iter::repeat_n(Dim::Fixed(1), rank - 1);
    Expr::iota(length.clone()).reshape(std::iter::once(length.clone()).chain(ones).collect::<Vec<_>>())
}

/// The carry that each step starts from.
fn before_each_step(trajectory: &Expr, init: &Expr, length: &Dim, reverse: bool) -> Expr {
    let index = Expr::iota(length.clone());
    let (earlier, first) = if reverse {
        let end = Expr::size(length.clone()) - 1.0;
        ((&index + 1.0).min(&end), positions(length, trajectory.rank()).equal(&end))
    } else {
        ((&index - 1.0).max(0.0), positions(length, trajectory.rank()).equal(0.0))
    };
    first.select(init.expand(0), trajectory.take(&earlier))
}

/// The carry after the last step; zeros when there is none.
fn final_of(trajectory: &Expr, length: &Dim, reverse: bool) -> Expr {
    let end = if reverse { Expr::constant(0.0) } else { Expr::size(length.clone()) - 1.0 };
    positions(length, trajectory.rank()).equal(end).select(trajectory, 0.0).sum_axes(&[0])
}
