//! Cases for products, factorisations and systems of matrices: none, one and several of them, of no row, of one and of more.

use super::{Case, ROWS, array};
use crate::dim::{Dim, Shape};
use crate::kernels::Triangle;
use crate::{Array, Expr};

/// Leading axes: none, one, several, an empty one.
const LEADS: [&[usize]; 5] = [&[], &[1], &[3], &[2, 2], &[0]];
const SIZES: [usize; 5] = [0, 1, 2, 3, 6];

fn with(lead: &[usize], tail: [usize; 2]) -> Vec<usize> {
    lead.iter().copied().chain(tail).collect()
}

/// Random matrices, `change` of their indices added to each element.
fn matrices(lead: &[usize], n: usize, seed: u64, change: impl Fn(usize, usize) -> f64) -> Array<f64> {
    let mut a = array(&with(lead, [n, n]), seed);
    for (k, x) in a.data_mut().iter_mut().enumerate() {
        *x += change(k / n % n, k % n);
    }
    a
}

/// Lower triangles of positive definite matrices, with something else above the diagonal.
fn definite(lead: &[usize], n: usize, seed: u64) -> Array<f64> {
    matrices(lead, n, seed, |i, j| if i == j { n as f64 + 0.5 } else { 0.0 })
}

/// Matrices that need their rows exchanged.
fn regular(lead: &[usize], n: usize, seed: u64) -> Array<f64> {
    matrices(lead, n, seed, |i, j| if (i + 1) % n == j { 3.0 } else { 0.0 })
}

/// A function of matrices under every lead and size, and under a named leading axis.
fn over_batches(
    name: &str,
    values: impl Fn(&[usize], usize, u64) -> Array<f64>,
    f: impl Fn(&Expr) -> Vec<Expr>,
) -> Vec<Case> {
    let mut cases = Vec::new();
    for n in SIZES {
        for lead in LEADS {
            let shape = with(lead, [n, n]);
            let a = Expr::input("a", shape.clone());
            cases.push(Case::new(format!("{name} {shape:?}"), f(&a), vec![("a", values(lead, n, 201))]));
        }
    }
    for rows in [0, 1, 3, 17] {
        let a = Expr::input("a", ["n".into(), Dim::Fixed(3), Dim::Fixed(3)]);
        cases.push(Case::new(
            format!("{name} [n = {rows}, 3, 3]"),
            f(&a),
            vec![("a", values(&[rows], 3, 202))],
        ));
    }
    cases
}

pub(super) fn products() -> Vec<Case> {
    let mut cases = Vec::new();
    for lead in LEADS {
        for [m, k, n] in [[2, 3, 4], [1, 1, 1], [3, 0, 2], [0, 2, 3], [2, 5, 1]] {
            let (a, b) = (Expr::input("a", with(lead, [m, k])), Expr::input("b", with(lead, [k, n])));
            let (one, vector) = (Expr::input("one", [k, n]), Expr::input("vector", [k]));
            let outputs = vec![
                a.matmul(&b),
                b.matrix_transpose().matmul(&a.matrix_transpose()),
                a.matmul(&one),
                one.matrix_transpose().matmul(&a.matrix_transpose()),
                a.matmul(&vector),
                vector.matmul(&b),
                a.expand(0).matmul(&b.expand(0).broadcast_to([&[2], with(lead, [k, n]).as_slice()].concat())),
            ];
            let inputs = vec![
                ("a", array(&with(lead, [m, k]), 211)),
                ("b", array(&with(lead, [k, n]), 212)),
                ("one", array(&[k, n], 213)),
                ("vector", array(&[k], 214)),
            ];
            cases.push(Case::new(format!("matmul {lead:?} [{m}, {k}] by [{k}, {n}]"), outputs, inputs));
        }
    }
    for n in ROWS {
        let shape = |tail: [usize; 2]| ["n".into(), Dim::Fixed(tail[0]), Dim::Fixed(tail[1])];
        let (a, b) = (Expr::input("a", shape([2, 3])), Expr::input("b", shape([3, 4])));
        let (one, rows) = (Expr::input("one", [3, 4]), Expr::input("rows", ["n".into(), Dim::Fixed(3)]));
        let outputs = vec![
            a.matmul(&b),
            a.matmul(&one).tanh(),
            rows.expand(1).matmul(&b).tanh().sum(),
            one.matrix_transpose().matmul(&a.matrix_transpose()),
            rows.outer(&rows),
        ];
        let inputs = vec![
            ("a", array(&[n, 2, 3], 215)),
            ("b", array(&[n, 3, 4], 216)),
            ("one", array(&[3, 4], 217)),
            ("rows", array(&[n, 3], 218)),
        ];
        cases.push(Case::new(format!("matmul over named batches {n}"), outputs, inputs));
    }
    cases
}

pub(super) fn choleskys() -> Vec<Case> {
    let mut cases = over_batches("cholesky", definite, |a| {
        let l = a.cholesky();
        vec![l.clone(), l.cho_logdet(), l.diagonal().exp()]
    });
    // An axis of the matrix that has a name.
    for n in [0, 1, 3, 17] {
        let (a, y) = (Expr::input("a", ["n", "n"]), Expr::input("y", ["n"]));
        let l = a.cholesky();
        let outputs = vec![l.mahalanobis(&y) + l.cho_logdet(), l.cho_solve(&y)];
        let inputs = vec![("a", definite(&[], n, 203)), ("y", array(&[n], 204))];
        cases.push(Case::new(format!("cholesky [n, n] of {n}"), outputs, inputs));
    }
    cases
}

pub(super) fn triangular_solves() -> Vec<Case> {
    let mut cases = Vec::new();
    let lower = Triangle::LOWER;
    let all = [lower, Triangle::UPPER, lower.unit(), Triangle::UPPER.unit()];
    for n in SIZES {
        for m in [0, 1, 2, 40] {
            for lead in [&[][..], &[3], &[0]] {
                let (a, b) = (Expr::input("a", with(lead, [n, n])), Expr::input("b", with(lead, [n, m])));
                let mut outputs = Vec::new();
                for t in all.iter().flat_map(|t| [*t, t.transposed()]) {
                    outputs.push(a.triangular_solve(&b, t));
                    outputs.push(a.matrix_transpose().triangular_solve(&b, t));
                }
                let inputs = vec![("a", definite(lead, n, 221)), ("b", array(&with(lead, [n, m]), 222))];
                cases.push(Case::new(format!("triangular solve {lead:?} of {n} by {m}"), outputs, inputs));
            }
        }
        // Right-hand sides over rows.
        for rows in ROWS {
            let a = Expr::input("a", [n, n]);
            let x = Expr::input("x", ["n".into(), Dim::Fixed(n)]);
            let l = a.cholesky();
            let mut outputs = vec![
                (l.mahalanobis(&x) + l.cho_logdet()).sum(),
                l.cho_solve(&x.tanh().transpose()).transpose(),
            ];
            for t in all.iter().flat_map(|t| [*t, t.transposed()]) {
                outputs.push(a.matrix_transpose().triangular_solve(&x.transpose(), t).sum_axes(&[1]));
            }
            let inputs = vec![("a", definite(&[], n, 223)), ("x", array(&[rows, n], 224))];
            cases.push(Case::new(format!("triangular solve of {n} for {rows} rows"), outputs, inputs));
        }
    }
    // One factor for a batch of right-hand sides, and a batch of factors for one.
    let (l, ls) = (Expr::input("l", [3, 3]), Expr::input("ls", [2, 3, 3]));
    let (b, bs) = (Expr::input("b", [3]), Expr::input("bs", ["n".into(), Dim::Fixed(3), Dim::Fixed(2)]));
    for n in ROWS {
        let outputs = vec![
            l.solve_lower(&bs),
            ls.solve_upper(&b.expand(1)),
            ls.mahalanobis(&b),
            l.mahalanobis(&bs.matrix_transpose()),
            ls.quadratic_form(&b),
            l.quadratic_form(&bs.matrix_transpose()),
        ];
        let inputs = vec![
            ("l", definite(&[], 3, 225)),
            ("ls", definite(&[2], 3, 226)),
            ("b", array(&[3], 227)),
            ("bs", array(&[n, 3, 2], 228)),
        ];
        cases.push(Case::new(format!("triangular solve of stretched operands {n}"), outputs, inputs));
    }
    cases
}

pub(super) fn solves() -> Vec<Case> {
    let mut cases = over_batches("solve", regular, |a| {
        let last = a.rank() - 1;
        let shape = a.shape().dims()[..last].iter().cloned().chain([Dim::Fixed(2)]);
        let b = a.triu(0).sum_axes(&[last]).expand(last).broadcast_to(shape.collect::<Shape>());
        vec![a.inverse(), a.solve(&(b * Expr::literal(Array::vector(vec![1.0, -0.5]))))]
    });
    for n in ROWS {
        let (a, x) = (Expr::input("a", [4, 4]), Expr::input("x", ["n".into(), Dim::Fixed(4)]));
        let outputs = vec![a.solve(&x.transpose()), a.solve(&x.sum_axes(&[0]))];
        let inputs = vec![("a", regular(&[], 4, 231)), ("x", array(&[n, 4], 232))];
        cases.push(Case::new(format!("solve for {n} rows"), outputs, inputs));
    }
    cases
}

pub(super) fn determinants() -> Vec<Case> {
    over_batches("determinant", regular, |a| {
        let (sign, size) = a.slogdet();
        vec![sign, size, a.det(), a.trace()]
    })
}

pub(super) fn eigens() -> Vec<Case> {
    let apart = |lead: &[usize], n: usize, seed: u64| {
        matrices(lead, n, seed, |i, j| if i == j { 2.0 * i as f64 } else { 0.0 })
    };
    over_batches("eigen", apart, |a| {
        let (values, vectors) = a.eigh();
        let again = vectors.matmul(&(&vectors * values.expand(values.rank() - 1)).matrix_transpose());
        vec![values, vectors, again, a.tril(-1), a.triu(1), a.diagonal().diag()]
    })
}
