//! Cases for what moves elements and computes nothing.

use super::shapes::over_shapes;
use super::{Case, ROWS, array};
use crate::dim::{Dim, Shape};
use crate::{Array, Expr};

pub(super) fn broadcasts() -> Vec<Case> {
    let mut cases = over_shapes(
        "broadcast",
        |s| array(s, 21),
        |x| {
            let mut wide = vec![Dim::Fixed(2)];
            wide.extend_from_slice(x.shape().dims());
            vec![x.broadcast_to(wide), x.expand(0), x.expand(x.rank()), x.sum().broadcast_to([2, 3])]
        },
    );
    for n in ROWS {
        let x = Expr::input("x", ["n"]);
        let outputs = vec![
            x.expand(1).broadcast_to(["n".into(), Dim::Fixed(4)]),
            x.expand(0).broadcast_to([Dim::Fixed(4), "n".into()]),
            x.sum().broadcast_to(["n"]),
            x.broadcast_to([Dim::Fixed(2), Dim::Fixed(3), "n".into()]),
        ];
        cases.push(Case::new(format!("broadcast of rows {n}"), outputs, vec![("x", array(&[n], 22))]));
    }
    cases
}

pub(super) fn reshapes() -> Vec<Case> {
    let mut cases = Vec::new();
    let named = Dim::from("n");
    for n in ROWS {
        let x = Expr::input("x", [named.clone(), Dim::Fixed(2), Dim::Fixed(3)]);
        let y = Expr::input("y", [Dim::Fixed(2), named.clone(), Dim::Fixed(3)]);
        let outputs = vec![
            x.reshape([named.clone(), Dim::Fixed(6)]),
            x.reshape([named.clone(), Dim::Fixed(3), Dim::Fixed(2)]),
            x.reshape([Dim::Fixed(1), named.clone(), Dim::Fixed(6)]),
            y.reshape([Dim::Fixed(2), named.clone(), Dim::Fixed(1), Dim::Fixed(3)]),
        ];
        let inputs = vec![("x", array(&[n, 2, 3], 23)), ("y", array(&[2, n, 3], 24))];
        cases.push(Case::new(format!("reshape beside the rows {n}"), outputs, inputs.clone()));
        // These mix the named axis with another: whole arrays.
        let outputs = vec![
            x.reshape([Dim::Fixed(2), named.clone(), Dim::Fixed(3)]),
            y.permute(&[0, 2, 1]).reshape([Dim::Fixed(6), named.clone()]),
            y.reshape([named.clone(), Dim::Fixed(6)]),
        ];
        cases.push(Case::new(format!("reshape across the rows {n}"), outputs, inputs));
    }
    let z = Expr::input("z", [2, 6]);
    let outputs = vec![z.reshape([3, 4]), z.transpose().reshape([12]), z.slice(1, 1, 2).reshape([4])];
    cases.push(Case::new("reshape of numbers", outputs, vec![("z", array(&[2, 6], 25))]));
    let one = Expr::input("one", [1, 1]);
    let outputs = vec![one.reshape(Shape::scalar()), one.sum().reshape([1, 1, 1])];
    cases.push(Case::new("reshape of one element", outputs, vec![("one", array(&[1, 1], 26))]));
    let none = Expr::input("none", [0, 3]);
    cases.push(Case::new(
        "reshape of none",
        vec![none.reshape([5, 0])],
        vec![("none", Array::zeros([0, 3]))],
    ));
    cases
}

pub(super) fn permutes() -> Vec<Case> {
    let mut cases = over_shapes("permute", |s| array(s, 27), |x| vec![x.transpose(), x.transpose().exp()]);
    let orders: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for n in ROWS {
        let x = Expr::input("x", [Dim::Fixed(2), "n".into(), Dim::Fixed(3)]);
        let outputs = orders.iter().map(|o| x.permute(o)).collect();
        cases.push(Case::new(
            format!("permute of three axes {n}"),
            outputs,
            vec![("x", array(&[2, n, 3], 28))],
        ));
    }
    cases
}

pub(super) fn slices() -> Vec<Case> {
    let mut cases = Vec::new();
    for n in ROWS {
        let x = Expr::input("x", [Dim::Fixed(3), "n".into(), Dim::Fixed(4)]);
        let outputs = vec![
            x.slice(0, 1, 2),
            x.slice(2, 0, 4),
            x.slice(2, 3, 1),
            x.slice(2, 2, 0),
            x.index(0, 2).tanh(),
            x.slice(0, 0, 1) * x.slice(0, 2, 1),
        ];
        cases.push(Case::new(format!("slice {n}"), outputs, vec![("x", array(&[3, n, 4], 29))]));
    }
    let z = Expr::input("z", [6, 2]);
    let outputs =
        vec![z.slice(0, 2, 3).square(), z.slice(1, 1, 1).exp(), z.slice(0, 6, 0), z.index(1, 0).sum()];
    cases.push(Case::new("slice of numbers", outputs, vec![("z", array(&[6, 2], 30))]));
    cases
}

pub(super) fn pads() -> Vec<Case> {
    let mut cases = Vec::new();
    for n in ROWS {
        let x = Expr::input("x", ["n".into(), Dim::Fixed(2)]);
        let outputs = vec![x.pad(1, 1, 2), x.exp().pad(1, 0, 0), x.pad(1, 3, 0).square().sum()];
        cases.push(Case::new(format!("pad {n}"), outputs, vec![("x", array(&[n, 2], 31))]));
    }
    let z = Expr::input("z", [2, 3]);
    let outputs =
        vec![z.pad(0, 1, 0), z.pad(1, 0, 2), z.transpose().pad(0, 1, 1), z.sum_axes(&[0]).pad(0, 2, 2)];
    cases.push(Case::new("pad of numbers", outputs, vec![("z", array(&[2, 3], 32))]));
    let e = Expr::input("e", [0, 3]);
    cases.push(Case::new(
        "pad of none",
        vec![e.pad(0, 2, 1), e.pad(1, 1, 1)],
        vec![("e", Array::zeros([0, 3]))],
    ));
    cases
}

pub(super) fn concats() -> Vec<Case> {
    let mut cases = Vec::new();
    for n in ROWS {
        let x = Expr::input("x", ["n".into(), Dim::Fixed(2)]);
        let y = Expr::input("y", ["n"]);
        let outputs = vec![
            Expr::concat(&[x.clone(), y.expand(1), x.exp()], 1),
            Expr::stack(&[y.clone(), y.tanh(), -&y], 0),
            Expr::stack(&[y.clone(), y.exp()], 1).sum_axes(&[1]),
            Expr::concat(std::slice::from_ref(&x), 1),
            Expr::concat(&[x.slice(1, 0, 0), x.clone()], 1),
            // Columns from different places, into a product; some of these places are free and used again.
            Expr::stack(&[y.exp().sin(), y.tanh().exp(), y.square().cos()], 1)
                .matmul(&Expr::literal(array(&[3, 2], 33))),
            Expr::stack(&[y.erf().abs(), x.index(1, 0).erfc().sqrt()], 0).matmul(&x),
            Expr::stack(&[y.exp(), y.tanh(), y.sin(), y.clone()], 1)
                .matmul(&Expr::literal(array(&[4, 2], 33))),
            Expr::stack(&[y.tanh(), y.exp(), y.cos()], 0).matmul(&x),
        ];
        let inputs = vec![("x", array(&[n, 2], 34)), ("y", array(&[n], 35))];
        cases.push(Case::new(format!("concat {n}"), outputs, inputs));
    }
    let (a, b) = (Expr::input("a", [2, 3]), Expr::input("b", [1, 3]));
    let outputs = vec![
        Expr::concat(&[a.clone(), b.clone()], 0),
        Expr::concat(&[b.clone(), a.clone(), b.clone()], 0).exp(),
        Expr::concat(&[a.transpose(), b.transpose()], 1),
        Expr::concat(&[a.slice(0, 0, 0), b.clone()], 0),
    ];
    cases.push(Case::new(
        "concat of numbers",
        outputs,
        vec![("a", array(&[2, 3], 36)), ("b", array(&[1, 3], 37))],
    ));
    cases
}
