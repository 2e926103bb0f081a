//! Cases for what gives its operand back: checkpoints, barriers, stopped gradients.

use super::shapes::over_shapes;
use super::{Case, array};
use crate::Expr;
use crate::op::Op;

pub(super) fn checkpoints() -> Vec<Case> {
    over_shapes(
        "checkpoint",
        |s| array(s, 41),
        |x| {
            let inner = (x * 0.5).tanh();
            let first = crate::checkpoint(&(inner.exp() * x), &[inner]);
            let own = crate::custom_gradient(&first.square(), std::slice::from_ref(&first), |x, _, g| {
                vec![g * &x[0] * 2.0]
            });
            vec![first.clone(), crate::checkpoint(&(own + &first).sin(), &[first]), x.sum()]
        },
    )
}

pub(super) fn barriers() -> Vec<Case> {
    over_shapes(
        "barrier",
        |s| array(s, 42),
        |x| {
            let behind = |x: &Expr, token: &Expr| Expr::node(Op::Barrier, vec![x.clone(), token.clone()]);
            let total = x.sum();
            vec![behind(x, &total).exp() + x.exp(), behind(&total, x) * 2.0, behind(&x.tanh(), &(x * total))]
        },
    )
}

pub(super) fn stops() -> Vec<Case> {
    over_shapes("stop_gradient", |s| array(s, 66), |x| vec![x.stop_gradient() * x, x.tanh().stop_gradient()])
}
