//! What a form is recognised by, and the forms of single functions.

use std::cell::Cell;
use std::collections::HashSet;

use super::logarithm::Log;
use crate::Expr;
use crate::op::{Binary, Op, Unary};

/// Where the nodes that rules make say that they were written.
pub(super) const FILE: &str = file!();

/// How many nodes are compared to see whether two expressions are the same.
const SAME_BUDGET: usize = 256;

/// How many nodes are looked into for the form of one: a form of more is nobody's.
const LOOK_BUDGET: usize = 128;

/// The rules, and the nodes that they may not look into.
pub(super) struct Rules {
    closed: HashSet<usize>,
    /// How many more nodes may be looked into.
    left: Cell<usize>,
}

impl Rules {
    pub(super) fn new(closed: HashSet<usize>) -> Self {
        Rules { closed, left: Cell::new(0) }
    }

    /// From here on no form is seen through this node.
    pub(super) fn close(&mut self, node: &Expr) {
        self.closed.insert(node.address());
    }

    /// The stable form of this node, whose operands have theirs; `None` when it is as good as any.
    pub(super) fn stable(&self, e: &Expr) -> Option<Expr> {
        let x = e.args().first()?;
        self.left.set(LOOK_BUDGET);
        match e.op() {
            Op::Unary(Unary::Ln) => match self.log(x)? {
                Log { value, known: false, .. } => Some(value),
                Log { .. } => None,
            },
            Op::Unary(Unary::Ln1p) => self.log_one_plus(x).map(|l| l.value),
            // Of a negative number the logarithm is NaN, which must not be lost.
            Op::Unary(Unary::Exp) => self.unary(x, Unary::Ln).filter(|y| self.not_negative(y)).cloned(),
            Op::Unary(Unary::Sqrt) => self.squared(x).map(|y| y.abs()),
            Op::Unary(Unary::Recip) => self.over_one_plus_exp(None, x),
            Op::Binary(Binary::Div) => self.quotient(x, &e.args()[1]),
            Op::Binary(Binary::Add | Binary::Sub) => self.difference(e),
            _ => None,
        }
    }

    /// `eˣ - 1`, `1 - eˣ`, `1 - erf x`, `1 - erfc x`.
    fn difference(&self, e: &Expr) -> Option<Expr> {
        if let Some(y) = self.minus_one(e) {
            return self.unary(y, Unary::Exp).map(|x| x.expm1());
        }
        let y = self.one_minus(e)?;
        match self.as_unary(y)? {
            (Unary::Exp, x) => Some(-x.expm1()),
            (Unary::Erf, x) => Some(x.erfc()),
            (Unary::Erfc, x) => Some(x.erf()),
            _ => None,
        }
    }

    /// The result in the shape, and with the label, of what it replaces.
    pub(super) fn dressed(&self, e: Expr, like: &Expr) -> Expr {
        let shaped = if e.shape() == like.shape() {
            e
        } else {
            Expr::node_at(Op::Broadcast(like.shape().clone()), vec![e], like.location())
        };
        match like.label() {
            Some(label) if shaped.label().is_none() && !self.closed.contains(&shaped.address()) => {
                shaped.labelled(label)
            }
            _ => shaped,
        }
    }

    /// The primitive and the operands, of a node that may be looked into.
    pub(super) fn open<'e>(&self, e: &'e Expr) -> Option<(&'e Op, &'e [Expr])> {
        let left = self.left.get().checked_sub(1)?;
        self.left.set(left);
        (!self.closed.contains(&e.address())).then(|| (e.op(), e.args()))
    }

    fn as_unary<'e>(&self, e: &'e Expr) -> Option<(Unary, &'e Expr)> {
        match self.open(e)? {
            (Op::Unary(u), args) => Some((*u, &args[0])),
            _ => None,
        }
    }

    /// The operand, when the node is this function.
    pub(super) fn unary<'e>(&self, e: &'e Expr, op: Unary) -> Option<&'e Expr> {
        self.as_unary(e).filter(|(u, _)| *u == op).map(|(_, x)| x)
    }

    /// The operands, when the node is this function.
    pub(super) fn binary<'e>(&self, e: &'e Expr, op: Binary) -> Option<(&'e Expr, &'e Expr)> {
        match self.open(e)? {
            (Op::Binary(b), args) if *b == op => Some((&args[0], &args[1])),
            _ => None,
        }
    }

    /// The operand of a movement that repeats, orders or picks elements, whatever they are.
    pub(super) fn moved<'e>(&self, e: &'e Expr) -> Option<&'e Expr> {
        match self.open(e)? {
            (Op::Broadcast(_) | Op::Reshape(_) | Op::Permute(_) | Op::Slice { .. }, args) => Some(&args[0]),
            _ => None,
        }
    }

    /// The number, when every element is one literal.
    pub(super) fn literal(&self, e: &Expr) -> Option<f64> {
        let mut e = e;
        while let Some(inner) = self.moved(e) {
            e = inner;
        }
        match self.open(e)?.0 {
            Op::Constant(c) => Some(*c),
            _ => None,
        }
    }

    fn is(&self, e: &Expr, number: f64) -> bool {
        self.literal(e) == Some(number)
    }

    /// `x`, when the node is `-x`.
    pub(super) fn negated<'e>(&self, e: &'e Expr) -> Option<&'e Expr> {
        if let Some(x) = self.unary(e, Unary::Neg) {
            return Some(x);
        }
        let (a, b) = self.binary(e, Binary::Mul)?;
        if self.is(a, -1.0) {
            Some(b)
        } else if self.is(b, -1.0) {
            Some(a)
        } else {
            None
        }
    }

    /// `-e`, without a second minus.
    pub(super) fn minus(&self, e: &Expr) -> Expr {
        self.negated(e).cloned().unwrap_or_else(|| -e)
    }

    /// `y`, when the node is `1 - y`.
    pub(super) fn one_minus<'e>(&self, e: &'e Expr) -> Option<&'e Expr> {
        if let Some((one, y)) = self.binary(e, Binary::Sub) {
            return self.is(one, 1.0).then_some(y);
        }
        let (a, b) = self.binary(e, Binary::Add)?;
        if self.is(a, 1.0) {
            self.negated(b)
        } else if self.is(b, 1.0) {
            self.negated(a)
        } else {
            None
        }
    }

    /// `y`, when the node is `1 + y`.
    pub(super) fn one_plus<'e>(&self, e: &'e Expr) -> Option<&'e Expr> {
        let (a, b) = self.binary(e, Binary::Add)?;
        if self.is(a, 1.0) {
            Some(b)
        } else if self.is(b, 1.0) {
            Some(a)
        } else {
            None
        }
    }

    /// `y`, when the node is `y - 1`.
    fn minus_one<'e>(&self, e: &'e Expr) -> Option<&'e Expr> {
        if let Some((y, one)) = self.binary(e, Binary::Sub) {
            return self.is(one, 1.0).then_some(y);
        }
        let (a, b) = self.binary(e, Binary::Add)?;
        if self.is(a, -1.0) {
            Some(b)
        } else if self.is(b, -1.0) {
            Some(a)
        } else {
            None
        }
    }

    /// `x`, when the node is `x²`, however written.
    pub(super) fn squared<'e>(&self, e: &'e Expr) -> Option<&'e Expr> {
        if let Some(x) = self.unary(e, Unary::Square) {
            return Some(x);
        }
        if let Some((a, b)) = self.binary(e, Binary::Mul) {
            return self.same(a, b).then_some(a);
        }
        let (x, n) = self.binary(e, Binary::Pow)?;
        self.is(n, 2.0).then_some(x)
    }

    /// `x`, when the node is `eˣ`, moved or not.
    pub(super) fn exponent(&self, e: &Expr) -> Option<Expr> {
        if let Some(x) = self.unary(e, Unary::Exp) {
            return Some(x.clone());
        }
        let inner = self.exponent(self.moved(e)?)?;
        Some(Expr::node(e.op().clone(), vec![inner]))
    }

    /// True for values that are never below zero. (NaN stays NaN whatever is done.)
    fn not_negative(&self, e: &Expr) -> bool {
        matches!(
            self.open(e),
            Some((
                Op::Unary(
                    Unary::Exp
                        | Unary::Abs
                        | Unary::Square
                        | Unary::Sigmoid
                        | Unary::Softplus
                        | Unary::Sqrt
                        | Unary::Erfc
                ),
                _
            ))
        )
    }

    /// True when both compute the same, node by node.
    pub(super) fn same(&self, a: &Expr, b: &Expr) -> bool {
        let mut pairs = vec![(a, b)];
        let mut budget = SAME_BUDGET;
        while let Some((a, b)) = pairs.pop() {
            if a.identity() == b.identity() {
                continue;
            }
            let kept = self.closed.contains(&a.address()) || self.closed.contains(&b.address());
            if kept || budget == 0 || a.args().len() != b.args().len() || a.op() != b.op() {
                return false;
            }
            budget -= 1;
            // An input of another name, and leaves that are told apart by where they stand, differ already.
            pairs.extend(a.args().iter().zip(b.args()));
        }
        true
    }
}
