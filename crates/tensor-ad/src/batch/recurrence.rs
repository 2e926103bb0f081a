//! Recurrences of which the first carry, a sequence or a constant is mapped: one recurrence whose step is mapped.

use std::collections::HashMap;

use super::site::{Site, Value};
use super::vmap_with;
use crate::Expr;
use crate::expr::Identity;
use crate::op::{Body, node_of};

/// `scan(carry, sequences.., constants..)`, with the new axis before that of the steps.
pub(super) fn scan(site: &Site<'_>, body: &Body, args: &[Value]) -> Expr {
    let mut own: HashMap<Identity, Expr> = HashMap::new();
    let mut operands = Vec::new();
    for (i, (input, arg)) in body.inputs().zip(args).enumerate() {
        let sequence = (1..=body.xs.len()).contains(&i);
        let expr = if i == 0 { site.stretched(arg) } else { arg.expr.clone() };
        let mapped = i == 0 || arg.mapped;
        if mapped {
            let shape = std::iter::once(site.dim).chain(input.shape().dims()).cloned().collect();
            own.insert(input.identity(), input.input_in(shape));
        }
        operands.push(if mapped && sequence { site.move_axis(&expr, 0, 1) } else { expr });
    }
    let given = |e: &Expr| own.get(&e.identity()).unwrap_or(e).clone();
    let pairs: Vec<(Expr, Expr)> =
        body.inputs().filter_map(|e| own.get(&e.identity()).map(|many| (e.clone(), many.clone()))).collect();
    let result = match vmap_with(std::slice::from_ref(&body.result), &pairs, site.dim) {
        Ok(mut all) => all.remove(0),
        Err(error) => return Expr::mistaken(&error, site.at),
    };
    let all = Body {
        carry: given(&body.carry),
        xs: body.xs.iter().map(given).collect(),
        constants: body.constants.iter().map(given).collect(),
        result,
        length: body.length.clone(),
        reverse: body.reverse,
    };
    site.move_axis(&node_of(all, operands, site.at), 1, 0)
}
