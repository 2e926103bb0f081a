//! `Op`: the closed set of primitives that every expression is made of.
//!
//! A match over these enums has no wildcard anywhere in the crate, so that a new primitive does not
//! compile until its shape rule, gradient, lowering and reference evaluation exist.

mod binary;
mod body;
mod gradient;
mod moved;
mod nature;
mod reduce;
mod ternary;
mod unary;

use std::sync::Arc;

use crate::dim::{Dim, Shape};
use crate::kernels::Triangle;
use crate::{Array, Expr};

pub use binary::Binary;
pub use body::Body;
pub(crate) use body::node_of;
pub use gradient::{CustomGradient, GradientRule};
pub(crate) use nature::Nature;
pub use reduce::Reduce;
pub use ternary::Ternary;
pub use unary::Unary;

/// A primitive with its fixed attributes; its operands are the arguments of the node.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Op {
    /// A value given at each call, by name.
    Input(Arc<str>),
    /// A scalar literal.
    Constant(f64),
    /// A small array literal.
    Literal(Arc<Array<f64>>),
    /// The length of an axis as a number, known when the plan is bound.
    Size(Dim),
    /// `0, 1, 2, ...` along one axis.
    Iota(Dim),
    /// A function of one element.
    Unary(Unary),
    /// A function of two elements; both operands have the shape of the result.
    Binary(Binary),
    /// A function of three elements; the operands have the shape of the result.
    Ternary(Ternary),
    /// `a` where the condition is not zero, `b` elsewhere; operands `(condition, a, b)` of one shape.
    Select,
    /// A reduction over these axes, which are removed.
    Reduce(Reduce, Vec<usize>),
    /// The operand stretched to this shape by NumPy's rule.
    Broadcast(Shape),
    /// The same elements, row-major, under another shape.
    Reshape(Shape),
    /// Axis `i` of the result is axis `order[i]` of the operand.
    Permute(Vec<usize>),
    /// `length` elements of one axis, `start`, `start + step`, ...
    Slice {
        /// The axis cut.
        axis: usize,
        /// The first index kept.
        start: usize,
        /// How many are kept.
        length: usize,
        /// The distance between them, at least 1.
        step: usize,
    },
    /// Zeros added at both ends of one axis and between its elements: the transpose of [`Slice`](Op::Slice).
    Pad {
        /// The axis extended.
        axis: usize,
        /// Zeros before.
        before: usize,
        /// Zeros after.
        after: usize,
        /// Zeros between two neighbours.
        between: usize,
    },
    /// The elements of one axis, last first.
    Reverse(usize),
    /// The operands one after another along this axis.
    Concat(usize),
    /// What a window sees as it moves along an axis: the axis becomes two, `[.., n, ..] -> [.., windows, size, ..]`,
    /// where element `[w, s]` is element `w * stride + s * dilation`.
    Windows {
        /// The axis over which the window moves.
        axis: usize,
        /// How many elements the window sees.
        size: usize,
        /// How far it moves from one place to the next.
        stride: usize,
        /// The distance between neighbours in the window.
        dilation: usize,
    },
    /// The transpose of [`Windows`](Op::Windows): `[.., windows, size, ..] -> [.., length, ..]`, sums where windows overlap.
    Overlap {
        /// The first of the two axes, the one of the windows.
        axis: usize,
        /// The length of the axis that replaces both.
        length: usize,
        /// How far the window moves from one place to the next.
        stride: usize,
        /// The distance between neighbours in the window.
        dilation: usize,
    },
    /// The products of matrices, `[b.., m, k] x [b.., k, n] -> [b.., m, n]`, both with the same leading axes.
    MatMul,
    /// The lower factor `L` of `A = L Lᵀ`, `[b.., n, n] -> [b.., n, n]`, from the lower triangle of `A` alone; zeros above the
    /// diagonal.
    Cholesky,
    /// `X` of `op(T) X = B`, operands `(A [b.., n, n], B [b.., n, m])`, where `T` is one triangle of `A`.
    TriangularSolve(Triangle),
    /// `X` of `A X = B`, operands `(A [b.., n, n], B [b.., n, m])`, by elimination with partial pivoting.
    Solve,
    /// Sign of the determinant and logarithm of its size, `[b.., n, n] -> [b.., 2]`: `[0, -∞]` where it is zero.
    LogAbsDet,
    /// Eigenvalues and vectors of the symmetric matrix whose lower triangle is given, `[b.., n, n] -> [b.., n + 1, n]`: the
    /// first row the values, ascending, and under each its vector.
    EigenSymmetric,
    /// A recurrence: operands `(carry [c..], sequences [t, ..].., constants ..)`, result the trajectory `[t, c..]`.
    Scan(Arc<Body>),
    /// Rows of a table, one table for each index of the first `batch` axes: operands
    /// `(table [b.., n, rest..], index [b.., d..])`, result `[b.., d.., rest..]`.
    Take {
        /// How many leading axes the table and the index share.
        batch: usize,
    },
    /// The transpose of [`Take`](Op::Take): operands `(index [b.., d..], updates [b.., d.., rest..])`, result
    /// `[b.., n, rest..]`, sums where an index repeats.
    ScatterAdd {
        /// The number `n` of rows.
        length: Dim,
        /// How many leading axes the index and the updates share with the result, each a table of its own.
        batch: usize,
    },
    /// The state before each step of a linear recurrence along one axis: operands `(a, b)` of one shape, result
    /// `z₀ = 0, z₁ = b₀, zₜ₊₁ = aₜ zₜ + bₜ`. Its gradient is the same in the other direction.
    Recurrence {
        /// The axis of the steps.
        axis: usize,
        /// From the last step to the first.
        reverse: bool,
    },
    /// `yₜ = ln Σ_{s ≤ t} e^{xₛ}` along one axis.
    LogCumSumExp {
        /// The axis summed along.
        axis: usize,
        /// Sums of what comes after, itself included, instead of before.
        reverse: bool,
    },
    /// The operand itself, with no gradient through it.
    StopGradient,
    /// The first operand; the others are what its gradient flows to, by a rule that is not that of its primitives. Gone when a graph is built.
    WithGradient(GradientRule),
    /// The first operand, once the second is computed: what follows is not merged with what came before.
    Barrier,
}

impl Op {
    /// The name in listings and messages.
    pub fn name(&self) -> &'static str {
        match self {
            Op::Input(_) => "input",
            Op::Constant(_) => "constant",
            Op::Literal(_) => "literal",
            Op::Size(_) => "size",
            Op::Iota(_) => "iota",
            Op::Unary(u) => u.name(),
            Op::Binary(b) => b.name(),
            Op::Ternary(t) => t.name(),
            Op::Select => "select",
            Op::Reduce(r, _) => r.name(),
            Op::Broadcast(_) => "broadcast",
            Op::Reshape(_) => "reshape",
            Op::Permute(_) => "permute",
            Op::Slice { .. } => "slice",
            Op::Pad { .. } => "pad",
            Op::Reverse(_) => "reverse",
            Op::Concat(_) => "concat",
            Op::Windows { .. } => "windows",
            Op::Overlap { .. } => "overlap",
            Op::MatMul => "matmul",
            Op::Cholesky => "cholesky",
            Op::TriangularSolve(_) => "triangular_solve",
            Op::Solve => "solve",
            Op::LogAbsDet => "log_abs_det",
            Op::EigenSymmetric => "eigen_symmetric",
            Op::Scan(_) => "scan",
            Op::Take { .. } => "take",
            Op::ScatterAdd { .. } => "scatter_add",
            Op::Recurrence { .. } => "recurrence",
            Op::LogCumSumExp { .. } => "logcumsumexp",
            Op::StopGradient => "stop_gradient",
            Op::WithGradient(GradientRule::Recomputed) => "checkpoint",
            Op::WithGradient(GradientRule::Custom(_)) => "custom_gradient",
            Op::Barrier => "barrier",
        }
    }
}

/// Equality is of attributes; floats are compared by bits, so that NaN equals itself and `-0` is not `0`.
impl PartialEq for Op {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Op::Input(a), Op::Input(b)) => a == b,
            (Op::Constant(a), Op::Constant(b)) => a.to_bits() == b.to_bits(),
            (Op::Literal(a), Op::Literal(b)) => {
                Arc::ptr_eq(a, b)
                    || a.shape() == b.shape()
                        && a.data().iter().zip(b.data()).all(|(x, y)| x.to_bits() == y.to_bits())
            }
            (Op::Size(a), Op::Size(b)) | (Op::Iota(a), Op::Iota(b)) => a == b,
            (Op::ScatterAdd { length: a, batch: b }, Op::ScatterAdd { length: c, batch: d }) => {
                (a, b) == (c, d)
            }
            (Op::Take { batch: a }, Op::Take { batch: b }) | (Op::Reverse(a), Op::Reverse(b)) => a == b,
            (Op::Recurrence { axis: a, reverse: b }, Op::Recurrence { axis: c, reverse: d })
            | (Op::LogCumSumExp { axis: a, reverse: b }, Op::LogCumSumExp { axis: c, reverse: d }) => {
                (a, b) == (c, d)
            }
            (Op::Unary(a), Op::Unary(b)) => a == b,
            (Op::Binary(a), Op::Binary(b)) => a == b,
            (Op::Ternary(a), Op::Ternary(b)) => a == b,
            (Op::Reduce(a, i), Op::Reduce(b, j)) => a == b && i == j,
            (Op::Broadcast(a), Op::Broadcast(b)) | (Op::Reshape(a), Op::Reshape(b)) => a == b,
            (Op::Permute(a), Op::Permute(b)) => a == b,
            (
                Op::Slice { axis: a, start: b, length: c, step: d },
                Op::Slice { axis: e, start: f, length: g, step: h },
            )
            | (
                Op::Pad { axis: a, before: b, after: c, between: d },
                Op::Pad { axis: e, before: f, after: g, between: h },
            ) => (a, b, c, d) == (e, f, g, h),
            (Op::Concat(a), Op::Concat(b)) => a == b,
            (
                Op::Windows { axis: a, size: n, stride: s, dilation: d },
                Op::Windows { axis: b, size: m, stride: t, dilation: e },
            )
            | (
                Op::Overlap { axis: a, length: n, stride: s, dilation: d },
                Op::Overlap { axis: b, length: m, stride: t, dilation: e },
            ) => (a, n, s, d) == (b, m, t, e),
            (Op::Scan(a), Op::Scan(b)) => Arc::ptr_eq(a, b),
            (Op::TriangularSolve(a), Op::TriangularSolve(b)) => a == b,
            (Op::Select, Op::Select)
            | (Op::MatMul, Op::MatMul)
            | (Op::Cholesky, Op::Cholesky)
            | (Op::Solve, Op::Solve)
            | (Op::LogAbsDet, Op::LogAbsDet)
            | (Op::EigenSymmetric, Op::EigenSymmetric)
            | (Op::StopGradient, Op::StopGradient)
            | (Op::Barrier, Op::Barrier) => true,
            (Op::WithGradient(a), Op::WithGradient(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Op {}

impl std::hash::Hash for Op {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Op::Input(name) => name.hash(state),
            Op::Constant(c) => c.to_bits().hash(state),
            Op::Literal(a) => {
                a.shape().hash(state);
                a.data().iter().for_each(|x| x.to_bits().hash(state));
            }
            Op::Size(d) | Op::Iota(d) => d.hash(state),
            Op::ScatterAdd { length, batch } => (length, batch).hash(state),
            Op::Take { batch } => batch.hash(state),
            Op::Recurrence { axis, reverse } | Op::LogCumSumExp { axis, reverse } => {
                (axis, reverse).hash(state);
            }
            Op::Unary(u) => u.hash(state),
            Op::Binary(b) => b.hash(state),
            Op::Ternary(t) => t.hash(state),
            Op::Reduce(r, axes) => (r, axes).hash(state),
            Op::Broadcast(s) | Op::Reshape(s) => s.hash(state),
            Op::Permute(p) => p.hash(state),
            Op::Windows { axis, size: n, stride, dilation }
            | Op::Overlap { axis, length: n, stride, dilation } => (axis, n, stride, dilation).hash(state),
            Op::Scan(body) => Arc::as_ptr(body).hash(state),
            Op::Slice { axis, start, length, step } => (axis, start, length, step).hash(state),
            Op::Pad { axis, before, after, between } => (axis, before, after, between).hash(state),
            Op::Concat(axis) | Op::Reverse(axis) => axis.hash(state),
            Op::WithGradient(rule) => rule.hash(state),
            Op::TriangularSolve(t) => t.hash(state),
            Op::Select
            | Op::MatMul
            | Op::Cholesky
            | Op::Solve
            | Op::LogAbsDet
            | Op::EigenSymmetric
            | Op::Barrier
            | Op::StopGradient => {}
        }
    }
}

/// How many operands a primitive takes, for the builder's own checks (`None`: any number).
pub(crate) fn arity(op: &Op) -> Option<usize> {
    match op {
        Op::Input(_) | Op::Constant(_) | Op::Literal(_) | Op::Size(_) | Op::Iota(_) => Some(0),
        Op::Unary(_)
        | Op::Reduce(..)
        | Op::Broadcast(_)
        | Op::Reshape(_)
        | Op::Permute(_)
        | Op::Slice { .. }
        | Op::Pad { .. }
        | Op::Windows { .. }
        | Op::Overlap { .. }
        | Op::Cholesky
        | Op::LogAbsDet
        | Op::EigenSymmetric
        | Op::Reverse(_)
        | Op::LogCumSumExp { .. }
        | Op::StopGradient => Some(1),
        Op::Binary(_)
        | Op::MatMul
        | Op::TriangularSolve(_)
        | Op::Solve
        | Op::Take { .. }
        | Op::ScatterAdd { .. }
        | Op::Recurrence { .. }
        | Op::Barrier => Some(2),
        Op::Ternary(_) | Op::Select => Some(3),
        Op::Concat(_) | Op::Scan(_) | Op::WithGradient(_) => None,
    }
}

const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Expr>();
};
