//! `Table`: the arrays that have rows, laid out so that some of their rows are quickly copied out.

use std::ops::Range;
use std::sync::Arc;

use elbo_tensor_ad::Real;
use elbo_tensor_ad::kernels::Processor;

use crate::Model;

/// Arrays of more columns stay where they are: a second copy of them would be as large as the data.
const NARROW: usize = 16;

/// The most columns side by side.
const MOST: usize = 4;

/// The columns of every array that has rows.
///
/// Those of narrow arrays are kept once more, up to four side by side: a row then is in one place, found once for all of them.
#[derive(Debug, Clone)]
pub(crate) struct Table<T> {
    narrow: Arc<Vec<SideBySide<T>>>,
    /// Arrays of more than [`NARROW`] columns.
    wide: Vec<usize>,
    /// Where each array's columns start among those selected, and how many it has; `None` for one without rows.
    places: Vec<Option<(usize, usize)>>,
    columns: usize,
}

/// So many columns, row by row.
#[derive(Debug)]
enum SideBySide<T> {
    One(Vec<[T; 1]>),
    Two(Vec<[T; 2]>),
    Three(Vec<[T; 3]>),
    Four(Vec<[T; 4]>),
}

impl<T: Real> SideBySide<T> {
    /// One to four columns of one length.
    fn new(columns: &[&[T]]) -> Self {
        match columns {
            [_] => SideBySide::One(rows(columns)),
            [_, _] => SideBySide::Two(rows(columns)),
            [_, _, _] => SideBySide::Three(rows(columns)),
            _ => SideBySide::Four(rows(columns)),
        }
    }

    fn columns(&self) -> usize {
        match self {
            SideBySide::One(_) => 1,
            SideBySide::Two(_) => 2,
            SideBySide::Three(_) => 3,
            SideBySide::Four(_) => 4,
        }
    }

    fn gather(&self, p: Processor, rows: &[usize], out: &mut [T]) -> bool {
        match self {
            SideBySide::One(table) => T::gather_rows(p, table, rows, out),
            SideBySide::Two(table) => T::gather_rows(p, table, rows, out),
            SideBySide::Three(table) => T::gather_rows(p, table, rows, out),
            SideBySide::Four(table) => T::gather_rows(p, table, rows, out),
        }
    }
}

/// The rows of these columns.
fn rows<T: Real, const C: usize>(columns: &[&[T]]) -> Vec<[T; C]> {
    let row = |r: usize| core::array::from_fn(|c| columns[c][r]);
    (0..columns[0].len()).map(row).collect()
}

impl<T: Real> Table<T> {
    /// The table of the model's arrays, each given column by column.
    pub(crate) fn new(model: &Model, arrays: &[Vec<T>]) -> Self {
        let inner = &model.0;
        let mut places = vec![None; arrays.len()];
        let (mut narrow, mut wide): (Vec<&[T]>, Vec<usize>) = (Vec::new(), Vec::new());
        let with_rows = inner.arrays().enumerate().filter(|(_, (_, axes, _))| inner.has_rows(axes));
        for (k, (_, _, array)) in with_rows {
            places[k] = Some((narrow.len(), array.row_len()));
            if array.row_len() > NARROW {
                wide.push(k);
            } else {
                narrow.extend(arrays[k].chunks_exact(array.rows().max(1)));
            }
        }
        let mut columns = narrow.len();
        for &k in &wide {
            if let Some((start, count)) = &mut places[k] {
                *start = columns;
                columns += *count;
            }
        }
        let narrow = Arc::new(narrow.chunks(MOST).map(SideBySide::new).collect());
        Table { narrow, wide, places, columns }
    }

    /// The columns of a selection.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// Where array `k` lies in a selection of so many rows; `None` for an array without rows.
    pub(crate) fn array(&self, k: usize, rows: usize) -> Option<Range<usize>> {
        let (start, count) = self.places[k]?;
        Some(start * rows..(start + count) * rows)
    }

    /// Copies these of the `all` rows into `selected`, column by column. False when there is no such row; what was copied until then
    /// stays.
    pub(crate) fn gather(
        &self,
        p: Processor,
        (arrays, all): (&[Vec<T>], usize),
        rows: &[usize],
        mut selected: &mut [T],
    ) -> bool {
        for table in self.narrow.iter() {
            let (out, rest) = selected.split_at_mut(table.columns() * rows.len());
            if !table.gather(p, rows, out) {
                return false;
            }
            selected = rest;
        }
        if self.columns == 0 {
            // Nothing to copy, and nothing that would have found out.
            return rows.iter().all(|&row| row < all);
        }
        let mut columns = self.wide.iter().flat_map(|&k| arrays[k].chunks_exact(all));
        let mut outs = selected.chunks_exact_mut(rows.len());
        columns.all(|column| match outs.next() {
            Some(out) => T::gather_rows(p, column.as_chunks::<1>().0, rows, out),
            None => false,
        })
    }
}
