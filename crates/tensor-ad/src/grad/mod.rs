//! Gradients as a rewrite, expressions to expressions: a gradient can be differentiated again.

mod custom;
mod dense;
mod elementwise;
mod forward;
mod rules;
mod scan;
mod second;
mod special;
mod total;

use std::collections::{HashMap, HashSet};

use crate::dim::Dim;
use crate::expr::Identity;
use crate::op::Op;
use crate::{Error, Expr};

pub use custom::{checkpoint, custom_gradient};
pub use forward::jvp;
pub use second::{hessian, hvp, jacobian, value_and_grad};

/// The gradient of a scalar expression with respect to each of `wrt`.
///
/// Reverse accumulation over the expression: the result is expressions over the same inputs, so it
/// can be simplified, compiled with the value (shared work is done once), or differentiated again.
/// `wrt` are inputs (any of that name), or inner nodes of the expression, each of which is then treated as
/// a variable of its own: the very node or a clone of it, for a node written again is another one. What the value does not depend on gets a gradient of zeros.
///
/// # Errors
/// A shape mistake in `value` or `wrt`; [`Error::NotScalar`] when `value` has an axis.
///
/// ```
/// use elbo_tensor_ad::{Array, Expr, grad, reference};
///
/// let x = Expr::input("x", ["n"]);
/// let y = x.tanh().sum();
/// let first = grad(&y, &[x.clone()])?.remove(0);
/// let second = grad(&first.sum(), &[x])?.remove(0);
/// let at = Array::vector(vec![0.5]);
/// let v = reference::evaluate(&[first, second], &[("x", &at)])?;
/// let t = 0.5f64.tanh();
/// assert!((v[0].data()[0] - (1.0 - t * t)).abs() < 1e-15);
/// assert!((v[1].data()[0] + 2.0 * t * (1.0 - t * t)).abs() < 1e-15);
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
pub fn grad(value: &Expr, wrt: &[Expr]) -> Result<Vec<Expr>, Error> {
    value.check()?;
    if value.rank() != 0 {
        return Err(Error::NotScalar { found: value.shape().clone() });
    }
    vjp(std::slice::from_ref(value), &[Expr::constant(1.0)], wrt)
}

/// The vector-Jacobian product: for each of `wrt`, `Σᵢ ⟨cotangentᵢ, ∂outputᵢ/∂wrt⟩`.
///
/// `cotangents` have the shapes of `outputs`, or stretch to them, and are not differentiated.
///
/// # Errors
/// A shape mistake in any of the expressions; [`Error::DirectionCount`] and [`Error::DirectionShape`] for cotangents that are too few, too
/// many, or of another shape.
pub fn vjp(outputs: &[Expr], cotangents: &[Expr], wrt: &[Expr]) -> Result<Vec<Expr>, Error> {
    for e in outputs.iter().chain(cotangents).chain(wrt) {
        e.check()?;
    }
    let cotangents = directions("cotangents", cotangents, outputs)?;
    Ok(pull(outputs, &cotangents, wrt)?.iter().zip(wrt).map(|(g, x)| sized(g, x)).collect())
}

/// The directions, one for each expression and in its shape.
fn directions(what: &'static str, given: &[Expr], like: &[Expr]) -> Result<Vec<Expr>, Error> {
    if given.len() != like.len() {
        return Err(Error::DirectionCount { what, expected: like.len(), found: given.len() });
    }
    let fit = |(index, (d, e)): (usize, (&Expr, &Expr))| {
        if d.shape().broadcasts_to(e.shape()) {
            Ok(d.broadcast_to(e.shape()))
        } else {
            let (expected, found) = (e.shape().clone(), d.shape().clone());
            Err(Error::DirectionShape { what, index, expected, found })
        }
    };
    given.iter().zip(like).enumerate().map(fit).collect()
}

/// A derivative from which the lengths of all its axes can be read: where no input in it has them (a constant derivative), it
/// depends on the shape of `like`, which stretches to its own, and on nothing else of it.
fn sized(derivative: &Expr, like: &Expr) -> Expr {
    let mut names: HashSet<&Dim> = derivative.shape().dims().iter().filter(|d| d.fixed().is_none()).collect();
    if names.is_empty() {
        return derivative.clone();
    }
    let order = Expr::topological(std::slice::from_ref(derivative));
    for node in order.iter().filter(|n| matches!(n.op(), Op::Input(_))) {
        node.shape().dims().iter().for_each(|d| {
            names.remove(d);
        });
    }
    if names.is_empty() {
        return derivative.clone();
    }
    Expr::constant(1.0).broadcast_to(derivative.shape()).select(derivative, like.stop_gradient())
}

/// [`vjp`] of valid expressions with cotangents in their shapes.
fn pull(outputs: &[Expr], cotangents: &[Expr], wrt: &[Expr]) -> Result<Vec<Expr>, Error> {
    let found = reach(outputs, cotangents, wrt)?;
    let zeros = |x: &Expr| Expr::constant(0.0).broadcast_to(x.shape());
    Ok(found.into_iter().zip(wrt).map(|(g, x)| g.unwrap_or_else(|| zeros(x))).collect())
}

/// [`pull`], and `None` where no gradient reaches the variable.
fn reach(outputs: &[Expr], cotangents: &[Expr], wrt: &[Expr]) -> Result<Vec<Option<Expr>>, Error> {
    // The slope of a stable form is stable; that of what the user wrote may not be.
    let outputs = crate::stable::rewritten(outputs, &Expr::topological(outputs), wrt);
    let order = Expr::topological(&outputs);
    let targets: HashSet<Identity> = wrt.iter().map(Expr::identity).collect();
    // Only what depends on a target needs a gradient.
    let mut active: HashMap<Identity, bool> = HashMap::new();
    for node in &order {
        let is = targets.contains(&node.identity())
            || *node.op() != Op::StopGradient && node.args().iter().any(|a| active[&a.identity()]);
        active.insert(node.identity(), is);
    }
    // What was contributed to each gradient so far; once a node is reached, nothing comes to its own any more.
    let mut gradients: HashMap<Identity, Vec<Expr>> = HashMap::new();
    for (output, cotangent) in outputs.iter().zip(cotangents) {
        contribute(&mut gradients, output, cotangent.clone());
    }
    for node in order.iter().rev() {
        if !active[&node.identity()] || !node.args().iter().any(|a| active[&a.identity()]) {
            continue;
        }
        let Some(g) = reached(&mut gradients, node) else { continue };
        let wanted: Vec<bool> = node.args().iter().map(|a| active[&a.identity()]).collect();
        let contributions = match node.op() {
            Op::WithGradient(rule) => custom::pull_back(node, rule, &g, &wanted, !inside(node, &targets)),
            _ => rules::pull_back(node, &g, &wanted),
        };
        for (arg, contribution) in node.args().iter().zip(contributions) {
            if let Some(contribution) = contribution {
                contribute(&mut gradients, arg, contribution);
            }
        }
    }
    let result: Vec<Option<Expr>> = wrt.iter().map(|x| reached(&mut gradients, x)).collect();
    for e in result.iter().flatten() {
        e.check()?;
    }
    Ok(result)
}

/// True when one of the variables is a node of the first operand's expression above the other operands.
fn inside(node: &Expr, targets: &HashSet<Identity>) -> bool {
    let Some((value, inputs)) = node.args().split_first() else { return false };
    let inputs: HashSet<Identity> = inputs.iter().map(Expr::identity).collect();
    let within = Expr::topological_until(std::slice::from_ref(value), |e| inputs.contains(&e.identity()));
    within.iter().any(|e| targets.contains(&e.identity()) && !inputs.contains(&e.identity()))
}

fn contribute(gradients: &mut HashMap<Identity, Vec<Expr>>, node: &Expr, contribution: Expr) {
    // The same lengths may go by other names there: rules read the shape off the gradient.
    let contribution = contribution.broadcast_to(node.shape());
    gradients.entry(node.identity()).or_default().push(contribution);
}

/// The gradient of a node that all contributions have reached.
fn reached(gradients: &mut HashMap<Identity, Vec<Expr>>, node: &Expr) -> Option<Expr> {
    let contributions = gradients.get_mut(&node.identity())?;
    let total = total::total(contributions)?;
    *contributions = vec![total.clone()];
    Some(total)
}
