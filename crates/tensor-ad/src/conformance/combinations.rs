//! Cases in which several primitives meet: folds that are used again over the rows, several named axes,
//! one value in several parts of a program.

use super::{Case, ROWS, array, indices};
use crate::Expr;
use crate::dim::Dim;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for n in ROWS {
        cases.extend([
            centred(n),
            softmax_over_rows(n),
            softmax_within_rows(n),
            standardised_twice(n),
            likelihood(n),
            network(n),
            two_names(n),
            names_become_one(n),
            name_becomes_number(n),
            kept_values(n),
            seen_otherwise(n),
            embedding(n),
        ]);
    }
    cases
}

fn matrix(name: &str, k: usize) -> Expr {
    Expr::input(name, ["n".into(), Dim::Fixed(k)])
}

fn centred(n: usize) -> Case {
    let x = matrix("x", 3);
    let centred = &x - x.sum_axes(&[0]) / Expr::size("n").max(1.0);
    let spread = centred.square().sum_axes(&[0]);
    let outputs = vec![centred, spread];
    Case::new(format!("rows minus their mean {n}"), outputs, vec![("x", array(&[n, 3], 101))])
}

fn softmax_over_rows(n: usize) -> Case {
    let x = matrix("x", 2);
    let y = Expr::input("y", ["n"]);
    let outputs = vec![x.log_softmax(0), y.log_softmax(0).exp(), y.logsumexp(0)];
    Case::new(
        format!("softmax over rows {n}"),
        outputs,
        vec![("x", array(&[n, 2], 102)), ("y", array(&[n], 103))],
    )
}

fn softmax_within_rows(n: usize) -> Case {
    let x = matrix("x", 4);
    let picked = (x.log_softmax(1) * Expr::input("class", ["n"]).one_hot(4)).sum();
    let outputs = vec![picked, x.logsumexp(1), x.log_softmax(1)];
    let inputs = vec![("x", array(&[n, 4], 104)), ("class", indices(&[n], 4, 105))];
    Case::new(format!("softmax within rows {n}"), outputs, inputs)
}

fn standardised_twice(n: usize) -> Case {
    let count = Expr::size("n").max(1.0);
    let standard = |x: &Expr| {
        let centred = x - x.sum_axes(&[0]) / &count;
        let sd = (centred.square().sum_axes(&[0]) / &count + 0.1).sqrt();
        centred / sd
    };
    let x = matrix("x", 2);
    let twice = standard(&(standard(&x).tanh() + &x));
    Case::new(
        format!("standardised twice {n}"),
        vec![twice.clone(), twice.sum()],
        vec![("x", array(&[n, 2], 106))],
    )
}

fn likelihood(n: usize) -> Case {
    let (x, y) = (matrix("x", 2), Expr::input("y", ["n"]));
    let (w, b) = (Expr::input("w", [2]), Expr::input("b", ()));
    let logit = x.matmul(&w) + b;
    let per_row = &y * &logit - logit.softplus();
    let outputs = vec![per_row.sum() * (1000.0 / Expr::size("n").max(1.0)), logit.sigmoid(), per_row];
    let inputs = vec![
        ("x", array(&[n, 2], 107)),
        ("y", indices(&[n], 2, 108)),
        ("w", array(&[2], 109)),
        ("b", array(&[], 110)),
    ];
    Case::new(format!("likelihood scaled by the rows {n}"), outputs, inputs)
}

fn network(n: usize) -> Case {
    let z = Expr::input("z", [40]);
    let (w1, w2, w3) = (z.slice(0, 0, 10), z.slice(0, 10, 25), z.slice(0, 35, 5));
    let f =
        matrix("x", 2).matmul(&w1.reshape([2, 5])).tanh().matmul(&w2.reshape([5, 5])).sigmoid().matmul(&w3);
    let outputs = vec![f.softplus().sum() - 0.5 * z.square().sum(), f];
    Case::new(format!("network {n}"), outputs, vec![("x", array(&[n, 2], 111)), ("z", array(&[40], 112))])
}

fn two_names(n: usize) -> Case {
    let (x, y) = (Expr::input("x", ["n", "m"]), Expr::input("y", ["m", "k"]));
    let outputs = vec![
        x.matmul(&y).tanh(),
        x.sum_axes(&[0]) + y.sum_axes(&[1]),
        x.exp().sum_axes(&[1]),
        Expr::size("n") * Expr::size("m") + Expr::size("k"),
        x.transpose().matmul(&x),
    ];
    let inputs = vec![("x", array(&[n, 3], 113)), ("y", array(&[3, 2], 114))];
    Case::new(format!("several names {n}"), outputs, inputs)
}

fn names_become_one(n: usize) -> Case {
    let (x, y) = (Expr::input("x", ["a"]), Expr::input("y", ["b"]));
    let outputs = vec![(&x * &y).exp(), x.sum() + y.sum() * Expr::size("b"), (&y + &x).square().sum()];
    Case::new(
        format!("two names of one length {n}"),
        outputs,
        vec![("x", array(&[n], 115)), ("y", array(&[n], 116))],
    )
}

fn name_becomes_number(n: usize) -> Case {
    let (x, y) = (Expr::input("x", ["n", "k"]), Expr::input("y", [3]));
    let outputs =
        vec![&x * &y, x.sum_axes(&[0]), x.matmul(&y), (x.sum_axes(&[0]) + &y).sum() * Expr::size("k")];
    Case::new(
        format!("a name that is a number {n}"),
        outputs,
        vec![("x", array(&[n, 3], 117)), ("y", array(&[3], 118))],
    )
}

fn kept_values(n: usize) -> Case {
    // Values of the rows that are needed after folds of folds.
    let x = matrix("x", 2);
    let (a, b) = (x.exp(), x.sin());
    let first = a.sum_axes(&[0]);
    let second = (&b * &first).sum_axes(&[0]);
    let third = (&a * &second + &b).sum();
    let outputs = vec![&a * &third + &b, third, second, first, a.transpose()];
    Case::new(format!("values kept for later parts {n}"), outputs, vec![("x", array(&[n, 2], 119))])
}

fn seen_otherwise(n: usize) -> Case {
    // Views of views of rows, used in the same part and in a later one.
    let x = Expr::input("x", [Dim::Fixed(2), "n".into(), Dim::Fixed(3)]);
    let turned = x.exp().permute(&[1, 2, 0]);
    let cut = turned.slice(1, 1, 2).reshape(["n".into(), Dim::Fixed(4)]);
    let joined = Expr::concat(&[cut.clone(), turned.index(1, 0)], 1);
    let total = joined.sum();
    let outputs = vec![&joined * &total, joined.max_axes(&[0]) - &joined, cut];
    Case::new(format!("rows seen otherwise {n}"), outputs, vec![("x", array(&[2, n, 3], 120))])
}

fn embedding(n: usize) -> Case {
    let (table, row) = (Expr::input("table", [4, 3]), Expr::input("row", ["n"]));
    let found = table.tanh().take(&row);
    let outputs =
        vec![found.square().sum_axes(&[1]), found.sum_axes(&[0]), (&found - found.sum_axes(&[0])).sum()];
    Case::new(
        format!("rows of a table {n}"),
        outputs,
        vec![("table", array(&[4, 3], 121)), ("row", indices(&[n], 4, 122))],
    )
}
