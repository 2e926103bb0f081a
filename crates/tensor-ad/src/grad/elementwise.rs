//! The derivatives of the elementwise primitives: one line a primitive.

use core::f64::consts::PI;

use crate::Expr;
use crate::op::{Binary, Unary};

/// `dy/dx` at `x`, where `y` is the node; `None` where it is zero almost everywhere.
pub(super) fn unary(u: Unary, x: &Expr, y: &Expr) -> Option<Expr> {
    Some(match u {
        Unary::Neg => Expr::constant(-1.0),
        Unary::Abs => x.sign(),
        Unary::Sign | Unary::Floor => return None,
        Unary::Recip => -y.square(),
        Unary::Square => 2.0 * x,
        Unary::Sqrt => 0.5 / y,
        Unary::Exp => y.clone(),
        Unary::Expm1 => y + 1.0,
        Unary::Ln => x.recip(),
        Unary::Ln1p => (x + 1.0).recip(),
        Unary::Sin => x.cos(),
        Unary::Cos => -x.sin(),
        Unary::Tanh => 1.0 - y.square(),
        Unary::Sigmoid => y * (1.0 - y),
        Unary::Softplus => x.sigmoid(),
        Unary::Lgamma => x.digamma(),
        Unary::Polygamma(n) => x.polygamma(n.saturating_add(1)),
        Unary::Erf => 2.0 / PI.sqrt() * (-x.square()).exp(),
        Unary::Erfc => -2.0 / PI.sqrt() * (-x.square()).exp(),
    })
}

pub(super) fn binary(
    b: Binary,
    p: &Expr,
    q: &Expr,
    y: &Expr,
    g: &Expr,
    wanted: &[bool],
) -> Vec<Option<Expr>> {
    let both = |f: &dyn Fn() -> Expr, h: &dyn Fn() -> Expr| vec![wanted[0].then(f), wanted[1].then(h)];
    // 1 where a is taken, 1/2 where both are equal.
    let share = |a: &Expr, b: &Expr| b.less(a) + 0.5 * a.equal(b);
    match b {
        Binary::Add => both(&|| g.clone(), &|| g.clone()),
        Binary::Sub => both(&|| g.clone(), &|| -g),
        Binary::Mul => both(&|| g * q, &|| g * p),
        Binary::Div => both(&|| g / q, &|| -(g * y) / q),
        // d/dp = q p^(q-1); d/dq = p^q ln p, taken as 0 at p = 0.
        Binary::Pow => both(&|| g * q * p.pow(q - 1.0), &|| {
            let positive = p.greater(0.0);
            g * positive.select(y * positive.select(p, 1.0).ln(), 0.0)
        }),
        Binary::Max => both(&|| g * share(p, q), &|| g * share(q, p)),
        Binary::Min => both(&|| g * share(q, p), &|| g * share(p, q)),
        Binary::Less | Binary::LessEqual | Binary::Equal => vec![None, None],
    }
}
