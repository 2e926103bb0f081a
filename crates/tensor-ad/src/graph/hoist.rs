//! Scans without what their steps compute from the sequences alone: that is computed for all steps at once, before the first.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::dim::Shape;
use crate::expr::Identity;
use crate::expr::rename::Renaming;
use crate::expr::shape_rule::rebuild;
use crate::op::{Body, Op};
use crate::passes::{Pass, Passes};
use crate::{Expr, vmap_with};

/// How many times as large as the carry and one element of each sequence a value may be that is kept for every step.
const LARGEST: usize = 4;

/// What an axis counts for whose length is a name.
const NAMED: usize = 1000;

/// The same values, those of `exprs` whose nodes are `order`, with what no carry is needed for taken out of the steps.
pub(super) fn hoisted(exprs: &[Expr], order: &[Expr], passes: Passes) -> Vec<Expr> {
    if !order.iter().any(|e| matches!(e.op(), Op::Scan(_))) {
        return exprs.to_vec();
    }
    let mut made: HashMap<usize, Expr> = HashMap::new();
    // Scans of one step stay scans of one step.
    let mut known: HashMap<*const Body, Option<Split>> = HashMap::new();
    for node in order {
        let given = |e: &Expr| made.get(&e.address()).unwrap_or(e).clone();
        let args: Vec<Expr> = node.args().iter().map(given).collect();
        let moved = args.iter().zip(node.args()).any(|(a, b)| a.address() != b.address());
        let found = match node.op() {
            Op::Scan(body) => {
                let split = known.entry(Arc::as_ptr(body)).or_insert_with(|| Split::of(body, passes));
                split.as_ref().and_then(|split| split.scan(node, body, &args))
            }
            _ => None,
        };
        if let Some(fresh) = found.or_else(|| moved.then(|| rebuild(node, args, &Renaming::default()))) {
            made.insert(node.address(), fresh);
        }
    }
    exprs.iter().map(|e| made.get(&e.address()).unwrap_or(e).clone()).collect()
}

/// A step in two parts.
struct Split {
    /// What depends on a sequence and on no carry, in the inputs of the whole step.
    early: Vec<Expr>,
    /// The rest: its sequences are the values of `early`, after those of the whole step that it reads itself.
    late: Late,
}

enum Late {
    /// Nothing: the step is a function of the sequences.
    Nothing,
    Step {
        body: Arc<Body>,
        xs: Vec<usize>,
        constants: Vec<usize>,
    },
}

impl Split {
    fn of(body: &Body, passes: Passes) -> Option<Split> {
        let mut result = body.result.clone();
        if passes.has(Pass::StableForms) {
            // Now, while a form is in one piece.
            let written = std::slice::from_ref(&body.result);
            result = crate::stable::rewritten(written, &Expr::topological(written), &[]).remove(0);
        }
        let early = early(body, &result);
        if early.is_empty() {
            return None;
        }
        if early.len() == 1 && early[0].identity() == result.identity() {
            return Some(Split { early, late: Late::Nothing });
        }
        let inputs: Vec<Expr> = (early.iter().enumerate())
            .map(|(i, e)| Expr::stand_in(&format!("early{i}"), e.shape(), e))
            .collect();
        let pairs: Vec<(Expr, Expr)> = early.iter().cloned().zip(inputs.iter().cloned()).collect();
        let result = result.substitute(&pairs);
        let read: HashSet<Identity> =
            Expr::topological(std::slice::from_ref(&result)).iter().map(Expr::identity).collect();
        let kept = |es: &[Expr]| -> Vec<usize> {
            (0..es.len()).filter(|&i| read.contains(&es[i].identity())).collect()
        };
        let (xs, constants) = (kept(&body.xs), kept(&body.constants));
        let body = Body {
            carry: body.carry.clone(),
            xs: xs.iter().map(|&i| body.xs[i].clone()).chain(inputs).collect(),
            constants: constants.iter().map(|&i| body.constants[i].clone()).collect(),
            result,
            length: body.length.clone(),
            reverse: body.reverse,
        };
        Some(Split { early, late: Late::Step { body: Arc::new(body), xs, constants } })
    }

    /// The scan over these operands; `None` where the first part cannot be computed for all steps at once.
    fn scan(&self, node: &Expr, body: &Body, args: &[Expr]) -> Option<Expr> {
        let (sequences, around) = args[1..].split_at(body.xs.len());
        let length = node.dim(0);
        // In inputs of their own first: the operands may have inputs of the names that the step's have.
        let over: Vec<Expr> = (sequences.iter().enumerate())
            .map(|(i, x)| Expr::input_at(&format!("over{i}").into(), x.shape().clone(), x.location()))
            .collect();
        let pairs: Vec<(Expr, Expr)> = body.xs.iter().cloned().zip(over.iter().cloned()).collect();
        let all = vmap_with(&self.early, &pairs, length).ok()?;
        let pairs: Vec<(Expr, Expr)> = over
            .into_iter()
            .zip(sequences.iter().cloned())
            .chain(body.constants.iter().cloned().zip(around.iter().cloned()))
            .collect();
        let all = Expr::substitute_all(&all, &pairs);
        let fresh = match &self.late {
            Late::Nothing => all.into_iter().next()?,
            Late::Step { body, xs, constants } => {
                let operands = std::iter::once(args[0].clone())
                    .chain(xs.iter().map(|&i| sequences[i].clone()))
                    .chain(all)
                    .chain(constants.iter().map(|&i| around[i].clone()))
                    .collect();
                Expr::node_at(Op::Scan(body.clone()), operands, node.location())
            }
        };
        let shaped = if fresh.shape() == node.shape() {
            fresh
        } else {
            Expr::node_at(Op::Broadcast(node.shape().clone()), vec![fresh], node.location())
        };
        let labelled = node.label().map_or_else(|| shaped.clone(), |l| shaped.labelled(l));
        labelled.check().is_ok().then_some(labelled)
    }
}

/// The largest expressions of a step that depend on a sequence and on no carry, and need no more memory than they are worth.
fn early(body: &Body, result: &Expr) -> Vec<Expr> {
    let xs: HashSet<Identity> = body.xs.iter().map(Expr::identity).collect();
    let each: usize = std::iter::once(&body.carry).chain(&body.xs).map(|e| weight(e.shape())).sum();
    let (mut on_xs, mut late) = (xs.clone(), HashSet::from([body.carry.identity()]));
    for node in Expr::topological(std::slice::from_ref(result)) {
        let any = |set: &HashSet<Identity>| node.args().iter().any(|a| set.contains(&a.identity()));
        let on_x = any(&on_xs);
        // What is stretched is not written anywhere, what is to be computed again for each step stays within it. Constants are not
        // kept for every step, however large.
        let large = on_x
            && !matches!(node.op(), Op::Broadcast(_))
            && weight(node.shape()) > LARGEST.saturating_mul(each);
        if any(&late) || large || *node.op() == Op::Barrier {
            late.insert(node.identity());
        }
        if on_x {
            on_xs.insert(node.identity());
        }
    }
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    let mut stack = vec![result.clone()];
    while let Some(node) = stack.pop() {
        let id = node.identity();
        if !on_xs.contains(&id) || xs.contains(&id) || !seen.insert(id.clone()) {
            continue;
        }
        if late.contains(&id) || matches!(node.op(), Op::Broadcast(_)) {
            stack.extend(node.args().iter().rev().cloned());
        } else {
            found.push(node);
        }
    }
    found
}

fn weight(shape: &Shape) -> usize {
    shape.dims().iter().fold(1, |n, d| n.saturating_mul(d.fixed().unwrap_or(NAMED)))
}
