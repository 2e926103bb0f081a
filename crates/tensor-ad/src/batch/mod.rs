//! `vmap`: an expression for one example made one for many, as a rewrite from expressions to expressions.

mod gradient;
mod matrix;
mod recurrence;
mod rows;
mod rules;
mod site;

use std::collections::{HashMap, HashSet};
use std::panic::Location;

use crate::dim::{Dim, Shape};
use crate::error::{Fault, Reason};
use crate::expr::Identity;
use crate::expr::rename::Renaming;
use crate::expr::shape_rule;
use crate::op::Op;
use crate::{Error, Expr};
use site::{Site, Value};

/// The outputs for many examples at once: each input in `over` gets a new leading axis of length `dim` (a number or a name), and so does
/// every output. Element `i` of an output along that axis is the output when every input in `over` is its element `i`.
///
/// The result is expressions over the same inputs, those in `over` having the new shape, without a loop: a matrix
/// product with one mapped operand becomes one larger product. Inputs that are not in `over` are the same for all examples; an output that
/// depends on none in `over` is stretched. It composes with itself and with [`grad`](crate::grad): the gradient of each
/// example by itself is `vmap` of `grad`. For another axis than the leading one, or for an inner expression, see [`vmap_with`].
///
/// # Errors
/// A shape mistake in the expressions; [`Error::NotAnInput`] when `over` contains something else.
///
/// ```
/// use elbo_tensor_ad::{Array, Expr, grad, reference, vmap};
///
/// // The gradient of a loss for one example, then for each of three, the weights being shared.
/// let (x, y, w) = (Expr::input("x", [2]), Expr::input("y", ()), Expr::input("w", [2]));
/// let loss = (x.dot(&w) - &y).square();
/// let slope = grad(&loss, &[w])?;
/// let each = vmap(&slope, &[x, y], "obs")?.remove(0);
/// assert_eq!(each.shape().to_string(), "[obs, 2]");
///
/// let data = Array::new([3, 2], vec![1.0, 0.0, 0.0, 1.0, 1.0, 1.0])?;
/// let (target, weights) = (Array::vector(vec![0.0, 0.0, 3.0]), Array::vector(vec![1.0, 2.0]));
/// let found = reference::evaluate(&[each], &[("x", &data), ("y", &target), ("w", &weights)])?;
/// assert_eq!(found[0].data(), [2.0, 0.0, 0.0, 4.0, 0.0, 0.0]);
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
#[track_caller]
pub fn vmap(outputs: &[Expr], over: &[Expr], dim: impl Into<Dim>) -> Result<Vec<Expr>, Error> {
    let (dim, at) = (dim.into(), Location::caller());
    let mut replacements = Vec::with_capacity(over.len());
    for x in over {
        x.check()?;
        let Op::Input(_) = x.op() else { return Err(Error::NotAnInput { found: format!("{x:?}") }) };
        let stacked = x.input_in(leading(&dim, x.shape()));
        replacements.push((x.clone(), stacked));
    }
    map(outputs, &replacements, &dim, at)
}

/// [`vmap`] with a choice of what takes the place of each mapped expression: each first of `replacements` (an input, or an inner
/// node of the outputs, as in [`Expr::substitute`]) becomes the second, which has a leading axis of length `dim` before the axes of the first.
///
/// This is how an inner axis is mapped (`(x, xs.permute(&[1, 0]))`), and how an inner expression is.
///
/// # Errors
/// A shape mistake in the expressions; [`Error::Shape`] with both shapes when a replacement has another shape than that.
///
/// ```
/// use elbo_tensor_ad::{Dim, Expr, vmap_with};
///
/// let x = Expr::input("x", [3]);
/// let columns = Expr::input("columns", [Dim::Fixed(3), "obs".into()]);   // one example a column
/// let length = x.square().sum().sqrt();
/// let lengths = vmap_with(&[length], &[(x, columns.transpose())], "obs")?.remove(0);
/// assert_eq!(lengths.shape().to_string(), "[obs]");
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
#[track_caller]
pub fn vmap_with(
    outputs: &[Expr],
    replacements: &[(Expr, Expr)],
    dim: impl Into<Dim>,
) -> Result<Vec<Expr>, Error> {
    map(outputs, replacements, &dim.into(), Location::caller())
}

fn map(
    outputs: &[Expr],
    replacements: &[(Expr, Expr)],
    dim: &Dim,
    at: &'static Location<'static>,
) -> Result<Vec<Expr>, Error> {
    for e in outputs.iter().chain(replacements.iter().flat_map(|(a, b)| [a, b])) {
        e.check()?;
    }
    let mut values: HashMap<Identity, Value> = HashMap::new();
    for (one, many) in replacements {
        let expected = leading(dim, one.shape());
        if !many.shape().agrees(&expected) {
            let label = one.label().or(many.label()).map(Into::into);
            let found = vec![one.shape().clone(), many.shape().clone()];
            return Err(Error::Shape(Fault::new("vmap", Reason::Target(expected), found, label, at).into()));
        }
        // Where the axis goes by another name there, the two become one.
        let axis = leading(dim, &many.shape().without(&[0]));
        let site = Site { dim, at };
        values.insert(one.identity(), Value::mapped(site.broadcast(many, &axis)));
    }
    let keys: HashSet<Identity> = values.keys().cloned().collect();
    let replaced = |node: &Expr| keys.contains(&node.identity());
    let order = Expr::topological_until(outputs, replaced);
    let pairs: Vec<(&Expr, &[Dim])> =
        replacements.iter().map(|(one, many)| (one, &many.shape().dims()[1..])).collect();
    let names = Renaming::leaving(&order, &pairs, replaced);
    for node in &order {
        if values.contains_key(&node.identity()) {
            continue;
        }
        let args: Vec<Value> = node.args().iter().map(|a| values[&a.identity()].clone()).collect();
        let value = one(node, args, dim, &names);
        value.expr.check()?;
        values.insert(node.identity(), value);
    }
    outputs
        .iter()
        .map(|e| {
            let (site, value) = (Site { dim, at: e.location() }, &values[&e.identity()]);
            let result = site.stretched(value);
            let sized = match replacements.first() {
                Some((one, _)) if !value.mapped => site.sized(&result, &values[&one.identity()].expr),
                _ => result,
            };
            sized.check().cloned()
        })
        .collect()
}

/// One node over operands of which some may have the new axis.
fn one(node: &Expr, args: Vec<Value>, dim: &Dim, names: &Renaming) -> Value {
    if !args.iter().any(|a| a.mapped) {
        let moved = args.iter().zip(node.args()).any(|(a, b)| a.expr.address() != b.address());
        if !moved && (names.is_empty() || shape_rule::renamed(node.op(), names) == *node.op()) {
            return Value::shared(node.clone());
        }
        return Value::shared(shape_rule::rebuild(node, args.into_iter().map(|a| a.expr).collect(), names));
    }
    let mut local = Renaming::default();
    for (old, new) in node.args().iter().zip(&args) {
        local.add(old.shape(), new.own_axes());
    }
    let op = shape_rule::renamed(node.op(), &local.or(names));
    let result = rules::mapped(&op, &args, &Site { dim, at: node.location() });
    match node.label() {
        Some(label) => Value { expr: result.expr.labelled(label), ..result },
        None => result,
    }
}

fn leading(dim: &Dim, shape: &Shape) -> Shape {
    std::iter::once(dim).chain(shape.dims()).cloned().collect()
}
