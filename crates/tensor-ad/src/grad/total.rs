//! The sum of the contributions to one gradient.

use crate::op::{Binary, Op, Unary};
use crate::{Dim, Expr};

/// A contribution that came back through a slice: its place on an axis of the gradient, zeros elsewhere.
struct Part {
    axis: usize,
    start: usize,
    end: usize,
    inner: Expr,
}

/// All contributions added. Those of slices that do not overlap, as of parameters that were packed into one vector, are put side by side:
/// padded each to the whole length and added, `k` slices of `n` elements would cost `k n` operations and not `n`.
pub(super) fn total(contributions: &[Expr]) -> Option<Expr> {
    let contributions = &factored(contributions);
    let mut sum: Option<Expr> = None;
    let mut parts: Vec<(Part, &Expr)> = Vec::new();
    // What is a few numbers among zeros is spread out last, so that its zeros need not be kept while others are computed.
    let (spread, dense): (Vec<&Expr>, Vec<&Expr>) = contributions.iter().partition(|c| is_spread(c));
    for contribution in dense.into_iter().chain(spread) {
        match part(contribution) {
            Some(part) => parts.push((part, contribution)),
            None => add(&mut sum, contribution.clone()),
        }
    }
    parts.sort_by_key(|(p, _)| (p.axis, p.start));
    // What overlaps goes to another row; each part to the first row that it fits behind.
    let mut rows: Vec<Vec<(Part, &Expr)>> = Vec::new();
    for new in parts {
        let fits = |row: &&mut Vec<(Part, &Expr)>| {
            row.last().is_some_and(|(last, _)| last.axis == new.0.axis && last.end <= new.0.start)
        };
        match rows.iter_mut().find(fits) {
            Some(row) => row.push(new),
            None => rows.push(vec![new]),
        }
    }
    for row in &rows {
        match &row[..] {
            [(_, alone)] => add(&mut sum, (*alone).clone()),
            _ => add(&mut sum, side_by_side(row)),
        }
    }
    sum
}

/// Products with the same number throughout, as the gradient of a sum gives each of its terms, multiplied once: `c a - c b = c (a - b)`.
fn factored(contributions: &[Expr]) -> Vec<Expr> {
    /// `c` and `a` of `c a`, and whether it was `(-c) a`.
    fn product(contribution: &Expr) -> Option<(&Expr, &Expr, bool)> {
        let (Op::Binary(Binary::Mul), [c, a]) = (contribution.op(), contribution.args()) else { return None };
        let (c, negative) = match c.op() {
            Op::Unary(Unary::Neg) => (&c.args()[0], true),
            _ => (c, false),
        };
        let number = matches!(c.op(), Op::Broadcast(_))
            && c.args()[0].shape().dims().iter().all(|d| d.fixed() == Some(1));
        number.then_some((c, a, negative))
    }
    let mut found: Vec<Expr> = Vec::new();
    for contribution in contributions {
        let joined = product(contribution).and_then(|(c, a, negative)| {
            found.iter_mut().find_map(|other| {
                let (same, b, opposite) = product(other)?;
                let fits = same.identity() == c.identity() && negative != opposite;
                fits.then(|| if negative { b - a } else { a - b }).map(|difference| *other = c * difference)
            })
        });
        if joined.is_none() {
            found.push(contribution.clone());
        }
    }
    found
}

fn add(sum: &mut Option<Expr>, term: Expr) {
    *sum = Some(match sum.take() {
        Some(sum) => sum + term,
        None => term,
    });
}

/// True for numbers among zeros, in any arrangement.
fn is_spread(contribution: &Expr) -> bool {
    let mut e = contribution;
    loop {
        e = match e.op() {
            Op::Reshape(_) | Op::Permute(_) => &e.args()[0],
            Op::Concat(_) => return e.args().iter().any(is_spread),
            Op::Pad { .. } => return true,
            _ => return false,
        };
    }
}

fn part(contribution: &Expr) -> Option<Part> {
    let Op::Pad { axis, before, between: 0, .. } = *contribution.op() else { return None };
    let inner = contribution.args().first()?;
    let length = inner.dim(axis).fixed()?;
    Some(Part { axis, start: before, end: before + length, inner: inner.clone() })
}

/// Parts in order, with zeros where there is none.
fn side_by_side(row: &[(Part, &Expr)]) -> Expr {
    let (first, whole) = &row[0];
    let (axis, shape) = (first.axis, whole.shape());
    let zeros = |length: usize| {
        let mut dims = shape.dims().to_vec();
        dims[axis] = Dim::Fixed(length);
        Expr::constant(0.0).broadcast_to(dims)
    };
    let mut pieces = Vec::new();
    let mut at = 0;
    for (part, _) in row {
        if part.start > at {
            pieces.push(zeros(part.start - at));
        }
        pieces.push(part.inner.clone());
        at = part.end;
    }
    match shape.dims()[axis].fixed() {
        Some(length) if length > at => pieces.push(zeros(length - at)),
        _ => {}
    }
    Expr::concat(&pieces, axis)
}
