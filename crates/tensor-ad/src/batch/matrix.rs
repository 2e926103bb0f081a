//! Products and systems of matrices of which one or both operands are mapped.

use super::site::{Site, Value, merged};
use crate::Expr;
use crate::op::Op;

/// `a [m, k] x b [k, n]`, one or both with a leading axis `B`: one large product where only one has it, otherwise a batch.
pub(super) fn product(site: &Site<'_>, a: &Value, b: &Value) -> Expr {
    let (x, y) = (&a.expr, &b.expr);
    if a.mapped && !b.mapped && y.rank() == 2 {
        // The rows of all examples below one another.
        let (m, k) = (x.dim(1), x.dim(2));
        if let Some(rows) = merged(&x.dim(0), &m) {
            let product = site.node(Op::MatMul, vec![site.reshape(x, [rows, k]), y.clone()]);
            return site.reshape(&product, [x.dim(0), m, product.dim(1)]);
        }
    }
    if b.mapped && !a.mapped && x.rank() == 2 {
        // The columns of all examples beside one another.
        let (k, n) = (y.dim(1), y.dim(2));
        if let Some(columns) = merged(&y.dim(0), &n) {
            let beside = site.reshape(&site.move_axis(y, 0, 1), [k, columns]);
            let product = site.node(Op::MatMul, vec![x.clone(), beside]);
            let apart = site.reshape(&product, [product.dim(0), y.dim(0), n]);
            return site.move_axis(&apart, 1, 0);
        }
    }
    site.node(Op::MatMul, vec![site.stretched(a), site.stretched(b)])
}

/// A system `a [n, n]` with right-hand sides `b [n, m]`, one or both with a leading axis `B`: more right-hand sides of one
/// matrix where only they have it.
pub(super) fn solve(site: &Site<'_>, op: &Op, a: &Value, b: &Value) -> Expr {
    let (x, y) = (&a.expr, &b.expr);
    if !a.mapped && x.rank() == 2 {
        let (n, m) = (y.dim(1), y.dim(2));
        if let Some(columns) = merged(&y.dim(0), &m) {
            let beside = site.reshape(&site.move_axis(y, 0, 1), [n.clone(), columns]);
            let solved = site.node(op.clone(), vec![x.clone(), beside]);
            let apart = site.reshape(&solved, [solved.dim(0), y.dim(0), m]);
            return site.move_axis(&apart, 1, 0);
        }
    }
    site.node(op.clone(), vec![site.stretched(a), site.stretched(b)])
}
