//! Rows looked up and added where the table, the index or the updates are mapped: an axis that they share is one more
//! by which there are several tables, any other moves beside the rows or the places.

use super::site::{Site, Value};
use crate::Expr;
use crate::dim::Dim;
use crate::op::Op;

/// `take(table [b.., n, rest..], index [b.., d..]) -> [b.., d.., rest..]`.
pub(super) fn take(site: &Site<'_>, batch: usize, table: &Value, index: &Value) -> Expr {
    let (t, i) = (&table.expr, &index.expr);
    match (table.mapped, index.mapped) {
        (true, true) => site.node(Op::Take { batch: batch + 1 }, vec![t.clone(), i.clone()]),
        (true, false) => {
            // The examples become part of a row.
            let found = site.node(Op::Take { batch }, vec![site.move_axis(t, 0, batch + 1), i.clone()]);
            site.move_axis(&found, i.rank(), 0)
        }
        (false, _) => {
            // The examples are more places to look up.
            let found = site.node(Op::Take { batch }, vec![t.clone(), site.move_axis(i, 0, batch)]);
            site.move_axis(&found, batch, 0)
        }
    }
}

/// `scatter_add(index [b.., d..], updates [b.., d.., rest..]) -> [b.., n, rest..]`.
pub(super) fn scatter_add(
    site: &Site<'_>,
    length: &Dim,
    batch: usize,
    index: &Value,
    updates: &Value,
) -> Expr {
    let length = length.clone();
    if index.mapped {
        let args = vec![index.expr.clone(), site.stretched(updates)];
        return site.node(Op::ScatterAdd { length, batch: batch + 1 }, args);
    }
    let updates = site.move_axis(&updates.expr, 0, index.expr.rank());
    let added = site.node(Op::ScatterAdd { length, batch }, vec![index.expr.clone(), updates]);
    site.move_axis(&added, batch + 1, 0)
}
