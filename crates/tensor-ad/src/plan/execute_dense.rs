//! Factorisations and triangular solves as instructions: each matrix of a batch in turn.

use super::context::{Around, Context};
use super::instr::{Dense, MatrixRef, SolveRows};
use crate::kernels::{MatrixMut, Scratch};
use crate::{Error, Real};

#[inline(never)]
pub(super) fn dense<T: Real>(
    c: &Context<'_, T>,
    work: &Dense,
    arena: &mut [T],
    scratch: &mut Scratch,
) -> Result<(), Error> {
    let Dense { routine, size, count, a, b, steps, out, origin } = work;
    let (each, spare) = (routine.output_len(*size), routine.spare_len(*size));
    let (target, around) = c.split(arena, *out, count * each + spare);
    let (target, spare) = target.split_at_mut(count * each);
    let [n, m] = *size;
    for i in 0..*count {
        let a = c.read(&around, a.plus(i * steps[0]), n * n);
        let b = b.map_or(a, |b| c.read(&around, b.plus(i * steps[1]), n * m));
        let target = &mut target[i * each..(i + 1) * each];
        T::dense(c.processor, *routine, *size, a, b, target, spare, scratch)
            .map_err(|pivot| origin.error(pivot, i))?;
    }
    Ok(())
}

#[inline(never)]
pub(super) fn solve_rows<T: Real>(
    c: &Context<'_, T>,
    work: &SolveRows,
    arena: &mut [T],
) -> Result<(), Error> {
    let SolveRows { triangle, a, x, origin } = work;
    let (target, around) = c.split(arena, x.at, (x.count - 1) * x.stride + c.rows);
    let a = c.matrix(&around, a);
    T::triangular_solve_columns(c.processor, *triangle, c.rows, a, target, x.stride, x.count)
        .map_err(|pivot| origin.error(pivot, 0))
}

/// The product of each pair of matrices.
pub(super) fn matmul<T: Real>(
    c: &Context<'_, T>,
    around: &Around<'_, T>,
    (count, size, steps): (usize, [usize; 3], [usize; 2]),
    [a, b, out]: [&MatrixRef; 3],
    target: &mut [T],
) {
    let each = size[0] * size[2];
    for i in 0..count {
        let at = |m: &MatrixRef, k: usize| MatrixRef { at: m.at.plus(i * steps[k]), ..*m };
        let (a, b) = (c.matrix(around, &at(a, 0)), c.matrix(around, &at(b, 1)));
        let data = &mut target[i * each..(i + 1) * each];
        let out = MatrixMut { data, row_stride: out.row_stride, column_stride: out.column_stride };
        T::matmul(c.processor, size, a, b, out);
    }
}
