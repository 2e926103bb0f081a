//! Cases for rows by index, and sums into them.

use super::{Case, ROWS, array, indices, moved};
use crate::Expr;
use crate::dim::Dim;
use crate::op::Op;

pub(super) fn takes() -> Vec<Case> {
    let mut cases = moved::look_ups();
    for n in ROWS {
        let (vector, table) = (Expr::input("vector", [4]), Expr::input("table", [4, 3]));
        let (rows, pairs) = (Expr::input("rows", ["n"]), Expr::input("pairs", [Dim::Fixed(2), "n".into()]));
        let fixed = Expr::input("fixed", [5]);
        let outputs = vec![
            vector.take(&rows),
            table.take(&rows),
            table.exp().take(&pairs),
            table.take(&fixed),
            table.transpose().take(&rows.min(2.0)),
            vector.take(&Expr::constant(2.0)),
            vector.sum().broadcast_to([4, 2]).take(&rows),
        ];
        let inputs = vec![
            ("vector", array(&[4], 50)),
            ("table", array(&[4, 3], 51)),
            ("rows", indices(&[n], 4, 52)),
            ("pairs", indices(&[2, n], 4, 53)),
            ("fixed", indices(&[5], 4, 54)),
        ];
        cases.push(Case::new(format!("take {n}"), outputs, inputs));
        if n > 0 {
            // The table has the named axis: whole arrays.
            let x = Expr::input("x", ["n".into(), Dim::Fixed(2)]);
            let inputs = vec![("x", array(&[n, 2], 55)), ("i", indices(&[6], n, 56))];
            let outputs = vec![x.take(&Expr::input("i", [6])), x.take(&Expr::input("i", [6])).tanh().sum()];
            cases.push(Case::new(format!("take from rows {n}"), outputs, inputs));
        }
    }
    cases
}

pub(super) fn scatters() -> Vec<Case> {
    let scatter = |index: &Expr, updates: &Expr, length: Dim| {
        Expr::node(Op::ScatterAdd { length, batch: 0 }, vec![index.clone(), updates.clone()])
    };
    let mut cases = Vec::new();
    for n in ROWS {
        let (rows, pairs) = (Expr::input("rows", ["n"]), Expr::input("pairs", ["n".into(), Dim::Fixed(2)]));
        let (x, y) = (Expr::input("x", ["n"]), Expr::input("y", ["n".into(), Dim::Fixed(2)]));
        let outputs = vec![
            scatter(&rows, &x, Dim::Fixed(4)),
            scatter(&rows, &y, Dim::Fixed(4)),
            scatter(&pairs, &y.tanh(), Dim::Fixed(5)),
            scatter(&rows, &Expr::constant(1.0).broadcast_to(["n"]), Dim::Fixed(4)).exp(),
        ];
        let inputs = vec![
            ("rows", indices(&[n], 4, 57)),
            ("pairs", indices(&[n, 2], 4, 58)),
            ("x", array(&[n], 59)),
            ("y", array(&[n, 2], 60)),
        ];
        cases.push(Case::new(format!("scatter_add {n}"), outputs, inputs));
        let (i, u) = (Expr::input("i", [3]), Expr::input("u", [3, 2]));
        if n > 0 {
            // Into rows: whole arrays.
            let into = scatter(&i, &u, "n".into());
            let inputs = vec![("i", indices(&[3], n, 61)), ("u", array(&[3, 2], 62)), ("x", array(&[n], 63))];
            cases.push(Case::new(format!("scatter_add into rows {n}"), vec![into * x.expand(1)], inputs));
        }
        let into = scatter(&i, &u, Dim::Fixed(4));
        let inputs = vec![("i", indices(&[3], 4, 64)), ("u", array(&[3, 2], 65))];
        cases.push(Case::new("scatter_add of numbers", vec![into], inputs));
    }
    cases
}
