//! Rows of a table by index, and sums into them.
//!
//! Indices are whole numbers in the element type. They are converted and checked a chunk at a time, in vectors; a wrong one
//! reads or changes row 0 and is reported at the end, so that the loops have no way out.

use super::lane::Lane;
use super::operation::Operand;
use super::processor::{Processor, Work};

/// Where the rows of a table lie: place `i` looks at element `row stride + i advance`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// How many there are.
    pub length: usize,
    /// From one to the next.
    pub stride: usize,
    /// How far the table moves with each place: 0 for one table that all look into, 1 for one each, side by side.
    pub advance: usize,
}

impl Rows {
    /// The rows of one table.
    pub fn of_one(length: usize, stride: usize) -> Rows {
        Rows { length, stride, advance: 0 }
    }

    /// The rows of tables side by side: `length` columns, `stride` apart.
    pub fn across(length: usize, stride: usize) -> Rows {
        Rows { length, stride, advance: 1 }
    }

    /// The length, unless there are more rows than an index can name exactly, or none: that is left to the caller.
    #[inline(always)]
    fn countable(self) -> Option<f64> {
        u32::try_from(self.length).ok().filter(|&n| n > 0).map(f64::from)
    }
}

/// Indices converted together.
const CHUNK: usize = 64;

/// `index` as rows of a table of `length`, row 0 for a wrong one; false when there was one.
#[inline(always)]
fn converted<T: Lane>(index: &[T], length: f64, out: &mut [u32; CHUNK]) -> bool {
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
    rows: Rows,
    index: &'a [T],
    out: &'a mut [T],
}
impl<T: Lane> Work for Take<'_, T> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        let Take { table, length, rows: Rows { stride, advance, .. }, index, out } = self;
        let n = if index.len() < out.len() { index.len() } else { out.len() };
        let mut row = [0; CHUNK];
        let mut right = true;
        let mut start = 0;
        while start < n {
            let end = if start + CHUNK < n { start + CHUNK } else { n };
            right &= converted(&index[start..end], length, &mut row);
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
    rows: Rows,
    out: &'a mut [T],
}
impl<T: Lane> Work for ScatterAdd<'_, T> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        let ScatterAdd { index, updates, length, rows: Rows { stride, advance, .. }, out } = self;
        let mut row = [0; CHUNK];
        let mut right = true;
        let mut start = 0;
        while start < index.len() {
            let end = if start + CHUNK < index.len() { start + CHUNK } else { index.len() };
            let part = &index[start..end];
            right &= converted(part, length, &mut row);
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

#[inline(always)]
pub(super) fn take<T: Lane>(p: Processor, table: &[T], rows: Rows, index: &[T], out: &mut [T]) -> bool {
    match rows.countable() {
        Some(length) => p.run(Take { table, length, rows, index, out }),
        None => index.is_empty(),
    }
}

#[inline(always)]
pub(super) fn scatter_add<T: Lane>(
    p: Processor,
    index: &[T],
    updates: Operand<'_, T>,
    rows: Rows,
    out: &mut [T],
) -> bool {
    match rows.countable() {
        Some(length) => p.run(ScatterAdd { index, updates, length, rows, out }),
        None => index.is_empty(),
    }
}
