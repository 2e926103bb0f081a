//! Dense matrices: products and factorisations, by loops of our own when they are small and by faer, where it is
//! compiled in, when they are large. The only folder that names faer.

mod cholesky;
mod eigen;
mod eliminate;
mod large;
mod lu;
pub(super) mod panels;
pub(super) mod products;
mod triangular;

pub use large::Scratch;

use super::columns::Matrix;
use super::lane::Lane;
use super::processor::{Processor, Work};

/// Which triangle of a square matrix a solve reads, and how.
///
/// ```
/// use elbo_tensor_ad::Triangle;
///
/// let back = Triangle::LOWER.transposed();        // Lᵀ x = b, with L stored below the diagonal
/// assert!(!back.upper && back.transposed && !back.unit);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Triangle {
    /// The triangle as it is stored: the one above the diagonal, not the one below.
    pub upper: bool,
    /// The system is that of the transposed matrix.
    pub transposed: bool,
    /// The diagonal counts as ones and is not read.
    pub unit: bool,
}

impl Triangle {
    /// `L x = b` with the triangle below the diagonal.
    pub const LOWER: Triangle = Triangle { upper: false, transposed: false, unit: false };
    /// `U x = b` with the triangle above the diagonal.
    pub const UPPER: Triangle = Triangle { upper: true, transposed: false, unit: false };

    /// The system of the transpose of the same stored matrix.
    #[must_use]
    pub const fn transposed(self) -> Triangle {
        Triangle { transposed: !self.transposed, ..self }
    }

    /// With ones for a diagonal.
    #[must_use]
    pub const fn unit(self) -> Triangle {
        Triangle { unit: true, ..self }
    }

    /// True when the first unknown stands alone in its equation.
    pub(super) fn forward(self) -> bool {
        self.upper == self.transposed
    }
}

/// What [`Element::dense`](super::Element::dense) does with an `n` by `n` matrix `a`, all of it row-major.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Routine {
    /// `out = L` with `L Lᵀ = A`, zeros above the diagonal; only the lower triangle of `a` is read. Backward error at
    /// most `(n + 1)` roundings of `|L| |Lᵀ|` (Higham 2002, theorem 10.3). Breaks down at the first pivot that is not
    /// above zero (NaN included).
    Cholesky,
    /// `out = X`, `n` by `m`, with `op(T) X = B`, `T` one triangle of `a`. Backward error at most `n` roundings of
    /// `|T|` for each column (theorem 8.5). Breaks down at a zero on the diagonal.
    TriangularSolve(Triangle),
    /// `out = X`, `n` by `m`, with `A X = B`, by elimination with partial pivoting. Breaks down where no pivot is left
    /// but zero. `spare` holds `n²`.
    Solve,
    /// `out = [sign, ln |det A|]`: `[0, -∞]` for a singular matrix, `[1, 0]` for the empty one. `spare` holds `n²`.
    LogAbsDet,
    /// `out`, `n + 1` by `n`: in its first row the eigenvalues of the symmetric matrix whose lower triangle `a` holds,
    /// ascending; under each its eigenvector, of length 1, the first of its components that has at least 3/4 of the
    /// largest's size being positive. `spare` holds `2 n`. NaN throughout where `a` is not finite. Breaks down when an
    /// eigenvalue does not settle in 60 steps, which is not known to happen.
    EigenSymmetric,
}

impl Routine {
    /// How many elements `out` holds.
    pub fn output_len(self, [n, m]: [usize; 2]) -> usize {
        match self {
            Routine::Cholesky => n * n,
            Routine::TriangularSolve(_) | Routine::Solve => n * m,
            Routine::LogAbsDet => 2,
            Routine::EigenSymmetric => (n + 1) * n,
        }
    }

    /// How many elements `spare` holds.
    pub fn spare_len(self, [n, _]: [usize; 2]) -> usize {
        match self {
            Routine::Cholesky | Routine::TriangularSolve(_) => 0,
            Routine::Solve | Routine::LogAbsDet => n * n,
            Routine::EigenSymmetric => 2 * n,
        }
    }
}

/// A routine by our own loops; of a solve, the elimination alone.
struct Small<'a, T> {
    routine: Routine,
    size: [usize; 2],
    a: &'a [T],
    out: &'a mut [T],
    spare: &'a mut [T],
}

impl<T: Lane> Work for Small<'_, T> {
    type Output = Result<(), usize>;
    #[inline(always)]
    fn run(self) -> Self::Output {
        let Small { routine, size: [n, m], a, out, spare } = self;
        match routine {
            Routine::Cholesky => cholesky::factor(n, a, out),
            Routine::TriangularSolve(triangle) => triangular::solve(triangle, [n, m], a, out),
            Routine::Solve => lu::factor_copy([n, m], a, out, spare),
            Routine::LogAbsDet => {
                let found = lu::log_abs_det(n, a, spare);
                out[..2].copy_from_slice(&found);
                Ok(())
            }
            Routine::EigenSymmetric => eigen::symmetric(n, a, out, spare),
        }
    }
}

#[allow(clippy::too_many_arguments)]
pub(super) fn run<T: Lane + products::Number>(
    p: Processor,
    routine: Routine,
    size: [usize; 2],
    a: &[T],
    b: &[T],
    out: &mut [T],
    spare: &mut [T],
    scratch: &mut Scratch,
) -> Result<(), usize> {
    let (out, spare) = (&mut out[..routine.output_len(size)], &mut spare[..routine.spare_len(size)]);
    let a = &a[..size[0] * size[0]];
    if let Routine::TriangularSolve(_) | Routine::Solve = routine {
        // Solved in place.
        let n = out.len();
        out.copy_from_slice(&b[..n]);
    }
    if let Some(done) = large::run(p, routine, size, a, out, spare, scratch) {
        return done;
    }
    p.run(Small { routine, size, a, out: &mut *out, spare: &mut *spare })?;
    if routine == Routine::Solve {
        for triangle in [Triangle::LOWER.unit(), Triangle::UPPER] {
            let routine = Routine::TriangularSolve(triangle);
            match large::run(p, routine, size, spare, out, &mut [], scratch) {
                Some(done) => done?,
                None => p.run(Small { routine, size, a: &*spare, out: &mut *out, spare: &mut [] })?,
            }
        }
    }
    Ok(())
}

struct SolveColumns<'a, 'b, T> {
    triangle: Triangle,
    rows: usize,
    a: Matrix<'a, T>,
    x: &'b mut [T],
    stride: usize,
    n: usize,
}

impl<T: Lane> Work for SolveColumns<'_, '_, T> {
    type Output = Result<(), usize>;
    #[inline(always)]
    fn run(self) -> Self::Output {
        let SolveColumns { triangle, rows, a, x, stride, n } = self;
        triangular::solve_strided(triangle, [n, rows], a, x, stride)
    }
}

pub(super) fn triangular_solve_columns<T: Lane>(
    p: Processor,
    triangle: Triangle,
    rows: usize,
    a: Matrix<'_, T>,
    x: &mut [T],
    stride: usize,
    n: usize,
) -> Result<(), usize> {
    p.run(SolveColumns { triangle, rows, a, x, stride, n })
}
