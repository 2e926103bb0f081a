//! Rows of a table by index, and sums into them.
//!
//! Indices are whole numbers in the element type. They are converted and checked a chunk at a time, in vectors; a wrong one
//! reads or changes row 0 and is reported at the end, so that the loops have no way out. Where many look-ups share an index it is
//! converted once, and the rows are kept in the bits of the element type: integers in its memory, never numbers to compute with.

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
}

/// Which row each place looks at.
#[derive(Debug, Clone, Copy)]
pub enum Index<'a, T> {
    /// Whole numbers, converted and checked on the way.
    Numbers(&'a [T]),
    /// What [`Element::rows`](super::Element::rows) made of them, once for many look-ups.
    Rows(&'a [T]),
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

/// Where each place of an index looks.
trait Places: Copy {
    fn row(self, i: usize) -> usize;
}
impl Places for &[u32; CHUNK] {
    #[inline(always)]
    fn row(self, i: usize) -> usize {
        self[i] as usize
    }
}
/// Rows that were converted before, in the bits of the element type.
#[derive(Clone, Copy)]
struct Converted<'a, T>(&'a [T]);
impl<T: Lane> Places for Converted<'_, T> {
    #[inline(always)]
    fn row(self, i: usize) -> usize {
        self.0[i].kept_row()
    }
}

/// Numbers read between two writes.
const TOGETHER: usize = 8;

/// Reads from place `first` on.
#[inline(always)]
fn pick<T: Lane>(table: &[T], rows: Rows, first: usize, places: impl Places, out: &mut [T]) {
    let Rows { stride, advance, .. } = rows;
    if advance > 0 {
        for i in 0..out.len() {
            out[i] = table[places.row(i) * stride + (first + i) * advance];
        }
    } else if stride == 1 {
        // Together, so that the processor waits for several reads at a time, and writes once.
        let (groups, rest) = out.as_chunks_mut::<TOGETHER>();
        let mut i = 0;
        for group in groups {
            let mut found = [T::NIL; TOGETHER];
            for k in 0..TOGETHER {
                found[k] = table[places.row(i + k)];
            }
            *group = found;
            i += TOGETHER;
        }
        for (k, out) in rest.iter_mut().enumerate() {
            *out = table[places.row(i + k)];
        }
    } else {
        for i in 0..out.len() {
            out[i] = table[places.row(i) * stride];
        }
    }
}

/// Adds `n` updates from place `first` on.
#[inline(always)]
fn put<T: Lane>(
    places: impl Places,
    updates: Operand<'_, T>,
    rows: Rows,
    first: usize,
    n: usize,
    out: &mut [T],
) {
    let Rows { stride, advance, .. } = rows;
    match updates {
        Operand::Slice(u) if advance == 0 && stride == 1 => {
            let (groups, rest) = u[first..first + n].as_chunks::<TOGETHER>();
            let mut i = 0;
            for group in groups {
                for k in 0..TOGETHER {
                    out[places.row(i + k)] += group[k];
                }
                i += TOGETHER;
            }
            for (k, u) in rest.iter().enumerate() {
                out[places.row(i + k)] += *u;
            }
        }
        Operand::Slice(u) => {
            let u = &u[first..first + n];
            for i in 0..n {
                out[places.row(i) * stride + (first + i) * advance] += u[i];
            }
        }
        Operand::Scalar(u) => {
            for i in 0..n {
                out[places.row(i) * stride + (first + i) * advance] += u;
            }
        }
    }
}

struct Take<'a, T> {
    table: &'a [T],
    rows: Rows,
    index: Index<'a, T>,
    out: &'a mut [T],
}
impl<T: Lane> Work for Take<'_, T> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        let Take { table, rows, index, out } = self;
        let index = match index {
            Index::Numbers(index) => index,
            Index::Rows(kept) => {
                let n = if kept.len() < out.len() { kept.len() } else { out.len() };
                pick(table, rows, 0, Converted(&kept[..n]), &mut out[..n]);
                return true;
            }
        };
        let Some(length) = countable(rows.length) else { return index.is_empty() };
        let n = if index.len() < out.len() { index.len() } else { out.len() };
        let mut row = [0; CHUNK];
        let mut right = true;
        let mut start = 0;
        while start < n {
            let end = if start + CHUNK < n { start + CHUNK } else { n };
            right &= converted(&index[start..end], length, &mut row);
            pick(table, rows, start, &row, &mut out[start..end]);
            start = end;
        }
        right
    }
}

struct ScatterAdd<'a, T> {
    index: Index<'a, T>,
    updates: Operand<'a, T>,
    rows: Rows,
    out: &'a mut [T],
}
impl<T: Lane> Work for ScatterAdd<'_, T> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        let ScatterAdd { index, updates, rows, out } = self;
        let index = match index {
            Index::Numbers(index) => index,
            Index::Rows(kept) => {
                put(Converted(kept), updates, rows, 0, kept.len(), out);
                return true;
            }
        };
        let Some(length) = countable(rows.length) else { return index.is_empty() };
        let mut row = [0; CHUNK];
        let mut right = true;
        let mut start = 0;
        while start < index.len() {
            let end = if start + CHUNK < index.len() { start + CHUNK } else { index.len() };
            right &= converted(&index[start..end], length, &mut row);
            put(&row, updates, rows, start, end - start, out);
            start = end;
        }
        right
    }
}

struct Convert<'a, T> {
    index: &'a [T],
    length: f64,
    out: &'a mut [T],
}
impl<T: Lane> Work for Convert<'_, T> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        let Convert { index, length, out } = self;
        let n = if index.len() < out.len() { index.len() } else { out.len() };
        let (index, out) = (&index[..n], &mut out[..n]);
        let mut wrong = 0u32;
        for i in 0..n {
            let (row, bad) = index[i].row(length);
            wrong |= bad as u32;
            out[i] = T::keep_row(row);
        }
        wrong == 0
    }
}

/// The length, unless there are more rows than an index can name exactly, or none: that is left to the caller.
#[inline(always)]
fn countable(length: usize) -> Option<f64> {
    u32::try_from(length).ok().filter(|&n| n > 0).map(f64::from)
}

#[inline(always)]
pub(super) fn rows<T: Lane>(p: Processor, index: &[T], length: usize, out: &mut [T]) -> bool {
    match countable(length) {
        Some(length) => p.run(Convert { index, length, out }),
        None => index.is_empty(),
    }
}

#[inline(always)]
pub(super) fn take<T: Lane>(
    p: Processor,
    table: &[T],
    rows: Rows,
    index: Index<'_, T>,
    out: &mut [T],
) -> bool {
    p.run(Take { table, rows, index, out })
}

#[inline(always)]
pub(super) fn scatter_add<T: Lane>(
    p: Processor,
    index: Index<'_, T>,
    updates: Operand<'_, T>,
    rows: Rows,
    out: &mut [T],
) -> bool {
    p.run(ScatterAdd { index, updates, rows, out })
}
