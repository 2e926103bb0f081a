//! Which operands a primitive only moves.

use std::ops::Range;

use super::Op;

impl Op {
    /// Those of so many operands whose elements come out as they went in, some left out, repeated or at other places. Zeros that are put
    /// beside them do not count, and of a look-up it is the table that is moved.
    pub(crate) fn moved(&self, operands: usize) -> Range<usize> {
        match self {
            Op::Concat(_) => 0..operands,
            Op::Select => 1..operands,
            Op::Broadcast(_)
            | Op::Reshape(_)
            | Op::Permute(_)
            | Op::Slice { .. }
            | Op::Pad { .. }
            | Op::Reverse(_)
            | Op::Windows { .. }
            | Op::Take { .. }
            | Op::StopGradient
            | Op::WithGradient(_)
            | Op::Barrier => 0..1,
            Op::Input(_)
            | Op::Constant(_)
            | Op::Literal(_)
            | Op::Size(_)
            | Op::Iota(_)
            | Op::Unary(_)
            | Op::Binary(_)
            | Op::Ternary(_)
            | Op::Reduce(..)
            | Op::Overlap { .. }
            | Op::MatMul
            | Op::Cholesky
            | Op::TriangularSolve(_)
            | Op::Solve
            | Op::LogAbsDet
            | Op::EigenSymmetric
            | Op::Scan(_)
            | Op::ScatterAdd { .. }
            | Op::Recurrence { .. }
            | Op::LogCumSumExp { .. } => 0..0,
        }
    }
}
