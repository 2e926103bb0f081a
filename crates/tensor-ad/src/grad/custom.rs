//! Gradients by another rule than that of the primitives: recomputed ones, and the user's.

use std::collections::HashSet;
use std::panic::Location;

use super::reach;
use crate::Expr;
use crate::error::Reason;
use crate::expr::Identity;
use crate::op::{CustomGradient, GradientRule, Op};

/// The same value, whose inner values are not kept for the gradient but computed again from `inputs` when it is needed: less memory for
/// more work.
///
/// `inputs` are the inner nodes (or inputs) at which recomputation starts; inputs of the expression that lie below none of them are
/// added by itself, so the gradient is complete in any case. Values and gradients are those of `output` itself, up to
/// the order in which contributions are summed. Checkpoints may lie within each other, and any number of derivatives may be taken. A
/// gradient with respect to a node inside the expression is taken without recomputing.
///
/// Memory falls where values are whole arrays that live from the value to its gradient, as in a long chain of layers over arrays of fixed
/// shape. What a plan streams over a named axis lives for one block only, and gains nothing.
///
/// ```
/// use elbo_tensor_ad::{Expr, checkpoint, grad};
///
/// let (x, w) = (Expr::input("x", [8, 8]), Expr::input("w", [8, 8]));
/// let mut h = x;
/// for _ in 0..3 {
///     let layer = h.matmul(&w).tanh().matmul(&w).tanh();
///     h = checkpoint(&layer, &[h]);
/// }
/// let slope = grad(&h.square().sum(), &[w])?;
/// assert_eq!(slope[0].shape().to_string(), "[8, 8]");
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
#[track_caller]
#[must_use]
pub fn checkpoint(output: &Expr, inputs: &[Expr]) -> Expr {
    if let Some(bad) = std::iter::once(output).chain(inputs).find(|e| e.check().is_err()) {
        return bad.clone();
    }
    let known: HashSet<Identity> = inputs.iter().map(Expr::identity).collect();
    let mut args = vec![output.clone()];
    // What is reached from the output only: other inputs have nothing to do with it.
    for node in Expr::topological_until(std::slice::from_ref(output), |e| known.contains(&e.identity())) {
        let edge = known.contains(&node.identity()) || matches!(node.op(), Op::Input(_));
        if edge && !args[1..].iter().any(|e| e.identity() == node.identity()) {
            args.push(node);
        }
    }
    Expr::node(Op::WithGradient(GradientRule::Recomputed), args)
}

/// The value, with a gradient of the user's instead of its own.
///
/// `rule(inputs, value, g)` gets `inputs` and the value as they stand where the gradient is taken, and the gradient `g` of
/// the value; it returns the gradient of each of `inputs`, in their shapes. It is an expression to be built like any other, may be
/// differentiated again, and runs when a gradient is built, never when a plan runs. No gradient flows into `value` by another way:
/// what it depends on beyond `inputs` gets none.
///
/// The rule should use what it is given, not expressions from outside: only these follow [`Expr::substitute`] and
/// [`vmap`](crate::vmap). [`check::gradient`](crate::check::gradient) compares with the true derivative, and says so where a rule is another one.
/// [`jvp`](crate::jvp) needs a rule that is linear in `g`.
///
/// A wrong number of gradients, or one of another shape than its input, is a mistake that names both
/// shapes, the label of the value, and the line of this call, reported by [`grad`](crate::grad) or [`vjp`](crate::vjp).
///
/// ```
/// use elbo_tensor_ad::{Array, Expr, custom_gradient, grad, reference};
///
/// // A straight-through estimator: rounded forward, as if it were not backward.
/// let x = Expr::input("x", ["n"]);
/// let rounded = custom_gradient(&(&x + 0.5).floor(), &[x.clone()], |_, _, g| vec![g.clone()]);
/// let slope = grad(&rounded.square().sum(), &[x])?;
/// let found = reference::evaluate(&slope, &[("x", &Array::vector(vec![0.8, 1.9]))])?;
/// assert_eq!(found[0].data(), [2.0, 4.0]);
///
/// // The value itself, its gradient clipped to -1..1.
/// let w = Expr::input("w", [2]);
/// let clipped = custom_gradient(&w, &[w.clone()], |_, _, g| vec![g.max(-1.0).min(1.0)]);
/// let slope = grad(&(clipped * 10.0).sum(), &[w])?;
/// assert_eq!(reference::evaluate(&slope, &[("w", &Array::vector(vec![0.0, 0.0]))])?[0].data(), [1.0, 1.0]);
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
#[track_caller]
#[must_use]
pub fn custom_gradient(
    value: &Expr,
    inputs: &[Expr],
    rule: impl Fn(&[Expr], &Expr, &Expr) -> Vec<Expr> + Send + Sync + 'static,
) -> Expr {
    let args = std::iter::once(value).chain(inputs).cloned().collect();
    let node = Expr::node(Op::WithGradient(GradientRule::Custom(CustomGradient::new(rule))), args);
    // Mistakes in the rule are reported with the value's label.
    match value.label() {
        Some(label) if node.check().is_ok() => node.labelled(label),
        _ => node,
    }
}

/// The contributions to the operands of a node with such a rule. `whole`: no variable lies inside the value.
pub(super) fn pull_back(
    node: &Expr,
    rule: &GradientRule,
    g: &Expr,
    wanted: &[bool],
    whole: bool,
) -> Vec<Option<Expr>> {
    let Some((value, inputs)) = node.args().split_first() else { return Vec::new() };
    let at = node.location();
    match rule {
        GradientRule::Recomputed if !whole => {
            std::iter::once(Some(g.clone())).chain(inputs.iter().map(|_| None)).collect()
        }
        GradientRule::Recomputed => {
            // Computed from the inputs anew, and not before the gradient is there: a node behind a barrier is never the node before it.
            let again: Vec<Expr> =
                inputs.iter().map(|x| Expr::node_at(Op::Barrier, vec![x.clone(), g.clone()], at)).collect();
            let pairs: Vec<(Expr, Expr)> = inputs.iter().cloned().zip(again.iter().cloned()).collect();
            let copy = value.substitute(&pairs);
            match reach(&[copy], std::slice::from_ref(g), &again) {
                Ok(found) => {
                    let found = found.into_iter().zip(&wanted[1..]).map(|(e, &w)| e.filter(|_| w)).collect();
                    std::iter::once(None).chain(together(found, at)).collect()
                }
                Err(crate::Error::Shape(fault)) => inputs
                    .iter()
                    .map(|_| Some(Expr::carrying(fault.clone(), at)))
                    .fold(vec![None], |mut all, e| {
                        all.push(e);
                        all
                    }),
                // The gradient of valid shapes fails by a fault alone.
                Err(_) => node.args().iter().map(|_| None).collect(),
            }
        }
        GradientRule::Custom(rule) => {
            let found = rule.call(inputs, node, g);
            if found.len() != inputs.len() {
                let reason = Reason::Gradients { expected: inputs.len(), found: found.len() };
                return wrong(node, reason, at);
            }
            let mut contributions = vec![None];
            for (i, (x, e)) in inputs.iter().zip(found).enumerate() {
                if e.check().is_ok() && !e.shape().agrees(x.shape()) {
                    let reason =
                        Reason::Gradient { input: i, expected: x.shape().clone(), found: e.shape().clone() };
                    return wrong(node, reason, at);
                }
                contributions.push(wanted[i + 1].then_some(e));
            }
            contributions
        }
    }
}

/// The same contributions, none of which is there before all are: otherwise what was recomputed for one of them would be kept until
/// everything that another one leads to is done.
fn together(found: Vec<Option<Expr>>, at: &'static Location<'static>) -> Vec<Option<Expr>> {
    let behind = |e: &Expr, token: &Expr| Expr::node_at(Op::Barrier, vec![e.clone(), token.clone()], at);
    let Some(last) = found.iter().flatten().cloned().reduce(|token, e| behind(&e, &token)) else {
        return found;
    };
    if found.iter().flatten().count() == 1 {
        return found;
    }
    found.into_iter().map(|e| e.map(|e| behind(&e, &last))).collect()
}

/// The mistake as the gradient of every input.
fn wrong(node: &Expr, reason: Reason, at: &'static Location<'static>) -> Vec<Option<Expr>> {
    let found = node.args().iter().map(|e| e.shape().clone()).collect();
    let label = node.label().map(Into::into);
    let fault = Expr::faulty_labelled("custom_gradient", reason, found, label, at);
    let mut contributions = vec![Some(fault); node.args().len()];
    contributions[0] = None;
    contributions
}
