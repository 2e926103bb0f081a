//! The inputs that expressions depend on.

use std::sync::Arc;

use crate::op::Op;
use crate::{Expr, Input};

/// The inputs that these expressions depend on, each with its name and shape, in the order of their first use. An input that is used
/// in two shapes is listed in the first (building a graph of it is an error).
///
/// ```
/// use elbo_tensor_ad::{Expr, free_inputs};
///
/// let (x, w) = (Expr::input("x", ["obs".into(), elbo_tensor_ad::Dim::Fixed(2)]), Expr::input("w", [2]));
/// let found = free_inputs(&[x.matmul(&w)]);
/// assert_eq!((&*found[0].name, found[0].shape.to_string()), ("x", "[obs, 2]".to_string()));
/// ```
pub fn free_inputs(exprs: &[Expr]) -> Vec<Input> {
    let mut found: Vec<Input> = Vec::new();
    for node in Expr::topological(exprs) {
        if let Op::Input(name) = node.op()
            && !found.iter().any(|i| i.name == *name)
        {
            found.push(Input { name: name.clone(), shape: node.shape().clone() });
        }
    }
    found
}

impl Expr {
    /// The names of all inputs that the expression depends on, in the order of their first use; with their shapes: [`free_inputs`].
    pub fn free_inputs(&self) -> Vec<Arc<str>> {
        Self::inputs_of(std::slice::from_ref(self))
    }

    pub(crate) fn inputs_of(exprs: &[Expr]) -> Vec<Arc<str>> {
        free_inputs(exprs).into_iter().map(|i| i.name).collect()
    }
}
