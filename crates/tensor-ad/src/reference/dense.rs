//! Factorisations of one matrix by textbook loops (Golub and Van Loan 2013; eigenvalues by Jacobi's rotations).

// Indices as in the book.
#![allow(clippy::needless_range_loop)]

use crate::breakdown::Breakdown;
use crate::kernels::Triangle;
use crate::op::Op;
use crate::source::Source;
use crate::{Array, Error, Expr};

/// A matrix as rows.
type Rows = Vec<Vec<f64>>;

/// The factorisation or solve of this node on each matrix of the batch; `shape` is that of the result.
pub(super) fn dense(node: &Expr, args: &[&Array<f64>], shape: &[usize]) -> Result<Array<f64>, Error> {
    let lead = args[0].rank() - 2;
    let n = args[0].shape()[lead];
    let count: usize = args[0].shape()[..lead].iter().product();
    let matrix = |k: usize, a: &Array<f64>| -> Rows {
        let (rows, columns) = (a.shape()[lead], a.shape()[lead + 1]);
        let start = k * rows * columns;
        (0..rows).map(|i| a.data()[start + i * columns..start + (i + 1) * columns].to_vec()).collect()
    };
    let mut data = Vec::new();
    for k in 0..count {
        let a = matrix(k, args[0]);
        let found = match node.op() {
            Op::Cholesky => cholesky(&a),
            Op::TriangularSolve(t) => triangular(*t, &a, matrix(k, args[1])),
            Op::Solve => eliminate(a, matrix(k, args[1])).map(|(x, _)| x),
            Op::LogAbsDet => Ok(vec![match eliminate(a, vec![Vec::new(); n]) {
                Ok((_, det)) => det,
                Err(_) => vec![0.0, f64::NEG_INFINITY],
            }]),
            Op::EigenSymmetric => Ok(eigen(&a)),
            op => return Err(Error::Unsupported { op: op.name() }),
        };
        let label = found.is_err().then(|| node.label_or_of(1)).flatten();
        let error = |pivot| {
            Breakdown::error(node.op(), pivot, k, &args[0].shape()[..lead], label.as_deref(), node.location())
        };
        data.extend(found.map_err(error)?.into_iter().flatten());
    }
    Array::new(shape, data)
}

/// Row by row (Golub and Van Loan 2013, algorithm 4.2.1 in its inner product form).
fn cholesky(a: &Rows) -> Result<Rows, usize> {
    let n = a.len();
    let mut l = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
            let rest = a[i][j] - known;
            if i == j {
                if rest.is_nan() || rest <= 0.0 {
                    return Err(i);
                }
                l[i][i] = rest.sqrt();
            } else {
                l[i][j] = rest / l[j][j];
            }
        }
    }
    Ok(l)
}

fn triangular(t: Triangle, a: &Rows, mut x: Rows) -> Result<Rows, usize> {
    let n = a.len();
    let at = |i: usize, j: usize| {
        let (i, j) = if t.transposed { (j, i) } else { (i, j) };
        if i == j && t.unit {
            1.0
        } else if i == j || (i > j) != t.upper {
            a[i][j]
        } else {
            0.0
        }
    };
    let lower = t.upper == t.transposed;
    for step in 0..n {
        let i = if lower { step } else { n - 1 - step };
        if at(i, i) == 0.0 && !x[i].is_empty() {
            return Err(i);
        }
        for c in 0..x[i].len() {
            let others = if lower { 0..i } else { i + 1..n };
            let known: f64 = others.map(|j| at(i, j) * x[j][c]).sum();
            x[i][c] = (x[i][c] - known) / at(i, i);
        }
    }
    Ok(x)
}

/// Elimination with partial pivoting: the solution, and sign and logarithm of the determinant.
fn eliminate(mut a: Rows, mut x: Rows) -> Result<(Rows, Vec<f64>), usize> {
    let n = a.len();
    let (mut sign, mut log) = (1.0, 0.0);
    for k in 0..n {
        let mut pivot = k;
        for i in k + 1..n {
            if a[i][k].abs() > a[pivot][k].abs() {
                pivot = i;
            }
        }
        if pivot != k {
            a.swap(k, pivot);
            x.swap(k, pivot);
            sign = -sign;
        }
        if a[k][k] == 0.0 {
            return Err(k);
        }
        sign *= a[k][k].signum();
        log += a[k][k].abs().ln();
        for i in k + 1..n {
            let ratio = a[i][k] / a[k][k];
            for j in k..n {
                a[i][j] -= ratio * a[k][j];
            }
            for c in 0..x[i].len() {
                x[i][c] -= ratio * x[k][c];
            }
        }
    }
    for i in (0..n).rev() {
        for c in 0..x[i].len() {
            let known: f64 = (i + 1..n).map(|j| a[i][j] * x[j][c]).sum();
            x[i][c] = (x[i][c] - known) / a[i][i];
        }
    }
    Ok((x, vec![sign, log]))
}

/// The values, ascending, as the first row, and under each its vector, by cyclic rotations (Golub and Van Loan 2013,
/// section 8.5).
pub(crate) fn eigen(lower: &[Vec<f64>]) -> Rows {
    let n = lower.len();
    if (0..n).any(|i| lower[i][..=i].iter().any(|x| !x.is_finite())) {
        return vec![vec![f64::NAN; n]; n + 1];
    }
    let mut a: Rows = (0..n).map(|i| (0..n).map(|j| lower[i.max(j)][i.min(j)]).collect()).collect();
    let mut v: Rows = (0..n).map(|i| (0..n).map(|j| if i == j { 1.0 } else { 0.0 }).collect()).collect();
    for _ in 0..60 {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i][j].abs()).sum();
        if off == 0.0 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if a[p][q] == 0.0 {
                    continue;
                }
                // Gone already beside its diagonal.
                if a[p][p].abs() + a[p][q].abs() == a[p][p].abs()
                    && a[q][q].abs() + a[p][q].abs() == a[q][q].abs()
                {
                    (a[p][q], a[q][p]) = (0.0, 0.0);
                    continue;
                }
                let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let (c, s) = (1.0 / t.hypot(1.0), t / t.hypot(1.0));
                for row in a.iter_mut().chain(&mut v) {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
                for k in 0..n {
                    (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]);
                }
                (a[p][q], a[q][p]) = (0.0, 0.0);
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[i][i].total_cmp(&a[j][j]));
    let mut out = vec![order.iter().map(|&j| a[j][j]).collect::<Vec<f64>>()];
    let sign = |j: usize| {
        let largest = v.iter().fold(0.0f64, |m, row| m.max(row[j].abs()));
        let first = v.iter().map(|row| row[j]).find(|x| x.abs() >= 0.75 * largest);
        if first.is_some_and(|x| x < 0.0) { -1.0 } else { 1.0 }
    };
    out.extend(v.iter().map(|row| order.iter().map(|&j| sign(j) * row[j]).collect()));
    out
}
