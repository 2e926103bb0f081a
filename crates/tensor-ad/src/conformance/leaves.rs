//! Cases for what has no operands.

use super::shapes::over_shapes;
use super::{Case, ROWS, array};
use crate::dim::Dim;
use crate::{Array, Expr};

pub(super) fn inputs() -> Vec<Case> {
    over_shapes("input", |s| array(s, 1), |x| vec![x.clone(), x.clone()])
}

pub(super) fn constants() -> Vec<Case> {
    let mut cases =
        over_shapes("constant", |s| array(s, 2), |x| vec![x + 2.5, Expr::constant(-0.5), 3.0 * x * 0.25]);
    for c in [0.0, -0.0, 1.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        cases.push(Case::new(format!("constant {c}"), vec![Expr::constant(c)], vec![]));
    }
    cases
}

pub(super) fn literals() -> Vec<Case> {
    over_shapes(
        "literal",
        |s| array(s, 3),
        |x| {
            let last = x.shape().dims().last().and_then(Dim::fixed);
            let row = Expr::literal(array(&[last.unwrap_or(1)], 4));
            vec![x * &row, row, Expr::literal(Array::scalar(2.0)) * x, Expr::literal(Array::zeros([0]))]
        },
    )
}

pub(super) fn sizes() -> Vec<Case> {
    let mut cases = over_shapes("size", |s| array(s, 5), |x| vec![Expr::size(x.dim(0)) * x]);
    for n in ROWS {
        let x = Expr::input("x", ["n"]);
        let outputs = vec![Expr::size("n"), x.sum() * (100.0 / Expr::size("n")), x.mean()];
        cases.push(Case::new(format!("size as a number, {n}"), outputs, vec![("x", array(&[n], 6))]));
    }
    cases
}

pub(super) fn iotas() -> Vec<Case> {
    let mut cases = over_shapes(
        "iota",
        |s| array(s, 7),
        |x| {
            let last = x.shape().dims().last().cloned().unwrap_or(Dim::Fixed(1));
            vec![x * Expr::iota(last)]
        },
    );
    for n in ROWS {
        let x = Expr::input("x", ["n", "m"]);
        let (n_axis, m_axis) = (Expr::iota("n").expand(1), Expr::iota("m"));
        let outputs = vec![&x * n_axis, x * m_axis, Expr::iota("n"), Expr::iota(4)];
        cases.push(Case::new(format!("iota of both axes, {n}"), outputs, vec![("x", array(&[n, 3], 8))]));
    }
    cases
}
