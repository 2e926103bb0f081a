//! `Scan`: recurrences over an axis, written as one step.

use std::panic::Location;
use std::sync::Arc;

use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::error::Reason;
use crate::op::{Body, node_of};

/// A recurrence `cₜ = f(cₜ₋₁, xₜ)` over the leading axis of some sequences, with the memory of one step.
///
/// The step is written once, as a function of expressions, and compiled once: a scan of a million steps is as small a program as
/// one of ten. The axis may be a number or a name. The step may use any expression around it; what in it does not
/// depend on the carry or the sequences is computed once, before the first step. Scans may be nested.
///
/// The result is the trajectory `c₁, c₂, .. c_T` with a new leading axis; [`Expr::last`] is the final one. What else
/// one wants of every step is computed from the trajectory, for all steps at once.
///
/// The gradient is a scan in the other direction, and one gradient of the step for all steps at once. It keeps the trajectory, and what the step
/// computes for all steps at once where a sequence or a constant needs a gradient.
///
/// ```
/// use elbo_tensor_ad::{Array, Expr, Shape, reference};
///
/// // Exponential smoothing: the level after each observation.
/// let (y, rate) = (Expr::input("y", ["time"]), Expr::input("rate", Shape::scalar()));
/// let start = Expr::constant(0.0);
/// let level = start.scan(&[y], |level, y| level + &rate * (&y[0] - level));
/// let (data, half) = (Array::vector(vec![8.0, 0.0, 4.0]), Array::scalar(0.5));
/// let found = reference::evaluate(&[level], &[("y", &data), ("rate", &half)])?;
/// assert_eq!(found[0].data(), [4.0, 2.0, 3.0]);
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scan {
    carries: Vec<Expr>,
    sequences: Vec<Expr>,
    steps: Option<Dim>,
    reverse: bool,
}

impl Scan {
    /// A recurrence that starts from this carry.
    pub fn from(carry: &Expr) -> Scan {
        Scan { carries: vec![carry.clone()], sequences: Vec::new(), steps: None, reverse: false }
    }

    /// With another carry. Several are kept as one vector, so that each needs numbers as lengths.
    #[must_use]
    pub fn and(mut self, carry: &Expr) -> Scan {
        self.carries.push(carry.clone());
        self
    }

    /// Over the leading axis of this sequence, of which every step sees one element. All have the same length.
    #[must_use]
    pub fn over(mut self, sequence: &Expr) -> Scan {
        self.sequences.push(sequence.clone());
        self
    }

    /// As many steps: for a recurrence over no sequence.
    #[must_use]
    pub fn steps(mut self, steps: impl Into<Dim>) -> Scan {
        self.steps = Some(steps.into());
        self
    }

    /// From the last element to the first. The trajectory stays in the order of the sequences: its first element is the final carry.
    #[must_use]
    pub fn reversed(mut self) -> Scan {
        self.reverse = !self.reverse;
        self
    }

    /// The trajectory of every carry, for the step that returns the next carries from the carries and one element of each sequence.
    ///
    /// A step that returns other shapes than the carries have, or sequences of different lengths, is a mistake that the result carries.
    #[track_caller]
    #[must_use]
    pub fn run(self, step: impl FnOnce(&[Expr], &[Expr]) -> Vec<Expr>) -> Vec<Expr> {
        let at = Location::caller();
        let count = self.carries.len();
        match self.trajectory(step, at) {
            Ok(parts) => parts,
            Err(mistake) => vec![mistake; count],
        }
    }

    fn trajectory(
        self,
        step: impl FnOnce(&[Expr], &[Expr]) -> Vec<Expr>,
        at: &'static Location<'static>,
    ) -> Result<Vec<Expr>, Expr> {
        let shapes = |es: &[Expr]| es.iter().map(|e| e.shape().clone()).collect::<Vec<_>>();
        let operands: Vec<Expr> = self.carries.iter().chain(&self.sequences).cloned().collect();
        let label = operands.iter().find_map(|e| e.nearest_label(at));
        let faulty = |reason| Expr::faulty_labelled("scan", reason, shapes(&operands), label.clone(), at);
        if let Some(bad) = operands.iter().find(|e| e.check().is_err()) {
            return Err(bad.clone());
        }
        if self.sequences.iter().any(|x| x.rank() == 0) {
            return Err(faulty(Reason::Rank { expected: 1, found: 0 }));
        }
        let lengths: Vec<Dim> =
            self.steps.iter().cloned().chain(self.sequences.iter().map(|x| x.dim(0))).collect();
        let known = lengths.iter().find(|d| d.fixed().is_some()).or(lengths.first());
        let length = known.cloned().ok_or_else(|| faulty(Reason::NoOperand))?;
        let packing = Packing::of(&self.carries).map_err(&faulty)?;

        // Inputs of names that no other expression has while these live.
        let own = Arc::new(());
        let name = |what: &str| format!("{what} of the scan at {:p}", Arc::as_ptr(&own));
        let start = packing.pack(&self.carries);
        let carry = Expr::input(&name("carry"), start.shape());
        let xs: Vec<Expr> = self
            .sequences
            .iter()
            .enumerate()
            .map(|(i, x)| Expr::stand_in(&name(&format!("element {i}")), &x.shape().without(&[0]), x))
            .collect();
        let next = step(&packing.unpack(&carry, &[]), &xs);
        if let Some(bad) = next.iter().find(|e| e.check().is_err()) {
            return Err(bad.clone());
        }
        let fits = next.len() == self.carries.len()
            && next.iter().zip(&self.carries).all(|(a, b)| b.shape().agrees(a.shape()));
        if !fits {
            let reason = Reason::Carry(shapes(&self.carries));
            return Err(Expr::faulty_labelled("scan", reason, shapes(&next), label, at));
        }
        let result = packing.pack(&next);
        // What no step reads is no operand, unless the number of steps is read off it.
        let read = Expr::topological(std::slice::from_ref(&result));
        let used = |x: &Expr| self.steps.is_none() || read.iter().any(|e| e.op() == x.op());
        let (xs, sequences): (Vec<Expr>, Vec<Expr>) =
            xs.into_iter().zip(self.sequences).filter(|(x, _)| used(x)).unzip();
        let (body, constants) = Body::closing(&carry, &xs, &result, length, self.reverse);
        let operands = std::iter::once(start).chain(sequences).chain(constants).collect();
        let all = node_of(body, operands, at);
        match all.check() {
            Ok(_) => Ok(packing.unpack(&all, &[all.dim(0)])),
            Err(_) => Err(all),
        }
    }
}

/// Several arrays as one vector; one array as itself.
struct Packing {
    shapes: Vec<Shape>,
    lengths: Vec<usize>,
}

impl Packing {
    fn of(parts: &[Expr]) -> Result<Packing, Reason> {
        let shapes: Vec<Shape> = parts.iter().map(|p| p.shape().clone()).collect();
        let named = |s: &Shape| Reason::NamedAxis {
            axis: s.dims().iter().position(|d| d.fixed().is_none()).unwrap_or(0),
        };
        let lengths = if parts.len() == 1 {
            Vec::new()
        } else {
            shapes.iter().map(|s| s.fixed_len().ok_or_else(|| named(s))).collect::<Result<_, _>>()?
        };
        Ok(Packing { shapes, lengths })
    }

    fn pack(&self, parts: &[Expr]) -> Expr {
        if self.lengths.is_empty() {
            return parts[0].clone();
        }
        let flat: Vec<Expr> = parts.iter().zip(&self.lengths).map(|(p, &n)| p.reshape([n])).collect();
        Expr::concat(&flat, 0)
    }

    /// The parts, with these axes before those of each.
    fn unpack(&self, all: &Expr, before: &[Dim]) -> Vec<Expr> {
        if self.lengths.is_empty() {
            return vec![all.clone()];
        }
        let mut start = 0;
        self.shapes
            .iter()
            .zip(&self.lengths)
            .map(|(shape, &n)| {
                start += n;
                let dims: Shape = before.iter().chain(shape.dims()).cloned().collect();
                all.slice(before.len(), start - n, n).reshape(dims)
            })
            .collect()
    }
}

impl Expr {
    /// The trajectory of a recurrence that starts from this carry and runs over the leading axis of these sequences: see [`Scan`].
    #[track_caller]
    #[must_use]
    pub fn scan(&self, sequences: &[Expr], step: impl FnOnce(&Expr, &[Expr]) -> Expr) -> Expr {
        let scan = sequences.iter().fold(Scan::from(self), Scan::over);
        scan.run(|carry, xs| vec![step(&carry[0], xs)]).remove(0)
    }

    /// The last element of the leading axis, which is removed. An empty axis is refused when the plan runs.
    #[track_caller]
    #[must_use]
    pub fn last(&self) -> Expr {
        match self.dim(0) {
            Dim::Fixed(n) if n > 0 && self.rank() > 0 => self.index(0, n - 1),
            dim => self.take(&(Expr::size(dim) - 1.0)).called("last", &[self]),
        }
    }
}
