//! Look-ups as instructions: rows of tables by index, and sums into them.

use std::sync::Arc;

use super::context::{Around, Context};
use super::instr::{Arg, ColumnsRef, Origin, Ref};
use crate::kernels::{Binary, Index, Operand, Rows};
use crate::{Error, Real};

/// What an index came from, for the error when it is no row.
pub(super) type Names = Arc<[String]>;

/// A look-up.
#[derive(Debug, Clone)]
pub(super) enum LookUp {
    /// `count` rows of each of `tables` tables, `width` elements a row, of which each table has `length`.
    Take {
        table: Ref,
        tables: usize,
        length: usize,
        width: usize,
        index: Ref,
        count: usize,
        out: Ref,
        names: Names,
    },
    /// Rows added into tables.
    ScatterAdd {
        index: Ref,
        count: usize,
        updates: Ref,
        tables: usize,
        length: usize,
        width: usize,
        out: Ref,
        names: Names,
    },
    /// `count` whole numbers below `length`.
    CheckIndex { index: Ref, count: usize, length: usize, names: Names },
    /// A column of whole numbers below `length` as rows, kept in the bits of numbers: once for all that look up by it.
    Rows { index: Ref, length: usize, out: Ref, names: Names },
    /// `out[r] = table[rows[r] * row_stride]`.
    TakeRows { table: Ref, length: usize, row_stride: usize, rows: Ref, out: Ref },
    /// `out[rows[r] * row_stride] += updates[r]`.
    ScatterRows { rows: Ref, updates: Arg, length: usize, row_stride: usize, out: Ref },
    /// `out[r] = table[row][r]`, the table being columns.
    PickRows { table: ColumnsRef, row: Row, out: Ref },
    /// `out[row][r] += updates[r]`, the result being columns.
    PutRows { row: Row, updates: Arg, out: ColumnsRef },
}

/// Why a look-up failed.
#[derive(Debug, Clone)]
pub(super) enum Miss {
    /// This is no row of a table of so many; what the index came from.
    Row { value: f64, length: usize, names: Option<Names> },
    /// The table is longer than rows are counted.
    TooLarge,
}

impl Miss {
    /// The error, of the operation that looked.
    #[cold]
    pub(super) fn at(self, origin: &Origin) -> Error {
        match self {
            Miss::Row { value, length, names } => {
                origin.no_row(value, length).with_index_from(names.as_deref().unwrap_or(&[]))
            }
            Miss::TooLarge => Error::TooLarge,
        }
    }

    /// Of the index of this look-up.
    #[cold]
    fn of(self, work: &LookUp) -> Miss {
        match (self, work) {
            (
                Miss::Row { value, length, .. },
                LookUp::Take { names, .. }
                | LookUp::ScatterAdd { names, .. }
                | LookUp::CheckIndex { names, .. }
                | LookUp::Rows { names, .. },
            ) => Miss::Row { value, length, names: Some(names.clone()) },
            (miss, _) => miss,
        }
    }
}

/// Which column each row of the block looks into.
#[derive(Debug, Clone, Copy)]
pub(super) enum Row {
    /// One for each, as [`LookUp::Rows`] keeps them.
    Each(Ref),
    /// The same throughout: a whole number.
    Same(Ref),
}

impl Row {
    fn place(&mut self) -> &mut Ref {
        match self {
            Row::Each(r) | Row::Same(r) => r,
        }
    }
}

impl LookUp {
    /// Every place that it names.
    pub(super) fn places(&mut self) -> Vec<&mut Ref> {
        match self {
            LookUp::Take { table, index, out, .. } => vec![table, index, out],
            LookUp::ScatterAdd { index, updates, out, .. } => vec![index, updates, out],
            LookUp::CheckIndex { index, .. } => vec![index],
            LookUp::Rows { index, out, .. } => vec![index, out],
            LookUp::TakeRows { table, rows, out, .. } => vec![table, rows, out],
            LookUp::ScatterRows { rows, updates, out, .. } => vec![rows, updates.place(), out],
            LookUp::PickRows { table, row, out } => vec![&mut table.at, row.place(), out],
            LookUp::PutRows { row, updates, out } => vec![row.place(), updates.place(), &mut out.at],
        }
    }
}

#[inline(never)]
pub(super) fn execute<T: Real>(c: &Context<'_, T>, work: &LookUp, arena: &mut [T]) -> Result<(), Miss> {
    looked_up(c, work, arena).map_err(|miss| miss.of(work))
}

fn looked_up<T: Real>(c: &Context<'_, T>, work: &LookUp, arena: &mut [T]) -> Result<(), Miss> {
    match work {
        LookUp::Take { table, tables, length, width, index, count, out, .. } => {
            let (target, around) = c.split(arena, *out, tables * count * width);
            let (table, index) =
                (c.read(&around, *table, tables * length * width), c.read(&around, *index, tables * count));
            if *width == 1 && *tables == 1 {
                if !T::take(c.processor, table, Rows::of_one(*length, 1), Index::Numbers(index), target) {
                    return Err(first_miss(index, *length));
                }
            } else {
                for (i, &value) in index.iter().enumerate() {
                    let row = i / count * length + whole(value, *length)?;
                    target[i * width..(i + 1) * width]
                        .copy_from_slice(&table[row * width..(row + 1) * width]);
                }
            }
        }
        LookUp::ScatterAdd { index, count, updates, tables, length, width, out, .. } => {
            let (target, around) = c.split(arena, *out, tables * length * width);
            let (index, updates) =
                (c.read(&around, *index, tables * count), c.read(&around, *updates, tables * count * width));
            if *width == 1 && *tables == 1 {
                if !T::scatter_add(
                    c.processor,
                    Index::Numbers(index),
                    Operand::Slice(updates),
                    Rows::of_one(*length, 1),
                    target,
                ) {
                    return Err(first_miss(index, *length));
                }
            } else {
                for (i, &value) in index.iter().enumerate() {
                    let row = i / count * length + whole(value, *length)?;
                    for j in 0..*width {
                        target[row * width + j] += updates[i * width + j];
                    }
                }
            }
        }
        LookUp::CheckIndex { index, count, length, .. } => {
            for &value in c.read(&Around::all(arena), *index, *count) {
                whole(value, *length)?;
            }
        }
        LookUp::Rows { index, length, out, .. } => {
            let (target, around) = c.split(arena, *out, c.rows);
            let index = c.read(&around, *index, c.rows);
            if !T::rows(c.processor, index, *length, target) {
                return Err(first_miss(index, *length));
            }
        }
        LookUp::TakeRows { table, length, row_stride, rows, out } => {
            let (target, around) = c.split(arena, *out, c.rows);
            let (table, kept) = (c.read_from(&around, *table), c.read(&around, *rows, c.rows));
            T::take(c.processor, table, Rows::of_one(*length, *row_stride), Index::Rows(kept), target);
        }
        LookUp::ScatterRows { rows, updates, length, row_stride, out } => {
            let reach = if *length == 0 { 0 } else { (length - 1) * row_stride + 1 };
            let (target, around) = c.split(arena, *out, reach);
            let (kept, updates) = (c.read(&around, *rows, c.rows), c.operand(&around, *updates, c.rows));
            let rows = Rows::of_one(*length, *row_stride);
            T::scatter_add(c.processor, Index::Rows(kept), updates, rows, target);
        }
        LookUp::PickRows { table, row, out } => {
            let (target, around) = c.split(arena, *out, c.rows);
            let table = c.columns(&around, table);
            match *row {
                Row::Each(rows) => {
                    let kept = Index::Rows(c.read(&around, rows, c.rows));
                    T::take(c.processor, table.data, Rows::across(table.count, table.stride), kept, target);
                }
                Row::Same(at) => {
                    let first = whole(c.read(&around, at, 1)[0], table.count)? * table.stride;
                    target.copy_from_slice(&table.data[first..first + c.rows]);
                }
            }
        }
        LookUp::PutRows { row, updates, out } => {
            let reach = if out.count == 0 { 0 } else { (out.count - 1) * out.stride + c.rows };
            let (target, around) = c.split(arena, out.at, reach);
            let updates = c.operand(&around, *updates, c.rows);
            match *row {
                Row::Each(rows) => {
                    let kept = Index::Rows(c.read(&around, rows, c.rows));
                    let rows = Rows::across(out.count, out.stride);
                    T::scatter_add(c.processor, kept, updates, rows, target);
                }
                Row::Same(at) => {
                    let first = whole(c.read(&around, at, 1)[0], out.count)? * out.stride;
                    T::binary_in_place(c.processor, Binary::Add, &mut target[first..first + c.rows], updates);
                }
            }
        }
    }
    Ok(())
}

/// What is wrong with the first wrong index; a table too long for the kernel is reported by its length.
#[cold]
fn first_miss<T: Real>(index: &[T], length: usize) -> Miss {
    let wrong = index.iter().map(|&value| whole(value, length)).find_map(Result::err);
    wrong.unwrap_or(Miss::TooLarge)
}

/// The index as a row of a table of `length` rows.
#[inline]
fn whole<T: Real>(value: T, length: usize) -> Result<usize, Miss> {
    let index = value.to_f64();
    if index >= 0.0 && index < length as f64 && index as u64 as f64 == index {
        Ok(index as usize)
    } else {
        Err(Miss::Row { value: index, length, names: None })
    }
}
