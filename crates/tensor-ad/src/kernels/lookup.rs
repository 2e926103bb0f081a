//! Rows of a table by index, and sums into them.
//!
//! Indices are whole numbers in the element type. They are converted and checked a chunk at a time, in vectors; a wrong one
//! reads or changes row 0 and is reported at the end, so that the loops have no way out.

use super::lane::Lane;
use super::operation::Operand;
use super::processor::{Processor, Work};

/// Indices converted together.
const CHUNK: usize = 64;

/// `index` as rows of a table of `length`, row 0 for a wrong one; false when there was one.
#[inline(always)]
fn rows<T: Lane>(index: &[T], length: f64, out: &mut [u32; CHUNK]) -> bool {
    let n = if index.len() < CHUNK { index.len() } else { CHUNK };
    let (index, out) = (&index[..n], &mut out[..n]);
    let mut wrong = 0u32;
    for i in 0..n {
        let (row, bad) = index[i].row(length);
        wrong |= bad as u32;
        out[i] = row;
    }
    wrong == 0
}

struct Take<'a, T> {
    table: &'a [T],
    length: f64,
    stride: usize,
    /// How far the table moves with each index: 0 for one table, 1 for one a row, in columns.
    advance: usize,
    index: &'a [T],
    out: &'a mut [T],
}
impl<T: Lane> Work for Take<'_, T> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        let Take { table, length, stride, advance, index, out } = self;
        let n = if index.len() < out.len() { index.len() } else { out.len() };
        let mut row = [0; CHUNK];
        let mut right = true;
        let mut start = 0;
        while start < n {
            let end = if start + CHUNK < n { start + CHUNK } else { n };
            right &= rows(&index[start..end], length, &mut row);
            let part = &mut out[start..end];
            if advance > 0 {
                for i in 0..part.len() {
                    part[i] = table[row[i] as usize * stride + (start + i) * advance];
                }
            } else if stride == 1 {
                for i in 0..part.len() {
                    part[i] = table[row[i] as usize];
                }
            } else {
                for i in 0..part.len() {
                    part[i] = table[row[i] as usize * stride];
                }
            }
            start = end;
        }
        right
    }
}

struct ScatterAdd<'a, T> {
    index: &'a [T],
    updates: Operand<'a, T>,
    length: f64,
    stride: usize,
    /// As in [`Take`].
    advance: usize,
    out: &'a mut [T],
}
impl<T: Lane> Work for ScatterAdd<'_, T> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        let ScatterAdd { index, updates, length, stride, advance, out } = self;
        let mut row = [0; CHUNK];
        let mut right = true;
        let mut start = 0;
        while start < index.len() {
            let end = if start + CHUNK < index.len() { start + CHUNK } else { index.len() };
            let part = &index[start..end];
            right &= rows(part, length, &mut row);
            match updates {
                Operand::Slice(u) => {
                    let u = &u[start..end];
                    for i in 0..u.len() {
                        out[row[i] as usize * stride + (start + i) * advance] += u[i];
                    }
                }
                Operand::Scalar(u) => {
                    for i in 0..part.len() {
                        out[row[i] as usize * stride + (start + i) * advance] += u;
                    }
                }
            }
            start = end;
        }
        right
    }
}

/// A table of more rows than an index can name exactly, or of none, is left to the caller.
#[inline(always)]
fn countable(length: usize) -> Option<f64> {
    u32::try_from(length).ok().filter(|&n| n > 0).map(f64::from)
}

#[inline(always)]
pub(super) fn take<T: Lane>(
    p: Processor,
    table: &[T],
    length: usize,
    stride: usize,
    index: &[T],
    out: &mut [T],
) -> bool {
    match countable(length) {
        Some(length) => p.run(Take { table, length, stride, advance: 0, index, out }),
        None => index.is_empty(),
    }
}

#[inline(always)]
pub(super) fn scatter_add<T: Lane>(
    p: Processor,
    index: &[T],
    updates: Operand<'_, T>,
    length: usize,
    stride: usize,
    out: &mut [T],
) -> bool {
    match countable(length) {
        Some(length) => p.run(ScatterAdd { index, updates, length, stride, advance: 0, out }),
        None => index.is_empty(),
    }
}

#[inline(always)]
pub(super) fn take_across<T: Lane>(
    p: Processor,
    table: &[T],
    length: usize,
    stride: usize,
    index: &[T],
    out: &mut [T],
) -> bool {
    match countable(length) {
        Some(length) => p.run(Take { table, length, stride, advance: 1, index, out }),
        None => index.is_empty(),
    }
}

#[inline(always)]
pub(super) fn scatter_add_across<T: Lane>(
    p: Processor,
    index: &[T],
    updates: Operand<'_, T>,
    length: usize,
    stride: usize,
    out: &mut [T],
) -> bool {
    match countable(length) {
        Some(length) => p.run(ScatterAdd { index, updates, length, stride, advance: 1, out }),
        None => index.is_empty(),
    }
}
