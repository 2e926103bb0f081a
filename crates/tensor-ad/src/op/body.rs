//! `Body`: one step of a recurrence, as an expression that depends on nothing else.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Op;
use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::error::Reason;
use crate::expr::rename::Renaming;
use crate::expr::{Identity, shape_rule};

/// One step of a [scan](Op::Scan): the next carry from the carry, one element of each sequence, and the constants.
///
/// It is closed: its only inputs are its own, named `carry`, `x0, x1, ..`, `constant0, constant1, ..` and, where what needs no carry was taken out of it, `early0, early1, ..`, and have nothing to do with
/// inputs of these names elsewhere. Made by [`Scan`](crate::Scan).
#[derive(Debug)]
pub struct Body {
    pub(crate) carry: Expr,
    pub(crate) xs: Vec<Expr>,
    pub(crate) constants: Vec<Expr>,
    pub(crate) result: Expr,
    pub(crate) length: Dim,
    pub(crate) reverse: bool,
}

impl Body {
    /// The body whose one step is `result`, an expression of the inputs `carry` and `xs` and of expressions around it, and these: the
    /// operands that become its constants. What does not depend on the step is computed once, outside.
    pub(crate) fn closing(
        carry: &Expr,
        xs: &[Expr],
        result: &Expr,
        length: Dim,
        reverse: bool,
    ) -> (Body, Vec<Expr>) {
        let own: HashSet<Identity> = std::iter::once(carry).chain(xs).map(Expr::identity).collect();
        let captured = captured(result, &own);
        let inner = Expr::input("carry", carry.shape());
        let inner_xs: Vec<Expr> =
            (xs.iter().enumerate()).map(|(i, x)| x.input_called(&format!("x{i}"))).collect();
        let constants: Vec<Expr> = (captured.iter().enumerate())
            .map(|(i, e)| Expr::stand_in(&format!("constant{i}"), e.shape(), e))
            .collect();
        let pairs: Vec<(Expr, Expr)> = std::iter::once((carry.clone(), inner.clone()))
            .chain(xs.iter().cloned().zip(inner_xs.iter().cloned()))
            .chain(captured.iter().cloned().zip(constants.iter().cloned()))
            .collect();
        let result = result.substitute(&pairs);
        (Body { carry: inner, xs: inner_xs, constants, result, length, reverse }, captured)
    }

    /// The axis over which it runs.
    pub fn length(&self) -> &Dim {
        &self.length
    }

    /// True when it starts at the last element.
    pub fn is_reverse(&self) -> bool {
        self.reverse
    }

    /// One step, as an expression of inputs that are its own.
    pub fn step(&self) -> &Expr {
        &self.result
    }

    /// Its own inputs, in the order of the operands of the scan.
    pub fn inputs(&self) -> impl Iterator<Item = &Expr> {
        std::iter::once(&self.carry).chain(&self.xs).chain(&self.constants)
    }

    /// The body with the names of axes changed: this one, where nothing in it has such a name.
    pub(crate) fn renamed(self: &Arc<Self>, names: &Renaming) -> Arc<Body> {
        if names.is_empty() {
            return self.clone();
        }
        let mut map: HashMap<Identity, Expr> = HashMap::new();
        for input in self.inputs() {
            let shape = names.shape(input.shape());
            if shape != *input.shape() {
                map.insert(input.identity(), input.input_in(shape));
            }
        }
        for node in Expr::topological(std::slice::from_ref(&self.result)) {
            if matches!(node.op(), Op::Input(_)) {
                continue;
            }
            let given = |e: &Expr| map.get(&e.identity()).unwrap_or(e).clone();
            let args: Vec<Expr> = node.args().iter().map(given).collect();
            let moved = args.iter().zip(node.args()).any(|(a, b)| a.address() != b.address());
            if moved || shape_rule::renamed(node.op(), names) != *node.op() {
                map.insert(node.identity(), shape_rule::rebuild(&node, args, names));
            }
        }
        let length = names.dim(&self.length);
        if map.is_empty() && length == self.length {
            return self.clone();
        }
        let given = |e: &Expr| map.get(&e.identity()).unwrap_or(e).clone();
        Arc::new(Body {
            carry: given(&self.carry),
            xs: self.xs.iter().map(given).collect(),
            constants: self.constants.iter().map(given).collect(),
            result: given(&self.result),
            length,
            reverse: self.reverse,
        })
    }

    /// One step at these expressions.
    pub(crate) fn at(&self, carry: &Expr, xs: &[Expr], constants: &[Expr]) -> Expr {
        let given = std::iter::once(carry).chain(xs).chain(constants);
        let pairs: Vec<(Expr, Expr)> = self.inputs().cloned().zip(given.cloned()).collect();
        self.result.substitute(&pairs)
    }

    /// The shape of the trajectory, when the operands fit.
    pub(crate) fn shape(&self, args: &[&Shape]) -> Result<Shape, Reason> {
        let mut length = self.length.clone();
        for (i, (own, found)) in self.inputs().zip(args).enumerate() {
            let sequence = (1..=self.xs.len()).contains(&i);
            let inner = match found.dims().split_first() {
                Some((steps, rest)) if sequence => {
                    match (length.fixed(), steps.fixed()) {
                        (Some(a), Some(b)) if a != b => {
                            return Err(Reason::Steps { expected: length, found: steps.clone() });
                        }
                        (None, Some(_)) => length = steps.clone(),
                        _ => {}
                    }
                    rest
                }
                None if sequence => return Err(Reason::Rank { expected: 1, found: 0 }),
                _ => found.dims(),
            };
            if !own.shape().agrees(&Shape::from(inner)) {
                return Err(Reason::Target(own.shape().clone()));
            }
        }
        if !self.result.shape().agrees(self.carry.shape()) {
            return Err(Reason::Carry(vec![self.carry.shape().clone()]));
        }
        Ok(std::iter::once(&length).chain(args[0].dims()).cloned().collect())
    }
}

/// The largest expressions under `result` that depend on an input, but on none of `own`.
fn captured(result: &Expr, own: &HashSet<Identity>) -> Vec<Expr> {
    #[derive(Clone, Copy, PartialEq)]
    enum Depends {
        OnNothing,
        Outside,
        OnStep,
    }
    let order = Expr::topological(std::slice::from_ref(result));
    let mut kinds: HashMap<Identity, Depends> = HashMap::new();
    for node in &order {
        let kind = if own.contains(&node.identity()) {
            Depends::OnStep
        } else if matches!(node.op(), Op::Input(_)) {
            Depends::Outside
        } else {
            let of = |k| node.args().iter().any(|a| kinds[&a.identity()] == k);
            if of(Depends::OnStep) {
                Depends::OnStep
            } else if of(Depends::Outside) {
                Depends::Outside
            } else {
                Depends::OnNothing
            }
        };
        kinds.insert(node.identity(), kind);
    }
    let mut found: Vec<Expr> = Vec::new();
    let mut seen: HashSet<Identity> = HashSet::new();
    let mut stack = vec![result.clone()];
    while let Some(node) = stack.pop() {
        if !seen.insert(node.identity()) {
            continue;
        }
        match (kinds[&node.identity()], node.op()) {
            (Depends::OnNothing, _) => {}
            // A stretched value is captured as it was.
            (Depends::OnStep, _) | (_, Op::Broadcast(_)) => stack.extend(node.args().iter().rev().cloned()),
            (Depends::Outside, _) => found.push(node),
        }
    }
    found
}

/// The node's body, shared.
pub(crate) fn node_of(body: Body, operands: Vec<Expr>, at: &'static std::panic::Location<'static>) -> Expr {
    Expr::node_at(Op::Scan(Arc::new(body)), operands, at)
}
