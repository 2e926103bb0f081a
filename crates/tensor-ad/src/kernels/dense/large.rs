//! Factorisations of large matrices, by faer; without the feature there are none. Which sizes pay is decided here.

use super::Routine;
use super::products::Number;
use crate::kernels::lane::Lane;

/// The size from which faer's factorisation is asked.
const CHOLESKY: usize = 64;
/// The size, and the number of right-hand sides, from which faer solves.
const TRIANGULAR: (usize, usize) = (64, 32);
const LU: usize = 64;
const EIGEN: usize = 32;

/// Whether faer is asked.
fn pays(routine: Routine, [n, m]: [usize; 2]) -> bool {
    cfg!(feature = "faer")
        && match routine {
            Routine::Cholesky => n >= CHOLESKY,
            Routine::TriangularSolve(_) => n >= TRIANGULAR.0 && m >= TRIANGULAR.1,
            Routine::Solve | Routine::LogAbsDet => n >= LU,
            Routine::EigenSymmetric => n >= EIGEN,
        }
}

pub use memory::Scratch;

/// The routine, where it is large enough for faer; `out` holds the right-hand sides of a solve, `None` that nothing was done.
pub(super) fn run<T: Lane + Number>(
    routine: Routine,
    size: [usize; 2],
    a: &[T],
    out: &mut [T],
    spare: &mut [T],
    scratch: &mut Scratch,
) -> Option<Result<(), usize>> {
    pays(routine, size).then(|| memory::run(routine, size, a, out, spare, scratch))
}

#[cfg(feature = "faer")]
mod memory {
    use faer::diag::DiagMut;
    use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
    use faer::linalg::cholesky::llt::factor::{LltError, LltRegularization, cholesky_in_place};
    use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
    use faer::linalg::lu::partial_pivoting::factor::{lu_in_place, lu_in_place_scratch};
    use faer::linalg::{cholesky, triangular_solve};
    use faer::{ColMut, MatMut, MatRef, Par, Spec};

    use super::{Lane, Number, Routine, pays};
    use crate::kernels::dense::{Triangle, cholesky as own, eigen, lu};

    /// The memory that faer works in: made when a plan is bound, so that nothing is allocated when it runs. Without the
    /// feature `faer` it is empty.
    #[derive(Debug)]
    pub struct Scratch {
        memory: MemBuffer,
        rows: Vec<usize>,
        inverse: Vec<usize>,
    }

    impl Scratch {
        /// Enough for each of these routines at its size, in this number type.
        pub(in crate::kernels) fn new<T: Number>(work: &[(Routine, [usize; 2])]) -> Self {
            let (mut request, mut rows) = (StackReq::EMPTY, 0);
            for &(routine, size) in work.iter().filter(|&&(r, s)| pays(r, s)) {
                request = request.or(need::<T>(routine, size));
                if let Routine::Solve | Routine::LogAbsDet = routine {
                    rows = rows.max(size[0]);
                }
            }
            Scratch { memory: MemBuffer::new(request), rows: vec![0; rows], inverse: vec![0; rows] }
        }
    }

    fn need<T: Number>(routine: Routine, [n, m]: [usize; 2]) -> StackReq {
        match routine {
            Routine::Cholesky => {
                cholesky::llt::factor::cholesky_in_place_scratch::<T>(n, Par::Seq, Spec::default())
            }
            Routine::TriangularSolve(_) => StackReq::EMPTY,
            Routine::Solve | Routine::LogAbsDet => {
                lu_in_place_scratch::<usize, T>(n, n, Par::Seq, Spec::default())
                    .or(faer::perm::permute_rows_in_place_scratch::<usize, T>(n, m))
            }
            Routine::EigenSymmetric => {
                self_adjoint_evd_scratch::<T>(n, ComputeEigenvectors::Yes, Par::Seq, Spec::default())
            }
        }
    }

    pub(super) fn run<T: Lane + Number>(
        routine: Routine,
        [n, m]: [usize; 2],
        a: &[T],
        out: &mut [T],
        spare: &mut [T],
        scratch: &mut Scratch,
    ) -> Result<(), usize> {
        let stack = MemStack::new(&mut scratch.memory);
        match routine {
            Routine::Cholesky => {
                for i in 0..n {
                    for j in 0..i + 1 {
                        out[j * n + i] = a[i * n + j];
                    }
                }
                let factor = MatMut::from_column_major_slice_mut(out, n, n);
                let plain = LltRegularization::default();
                match cholesky_in_place(factor, plain, Par::Seq, stack, Spec::default()) {
                    Ok(_) => {
                        own::turn(n, out);
                        Ok(())
                    }
                    Err(LltError::NonPositivePivot { index }) => Err(index),
                }
            }
            Routine::TriangularSolve(triangle) => {
                if !triangle.unit
                    && let Some(pivot) = (0..n).find(|i| a[i * n + i] == T::NIL)
                {
                    return Err(pivot);
                }
                triangular(triangle, [n, m], a, out);
                Ok(())
            }
            Routine::Solve => {
                spare.copy_from_slice(a);
                let factor = MatMut::from_column_major_slice_mut(spare, n, n).transpose_mut();
                let (rows, inverse) = (&mut scratch.rows[..n], &mut scratch.inverse[..n]);
                let (_, order) = lu_in_place(factor, rows, inverse, Par::Seq, stack, Spec::default());
                if let Some(pivot) = (0..n).find(|i| spare[i * n + i] == T::NIL) {
                    return Err(pivot);
                }
                let stack = MemStack::new(&mut scratch.memory);
                let x = MatMut::from_column_major_slice_mut(out, m, n).transpose_mut();
                faer::perm::permute_rows_in_place(x, order, stack);
                triangular(Triangle::LOWER.unit(), [n, m], spare, out);
                triangular(Triangle::UPPER, [n, m], spare, out);
                Ok(())
            }
            Routine::LogAbsDet => {
                spare.copy_from_slice(a);
                let factor = MatMut::from_column_major_slice_mut(spare, n, n).transpose_mut();
                let (rows, inverse) = (&mut scratch.rows[..n], &mut scratch.inverse[..n]);
                let (info, _) = lu_in_place(factor, rows, inverse, Par::Seq, stack, Spec::default());
                let singular = (0..n).any(|i| spare[i * n + i] == T::NIL);
                out[..2].copy_from_slice(&if singular {
                    [T::NIL, T::LOWEST]
                } else {
                    lu::of_diagonal(n, spare, info.transposition_count % 2 == 1)
                });
                Ok(())
            }
            Routine::EigenSymmetric => {
                let finite = |x: &T| x.abs_lane() < T::HIGHEST;
                if !(0..n).all(|i| a[i * n..=i * n + i].iter().all(finite)) {
                    out.fill(T::HIGHEST + T::LOWEST);
                    return Ok(());
                }
                let (values, vectors) = out.split_at_mut(n);
                let matrix = MatRef::from_row_major_slice(a, n, n);
                let s: DiagMut<'_, T> = ColMut::from_slice_mut(values).as_diagonal_mut();
                let u = MatMut::from_column_major_slice_mut(vectors, n, n);
                self_adjoint_evd(matrix, s, Some(u), Par::Seq, stack, Spec::default()).map_err(|_| 0usize)?;
                eigen::finish(n, vectors);
                Ok(())
            }
        }
    }

    /// A solve in place for right-hand sides stored row-major.
    fn triangular<T: Number>(triangle: Triangle, [n, m]: [usize; 2], a: &[T], out: &mut [T]) {
        let stored = MatRef::from_row_major_slice(a, n, n);
        let matrix = if triangle.transposed { stored.transpose() } else { stored };
        let x = MatMut::from_column_major_slice_mut(out, m, n).transpose_mut();
        match (triangle.upper != triangle.transposed, triangle.unit) {
            (false, false) => triangular_solve::solve_lower_triangular_in_place(matrix, x, Par::Seq),
            (false, true) => triangular_solve::solve_unit_lower_triangular_in_place(matrix, x, Par::Seq),
            (true, false) => triangular_solve::solve_upper_triangular_in_place(matrix, x, Par::Seq),
            (true, true) => triangular_solve::solve_unit_upper_triangular_in_place(matrix, x, Par::Seq),
        }
    }
}

#[cfg(not(feature = "faer"))]
mod memory {
    use super::{Lane, Number, Routine};

    /// The memory that faer works in: made when a plan is bound, so that nothing is allocated when it runs. Without the
    /// feature `faer` it is empty.
    #[derive(Debug)]
    #[non_exhaustive]
    pub struct Scratch {}

    impl Scratch {
        /// Enough for each of these routines at its size, in this number type.
        pub(in crate::kernels) fn new<T: Number>(_: &[(Routine, [usize; 2])]) -> Self {
            Scratch {}
        }
    }

    pub(super) fn run<T: Lane + Number>(
        _: Routine,
        _: [usize; 2],
        _: &[T],
        _: &mut [T],
        _: &mut [T],
        _: &mut Scratch,
    ) -> Result<(), usize> {
        Ok(())
    }
}
