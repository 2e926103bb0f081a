//! Stable forms: what users write, rewritten to the form that keeps its accuracy and its range.
//!
//! | written | becomes | because |
//! | --- | --- | --- |
//! | `ln σ(x)` | `-softplus(-x)` | σ underflows at -745 |
//! | `ln(1 - σ(x))` | `-softplus(x)` | `1 - σ` is 0 from 37 on |
//! | `ln(1 - eˣ)`, `ln(-expm1 x)`, `ln1p(-eˣ)` | `log1mexp x` | cancels near 0, or far from it |
//! | `ln(1 + eˣ)`, `ln1p(eˣ)` | `softplus x` | eˣ overflows at 710 |
//! | `ln(1 + x)`, `ln(1 - x)` | `ln1p(±x)` | `1 + x` rounds x away |
//! | `ln(1 - tanh² x)` | `2 (ln 2 - abs x - softplus(-2 abs x))` | `1 - tanh²` is 0 from 19 on |
//! | `eˣ - 1`, `1 - eˣ` | `±expm1 x` | cancels near 0 |
//! | `ln eˣ` | `x` | overflow, underflow |
//! | `ln Σ eˣ`, moved or scaled as well | `m + ln Σ e^(x - m)`, `m = max x` | overflow, underflow |
//! | `ln(eᵃ + eᵇ)` | `logaddexp(a, b)` | the same |
//! | `ln(p q)`, `ln(p / q)`, `ln(1 / p)`, `ln √p` | `ln p ± ln q`, ... | where p is one of the positive forms above, so that it has a stable logarithm |
//! | `ln x²`, `ln xⁿ` with a whole n | `n ln abs x`, `n ln x` | x² overflows at 1e154 |
//! | `eˣ / Σ eˣ` | `e^(x - m) / Σ e^(x - m)` | infinity over infinity |
//! | `p / (1 + eˣ)`, `eˣ / (1 + eˣ)` | `p σ(-x)`, `σ(x)` | the same, in the second and in both slopes |
//! | `(eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)`, `(eˣ - 1) / (eˣ + 1)` | `tanh x`, `tanh(x/2)` | the same |
//! | `√x²` | `abs x` | x² overflows at 1e154; no slope at 0 |
//! | `e^(ln x)` of an x that cannot be negative | `x` | rounding |
//! | `1 - erf x`, `1 - erfc x` | `erfc x`, `erf x` | cancels |
//!
//! A sum of exponentials from which the user has subtracted the largest exponent already is left as it is. These stay,
//! because another form would hide a NaN or an infinity, or would gain nothing: `x / x`, `x - x`, `0 x`, `ln a - ln b`, `e^(ln x)` of any x, `1 - σ(x)`
//! and `1 - tanh²` alone (the slopes of `σ` and `tanh`), `ln xⁿ` for other exponents.
//!
//! A rewritten value differs from a finite correct one by rounding only; a NaN that comes of a NaN or of an argument
//! outside the domain stays a NaN. Forms are looked for within 128 nodes.

mod logarithm;
mod quotient;
mod rules;

use std::collections::{HashMap, HashSet};
use std::panic::Location;

use crate::Expr;
use crate::op::Op;
use rules::Rules;

/// The same values in numerically stable forms, those of inner expressions too.
///
/// [`grad`](crate::grad) and [`Plan::compile`](crate::Plan::compile) do this by themselves, the first so that a slope is that of the stable form:
/// `ln σ(x)` at -1000 has the slope 1. Twice is the same as once.
///
/// | written | becomes |
/// | --- | --- |
/// | `ln σ(x)`, `ln(1 - σ(x))` | `-softplus(-x)`, `-softplus(x)` |
/// | `ln(1 - eˣ)`, `ln(1 + eˣ)`, `ln(1 ± x)` | `log1mexp x`, `softplus x`, `ln1p(±x)` |
/// | `ln(1 - tanh² x)` | `2 (ln 2 - abs x - softplus(-2 abs x))` |
/// | `eˣ - 1`, `1 - eˣ` | `±expm1 x` |
/// | `ln eˣ`, `e^(ln x)` for an x that cannot be negative | `x` |
/// | `ln Σ eˣ`, `ln(eᵃ + eᵇ)` | the same with the largest exponent subtracted, if it is not yet |
/// | `ln` of a product, quotient or root of forms above that are positive | sums of their logarithms |
/// | `ln xⁿ`, n whole | `n ln abs x` for an even n, `n ln x` for an odd one |
/// | `eˣ / Σ eˣ` | the same with the largest exponent subtracted |
/// | `p / (1 + eˣ)`, `eˣ / (1 + eˣ)` | `p σ(-x)`, `σ(x)` |
/// | `(eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)`, `(eˣ - 1) / (eˣ + 1)` | `tanh x`, `tanh(x/2)` |
/// | `√x²` | `abs x` |
/// | `1 - erf x`, `1 - erfc x` | `erfc x`, `erf x` |
///
/// Not rewritten, because it would hide a NaN or an infinity: `x / x`, `x - x`, `0 x`, `e^(ln x)` of any x.
///
/// ```
/// use elbo_tensor_ad::{Array, Expr, Plan, grad};
///
/// let x = Expr::input("x", ["n"]);
/// let value = x.sigmoid().ln().sum();
/// let slope = grad(&value, &[x])?.remove(0);
/// let found = Plan::<f64>::compile(&[value, slope])?.call(&[("x", &Array::vector(vec![-1000.0]))])?;
/// assert_eq!((found[0].data()[0], found[1].data()[0]), (-1000.0, 1.0));
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
pub fn stable_forms(exprs: &[Expr]) -> Vec<Expr> {
    rewritten(exprs, &Expr::topological(exprs), &[])
}

/// [`stable_forms`] of `exprs`, whose nodes are `order`. `variables` are kept, and no form is seen through them: a
/// gradient with respect to an inner node treats it as a variable.
pub(crate) fn rewritten(exprs: &[Expr], order: &[Expr], variables: &[Expr]) -> Vec<Expr> {
    let kept: HashSet<usize> =
        variables.iter().filter(|v| !matches!(v.op(), Op::Input(_))).map(Expr::address).collect();
    // A rule for the gradient, given by the user, hands it to these: they must stay between.
    let bounds: HashSet<usize> = (order.iter())
        .filter(|n| matches!(n.op(), Op::WithGradient(_)))
        .flat_map(|n| n.args().iter().skip(1).map(Expr::address))
        .collect();
    let mut rules = Rules::new(kept.clone());
    let mut made: HashMap<usize, Expr> = HashMap::new();
    for node in order {
        if kept.contains(&node.address()) || node.check().is_err() {
            continue;
        }
        let old = node.args();
        let changed = !made.is_empty() && old.iter().any(|a| made.contains_key(&a.address()));
        let fresh = if changed {
            let args = old.iter().map(|a| made.get(&a.address()).unwrap_or(a).clone()).collect();
            // Every operand has the shape that it had: attributes hold.
            let again = Expr::node_at(node.op().clone(), args, node.location());
            node.label().map_or_else(|| again.clone(), |l| again.labelled(l))
        } else {
            node.clone()
        };
        match rules.stable(&fresh) {
            Some(better) => {
                let placed = relocated(&better, node.location(), &mut HashMap::new());
                made.insert(node.address(), rules.dressed(placed, node));
            }
            None if changed => {
                made.insert(node.address(), fresh);
            }
            None => {}
        }
        if bounds.contains(&node.address()) {
            rules.close(made.get(&node.address()).unwrap_or(node));
        }
    }
    exprs.iter().map(|e| made.get(&e.address()).unwrap_or(e).clone()).collect()
}

/// The nodes that a rule wrote, as if they stood where the user wrote the form that they replace.
fn relocated(e: &Expr, at: &'static Location<'static>, done: &mut HashMap<usize, Expr>) -> Expr {
    let ours = [logarithm::FILE, quotient::FILE, rules::FILE].contains(&e.location().file());
    if !ours || matches!(e.op(), Op::Input(_)) {
        return e.clone();
    }
    if let Some(fresh) = done.get(&e.address()) {
        return fresh.clone();
    }
    let args = e.args().iter().map(|a| relocated(a, at, done)).collect();
    let fresh = Expr::node_at(e.op().clone(), args, at);
    done.insert(e.address(), fresh.clone());
    fresh
}
