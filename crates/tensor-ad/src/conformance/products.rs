//! Cases for products of matrices.

use super::{Case, ROWS, array, dense};
use crate::Expr;
use crate::dim::Dim;

pub(super) fn products() -> Vec<Case> {
    let mut cases = dense::products();
    // The named axis outside, inside and on the right; the other lengths none, one and several.
    for n in ROWS {
        for k in [0, 1, 2, 5] {
            for m in [0, 1, 3, 9] {
                let rows = Expr::input("rows", ["n".into(), Dim::Fixed(k)]);
                let w = Expr::input("w", [k, m]);
                let g = Expr::input("g", ["n".into(), Dim::Fixed(m)]);
                let outputs = vec![
                    rows.matmul(&w),
                    rows.transpose().matmul(&g),
                    w.transpose().matmul(&rows.transpose()),
                    g.transpose().matmul(&rows.exp()),
                    rows.tanh().matmul(&w).tanh(),
                ];
                let inputs =
                    vec![("rows", array(&[n, k], 38)), ("w", array(&[k, m], 39)), ("g", array(&[n, m], 40))];
                cases.push(Case::new(format!("matmul [{n}, {k}] by [{k}, {m}]"), outputs, inputs));
            }
        }
        let (x, w, y) =
            (Expr::input("x", ["n".into(), Dim::Fixed(3)]), Expr::input("w", [3]), Expr::input("y", ["n"]));
        let outputs = vec![x.matmul(&w), y.matmul(&x), y.matmul(&y), w.matmul(&x.transpose()), w.matmul(&w)];
        let inputs = vec![("x", array(&[n, 3], 41)), ("w", array(&[3], 42)), ("y", array(&[n], 43))];
        cases.push(Case::new(format!("matmul with vectors {n}"), outputs, inputs));
        // A stretched operand: one element for all rows.
        let ones = Expr::constant(1.0).broadcast_to(["n".into(), Dim::Fixed(3)]);
        let outputs = vec![
            ones.matmul(&w),
            ones.transpose().matmul(&x),
            y.expand(1).broadcast_to(x.shape()).matmul(&w),
        ];
        let inputs = vec![("x", array(&[n, 3], 44)), ("w", array(&[3], 45)), ("y", array(&[n], 46))];
        cases.push(Case::new(format!("matmul with stretched operands {n}"), outputs, inputs));
        // One axis twice: whole arrays.
        let gram = x.matmul(&x.transpose());
        let inputs = vec![("x", array(&[n.min(20), 3], 47))];
        cases.push(Case::new(
            format!("Gram matrix {n}"),
            vec![gram.clone(), gram.sum(), gram.exp().sum_axes(&[0])],
            inputs,
        ));
    }
    for [m, k, n] in [[2, 3, 4], [1, 1, 1], [0, 2, 3], [2, 0, 3], [5, 17, 9], [33, 20, 40]] {
        let (a, b) = (Expr::input("a", [m, k]), Expr::input("b", [k, n]));
        let outputs = vec![a.matmul(&b), b.transpose().matmul(&a.transpose())];
        let inputs = vec![("a", array(&[m, k], 48)), ("b", array(&[k, n], 49))];
        cases.push(Case::new(format!("matmul of numbers [{m}, {k}, {n}]"), outputs, inputs));
    }
    cases
}
