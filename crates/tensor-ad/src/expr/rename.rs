//! `Renaming`: what the names of axes become when some expressions take the place of others.

use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::op::Op;

/// Names of axes and what stands in their place: another name, or a number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Renaming(Vec<(Dim, Dim)>);

impl Renaming {
    /// Axis for axis, the names of `old` that have become another dimension in `new`.
    pub(crate) fn add(&mut self, old: &Shape, new: &[Dim]) {
        if old.rank() == new.len() {
            for (a, b) in old.dims().iter().zip(new) {
                if a != b && a.fixed().is_none() && !self.0.iter().any(|(name, _)| name == a) {
                    self.0.push((a.clone(), b.clone()));
                }
            }
        }
    }

    /// The names that leave the expression when each first of `pairs` gives way to a node whose axes are the second: those
    /// that no input which stays has.
    ///
    /// A name that stays is not renamed anywhere: where the two lengths meet in an operation they become one, and where they do
    /// not, nothing says which of them was meant.
    pub(crate) fn leaving(
        order: &[Expr],
        pairs: &[(&Expr, &[Dim])],
        replaced: impl Fn(&Expr) -> bool,
    ) -> Self {
        let mut names = Renaming::default();
        for (old, new) in pairs {
            names.add(old.shape(), new);
        }
        if !names.0.is_empty() {
            for node in order.iter().filter(|n| matches!(n.op(), Op::Input(_)) && !replaced(n)) {
                names.0.retain(|(name, _)| !node.shape().dims().contains(name));
            }
        }
        names
    }

    /// These names, and where they say nothing, those.
    pub(crate) fn or(mut self, other: &Renaming) -> Renaming {
        self.0.extend(other.0.iter().cloned());
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn dim(&self, dim: &Dim) -> Dim {
        self.0.iter().find(|(name, _)| name == dim).map_or(dim, |(_, new)| new).clone()
    }

    pub(crate) fn shape(&self, shape: &Shape) -> Shape {
        shape.dims().iter().map(|d| self.dim(d)).collect()
    }
}
