//! The signs `+ - * /` between expressions and numbers, by value and by reference.

use std::ops::{Add, Div, Mul, Neg, Sub};
use std::panic::Location;

use crate::Expr;
use crate::error::Reason;
use crate::op::{Binary, Op, Unary};

impl Expr {
    /// Both operands stretched to one shape by NumPy's rule, then the elementwise function.
    #[track_caller]
    pub(crate) fn binary(&self, op: Binary, other: &Expr) -> Expr {
        let at = Location::caller();
        if let (Some(a), Some(b)) = (self.as_constant(), other.as_constant()) {
            return Expr::node_at(Op::Constant(crate::reference::binary(op, a, b)), Vec::new(), at);
        }
        match Expr::stretched(&[self, other], at, op.name()) {
            Ok(args) => Expr::node_at(Op::Binary(op), args, at),
            Err(faulty) => faulty,
        }
    }

    /// The operands stretched to their common shape; `Err` holds a node that carries the mistake.
    pub(crate) fn stretched(
        exprs: &[&Expr],
        at: &'static Location<'static>,
        name: &'static str,
    ) -> Result<Vec<Expr>, Expr> {
        if let Some(bad) = exprs.iter().find(|e| e.check().is_err()) {
            return Err((*bad).clone());
        }
        let mut target = exprs[0].shape().clone();
        for e in &exprs[1..] {
            target = target.broadcast(e.shape()).ok_or_else(|| {
                let found = exprs.iter().map(|e| e.shape().clone()).collect();
                let label = exprs.iter().find_map(|e| e.nearest_label(at));
                Expr::faulty_labelled(name, Reason::Broadcast, found, label, at)
            })?;
        }
        Ok(exprs
            .iter()
            .map(|e| {
                if e.shape() == &target {
                    (*e).clone()
                } else {
                    Expr::node_at(Op::Broadcast(target.clone()), vec![(*e).clone()], at)
                }
            })
            .collect())
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $op:expr) => {
        impl $trait<&Expr> for &Expr {
            type Output = Expr;
            #[track_caller]
            fn $method(self, other: &Expr) -> Expr {
                self.binary($op, other)
            }
        }
        impl $trait<Expr> for &Expr {
            type Output = Expr;
            #[track_caller]
            fn $method(self, other: Expr) -> Expr {
                self.binary($op, &other)
            }
        }
        impl $trait<&Expr> for Expr {
            type Output = Expr;
            #[track_caller]
            fn $method(self, other: &Expr) -> Expr {
                (&self).binary($op, other)
            }
        }
        impl $trait<Expr> for Expr {
            type Output = Expr;
            #[track_caller]
            fn $method(self, other: Expr) -> Expr {
                (&self).binary($op, &other)
            }
        }
        impl $trait<f64> for Expr {
            type Output = Expr;
            #[track_caller]
            fn $method(self, other: f64) -> Expr {
                (&self).binary($op, &Expr::constant(other))
            }
        }
        impl $trait<f64> for &Expr {
            type Output = Expr;
            #[track_caller]
            fn $method(self, other: f64) -> Expr {
                self.binary($op, &Expr::constant(other))
            }
        }
        impl $trait<Expr> for f64 {
            type Output = Expr;
            #[track_caller]
            fn $method(self, other: Expr) -> Expr {
                Expr::constant(self).binary($op, &other)
            }
        }
        impl $trait<&Expr> for f64 {
            type Output = Expr;
            #[track_caller]
            fn $method(self, other: &Expr) -> Expr {
                Expr::constant(self).binary($op, other)
            }
        }
    };
}
operator!(Add, add, Binary::Add);
operator!(Sub, sub, Binary::Sub);
operator!(Mul, mul, Binary::Mul);
operator!(Div, div, Binary::Div);

impl Neg for Expr {
    type Output = Expr;
    #[track_caller]
    fn neg(self) -> Expr {
        self.unary(Unary::Neg)
    }
}

impl Neg for &Expr {
    type Output = Expr;
    #[track_caller]
    fn neg(self) -> Expr {
        self.unary(Unary::Neg)
    }
}
