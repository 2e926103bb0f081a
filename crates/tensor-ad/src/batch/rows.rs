//! Rows looked up and added where the table, the index or the updates are mapped.
//!
//! With a table for each example, rows are numbered through all tables when both lengths are numbers; when one is a name, the number of
//! rows in all tables together cannot be written, and every row is compared with the index instead.

use super::site::{Site, Value, merged};
use crate::Expr;
use crate::dim::Dim;
use crate::op::{Binary, Op};

/// `take(table [n, rest..], index [d..]) -> [d.., rest..]`.
pub(super) fn take(site: &Site<'_>, table: &Value, index: &Value) -> Expr {
    let i = &index.expr;
    if !table.mapped {
        return site.node(Op::Take, vec![table.expr.clone(), i.clone()]);
    }
    let t = &table.expr;
    if !index.mapped {
        // The examples become part of a row.
        let found = site.node(Op::Take, vec![site.move_axis(t, 0, 1), i.clone()]);
        return site.move_axis(&found, i.rank(), 0);
    }
    let (length, rest) = (t.dim(1), t.shape().dims()[2..].to_vec());
    let index = checked(site, i, &length);
    if let (Some(rows), Some(n)) = (merged(&t.dim(0), &length), length.fixed()) {
        let all = site.reshape(t, std::iter::once(rows).chain(rest));
        return site.node(Op::Take, vec![all, numbered(site, &index, n)]);
    }
    // [B, d.., n, rest..]: all rows, the one found kept, summed.
    let (places, rank) = (i.rank() - 1, i.rank() + 1 + rest.len());
    let hit = hits(site, &index, &length, rest.len());
    let ones = std::iter::repeat_n(Dim::Fixed(1), places);
    let dims = std::iter::once(t.dim(0)).chain(ones).chain([length]).chain(rest);
    let found = choose(site, &hit, &site.reshape(t, dims));
    debug_assert_eq!(found.rank(), rank);
    site.sum(&found, vec![1 + places])
}

/// `scatter_add(index [d..], updates [d.., rest..]) -> [n, rest..]`.
pub(super) fn scatter_add(site: &Site<'_>, length: &Dim, index: &Value, updates: &Value) -> Expr {
    if !index.mapped {
        let places = index.expr.rank();
        let added = site.node(
            Op::ScatterAdd(length.clone()),
            vec![index.expr.clone(), site.move_axis(&updates.expr, 0, places)],
        );
        return site.move_axis(&added, 1, 0);
    }
    let places = index.expr.rank() - 1;
    let (mut index, mut updates) = (index.expr.clone(), site.stretched(updates));
    for axis in 1..=places {
        index = site.equated(&index, axis, &updates.dim(axis));
        updates = site.equated(&updates, axis, &index.dim(axis));
    }
    let rest = updates.shape().dims()[1 + places..].to_vec();
    let batch = index.dim(0);
    let index = checked(site, &index, length);
    if let (Some(rows), Some(n)) = (merged(&batch, length), length.fixed()) {
        let added = site.node(Op::ScatterAdd(rows), vec![numbered(site, &index, n), updates]);
        return site.reshape(&added, [batch, length.clone()].into_iter().chain(rest));
    }
    // [B, d.., n, rest..]: each update in its row, summed over the places.
    let hit = hits(site, &index, length, rest.len());
    let own = updates.shape().dims()[..=places].to_vec();
    let dims = own.into_iter().chain([Dim::Fixed(1)]).chain(rest);
    let added = choose(site, &hit, &site.reshape(&updates, dims));
    site.sum(&added, (1..=places).collect())
}

/// The same index, refused when the plan runs unless it is a row of a table of this length.
fn checked(site: &Site<'_>, index: &Expr, length: &Dim) -> Expr {
    let rows = site.node(Op::Iota(length.clone()), Vec::new());
    site.node(Op::Take, vec![rows, index.clone()])
}

/// The index into all tables one below another: `index[b, ..] + b n`.
fn numbered(site: &Site<'_>, index: &Expr, n: usize) -> Expr {
    let table = site.positions(&index.dim(0), 0, index.rank());
    let first = site.binary(Binary::Mul, &table, &site.constant(n as f64));
    site.binary(Binary::Add, index, &first)
}

/// `[B, d.., n, 1..]`: 1 where the row is the one that the index names.
fn hits(site: &Site<'_>, index: &Expr, length: &Dim, rest: usize) -> Expr {
    let rank = index.rank() + 1 + rest;
    let dims = index.shape().dims().iter().cloned().chain(std::iter::repeat_n(Dim::Fixed(1), 1 + rest));
    let index = site.reshape(index, dims);
    site.binary(Binary::Equal, &index, &site.positions(length, index.rank() - 1 - rest, rank))
}

/// The values where there is a hit, 0 elsewhere.
fn choose(site: &Site<'_>, hit: &Expr, values: &Expr) -> Expr {
    let Some(shape) = hit.shape().broadcast(values.shape()) else {
        return site.node(Op::Select, vec![hit.clone(), values.clone(), values.clone()]);
    };
    let args = [hit, values, &site.constant(0.0)].map(|e| site.broadcast(e, &shape));
    site.node(Op::Select, args.to_vec())
}
