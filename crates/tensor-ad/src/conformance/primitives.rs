//! Cases for every primitive by itself. No match here has a wildcard: a new primitive needs an arm, which
//! names its cases and the primitive that comes after it.

use super::{
    Case, dense, elementwise, identities, leaves, look_ups, moved, movement, products, reductions, scans,
    special, windows,
};
use crate::Array;
use crate::dim::Shape;
use crate::kernels::Triangle;
use crate::op::{Binary, GradientRule, Op, Reduce, Ternary, Unary};

pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    let mut next = Some(Op::Input("x".into()));
    while let Some(op) = next {
        let (mut cases, after) = of(&op);
        all.append(&mut cases);
        next = after;
    }
    all
}

/// The cases of one primitive, and the primitive after it in the list.
fn of(op: &Op) -> (Vec<Case>, Option<Op>) {
    match op {
        Op::Input(_) => (leaves::inputs(), Some(Op::Constant(0.0))),
        Op::Constant(_) => (leaves::constants(), Some(Op::Literal(Array::scalar(0.0).into()))),
        Op::Literal(_) => (leaves::literals(), Some(Op::Size("n".into()))),
        Op::Size(_) => (leaves::sizes(), Some(Op::Iota("n".into()))),
        Op::Iota(_) => (leaves::iotas(), Some(Op::Unary(Unary::Neg))),
        Op::Unary(_) => (elementwise::unaries(), Some(Op::Binary(Binary::Add))),
        Op::Binary(_) => (elementwise::binaries(), Some(Op::Ternary(Ternary::BetaInc))),
        Op::Ternary(_) => (special::ternaries(), Some(Op::Select)),
        Op::Select => (elementwise::selects(), Some(Op::Reduce(Reduce::Sum, Vec::new()))),
        Op::Reduce(..) => (reductions::reductions(), Some(Op::Broadcast(Shape::scalar()))),
        Op::Broadcast(_) => (movement::broadcasts(), Some(Op::Reshape(Shape::scalar()))),
        Op::Reshape(_) => (movement::reshapes(), Some(Op::Permute(Vec::new()))),
        Op::Permute(_) => (movement::permutes(), Some(Op::Slice { axis: 0, start: 0, length: 0, step: 1 })),
        Op::Slice { .. } => (movement::slices(), Some(Op::Pad { axis: 0, before: 0, after: 0, between: 0 })),
        Op::Pad { .. } => (movement::pads(), Some(Op::Reverse(0))),
        Op::Reverse(_) => (moved::reverses(), Some(Op::Concat(0))),
        Op::Concat(_) => {
            (movement::concats(), Some(Op::Windows { axis: 0, size: 1, stride: 1, dilation: 1 }))
        }
        Op::Windows { .. } => {
            (windows::windows(), Some(Op::Overlap { axis: 0, length: 1, stride: 1, dilation: 1 }))
        }
        Op::Overlap { .. } => (windows::overlaps(), Some(Op::MatMul)),
        Op::MatMul => (products::products(), Some(Op::Cholesky)),
        Op::Cholesky => (dense::choleskys(), Some(Op::TriangularSolve(Triangle::LOWER))),
        Op::TriangularSolve(_) => (dense::triangular_solves(), Some(Op::Solve)),
        Op::Solve => (dense::solves(), Some(Op::LogAbsDet)),
        Op::LogAbsDet => (dense::determinants(), Some(Op::EigenSymmetric)),
        Op::EigenSymmetric => (dense::eigens(), Some(Op::Take { batch: 0 })),
        Op::Take { .. } => (look_ups::takes(), Some(Op::ScatterAdd { length: "n".into(), batch: 0 })),
        Op::ScatterAdd { .. } => (look_ups::scatters(), Some(Op::Recurrence { axis: 0, reverse: false })),
        Op::Recurrence { .. } => (moved::recurrences(), Some(Op::LogCumSumExp { axis: 0, reverse: false })),
        Op::LogCumSumExp { .. } => (moved::log_cumulatives(), Some(Op::StopGradient)),
        Op::StopGradient => (identities::stops(), Some(scans::any())),
        Op::Scan(_) => (scans::scans(), Some(Op::WithGradient(GradientRule::Recomputed))),
        Op::WithGradient(_) => (identities::checkpoints(), Some(Op::Barrier)),
        Op::Barrier => (identities::barriers(), None),
    }
}
