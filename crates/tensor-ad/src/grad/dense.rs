//! The gradients of products and factorisations of matrices.
//!
//! The rules of the factorisations are those of Giles (Collected matrix derivative results, 2008) and, for Cholesky,
//! Murray (Differentiation of the Cholesky decomposition, 2016, equations 9 and 10). Where only the lower triangle of a matrix is
//! read, the gradient has that triangle alone: an element off the diagonal counts for its mirror image too.

use crate::Expr;
use crate::kernels::Triangle;
use crate::op::Op;

/// The contributions to the gradients of the operands of the matrix operation `y`.
pub(super) fn pull_back(y: &Expr, g: &Expr, wanted: &[bool]) -> Vec<Option<Expr>> {
    let a = &y.args()[0];
    let n = a.dim(a.rank() - 1);
    match y.op() {
        Op::TriangularSolve(triangle) => {
            let by_b = Expr::node_at(
                Op::TriangularSolve(triangle.transposed()),
                vec![a.clone(), g.clone()],
                y.location(),
            );
            let by_a = wanted[0].then(|| {
                let full = if triangle.transposed {
                    y.matmul(&by_b.matrix_transpose())
                } else {
                    by_b.matmul(&y.matrix_transpose())
                };
                let unit = i64::from(triangle.unit);
                -if triangle.upper { full.triu(unit) } else { full.tril(-unit) }
            });
            vec![by_a, wanted[1].then_some(by_b)]
        }
        Op::Solve => {
            let by_b = Expr::node_at(Op::Solve, vec![a.matrix_transpose(), g.clone()], y.location());
            let by_a = wanted[0].then(|| -by_b.matmul(&y.matrix_transpose()));
            vec![by_a, wanted[1].then_some(by_b)]
        }
        Op::Cholesky => {
            let weighted = y.matrix_transpose().matmul(g) * Expr::half_below(n.clone());
            let back = |b: Expr| {
                let op = Op::TriangularSolve(Triangle::LOWER.transposed());
                Expr::node_at(op, vec![y.clone(), b], y.location())
            };
            let half = back(back(weighted).matrix_transpose());
            vec![Some(below(&half))]
        }
        Op::LogAbsDet => {
            let eye = Expr::eye(n).broadcast_to(a.shape());
            let inverse = Expr::node_at(Op::Solve, vec![a.matrix_transpose(), eye], y.location());
            let by_log = g.slice(g.rank() - 1, 1, 1).expand(g.rank());
            vec![Some(by_log * inverse)]
        }
        Op::EigenSymmetric => {
            let (rows, last) = (y.rank() - 2, y.rank() - 1);
            let count = n.fixed().or(y.dim(last).fixed()).unwrap_or(0);
            let (values, vectors) = (y.slice(rows, 0, 1), y.slice(rows, 1, count));
            let (by_values, by_vectors) = (g.slice(rows, 0, 1), g.slice(rows, 1, count));
            // λ_j - λ_i in row i and column j; values that are equal do not mix.
            let gap = &values - values.matrix_transpose();
            let apart = gap.equal(0.0);
            let factor = apart.select(0.0, apart.select(1.0, gap).recip());
            let mixed = vectors.matrix_transpose().matmul(&by_vectors) * factor;
            let inner = Expr::eye(count).select(by_values, mixed);
            vec![Some(below(&vectors.matmul(&inner).matmul(&vectors.matrix_transpose())))]
        }
        // A product.
        _ => vec![
            wanted[0].then(|| g.matmul(&y.args()[1].matrix_transpose())),
            wanted[1].then(|| a.matrix_transpose().matmul(g)),
        ],
    }
}

/// The gradient with respect to the lower triangle of a symmetric matrix, given the gradient `p` with respect to all of it.
fn below(p: &Expr) -> Expr {
    let n = p.dim(p.rank() - 1);
    // The numbers of `half_below`, made again where they are needed: one matrix of them would have to be kept while the systems are solved.
    let (rows, columns) = (Expr::iota(n.clone()).expand(1), Expr::iota(n));
    (p + p.matrix_transpose()) * (0.5 - (columns - rows)).clamp(0.0, 1.0)
}
