//! Factorisations in any kind of number, by textbook loops.

use super::numbers::Number;
use crate::breakdown::Breakdown;
use crate::kernels::Triangle;
use crate::op::{Binary, Op, Unary};
use crate::{Error, Expr};

/// The factorisation or solve of this node on each matrix of the batch.
pub(super) fn dense<N: Number>(node: &Expr, shapes: &[&[usize]], data: &[&[N]]) -> Result<Vec<N>, Error> {
    let lead = shapes[0].len() - 2;
    let n = shapes[0][lead];
    let m = shapes.get(1).map_or(0, |s| s[lead + 1]);
    let count: usize = shapes[0][..lead].iter().product();
    let mut out = Vec::new();
    for k in 0..count {
        let a = &data[0][k * n * n..(k + 1) * n * n];
        let b = || data[1][k * n * m..(k + 1) * n * m].to_vec();
        let found = match node.op() {
            Op::Cholesky => cholesky(n, a),
            Op::TriangularSolve(t) => triangular(*t, [n, m], a, b()),
            Op::Solve => eliminate([n, m], a.to_vec(), b()).map(|(x, _)| x),
            Op::LogAbsDet => Ok(eliminate([n, 0], a.to_vec(), Vec::new())
                .map_or_else(|_| vec![N::exact(0.0), N::exact(f64::NEG_INFINITY)], |(_, d)| d.to_vec())),
            Op::EigenSymmetric => Ok(N::eigen(n, a)),
            op => return Err(Error::Unsupported { op: op.name() }),
        };
        let label = node.label().or_else(|| node.args()[0].label());
        let error = |pivot| Breakdown::error(node.op(), pivot, k, &shapes[0][..lead], label, node.location());
        out.extend(found.map_err(error)?);
    }
    Ok(out)
}

/// `x` less the sum of these products: one sum, whose order does not matter to a bound.
fn less<N: Number>(x: N, products: impl Iterator<Item = (N, N)>) -> N {
    let terms: Vec<N> =
        std::iter::once(x).chain(products.map(|(a, b)| a.times(b).unary(Unary::Neg))).collect();
    N::total(&terms)
}

fn cholesky<N: Number>(n: usize, a: &[N]) -> Result<Vec<N>, usize> {
    let mut l = vec![N::exact(0.0); n * n];
    for i in 0..n {
        for j in 0..=i {
            let rest = less(a[i * n + j], (0..j).map(|k| (l[i * n + k], l[j * n + k])));
            l[i * n + j] = if i > j {
                rest.binary(Binary::Div, l[j * n + j])
            } else if rest.value() > 0.0 {
                rest.unary(Unary::Sqrt)
            } else {
                return Err(i);
            };
        }
    }
    Ok(l)
}

fn triangular<N: Number>(t: Triangle, [n, m]: [usize; 2], a: &[N], mut x: Vec<N>) -> Result<Vec<N>, usize> {
    let at = |i: usize, j: usize| if t.transposed { a[j * n + i] } else { a[i * n + j] };
    let forward = t.upper == t.transposed;
    for step in 0..n {
        let i = if forward { step } else { n - 1 - step };
        if m > 0 && !t.unit && at(i, i).value() == 0.0 {
            return Err(i);
        }
        for c in 0..m {
            let others = if forward { 0..i } else { i + 1..n };
            let rest = less(x[i * m + c], others.map(|j| (at(i, j), x[j * m + c])));
            x[i * m + c] = if t.unit { rest } else { rest.binary(Binary::Div, at(i, i)) };
        }
    }
    Ok(x)
}

/// The solution, and sign and logarithm of the determinant.
fn eliminate<N: Number>([n, m]: [usize; 2], mut a: Vec<N>, mut x: Vec<N>) -> Result<(Vec<N>, [N; 2]), usize> {
    let (mut sign, mut logs) = (1.0, Vec::new());
    for k in 0..n {
        let mut pivot = k;
        for i in k + 1..n {
            if a[i * n + k].value().abs() > a[pivot * n + k].value().abs() {
                pivot = i;
            }
        }
        if pivot != k {
            sign = -sign;
            (0..n).for_each(|j| a.swap(k * n + j, pivot * n + j));
            (0..m).for_each(|c| x.swap(k * m + c, pivot * m + c));
        }
        let top = a[k * n + k];
        if top.value() == 0.0 {
            return Err(k);
        }
        sign *= top.value().signum();
        logs.push(top.unary(Unary::Abs).unary(Unary::Ln));
        for i in k + 1..n {
            let ratio = a[i * n + k].binary(Binary::Div, top);
            for j in k + 1..n {
                a[i * n + j] = less(a[i * n + j], std::iter::once((ratio, a[k * n + j])));
            }
            for c in 0..m {
                x[i * m + c] = less(x[i * m + c], std::iter::once((ratio, x[k * m + c])));
            }
        }
    }
    for i in (0..n).rev() {
        for c in 0..m {
            let rest = less(x[i * m + c], (i + 1..n).map(|j| (a[i * n + j], x[j * m + c])));
            x[i * m + c] = rest.binary(Binary::Div, a[i * n + i]);
        }
    }
    Ok((x, [N::exact(sign), N::total(&logs)]))
}
