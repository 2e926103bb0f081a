//! Matrices: triangles and diagonals, factorisations, systems of equations. Leading axes are a batch.

use std::panic::Location;

use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::error::Reason;
use crate::kernels::Triangle;
use crate::op::Op;

impl Expr {
    /// The last two axes exchanged: every matrix of the batch transposed.
    #[track_caller]
    #[must_use]
    pub fn matrix_transpose(&self) -> Expr {
        if let Some(wrong) = self.not_matrices("matrix_transpose", Location::caller()) {
            return wrong;
        }
        let mut order: Vec<usize> = (0..self.rank()).collect();
        order.swap(self.rank() - 2, self.rank() - 1);
        self.permute(&order)
    }

    /// `xᵢ yⱼ`: the last axis of each against the other's, `[b.., m], [b.., n] → [b.., m, n]`.
    #[track_caller]
    #[must_use]
    pub fn outer(&self, other: &Expr) -> Expr {
        self.expand(self.rank()) * other.expand(other.rank().saturating_sub(1))
    }

    /// The identity matrix: 1 on the diagonal, 0 elsewhere.
    #[track_caller]
    #[must_use]
    pub fn eye(n: impl Into<Dim>) -> Expr {
        let n = n.into();
        Expr::iota(n.clone()).expand(1).equal(Expr::iota(n))
    }

    /// 1 below the diagonal, 1/2 on it, 0 above.
    pub(crate) fn half_below(n: Dim) -> Expr {
        let (rows, columns) = (Expr::iota(n.clone()).expand(1), Expr::iota(n));
        ((rows + 0.5) - columns).clamp(0.0, 1.0)
    }

    /// The elements on and below the `k`th diagonal (0 the main one, positive above it), zeros elsewhere.
    #[track_caller]
    #[must_use]
    pub fn tril(&self, k: i64) -> Expr {
        if let Some(wrong) = self.not_matrices("tril", Location::caller()) {
            return wrong;
        }
        let (rows, columns) = self.last_two();
        // Between whole numbers: no rounding of the sum could change the answer.
        Expr::iota(columns).less(Expr::iota(rows).expand(1) + (k as f64 + 0.5)).select(self, 0.0)
    }

    /// The elements on and above the `k`th diagonal (0 the main one, positive above it), zeros elsewhere.
    #[track_caller]
    #[must_use]
    pub fn triu(&self, k: i64) -> Expr {
        if let Some(wrong) = self.not_matrices("triu", Location::caller()) {
            return wrong;
        }
        let (rows, columns) = self.last_two();
        (Expr::iota(rows).expand(1) + (k as f64 - 0.5)).less(Expr::iota(columns)).select(self, 0.0)
    }

    /// The matrix with this diagonal and zeros elsewhere, `[b.., n] → [b.., n, n]`.
    #[track_caller]
    #[must_use]
    pub fn diag(&self) -> Expr {
        if self.rank() == 0 {
            return self.mistake("diag", Reason::Rank { expected: 1, found: 0 }, Location::caller());
        }
        Expr::eye(self.dim(self.rank() - 1)).select(self.expand(self.rank()), 0.0)
    }

    /// The diagonal of square matrices, `[b.., n, n] → [b.., n]`.
    #[track_caller]
    #[must_use]
    pub fn diagonal(&self) -> Expr {
        if let Some(wrong) = self.not_square("diagonal", Location::caller()) {
            return wrong;
        }
        let (lead, last) = (self.rank() - 2, self.rank() - 1);
        let (Some(n), Dim::Fixed(_)) = (self.dim(last).fixed(), self.dim(lead)) else {
            return Expr::eye(self.dim(last)).select(self, 0.0).sum_axes(&[last]);
        };
        if n == 0 {
            return self.sum_axes(&[last]);
        }
        // Every (n + 1)th element: all but the last one are the first column of rows of n + 1.
        let shape = |tail: &[usize]| -> Shape {
            let tail = tail.iter().map(|&n| Dim::Fixed(n));
            self.shape().dims()[..lead].iter().cloned().chain(tail).collect()
        };
        let flat = self.reshape(shape(&[n * n]));
        let end = flat.slice(lead, n * n - 1, 1);
        if n == 1 {
            return end;
        }
        let most = flat.slice(lead, 0, n * n - 1).reshape(shape(&[n - 1, n + 1])).index(last, 0);
        Expr::concat(&[most, end], lead)
    }

    /// The sum of the diagonal of square matrices, `[b.., n, n] → [b..]`.
    #[track_caller]
    #[must_use]
    pub fn trace(&self) -> Expr {
        let diagonal = self.diagonal().called("trace", &[self]);
        if diagonal.check().is_err() { diagonal } else { diagonal.sum_axes(&[diagonal.rank() - 1]) }
    }

    /// The Cholesky factor: lower triangular `L` with `L Lᵀ = A`, `[b.., n, n] → [b.., n, n]`.
    ///
    /// Only the lower triangle of `A` is read, as LAPACK, NumPy and SciPy do, and the gradient lies in it (the one with respect to an
    /// element below the diagonal counts its mirror image too). A matrix that is not positive definite stops the run with
    /// [`Error::NotPositiveDefinite`](crate::Error::NotPositiveDefinite), which names pivot, matrix, label and line.
    ///
    /// ```
    /// use elbo_tensor_ad::{Array, Error, Expr, Plan};
    ///
    /// let a = Expr::input("a", [2, 2]).labelled("covariance");
    /// let plan = Plan::<f64>::compile(&[a.cholesky()])?;
    /// let good = Array::new([2, 2], vec![4.0, 2.0, 2.0, 2.0])?;
    /// assert_eq!(plan.call(&[("a", &good)])?[0].data(), [2.0, 0.0, 1.0, 1.0]);
    /// let bad = Array::new([2, 2], vec![1.0, 2.0, 2.0, 1.0])?;
    /// let Err(Error::NotPositiveDefinite(found)) = plan.call(&[("a", &bad)]) else { panic!() };
    /// assert_eq!((found.pivot, found.label.as_deref()), (1, Some("covariance")));
    /// # Ok::<(), Error>(())
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cholesky(&self) -> Expr {
        Expr::node(Op::Cholesky, vec![self.clone()])
    }

    /// `X` of `op(T) X = B`, where `T` is the triangle of this matrix that `triangle` names and nothing else of it is
    /// read: `[b.., n, n], [b.., n, m] → [b.., n, m]`, or `[n] → [n]`. Leading axes stretch by NumPy's rule; right-hand sides that are
    /// the columns of a matrix whose last axis is the streamed one are solved block by block.
    ///
    /// A zero on the diagonal stops the run with [`Error::Singular`](crate::Error::Singular).
    #[track_caller]
    #[must_use]
    pub fn triangular_solve(&self, b: &Expr, triangle: Triangle) -> Expr {
        self.solved(Op::TriangularSolve(triangle), b, Location::caller())
    }

    /// [`triangular_solve`](Self::triangular_solve) with the triangle below the diagonal: `L⁻¹ B`.
    #[track_caller]
    #[must_use]
    pub fn solve_lower(&self, b: &Expr) -> Expr {
        self.triangular_solve(b, Triangle::LOWER).called("solve_lower", &[self, b])
    }

    /// [`triangular_solve`](Self::triangular_solve) with the triangle above the diagonal: `U⁻¹ B`.
    #[track_caller]
    #[must_use]
    pub fn solve_upper(&self, b: &Expr) -> Expr {
        self.triangular_solve(b, Triangle::UPPER).called("solve_upper", &[self, b])
    }

    /// `A⁻¹ B` by elimination with partial pivoting: `[b.., n, n], [b.., n, m] → [b.., n, m]`, or `[n] → [n]`. Leading axes
    /// stretch by NumPy's rule.
    ///
    /// A singular matrix (no pivot but zero is left) stops the run with [`Error::Singular`](crate::Error::Singular); one
    /// that is nearly so gives large errors, as anywhere. For a positive definite matrix
    /// [`cholesky`](Self::cholesky) and [`cho_solve`](Self::cho_solve) take half the work.
    #[track_caller]
    #[must_use]
    pub fn solve(&self, b: &Expr) -> Expr {
        self.solved(Op::Solve, b, Location::caller())
    }

    /// `A⁻¹`, by [`solve`](Self::solve). To apply an inverse, solve instead: it is cheaper and more accurate.
    #[track_caller]
    #[must_use]
    pub fn inverse(&self) -> Expr {
        let at = Location::caller();
        if let Some(wrong) = self.not_square("inverse", at) {
            return wrong;
        }
        let eye = Expr::eye(self.dim(self.rank() - 1)).broadcast_to(self.shape());
        Expr::node_at(Op::Solve, vec![self.clone(), eye], at)
    }

    /// Sign of the determinant (-1, 0 or 1) and `ln |det A|` (minus infinity where it is zero): `[b.., n, n] → ([b..], [b..])`,
    /// as NumPy's `slogdet`. The gradient of the logarithm is `A⁻ᵀ`, an error where there is none.
    #[track_caller]
    #[must_use]
    pub fn slogdet(&self) -> (Expr, Expr) {
        let both = Expr::node(Op::LogAbsDet, vec![self.clone()]).called("slogdet", &[self]);
        if both.check().is_err() {
            return (both.clone(), both);
        }
        let last = both.rank() - 1;
        (both.index(last, 0), both.index(last, 1))
    }

    /// `ln det A`: NaN where the determinant is negative, minus infinity where it is zero. For a positive definite matrix
    /// [`cholesky`](Self::cholesky) and [`cho_logdet`](Self::cho_logdet) take half the work.
    #[track_caller]
    #[must_use]
    pub fn logdet(&self) -> Expr {
        let (sign, size) = self.slogdet();
        sign.less(0.0).select(f64::NAN, size).called("logdet", &[self])
    }

    /// `det A`. It overflows early: prefer [`slogdet`](Self::slogdet).
    #[track_caller]
    #[must_use]
    pub fn det(&self) -> Expr {
        let (sign, size) = self.slogdet();
        (sign * size.exp()).called("det", &[self])
    }

    /// `(L Lᵀ)⁻¹ B`, this being a Cholesky factor `L`.
    #[track_caller]
    #[must_use]
    pub fn cho_solve(&self, b: &Expr) -> Expr {
        let found = self.triangular_solve(&self.solve_lower(b), Triangle::LOWER.transposed());
        found.called("cho_solve", &[self, b])
    }

    /// `ln det (L Lᵀ) = 2 Σ ln Lᵢᵢ`, this being a Cholesky factor `L`: `[b.., n, n] → [b..]`.
    #[track_caller]
    #[must_use]
    pub fn cho_logdet(&self) -> Expr {
        let diagonal = self.diagonal().called("cho_logdet", &[self]);
        if diagonal.check().is_err() {
            return diagonal;
        }
        2.0 * diagonal.ln().sum_axes(&[diagonal.rank() - 1])
    }

    /// The squared Mahalanobis distance `xᵀ (L Lᵀ)⁻¹ x = |L⁻¹ x|²`, this being a Cholesky factor `L`: `[n, n], [.., n] → [..]`,
    /// or with leading axes that stretch against those of `x`. Rows of one matrix `x` over a streamed axis are done block by block.
    #[track_caller]
    #[must_use]
    pub fn mahalanobis(&self, x: &Expr) -> Expr {
        let at = Location::caller();
        if let Some(wrong) = self.not_square("mahalanobis", at) {
            return wrong;
        }
        if let Some(bad) = [self, x].into_iter().find(|e| e.check().is_err()) {
            return bad.clone();
        }
        if x.rank() == 0 {
            return x.mistake("mahalanobis", Reason::Rank { expected: 1, found: 0 }, at);
        }
        if self.rank() == 2 && x.rank() <= 2 {
            let columns = if x.rank() == 2 { x.transpose() } else { x.expand(1) };
            let whitened = self.solved(Op::TriangularSolve(Triangle::LOWER), &columns, at);
            let whitened = whitened.called("mahalanobis", &[self, x]);
            if whitened.check().is_err() {
                return whitened;
            }
            let squares = whitened.square().sum_axes(&[0]);
            return if x.rank() == 2 { squares } else { squares.sum() };
        }
        let whitened = self.solved(Op::TriangularSolve(Triangle::LOWER), &x.expand(x.rank()), at);
        let whitened = whitened.called("mahalanobis", &[self, x]);
        if whitened.check().is_err() {
            return whitened;
        }
        whitened.square().sum_axes(&[whitened.rank() - 2, whitened.rank() - 1])
    }

    /// `xᵀ A x`, this being `A`: `[n, n], [.., n] → [..]`, or with leading axes that stretch against those of `x`.
    #[track_caller]
    #[must_use]
    pub fn quadratic_form(&self, x: &Expr) -> Expr {
        let at = Location::caller();
        if let Some(wrong) = self.not_square("quadratic_form", at) {
            return wrong;
        }
        if x.rank() == 0 {
            return x.mistake("quadratic_form", Reason::Rank { expected: 1, found: 0 }, at);
        }
        let product = if self.rank() == 2 {
            x.matmul(self)
        } else {
            let row = x.expand(x.rank() - 1).matmul(self);
            if row.check().is_err() { row } else { row.sum_axes(&[row.rank() - 2]) }
        };
        let product = product.called("quadratic_form", &[self, x]);
        if product.check().is_err() {
            return product;
        }
        let terms = product * x;
        terms.sum_axes(&[terms.rank() - 1])
    }

    /// Eigenvalues, ascending, and eigenvectors of a symmetric matrix: `[b.., n, n] → ([b.., n], [b.., n, n])`, vector `j` in
    /// column `j`, so that `A V = V diag λ`. `n` must be a number, not a name.
    ///
    /// Only the lower triangle is read. A vector has length 1, and of its components with at least 3/4 of the largest's size the first is
    /// positive, which fixes it where its value stands alone. The gradient through the vectors has terms `1 / (λⱼ - λᵢ)`:
    /// it grows without bound as values meet, and terms of values that are equal to the last bit are left out. That is right for
    /// sums over the values and for projections on whole eigenspaces; single vectors of an eigenspace have no derivative, and a
    /// product like `V f(Λ) Vᵀ` loses its part within the eigenspace.
    #[track_caller]
    #[must_use]
    pub fn eigh(&self) -> (Expr, Expr) {
        let both = Expr::node(Op::EigenSymmetric, vec![self.clone()]).called("eigh", &[self]);
        if both.check().is_err() {
            return (both.clone(), both);
        }
        let (rows, last) = (both.rank() - 2, both.rank() - 1);
        let n = both.dim(last).fixed().unwrap_or(0);
        (both.index(rows, 0), both.slice(rows, 1, n))
    }

    /// The eigenvalues of a symmetric matrix, ascending: as [`eigh`](Self::eigh).
    #[track_caller]
    #[must_use]
    pub fn eigvalsh(&self) -> Expr {
        self.eigh().0.called("eigvalsh", &[self])
    }

    fn last_two(&self) -> (Dim, Dim) {
        (self.dim(self.rank() - 2), self.dim(self.rank() - 1))
    }

    /// This expression and another as operands of an operation on matrices, their leading axes stretched.
    fn solved(&self, op: Op, b: &Expr, at: &'static Location<'static>) -> Expr {
        if let Some(bad) = [self, b].into_iter().find(|e| e.check().is_err()) {
            return bad.clone();
        }
        let name = op.name();
        if let Some(wrong) = self.not_square(name, at) {
            return wrong;
        }
        let found = vec![self.shape().clone(), b.shape().clone()];
        let label = || self.label().or(b.label()).map(Into::into);
        let wrong = |reason| Expr::faulty_labelled(name, reason, found.clone(), label(), at);
        let columns = match b.rank() {
            0 => return wrong(Reason::Rank { expected: 1, found: 0 }),
            1 => b.expand(1),
            _ => b.clone(),
        };
        let Some([a, columns]) = stretched(self, &columns) else { return wrong(Reason::Broadcast) };
        let x = Expr::node_at(op, vec![a, columns], at);
        if x.check().is_err() {
            return wrong(Reason::Inner);
        }
        if b.rank() == 1 {
            let dims = x.shape().dims();
            x.reshape(dims[..dims.len() - 1].iter().cloned().collect::<Shape>())
        } else {
            x
        }
    }

    fn mistake(&self, op: &'static str, reason: Reason, at: &'static Location<'static>) -> Expr {
        if self.check().is_err() {
            return self.clone();
        }
        Expr::faulty_labelled(op, reason, vec![self.shape().clone()], self.label().map(Into::into), at)
    }

    fn not_matrices(&self, op: &'static str, at: &'static Location<'static>) -> Option<Expr> {
        if self.check().is_err() {
            return Some(self.clone());
        }
        (self.rank() < 2).then(|| self.mistake(op, Reason::Matrices { found: self.rank() }, at))
    }

    fn not_square(&self, op: &'static str, at: &'static Location<'static>) -> Option<Expr> {
        self.not_matrices(op, at).or_else(|| {
            let (rows, columns) = self.last_two();
            let differ = rows.fixed().zip(columns.fixed()).is_some_and(|(a, b)| a != b);
            differ.then(|| self.mistake(op, Reason::NotSquare, at))
        })
    }
}

/// Two batches of matrices with their leading axes stretched to one another, or `None` where they do not.
pub(super) fn stretched(a: &Expr, b: &Expr) -> Option<[Expr; 2]> {
    let lead = |e: &Expr| e.shape().dims()[..e.rank() - 2].iter().cloned().collect::<Shape>();
    let (first, second) = (lead(a), lead(b));
    if first == second {
        return Some([a.clone(), b.clone()]);
    }
    let common = first.broadcast(&second)?;
    Some([a, b].map(|e| {
        let tail = &e.shape().dims()[e.rank() - 2..];
        e.broadcast_to(common.dims().iter().chain(tail).cloned().collect::<Shape>())
    }))
}
