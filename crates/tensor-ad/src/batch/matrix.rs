//! Products of matrices of which one or both are mapped.

use super::site::{Site, Value, merged};
use crate::Expr;
use crate::dim::Dim;
use crate::op::{Binary, Op};

/// `a [m, k] x b [k, n]`, one or both with a leading axis `B`: one large product where only one has it.
pub(super) fn product(site: &Site<'_>, a: &Value, b: &Value) -> Expr {
    let (x, y) = (&a.expr, &b.expr);
    if a.mapped && !b.mapped {
        // The rows of all examples below one another.
        let (m, k) = (x.dim(1), x.dim(2));
        if let Some(rows) = merged(&x.dim(0), &m) {
            let product = site.node(Op::MatMul, vec![site.reshape(x, [rows, k]), y.clone()]);
            return site.reshape(&product, [x.dim(0), m, product.dim(1)]);
        }
    }
    if b.mapped && !a.mapped {
        // The columns of all examples beside one another.
        let (k, n) = (y.dim(1), y.dim(2));
        if let Some(columns) = merged(&y.dim(0), &n) {
            let beside = site.reshape(&site.move_axis(y, 0, 1), [k, columns]);
            let product = site.node(Op::MatMul, vec![x.clone(), beside]);
            let apart = site.reshape(&product, [product.dim(0), y.dim(0), n]);
            return site.move_axis(&apart, 1, 0);
        }
    }
    let (x, y) = (site.stretched(a), site.stretched(b));
    let y = site.equated(&y, 1, &x.dim(2));
    let x = site.equated(&x, 2, &y.dim(1));
    let one = Dim::Fixed(1);
    // [B, m, k, 1] and [B, 1, k, n].
    let left = site.reshape(&x, [x.dim(0), x.dim(1), x.dim(2), one.clone()]);
    let right = site.reshape(&y, [y.dim(0), one, y.dim(1), y.dim(2)]);
    site.sum(&site.binary(Binary::Mul, &left, &right), vec![2])
}
