//! `GradientRule`: whose rule gives the gradient of an expression, when it is not that of its primitives.

use std::fmt;
use std::sync::Arc;

use crate::Expr;

/// How the gradient of [`Op::WithGradient`](super::Op::WithGradient) is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GradientRule {
    /// The expression's own gradient, its inner values being computed again: see [`checkpoint`](crate::checkpoint).
    Recomputed,
    /// The user's: see [`custom_gradient`](crate::custom_gradient).
    Custom(CustomGradient),
}

type Rule = dyn Fn(&[Expr], &Expr, &Expr) -> Vec<Expr> + Send + Sync;

/// A user's rule: the inputs, the value and its gradient to the gradients of the inputs.
#[derive(Clone)]
pub struct CustomGradient(Arc<Rule>);

impl CustomGradient {
    pub(crate) fn new(rule: impl Fn(&[Expr], &Expr, &Expr) -> Vec<Expr> + Send + Sync + 'static) -> Self {
        CustomGradient(Arc::new(rule))
    }

    pub(crate) fn call(&self, inputs: &[Expr], value: &Expr, gradient: &Expr) -> Vec<Expr> {
        (self.0)(inputs, value, gradient)
    }
}

impl fmt::Debug for CustomGradient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomGradient")
    }
}

/// Two rules are equal when they are clones of one.
impl PartialEq for CustomGradient {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for CustomGradient {}

impl std::hash::Hash for CustomGradient {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).cast::<()>().hash(state);
    }
}
