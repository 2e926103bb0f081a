//! Products of small matrices, and the gathering of rows.

use super::columns::{Matrix, MatrixMut};
use super::lane::Lane;
use super::processor::{Processor, Work};

struct SmallProduct<'a, 'b, T> {
    size: [usize; 3],
    a: &'b Matrix<'a, T>,
    b: &'b Matrix<'a, T>,
    out: &'b mut MatrixMut<'a, T>,
}

impl<T: Lane> Work for SmallProduct<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { size: [m, k, n], a, b, out } = self;
        for i in 0..m {
            for j in 0..n {
                let mut sum = T::NIL;
                for l in 0..k {
                    let x = a.data[i * a.row_stride + l * a.column_stride];
                    let y = b.data[l * b.row_stride + j * b.column_stride];
                    sum = x.fused(y, sum);
                }
                out.data[i * out.row_stride + j * out.column_stride] = sum;
            }
        }
    }
}

pub(super) fn matmul<T: Lane>(
    p: Processor,
    size: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    mut out: MatrixMut<'_, T>,
) {
    p.run(SmallProduct { size, a: &a, b: &b, out: &mut out.reborrow() });
}

struct Gather<'a, T> {
    x: &'a [T],
    rows: &'a [usize],
    out: &'a mut [T],
}

impl<T: Lane> Work for Gather<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let n = if self.rows.len() < self.out.len() { self.rows.len() } else { self.out.len() };
        let (rows, out) = (&self.rows[..n], &mut self.out[..n]);
        // Four at a time: the loop itself costs as much as an element.
        let (row_groups, row_rest) = rows.as_chunks::<4>();
        let (groups, rest) = out.as_chunks_mut::<4>();
        let groups = &mut groups[..row_groups.len()];
        for g in 0..row_groups.len() {
            let r = row_groups[g];
            groups[g] = [self.x[r[0]], self.x[r[1]], self.x[r[2]], self.x[r[3]]];
        }
        let rest = &mut rest[..row_rest.len()];
        for i in 0..row_rest.len() {
            rest[i] = self.x[row_rest[i]];
        }
    }
}

pub(super) fn gather<T: Lane>(p: Processor, x: &[T], rows: &[usize], out: &mut [T]) {
    debug_assert_eq!(rows.len(), out.len());
    p.run(Gather { x, rows, out });
}
