//! `Sizes`: which names of axes stand for one length, and what that length is.

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::Arc;

use crate::dim::{Dim, Shape};
use crate::expr::shape_rule::slice_end;
use crate::op::Op;
use crate::{Array, Error, Expr, Fault, Reason};

/// This file, below the crate's sources.
const SIZES: &str = "graph/sizes.rs";

/// The names of all axes in a graph: which are one, which are a number, and, once bound, how long each is.
///
/// Unification is a pass over the graph that collects every equality that an operation implies:
/// elementwise operands have one shape, the inner axes of a product are equal, and so on. Two names
/// become one, a name and a number become the number, two numbers that differ are an error.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sizes {
    /// What each name stands for: another name, a number, or (absent) itself.
    alias: BTreeMap<Arc<str>, Dim>,
    bound: BTreeMap<Arc<str>, usize>,
    /// The slices of axes with a name, whose ends are compared with the length once it is known.
    slices: Vec<(Dim, Fault)>,
}

impl Sizes {
    /// All equalities that these nodes (operands before users) imply.
    pub(crate) fn unify(order: &[Expr]) -> Result<Sizes, Error> {
        let mut sizes = Sizes::default();
        sizes.collect(order)?;
        // Names that have become numbers say already which slices are too long, those that have not are kept by their one name.
        for (dim, fault) in std::mem::take(&mut sizes.slices) {
            match sizes.resolve(&dim) {
                Dim::Fixed(n) => within(&fault, n)?,
                name => sizes.slices.push((name, fault)),
            }
        }
        Ok(sizes)
    }

    fn collect(&mut self, order: &[Expr]) -> Result<(), Error> {
        let mut inputs: BTreeMap<&str, &Expr> = BTreeMap::new();
        for node in order {
            let args: Vec<&Shape> = node.args().iter().map(Expr::shape).collect();
            let mut equate = |a: &[Dim], b: &[Dim]| -> Result<(), Error> {
                a.iter().zip(b).try_for_each(|(a, b)| self.equate(a, b, || place(node)))
            };
            match node.op() {
                Op::Input(name) => {
                    if let Some(first) = inputs.insert(name, node)
                        && first.shape() != node.shape()
                    {
                        return Err(Error::InputConflict {
                            name: name.to_string(),
                            first: first.shape().clone(),
                            second: node.shape().clone(),
                        });
                    }
                }
                Op::Binary(_) | Op::Ternary(_) | Op::Select | Op::Recurrence { .. } => {
                    for other in &args[1..] {
                        equate(args[0].dims(), other.dims())?;
                    }
                }
                Op::Broadcast(target) => {
                    let skip = target.rank() - args[0].rank();
                    for (a, b) in args[0].dims().iter().zip(&target.dims()[skip..]) {
                        if *a != Dim::Fixed(1) {
                            equate(std::slice::from_ref(a), std::slice::from_ref(b))?;
                        }
                    }
                }
                Op::Concat(axis) => {
                    for other in &args[1..] {
                        equate(args[0].without(&[*axis]).dims(), other.without(&[*axis]).dims())?;
                    }
                }
                Op::MatMul | Op::TriangularSolve(_) | Op::Solve => {
                    let lead = args[0].rank() - 2;
                    equate(&args[0].dims()[..lead], &args[1].dims()[..lead])?;
                    equate(&args[0].dims()[lead + 1..], &args[1].dims()[lead..=lead])?;
                    if *node.op() != Op::MatMul {
                        equate(&args[0].dims()[lead..=lead], &args[0].dims()[lead + 1..])?;
                    }
                }
                Op::Cholesky | Op::LogAbsDet | Op::EigenSymmetric => {
                    let lead = args[0].rank() - 2;
                    equate(&args[0].dims()[lead..=lead], &args[0].dims()[lead + 1..])?;
                }
                Op::Take { batch } => equate(&args[0].dims()[..*batch], &args[1].dims()[..*batch])?,
                Op::ScatterAdd { .. } => equate(args[0].dims(), args[1].dims())?,
                Op::Constant(_)
                | Op::Literal(_)
                | Op::Size(_)
                | Op::Iota(_)
                | Op::Unary(_)
                | Op::Reduce(..)
                | Op::Reshape(_)
                | Op::Permute(_)
                | Op::Pad { .. }
                | Op::Windows { .. }
                | Op::Overlap { .. }
                | Op::Reverse(_)
                | Op::LogCumSumExp { .. }
                | Op::StopGradient
                | Op::WithGradient(_)
                | Op::Barrier => {}
                Op::Slice { axis, start, length, step } => {
                    let dim = &args[0].dims()[*axis];
                    if dim.fixed().is_none() {
                        let end = slice_end(*start, *length, *step);
                        // The length is put in when it is known.
                        let reason = Reason::Range { axis: *axis, start: *start, end, length: 0 };
                        let (found, at) = (vec![args[0].clone()], node.location());
                        let label = node.args()[0].nearest_label(at);
                        self.slices
                            .push((dim.clone(), Fault::new(node.op().name(), reason, found, label, at)));
                    }
                }
                Op::Scan(body) => {
                    for (i, (own, found)) in body.inputs().zip(&args).enumerate() {
                        let sequence = (1..=body.xs.len()).contains(&i);
                        if sequence {
                            equate(std::slice::from_ref(&body.length), &found.dims()[..1])?;
                        }
                        equate(own.shape().dims(), &found.dims()[usize::from(sequence)..])?;
                    }
                    equate(body.carry.shape().dims(), body.result.shape().dims())?;
                    self.collect(&Expr::topological(std::slice::from_ref(&body.result)))?;
                }
            }
        }
        Ok(())
    }

    fn equate(&mut self, a: &Dim, b: &Dim, place: impl Fn() -> String) -> Result<(), Error> {
        match (self.resolve(a), self.resolve(b)) {
            (a, b) if a == b => Ok(()),
            (Dim::Named(name), other) | (other, Dim::Named(name)) => {
                self.alias.insert(name, other);
                Ok(())
            }
            (Dim::Fixed(first), Dim::Fixed(second)) => {
                let name =
                    [a, b].into_iter().find(|d| d.fixed().is_none()).map_or_else(String::new, Dim::to_string);
                Err(Error::SizeConflict { name, first, second, place: place() })
            }
        }
    }

    /// The number or the one name that this axis stands for.
    pub fn resolve(&self, dim: &Dim) -> Dim {
        let mut dim = dim.clone();
        while let Dim::Named(name) = &dim {
            match self.alias.get(name) {
                Some(next) => dim = next.clone(),
                None => break,
            }
        }
        dim
    }

    /// The shape with every axis [resolved](Self::resolve).
    pub fn resolve_shape(&self, shape: &Shape) -> Shape {
        shape.dims().iter().map(|d| self.resolve(d)).collect()
    }

    /// The same names, bound to the lengths that the given inputs have.
    pub(crate) fn bind(
        mut self,
        declared: &[(Arc<str>, Shape)],
        inputs: &[(&str, &Array<f64>)],
    ) -> Result<Sizes, Error> {
        for (name, shape) in declared {
            if let Some((_, array)) = inputs.iter().find(|(n, _)| **n == **name) {
                self.bind_input(name, shape, array.shape())?;
            }
        }
        Ok(self)
    }

    /// Reads the lengths of named axes off one input.
    pub(crate) fn bind_input(&mut self, input: &str, declared: &Shape, found: &[usize]) -> Result<(), Error> {
        let wrong = || Error::InputShape {
            name: input.to_string(),
            expected: declared.clone(),
            found: found.to_vec(),
        };
        if declared.rank() != found.len() {
            return Err(wrong());
        }
        for (dim, &length) in declared.dims().iter().zip(found) {
            match self.resolve(dim) {
                Dim::Fixed(n) if n != length => return Err(wrong()),
                Dim::Fixed(_) => {}
                Dim::Named(name) => match self.bound.get(&name) {
                    Some(&first) if first != length => {
                        return Err(Error::SizeConflict {
                            name: name.to_string(),
                            first,
                            second: length,
                            place: format!("input `{input}`"),
                        });
                    }
                    Some(_) => {}
                    None => {
                        for (_, fault) in
                            self.slices.iter().filter(|(d, _)| matches!(d, Dim::Named(n) if *n == name))
                        {
                            within(fault, length)?;
                        }
                        self.bound.insert(name, length);
                    }
                },
            }
        }
        Ok(())
    }

    /// The length that an axis has, once bound.
    ///
    /// # Errors
    /// [`Error::UnboundSize`] when no input has an axis of that name.
    pub fn length(&self, dim: &Dim) -> Result<usize, Error> {
        match self.resolve(dim) {
            Dim::Fixed(n) => Ok(n),
            Dim::Named(name) => {
                self.bound.get(&name).copied().ok_or_else(|| Error::UnboundSize { name: name.to_string() })
            }
        }
    }

    /// The lengths of all axes, once bound.
    ///
    /// # Errors
    /// As [`length`](Self::length); [`Error::TooLarge`] when the number of elements overflows.
    pub fn shape(&self, shape: &Shape) -> Result<Vec<usize>, Error> {
        let lengths = shape.dims().iter().map(|d| self.length(d)).collect::<Result<Vec<_>, _>>()?;
        lengths
            .iter()
            .try_fold(1usize, |n, &d| n.checked_mul(d.max(1)))
            .filter(|&n| n < isize::MAX as usize / 8)
            .ok_or(Error::TooLarge)?;
        Ok(lengths)
    }
}

/// The mistake of a slice that goes beyond an axis of `n`, which was a name where it was written.
fn within(slice: &Fault, n: usize) -> Result<(), Error> {
    match slice.reason {
        Reason::Range { axis, start, end, .. } if end > n => {
            let reason = Reason::Range { axis, start, end, length: n };
            Err(Error::Shape(Arc::new(Fault { reason, ..slice.clone() })))
        }
        _ => Ok(()),
    }
}

/// True for a line of this crate, not one of its user's.
pub(super) fn is_ours(at: &Location<'_>) -> bool {
    at.file().starts_with(file!().trim_end_matches(SIZES))
}

/// The operation and the line on which the user wrote it: a node that this crate built itself, in a gradient say, is reported with
/// the nearest of its operands that the user wrote.
fn place(node: &Expr) -> String {
    let mut at = node.location();
    let (mut next, mut seen) = (vec![node.clone()], 0);
    while let Some(e) = next.get(seen).cloned() {
        if !is_ours(e.location()) {
            at = e.location();
            break;
        }
        // Enough: the line is a help, not a result.
        if next.len() < 1000 {
            next.extend(e.args().iter().cloned());
        }
        seen += 1;
    }
    format!("{} at {}:{}", node.op().name(), at.file(), at.line())
}
