//! A user's gradient rule for one example, made one for many.

use super::site::{Site, Value};
use super::vmap_with;
use crate::dim::{Dim, Shape};
use crate::op::{CustomGradient, GradientRule, Op};
use crate::{Error, Expr};

/// The node over operands of which some are mapped: value first.
pub(super) fn with_gradient(rule: &GradientRule, args: &[Value], site: &Site<'_>) -> Value {
    match rule {
        GradientRule::Recomputed => {
            // A value that all examples share depends on none of the mapped inputs.
            let kept = args.iter().filter(|a| args[0].mapped || !a.mapped).map(|a| a.expr.clone());
            let expr = site.node(Op::WithGradient(rule.clone()), kept.collect());
            Value { expr, mapped: args[0].mapped }
        }
        GradientRule::Custom(one) => {
            let (one, dim) = (one.clone(), site.dim.clone());
            let many = CustomGradient::new(move |inputs, value, g| each(&one, &dim, inputs, value, g));
            let rule = GradientRule::Custom(many);
            let args = args.iter().map(|a| site.stretched(a)).collect();
            Value::mapped(site.node(Op::WithGradient(rule), args))
        }
    }
}

/// The rule of one example over all examples.
fn each(rule: &CustomGradient, dim: &Dim, inputs: &[Expr], value: &Expr, g: &Expr) -> Vec<Expr> {
    // Stand-ins for one example's operands, to be mapped onto those of all.
    let stand_in = |i: usize, e: &Expr| {
        let shape: Shape = e.shape().dims().iter().skip(1).cloned().collect();
        Expr::input_at(&format!("\u{0}example {i}").into(), shape, e.location())
    };
    let all: Vec<&Expr> = [value, g].into_iter().chain(inputs).collect();
    let ones: Vec<Expr> = all.iter().enumerate().map(|(i, e)| stand_in(i, e)).collect();
    let found = rule.call(&ones[2..], &ones[0], &ones[1]);
    let pairs: Vec<(Expr, Expr)> = ones.into_iter().zip(all.into_iter().cloned()).collect();
    match vmap_with(&found, &pairs, dim) {
        Ok(found) => found,
        Err(Error::Shape(fault)) => {
            inputs.iter().map(|x| Expr::carrying(fault.clone(), x.location())).collect()
        }
        // Reported as too few gradients.
        Err(_) => Vec::new(),
    }
}
