//! Factorisations of large matrices, by faer; without the feature there are none. Which sizes pay is decided here.

use super::Routine;
use super::products::Number;
use crate::kernels::lane::Lane;
use crate::kernels::processor::Processor;

// Measured on one thread of a Zen 4, `f64`, own loops against faer, microseconds, best windows of one run. Cholesky: 0.81
// against 0.79 (size 20), 3.3 against 3.6 (40), 5.3 against 4.9 (50), 25.8 against 22.4 (100), 184 against 107 (200). Triangular
// solve of as many right-hand sides: 0.79 and 0.60 (20), 2.3 and 2.3 (40), 6.4 and 4.9 (50), 49 and 32 (100), 414 and 193
// (200); of one: 0.22 and 0.13 (10), 1.34 and 0.86 (50), 6.3 and 5.3 (200). Elimination with one right-hand side: 10 and 16 (50),
// 45 and 67 (100), 233 and 299 (200), 952 and 775 (300). Eigenvalues and vectors: 49 and 52 (40), 137 and 127 (64), 2670 and 1950 (200).

/// The size from which faer's Cholesky factorisation is asked.
const CHOLESKY: usize = 48;
/// The size from which faer solves triangular systems.
const TRIANGULAR: usize = 48;
/// The size from which faer eliminates.
const LU: usize = 256;
/// The size from which faer finds eigenvalues.
const EIGEN: usize = 64;

/// Whether faer is asked.
fn pays(routine: Routine, [n, _]: [usize; 2]) -> bool {
    cfg!(feature = "faer")
        && match routine {
            Routine::Cholesky => n >= CHOLESKY,
            Routine::TriangularSolve(_) => n >= TRIANGULAR,
            Routine::Solve | Routine::LogAbsDet => n >= LU,
            Routine::EigenSymmetric => n >= EIGEN,
        }
}

pub use memory::Scratch;

/// The routine, where it is large enough for faer; `out` holds the right-hand sides of a solve, `None` that nothing was done.
pub(super) fn run<T: Lane + Number>(
    p: Processor,
    routine: Routine,
    size: [usize; 2],
    a: &[T],
    out: &mut [T],
    spare: &mut [T],
    scratch: &mut Scratch,
) -> Option<Result<(), usize>> {
    pays(routine, size).then(|| memory::run(p, routine, size, a, out, spare, scratch))
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

    use super::{Lane, Number, Processor, Routine, pays};
    use crate::kernels::dense::{Triangle, cholesky as own, eigen, lu, panels};

    /// The memory that faer works in: made when a plan is bound, so that nothing is allocated when it runs. Without the
    /// feature `faer` it is empty.
    pub struct Scratch {
        memory: MemBuffer,
        rows: Vec<usize>,
        inverse: Vec<usize>,
    }

    impl core::fmt::Debug for Scratch {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.debug_struct("Scratch").field("bytes", &self.memory.len()).finish_non_exhaustive()
        }
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
        p: Processor,
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
                triangular(p, triangle, [n, m], a, out);
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
                triangular(p, Triangle::LOWER.unit(), [n, m], spare, out);
                triangular(p, Triangle::UPPER, [n, m], spare, out);
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
    fn triangular<T: Number>(p: Processor, triangle: Triangle, [n, m]: [usize; 2], a: &[T], out: &mut [T]) {
        let stored = MatRef::from_row_major_slice(a, n, n);
        let matrix = if triangle.transposed { stored.transpose() } else { stored };
        let x = MatMut::from_column_major_slice_mut(out, m, n).transpose_mut();
        // Half of the multiply-adds of a product: the other triangle is not read.
        let count = p.panels([n, n.div_ceil(2), m], size_of::<T>());
        let lower = triangle.upper == triangle.transposed;
        panels::columns(count, x, &|x| match (lower, triangle.unit) {
            (true, false) => triangular_solve::solve_lower_triangular_in_place(matrix, x, Par::Seq),
            (true, true) => triangular_solve::solve_unit_lower_triangular_in_place(matrix, x, Par::Seq),
            (false, false) => triangular_solve::solve_upper_triangular_in_place(matrix, x, Par::Seq),
            (false, true) => triangular_solve::solve_unit_upper_triangular_in_place(matrix, x, Par::Seq),
        });
    }
}

#[cfg(not(feature = "faer"))]
mod memory {
    use super::{Lane, Number, Processor, Routine};

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
        _: Processor,
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
