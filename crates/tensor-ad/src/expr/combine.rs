//! Products of vectors and matrices as methods.

use std::panic::Location;
use std::sync::Arc;

use super::dense;
use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::error::Reason;
use crate::op::Op;

impl Expr {
    /// The matrix product. A vector on the left is a row, on the right a column, and its axis does
    /// not appear in the result: `[m,k]·[k,n] → [m,n]`, `[m,k]·[k] → [m]`, `[k]·[k,n] → [n]`, `[k]·[k] → []`.
    /// More axes are batches of matrices, stretched to one another by NumPy's rule: `[b..,m,k]·[b..,k,n] → [b..,m,n]`.
    #[track_caller]
    #[must_use]
    pub fn matmul(&self, other: &Expr) -> Expr {
        let at = Location::caller();
        if let Some(bad) = [self, other].into_iter().find(|e| e.check().is_err()) {
            return bad.clone();
        }
        // Mistakes report the shapes that the user wrote, not the ones with the unit axes.
        let wrong = |reason| {
            let found = vec![self.shape().clone(), other.shape().clone()];
            let label = self.label().or(other.label()).map(Into::into);
            Expr::faulty_labelled("matmul", reason, found, label, at)
        };
        for e in [self, other] {
            if e.rank() == 0 {
                return wrong(Reason::Rank { expected: 2, found: 0 });
            }
        }
        let a = if self.rank() == 1 { self.expand(0) } else { self.clone() };
        let b = if other.rank() == 1 { other.expand(1) } else { other.clone() };
        let rows: Option<Vec<usize>> = a.shape().dims()[..a.rank() - 1].iter().map(Dim::fixed).collect();
        let product = match rows {
            // One matrix for all of a batch: one product of all rows.
            Some(rows) if a.rank() > 2 && b.rank() == 2 => {
                let inner = a.dim(a.rank() - 1);
                let count = rows.iter().fold(1, |n: usize, &d| n.saturating_mul(d));
                let flat =
                    Expr::node_at(Op::MatMul, vec![a.reshape([Dim::Fixed(count), inner]), b.clone()], at);
                let dims = rows.iter().map(|&n| Dim::Fixed(n)).chain([b.dim(1)]);
                if flat.check().is_ok() { flat.reshape(dims.collect::<Shape>()) } else { flat }
            }
            _ => match dense::stretched(&a, &b) {
                Some([a, b]) => Expr::node_at(Op::MatMul, vec![a, b], at),
                None => return wrong(Reason::Broadcast),
            },
        };
        if product.check().is_err() {
            return wrong(Reason::Inner);
        }
        let mut dims = product.shape().dims().to_vec();
        if other.rank() == 1 {
            dims.pop();
        }
        if self.rank() == 1 {
            dims.remove(product.rank() - 2);
        }
        product.reshape(dims)
    }

    /// The sum of the products of two vectors, or of two arrays of one shape.
    #[track_caller]
    #[must_use]
    pub fn dot(&self, other: &Expr) -> Expr {
        (self * other).sum().called("dot", &[self, other])
    }

    pub(crate) fn faulty_labelled(
        op: &'static str,
        reason: Reason,
        found: Vec<Shape>,
        label: Option<Arc<str>>,
        at: &'static Location<'static>,
    ) -> Expr {
        let bare = Expr::faulty(op, reason, found, at);
        match label {
            Some(label) => bare.with_fault_label(label),
            None => bare,
        }
    }

    /// An expression that carries what an inner rewrite reported.
    pub(crate) fn mistaken(error: &crate::Error, at: &'static Location<'static>) -> Expr {
        let bare = Expr::faulty("scan", Reason::NoOperand, Vec::new(), at);
        match error {
            crate::Error::Shape(fault) | crate::Error::NoGradient(fault) => bare.with_fault(fault.clone()),
            _ => bare,
        }
    }

    fn with_fault(&self, fault: Arc<crate::Fault>) -> Expr {
        super::Expr(Arc::new(super::Node {
            op: self.0.op.clone(),
            args: Vec::new(),
            shape: self.0.shape.clone(),
            fault: Some(fault),
            label: None,
            at: self.0.at,
        }))
    }

    fn with_fault_label(&self, label: Arc<str>) -> Expr {
        let mut fault = self.0.fault.as_deref().cloned();
        if let Some(f) = &mut fault {
            f.label = Some(label.to_string());
        }
        super::Expr(Arc::new(super::Node {
            op: self.0.op.clone(),
            args: Vec::new(),
            shape: self.0.shape.clone(),
            fault: fault.map(Arc::new),
            label: None,
            at: self.0.at,
        }))
    }
}
