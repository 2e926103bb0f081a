//! Products of batches of matrices whose batch is streamed: columns looked up, the same weights for all rows.

use std::collections::HashMap;
use std::sync::Arc;

use super::instr::{Arg, Instr, LookedUp, Map, MatrixRef, Ref};
use super::lower::{Lowering, arg};
use super::views::{Column, Columns, Place};
use crate::Error;
use crate::graph::NodeId;

/// The terms of each group of results, in order: which column of the operand, and which row of the weights.
pub(super) struct Groups {
    pub(super) starts: Vec<u32>,
    pub(super) terms: Vec<[usize; 2]>,
}

/// Weights in rows: element `(k, c)` lies at `rows[k] + c * stride` from `at`.
pub(super) struct Weights {
    pub(super) at: Ref,
    pub(super) rows: Vec<usize>,
    pub(super) stride: usize,
    pub(super) results: usize,
}

impl Lowering<'_> {
    /// `[lead.., m, k] x [lead.., k, n]` where one operand is the same for all rows, and the other has many: looked up by one instruction.
    pub(super) fn rows_looked_up(
        &mut self,
        id: NodeId,
        a: &Columns,
        b: &Columns,
        level: usize,
    ) -> Result<Option<Place>, Error> {
        let rest = self.rest(id)?;
        let lead = rest.len() - 2;
        let count: usize = rest[..lead].iter().product();
        let (m, n, k) = (rest[lead], rest[lead + 1], a.rest[lead + 1]);
        let constant = |c: &Columns| c.columns.iter().all(|c| matches!(c, Column::Scalar(_)));
        // The results of a group are what one row of the streamed operand meets.
        let left = !constant(b);
        let (x, w) = if left { (b, a) } else { (a, b) };
        let (across, results) = if left { (n, m) } else { (m, n) };
        if !constant(w) || count * across < 2 || results * k == 0 {
            return Ok(None);
        }
        let x_at =
            |l: usize, q: usize, i: usize| if left { (l * k + i) * n + q } else { (l * m + q) * k + i };
        let w_at =
            |l: usize, i: usize, c: usize| if left { (l * m + c) * k + i } else { (l * k + i) * n + c };
        let order: Vec<Column> = (0..count * k * results)
            .map(|e| w.columns[w_at(e / (k * results), e / results % k, e % results)])
            .collect();
        let weights = self.weights(&order, results, level);
        let mut groups = Groups { starts: vec![0], terms: Vec::new() };
        for l in 0..count {
            for q in 0..across {
                groups.terms.extend((0..k).map(|i| [x_at(l, q, i), l * k + i]));
                groups.starts.push(groups.terms.len() as u32);
            }
        }
        let (out, stride) = self.looked_up_product(id, level, &x.columns, &weights, &groups);
        let at = |l: usize, i: usize, j: usize| {
            let (q, c) = if left { (j, i) } else { (i, j) };
            Column::Rows(out.plus(((l * across + q) * results + c) * stride))
        };
        let columns = (0..count * m * n).map(|e| at(e / (m * n), e / n % m, e % n)).collect();
        Ok(Some(Place::Streamed(Columns { rest, axis: self.axis(id), columns })))
    }

    /// The weights that are the same for all rows, row-major; copied together where they lie otherwise.
    pub(super) fn weights(&mut self, order: &[Column], results: usize, level: usize) -> Weights {
        let place = |c: &Column| match c {
            Column::Rows(r) | Column::Scalar(r) => *r,
        };
        let places: Vec<Ref> = order.iter().map(place).collect();
        let apart = |r: &Ref| r.offset >= super::arena::ZEROS;
        let first = places.iter().min_by_key(|r| r.offset).copied().unwrap_or(Ref::arena(0));
        let together = places.iter().all(|r| r.space == first.space && apart(r) == apart(&first));
        let stride = if results > 1 && places.len() > 1 {
            places[1].offset.checked_sub(places[0].offset)
        } else {
            Some(1)
        };
        if let Some(stride) = stride.filter(|_| together)
            && places
                .chunks(results.max(1))
                .all(|row| row.iter().enumerate().all(|(c, r)| r.offset == row[0].offset + c * stride))
        {
            let rows = places.chunks(results.max(1)).map(|row| row[0].offset - first.offset).collect();
            return Weights { at: first, rows, stride, results };
        }
        let at = self.fixed(places.len());
        let start = self.runs.len();
        for (i, r) in places.iter().enumerate() {
            self.push_run(start, at.plus(i), [Arg::Slice(*r); 3], 1, 1);
        }
        self.emit_map_once(level, Map::Copy, start);
        Weights {
            at,
            rows: (0..places.len() / results.max(1)).map(|k| k * results).collect(),
            stride: 1,
            results,
        }
    }

    /// One result of each group for each column of weights, and how far apart the results are.
    pub(super) fn looked_up_product(
        &mut self,
        id: NodeId,
        level: usize,
        x: &[Column],
        weights: &Weights,
        groups: &Groups,
    ) -> (Ref, usize) {
        let count = groups.starts.len() - 1;
        let (out, stride) = self.result_columns(id, count * weights.results);
        if count * weights.results == 0 {
            return (out, stride);
        }
        let (at, offsets) = self.offsets(x, level);
        let terms: Vec<[usize; 2]> =
            groups.terms.iter().map(|&[c, k]| [offsets[c] as usize, weights.rows[k]]).collect();
        let (inner, [x_step, w_step]) = regular(&terms, &groups.starts);
        let product = LookedUp {
            starts: groups.starts.iter().map(|s| s / inner as u32).collect(),
            pairs: terms.iter().step_by(inner).map(|&[x, w]| [x as u32, w as u32]).collect(),
            inner,
            x_step,
            w_step,
            w_stride: weights.stride,
            results: weights.results,
        };
        self.emit_rows(
            level,
            Instr::LookedUpProduct {
                x: at,
                w: weights.at,
                product: Arc::new(product),
                out,
                stride,
                padded: false,
            },
        );
        (out, stride)
    }

    /// `Σ a[.., i, l] b[.., l, j]` over rows and all leading axes, added to `out`, by one instruction.
    pub(super) fn rows_sum_looked_up(
        &mut self,
        level: usize,
        [m, n, k]: [usize; 3],
        a: &Columns,
        b: &Columns,
        out: MatrixRef,
    ) {
        let ((a_at, a_columns), (g, g_columns)) =
            (self.offsets(&a.columns, level), self.offsets(&b.columns, level));
        let terms = a_columns.len() / m;
        let a_offsets = (0..terms * m).map(|e| a_columns[(e / m / k * m + e % m) * k + e / m % k]).collect();
        let (size, g_offsets) = ([terms, m, n], g_columns.into());
        self.emit_rows(level, Instr::LookedUpTransposed { size, a: a_at, a_offsets, g, g_offsets, out });
    }

    /// Columns as offsets from one place: copied together, each once, where they lie in several.
    pub(super) fn offsets(&mut self, columns: &[Column], level: usize) -> (Ref, Vec<u32>) {
        let rows = |c: &Column| if let Column::Rows(r) = c { Some(*r) } else { None };
        if let Some(first) = columns.iter().map(rows).min_by_key(|r| r.map_or(0, |r| r.offset)).flatten() {
            let beside = |c: &Column| {
                rows(c).is_some_and(|r| r.space == first.space && self.storage(r) == self.storage(first))
            };
            if columns.iter().all(beside) {
                let offset = |c: &Column| rows(c).map_or(0, |r| (r.offset - first.offset) as u32);
                return (first, columns.iter().map(offset).collect());
            }
        }
        let mut known: HashMap<(bool, Option<u32>, bool, usize), u32> = HashMap::new();
        let mut distinct = Vec::new();
        let offsets = columns
            .iter()
            .map(|c| {
                let (scalar, r) = match c {
                    Column::Rows(r) => (false, r),
                    Column::Scalar(r) => (true, r),
                };
                *known.entry((scalar, r.space.input(), r.space.moves(), r.offset)).or_insert_with(|| {
                    distinct.push(*c);
                    ((distinct.len() - 1) * self.block) as u32
                })
            })
            .collect();
        let out = self.columns(distinct.len());
        let first = self.runs.len();
        for (i, c) in distinct.iter().enumerate() {
            self.push_run(first, out.plus(i * self.block), [arg(*c); 3], 1, self.block);
        }
        if !distinct.is_empty() {
            let instr = self.map_instr(Map::Copy, first);
            self.emit_rows(level, instr);
        }
        (out, offsets)
    }
}

/// How many terms of each group follow one another at the same distance, the most that suits all, and these distances.
fn regular(terms: &[[usize; 2]], starts: &[u32]) -> (usize, [usize; 2]) {
    let step = |a: [usize; 2], b: [usize; 2]| Some([b[0].checked_sub(a[0])?, b[1].checked_sub(a[1])?]);
    let shortest = starts.windows(2).map(|s| (s[1] - s[0]) as usize).filter(|&n| n > 0).min().unwrap_or(1);
    let fits = |inner: usize| {
        let distance = if inner > 1 { step(terms[0], terms[1])? } else { [0, 0] };
        let even = starts.windows(2).all(|s| {
            let group = &terms[s[0] as usize..s[1] as usize];
            group.len().is_multiple_of(inner)
                && group.chunks(inner).all(|c| c.windows(2).all(|t| step(t[0], t[1]) == Some(distance)))
        });
        even.then_some(distance)
    };
    (1..=shortest)
        .rev()
        .filter(|n| shortest.is_multiple_of(*n))
        .find_map(|n| Some((n, fits(n)?)))
        .unwrap_or((1, [0, 0]))
}
