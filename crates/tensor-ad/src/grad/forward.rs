//! Derivatives along a direction, forward: the transpose of the transpose.

use std::collections::{HashMap, HashSet};
use std::panic::Location;

use super::{directions, pull, sized};
use crate::expr::rename::Renaming;
use crate::expr::shape_rule::rebuild;
use crate::op::Op;
use crate::{Error, Expr};

/// The name of the direction of an output that [`jvp`] invents and transposes away again.
const DIRECTION: &str = "\u{0}direction";

/// The Jacobian-vector product: for each of `outputs` its derivative when each of `wrt` moves along the tangent in its place,
/// `Σⱼ ∂outputᵢ/∂wrtⱼ · tangentⱼ`, in the shape of the output.
///
/// `tangents` have the shapes of `wrt`, or stretch to them; they may be any expressions, and are not differentiated. `wrt` is as in
/// [`grad`](crate::grad). The work is that of the outputs times a small constant, however many numbers `wrt` has.
///
/// The pull-back `u ↦ vjp(outputs, u, wrt)` is linear in `u`; its transpose is the derivative along a direction. So every operation
/// that has a gradient has this derivative, by the same rule, and the unused parts of the pull-back fall away when the
/// graph is built.
///
/// # Errors
/// A shape mistake in any of the expressions; [`Error::DirectionCount`] and [`Error::DirectionShape`] for tangents that are too few, too many,
/// or of another shape; [`Error::NotLinear`] where a [custom gradient](crate::custom_gradient) is not linear in the incoming
/// gradient, so that it has no transpose.
///
/// ```
/// use elbo_tensor_ad::{Array, Expr, jvp, reference};
///
/// let (x, v) = (Expr::input("x", ["n"]), Expr::input("v", ["n"]));
/// let slope = jvp(&[x.square()], &[x], &[v])?;               // 2 x v
/// let (at, along) = (Array::vector(vec![1.0, 3.0]), Array::vector(vec![1.0, 0.5]));
/// assert_eq!(reference::evaluate(&slope, &[("x", &at), ("v", &along)])?[0].data(), [2.0, 3.0]);
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
#[track_caller]
pub fn jvp(outputs: &[Expr], wrt: &[Expr], tangents: &[Expr]) -> Result<Vec<Expr>, Error> {
    let at = Location::caller();
    for e in outputs.iter().chain(wrt).chain(tangents) {
        e.check()?;
    }
    let tangents = directions("tangents", tangents, wrt)?;
    let along: Vec<Expr> = outputs
        .iter()
        .enumerate()
        .map(|(i, e)| Expr::input_at(&format!("{DIRECTION} {i}").into(), e.shape().clone(), at))
        .collect();
    let back = pull(outputs, &along, wrt)?;
    let result = without_waiting(&pull(&back, &tangents, &along)?, &along);
    // What is linear in the directions has a derivative by them without them.
    let order = Expr::topological(&result);
    if order.iter().any(|e| along.iter().any(|u| u.op() == e.op())) {
        return Err(not_linear(outputs));
    }
    Ok(result.iter().zip(outputs).map(|(e, output)| sized(e, output)).collect())
}

/// The same values, without the barriers that wait for one of the directions: what was recomputed for the pull-back is
/// the value itself when no gradient flows back.
fn without_waiting(exprs: &[Expr], along: &[Expr]) -> Vec<Expr> {
    let order = Expr::topological(exprs);
    if !order.iter().any(|e| *e.op() == Op::Barrier) {
        return exprs.to_vec();
    }
    let mut waits: HashSet<usize> = HashSet::new();
    let mut map: HashMap<usize, Expr> = HashMap::new();
    for node in &order {
        if along.iter().any(|u| u.op() == node.op())
            || node.args().iter().any(|a| waits.contains(&a.address()))
        {
            waits.insert(node.address());
        }
        let args: Vec<Expr> =
            node.args().iter().map(|a| map.get(&a.address()).unwrap_or(a).clone()).collect();
        if *node.op() == Op::Barrier && waits.contains(&node.args()[1].address()) {
            map.insert(node.address(), args[0].clone());
            if !waits.contains(&node.args()[0].address()) {
                waits.remove(&node.address());
            }
        } else if args.iter().zip(node.args()).any(|(a, b)| a.address() != b.address()) {
            map.insert(node.address(), rebuild(node, args, &Renaming::default()));
        }
    }
    exprs.iter().map(|e| map.get(&e.address()).unwrap_or(e).clone()).collect()
}

/// Points at the custom gradient that is to blame, or else at an output.
fn not_linear(outputs: &[Expr]) -> Error {
    let order = Expr::topological(outputs);
    let custom = order.iter().find(|e| matches!(e.op(), Op::WithGradient(_)));
    let (label, at) = custom
        .or(outputs.first())
        .map_or((None, Location::caller()), |e| (e.label().map(ToString::to_string), e.location()));
    Error::NotLinear { label, file: at.file(), line: at.line() }
}
