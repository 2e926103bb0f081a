//! Quotients of exponentials: the logistic function, the hyperbolic tangent and the softmax, written by hand.

use super::logarithm::shift;
use super::rules::Rules;
use crate::Expr;
use crate::op::{Binary, Op, Reduce, Unary};

/// Where the nodes that rules make say that they were written.
pub(super) const FILE: &str = file!();

impl Rules {
    /// The stable form of `p / q`.
    pub(super) fn quotient(&self, p: &Expr, q: &Expr) -> Option<Expr> {
        self.tanh(p, q).or_else(|| self.over_one_plus_exp(Some(p), q)).or_else(|| self.softmax(p, q))
    }

    /// `p / (1 + eˣ)`, with 1 for no `p`.
    pub(super) fn over_one_plus_exp(&self, p: Option<&Expr>, q: &Expr) -> Option<Expr> {
        let y = self.exponent(self.one_plus(q)?)?;
        let Some(p) = p else { return Some(self.minus(&y).sigmoid()) };
        if let Some(x) = self.exponent(p)
            && self.same(&x, &y)
        {
            return Some(y.sigmoid());
        }
        let logistic = self.minus(&y).sigmoid();
        Some(if self.literal(p) == Some(1.0) { logistic } else { p * logistic })
    }

    /// `(eᵃ - e⁻ᵃ) / (eᵃ + e⁻ᵃ)`, `(eᵃ - 1) / (eᵃ + 1)`.
    fn tanh(&self, p: &Expr, q: &Expr) -> Option<Expr> {
        if let Some(x) = self.unary(p, Unary::Expm1) {
            let y = self.exponent(self.one_plus(q)?)?;
            return self.same(x, &y).then(|| (0.5 * x).tanh());
        }
        let (a, b) = self.binary(p, Binary::Sub)?;
        let (c, d) = self.binary(q, Binary::Add)?;
        let [a, b] = [self.unary(a, Unary::Exp)?, self.unary(b, Unary::Exp)?];
        let [c, d] = [self.unary(c, Unary::Exp)?, self.unary(d, Unary::Exp)?];
        let opposite = self.negated(b).is_some_and(|n| self.same(n, a))
            || self.negated(a).is_some_and(|n| self.same(n, b));
        let both = self.same(a, c) && self.same(b, d) || self.same(a, d) && self.same(b, c);
        (opposite && both).then(|| a.tanh())
    }

    /// `eˣ / Σ eˣ`, the sum moved to the place of its terms.
    fn softmax(&self, p: &Expr, q: &Expr) -> Option<Expr> {
        let x = self.unary(p, Unary::Exp)?;
        let mut moves = Vec::new();
        let mut sum = q;
        while let Some(inner) = self.moved(sum) {
            moves.push(sum.op());
            sum = inner;
        }
        let (Op::Reduce(Reduce::Sum, axes), terms) = self.open(sum)? else { return None };
        let y = self.unary(&terms[0], Unary::Exp)?;
        if !self.same(x, y) || self.shifted(x, axes) {
            return None;
        }
        let (shifted, top) = shift(y, axes);
        // What the maximum is subtracted from and what the sum divides are moved alike.
        let moved = |e: Expr| moves.iter().rev().fold(e, |e, op| Expr::node((*op).clone(), vec![e]));
        let terms = shifted.exp();
        let total = moved(terms.sum_axes(axes));
        // The usual case: every element is divided by the sum that it is in.
        let above = x - moved(top);
        let above = if self.same(&above, &shifted) { terms } else { above.exp() };
        Some(above / total)
    }
}
