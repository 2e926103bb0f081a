//! Look-ups as instructions: rows of tables by index, and sums into them.

use super::context::{Around, Context};
use super::instr::{Arg, ColumnsRef, Ref};
use crate::kernels::{Binary, Operand, Rows};
use crate::{Error, Real};

/// A look-up.
#[derive(Debug, Clone)]
pub(super) enum LookUp {
    /// `count` rows of each of `tables` tables, `width` elements a row, of which each table has `length`.
    Take { table: Ref, tables: usize, length: usize, width: usize, index: Ref, count: usize, out: Ref },
    /// Rows added into tables.
    ScatterAdd {
        index: Ref,
        count: usize,
        updates: Ref,
        tables: usize,
        length: usize,
        width: usize,
        out: Ref,
    },
    /// `out[r] = table[index[r] * row_stride]`.
    TakeRows { table: Ref, length: usize, row_stride: usize, index: Ref, out: Ref },
    /// `out[index[r] * row_stride] += updates[r]`.
    ScatterRows { index: Ref, updates: Arg, length: usize, row_stride: usize, out: Ref },
    /// Whole numbers below `length`: `count` of them, or one a row of the block.
    CheckIndex { index: Ref, count: usize, length: usize },
    /// `out[r] = table[index[r]][r]`, the table being columns.
    PickRows { table: ColumnsRef, index: Arg, out: Ref },
    /// `out[index[r]][r] += updates[r]`, the result being columns.
    PutRows { index: Arg, updates: Arg, out: ColumnsRef },
}

impl LookUp {
    /// Every place that it names.
    pub(super) fn places(&mut self) -> Vec<&mut Ref> {
        match self {
            LookUp::Take { table, index, out, .. } | LookUp::TakeRows { table, index, out, .. } => {
                vec![table, index, out]
            }
            LookUp::ScatterAdd { index, updates, out, .. } => vec![index, updates, out],
            LookUp::ScatterRows { index, updates, out, .. } => vec![index, updates.place(), out],
            LookUp::CheckIndex { index, .. } => vec![index],
            LookUp::PickRows { table, index, out } => vec![&mut table.at, index.place(), out],
            LookUp::PutRows { index, updates, out } => vec![index.place(), updates.place(), &mut out.at],
        }
    }
}

#[inline(never)]
pub(super) fn execute<T: Real>(c: &Context<'_, T>, work: &LookUp, arena: &mut [T]) -> Result<(), Error> {
    match work {
        LookUp::Take { table, tables, length, width, index, count, out } => {
            let (target, around) = c.split(arena, *out, tables * count * width);
            let (table, index) =
                (c.read(&around, *table, tables * length * width), c.read(&around, *index, tables * count));
            if *width == 1 && *tables == 1 {
                if !T::take(c.processor, table, Rows::of_one(*length, 1), index, target) {
                    return Err(look_up_error(index, *length));
                }
            } else {
                for (i, &value) in index.iter().enumerate() {
                    let row = i / count * length + whole(value, *length)?;
                    target[i * width..(i + 1) * width]
                        .copy_from_slice(&table[row * width..(row + 1) * width]);
                }
            }
        }
        LookUp::ScatterAdd { index, count, updates, tables, length, width, out } => {
            let (target, around) = c.split(arena, *out, tables * length * width);
            let (index, updates) =
                (c.read(&around, *index, tables * count), c.read(&around, *updates, tables * count * width));
            if *width == 1 && *tables == 1 {
                if !T::scatter_add(
                    c.processor,
                    index,
                    Operand::Slice(updates),
                    Rows::of_one(*length, 1),
                    target,
                ) {
                    return Err(look_up_error(index, *length));
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
        LookUp::TakeRows { table, length, row_stride, index, out } => {
            let (target, around) = c.split(arena, *out, c.rows);
            let (table, index) = (c.read_from(&around, *table), c.read(&around, *index, c.rows));
            if !T::take(c.processor, table, Rows::of_one(*length, *row_stride), index, target) {
                return Err(look_up_error(index, *length));
            }
        }
        LookUp::ScatterRows { index, updates, length, row_stride, out } => {
            let reach = if *length == 0 { 0 } else { (length - 1) * row_stride + 1 };
            let (target, around) = c.split(arena, *out, reach);
            let (index, updates) = (c.read(&around, *index, c.rows), c.operand(&around, *updates, c.rows));
            if !T::scatter_add(c.processor, index, updates, Rows::of_one(*length, *row_stride), target) {
                return Err(look_up_error(index, *length));
            }
        }
        LookUp::CheckIndex { index, count, length } => {
            let around = Around::all(arena);
            for &value in c.read(&around, *index, if c.rows == 0 { *count } else { c.rows }) {
                whole(value, *length)?;
            }
        }
        LookUp::PickRows { table, index, out } => {
            let (target, around) = c.split(arena, *out, c.rows);
            let (table, index) = (c.columns(&around, table), c.operand(&around, *index, c.rows));
            match index {
                Operand::Slice(index) => {
                    if !T::take(
                        c.processor,
                        table.data,
                        Rows::across(table.count, table.stride),
                        index,
                        target,
                    ) {
                        return Err(look_up_error(index, table.count));
                    }
                }
                Operand::Scalar(value) => {
                    let first = whole(value, table.count)? * table.stride;
                    target.copy_from_slice(&table.data[first..first + c.rows]);
                }
            }
        }
        LookUp::PutRows { index, updates, out } => {
            let reach = if out.count == 0 { 0 } else { (out.count - 1) * out.stride + c.rows };
            let (target, around) = c.split(arena, out.at, reach);
            let (index, updates) = (c.operand(&around, *index, c.rows), c.operand(&around, *updates, c.rows));
            match index {
                Operand::Slice(index) => {
                    if !T::scatter_add(
                        c.processor,
                        index,
                        updates,
                        Rows::across(out.count, out.stride),
                        target,
                    ) {
                        return Err(look_up_error(index, out.count));
                    }
                }
                Operand::Scalar(value) => {
                    let first = whole(value, out.count)? * out.stride;
                    T::binary_in_place(c.processor, Binary::Add, &mut target[first..first + c.rows], updates);
                }
            }
        }
    }
    Ok(())
}

/// What is wrong with the first wrong index; a table too long for the kernel is reported by its length.
#[cold]
fn look_up_error<T: Real>(index: &[T], length: usize) -> Error {
    let wrong = index.iter().map(|&value| whole(value, length)).find_map(Result::err);
    wrong.unwrap_or(Error::TooLarge)
}

/// The index as a row of a table of `length` rows.
#[inline]
fn whole<T: Real>(value: T, length: usize) -> Result<usize, Error> {
    let index = value.to_f64();
    if index >= 0.0 && index < length as f64 && index as u64 as f64 == index {
        Ok(index as usize)
    } else {
        Err(Error::LookUp { value: index, length })
    }
}
