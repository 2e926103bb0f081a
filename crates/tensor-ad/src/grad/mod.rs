//! Gradients as a rewrite, expressions to expressions: a gradient can be differentiated again.

mod elementwise;
mod rules;
mod scan;

use std::collections::HashMap;

use crate::expr::Identity;
use crate::op::Op;
use crate::{Error, Expr};

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
/// `cotangents` have the shapes of `outputs`.
///
/// # Errors
/// A shape mistake in any of the expressions.
pub fn vjp(outputs: &[Expr], cotangents: &[Expr], wrt: &[Expr]) -> Result<Vec<Expr>, Error> {
    for e in outputs.iter().chain(cotangents).chain(wrt) {
        e.check()?;
    }
    let order = Expr::topological(outputs);
    let targets: std::collections::HashSet<Identity> = wrt.iter().map(Expr::identity).collect();
    // Only what depends on a target needs a gradient.
    let mut active: HashMap<Identity, bool> = HashMap::new();
    for node in &order {
        let is = targets.contains(&node.identity())
            || *node.op() != Op::StopGradient && node.args().iter().any(|a| active[&a.identity()]);
        active.insert(node.identity(), is);
    }
    let mut gradients: HashMap<Identity, Expr> = HashMap::new();
    for (output, cotangent) in outputs.iter().zip(cotangents) {
        accumulate(&mut gradients, output, cotangent.broadcast_to(output.shape()));
    }
    for node in order.iter().rev() {
        if !active[&node.identity()] || !node.args().iter().any(|a| active[&a.identity()]) {
            continue;
        }
        let Some(g) = gradients.get(&node.identity()).cloned() else { continue };
        let wanted: Vec<bool> = node.args().iter().map(|a| active[&a.identity()]).collect();
        for (arg, contribution) in node.args().iter().zip(rules::pull_back(node, &g, &wanted)) {
            if let Some(contribution) = contribution {
                accumulate(&mut gradients, arg, contribution);
            }
        }
    }
    let result: Vec<Expr> = wrt
        .iter()
        .map(|x| {
            gradients
                .get(&x.identity())
                .cloned()
                .unwrap_or_else(|| Expr::constant(0.0).broadcast_to(x.shape()))
        })
        .collect();
    for e in &result {
        e.check()?;
    }
    Ok(result)
}

fn accumulate(gradients: &mut HashMap<Identity, Expr>, node: &Expr, contribution: Expr) {
    // The same lengths may go by other names there: rules read the shape off the gradient.
    let contribution = contribution.broadcast_to(node.shape());
    let total = match gradients.remove(&node.identity()) {
        Some(sum) => sum + contribution,
        None => contribution,
    };
    gradients.insert(node.identity(), total);
}
