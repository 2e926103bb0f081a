//! `Expr`: an immutable, shared expression over named inputs.

mod activation;
mod combine;
mod convolution;
mod cumulative;
mod dense;
mod elementwise;
mod inputs;
mod log_domain;
mod lookup;
mod movement;
mod operators;
mod reduction;
pub(crate) mod rename;
mod scan;
pub(crate) mod shape_rule;
mod special;
mod substitute;
mod windows;

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::dim::{Dim, Shape};
use crate::error::Fault;
use crate::op::Op;
use crate::source::Source;
use crate::{Array, Error};

pub use inputs::free_inputs;
pub use scan::Scan;
pub use windows::Sliding;

/// An expression: a primitive, its operands and its shape, immutable and cheap to clone.
///
/// Expressions hold no data (but small literals), no number type and no randomness: data and noise
/// are [inputs](Expr::input), and `f64` or `f32` is chosen when a plan is compiled. An operation on
/// shapes that do not fit does not panic and does not return a `Result`: the result carries the
/// mistake, with both shapes, the label and the source line, and whatever is built from it reports it once.
///
/// ```
/// use elbo_tensor_ad::Expr;
///
/// let x = Expr::input("x", ["obs"]);
/// let y = (2.0 * &x + 1.0).tanh().sum();
/// assert!(y.check().is_ok());
///
/// let wrong = x.matmul(&Expr::input("w", [3, 2])).matmul(&Expr::input("v", [5]));
/// assert!(wrong.check().unwrap_err().to_string().contains("matmul"));
/// ```
#[derive(Clone)]
pub struct Expr(Arc<Node>);

/// What a node is as a variable: see [`Expr::identity`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Identity {
    Input(Arc<str>),
    Node(usize),
}

pub(crate) struct Node {
    op: Op,
    args: Vec<Expr>,
    shape: Shape,
    fault: Option<Arc<Fault>>,
    label: Option<Arc<str>>,
    at: &'static Location<'static>,
}

impl Expr {
    /// A value given at each call, by this name. Two inputs of one name are the same input and must
    /// have the same shape.
    #[track_caller]
    pub fn input(name: &str, shape: impl Into<Shape>) -> Expr {
        let shape = shape.into();
        Self::leaf(Op::Input(name.into()), shape)
    }

    pub(crate) fn input_at(name: &Arc<str>, shape: Shape, at: &'static Location<'static>) -> Expr {
        let op = Op::Input(name.clone());
        Expr(Arc::new(Node { op, args: Vec::new(), shape, fault: None, label: None, at }))
    }

    /// This input in another shape.
    pub(crate) fn input_in(&self, shape: Shape) -> Expr {
        let n = &*self.0;
        let (op, label) = (n.op.clone(), n.label.clone());
        Expr(Arc::new(Node { op, args: Vec::new(), shape, fault: None, label, at: n.at }))
    }

    /// This input by another name.
    pub(crate) fn input_called(&self, name: &str) -> Expr {
        let n = &*self.0;
        let (op, shape, label) = (Op::Input(name.into()), n.shape.clone(), n.label.clone());
        Expr(Arc::new(Node { op, args: Vec::new(), shape, fault: None, label, at: n.at }))
    }

    /// An input that stands for something else inside a step: messages name what that comes from.
    pub(crate) fn stand_in(name: &str, shape: &Shape, source: &Expr) -> Expr {
        let own = Self::input_at(&name.into(), shape.clone(), source.location());
        let names = source.names();
        if names.is_empty() { own } else { own.labelled(&names.join(", ")) }
    }

    /// A scalar literal.
    #[track_caller]
    pub fn constant(value: f64) -> Expr {
        Self::leaf(Op::Constant(value), Shape::scalar())
    }

    /// A small array literal. Data belong in an [`input`](Self::input): a literal is part of the program.
    #[track_caller]
    pub fn literal(array: Array<f64>) -> Expr {
        let shape = Shape::from(array.shape());
        Self::leaf(Op::Literal(Arc::new(array)), shape)
    }

    /// The length of an axis as a number, known when the plan is bound: `Expr::size("obs")` is the
    /// number of rows in this call.
    #[track_caller]
    pub fn size(dim: impl Into<Dim>) -> Expr {
        match dim.into() {
            Dim::Fixed(n) => Self::constant(n as f64),
            named => Self::leaf(Op::Size(named), Shape::scalar()),
        }
    }

    /// `0, 1, 2, ...` along one axis of this length: shape `[dim]`.
    #[track_caller]
    pub fn iota(dim: impl Into<Dim>) -> Expr {
        let dim = dim.into();
        Self::leaf(Op::Iota(dim.clone()), Shape::from([dim]))
    }

    #[track_caller]
    fn leaf(op: Op, shape: Shape) -> Expr {
        Expr(Arc::new(Node { op, args: Vec::new(), shape, fault: None, label: None, at: Location::caller() }))
    }

    /// The node of this primitive over these operands, with the mistake it may carry.
    #[track_caller]
    pub(crate) fn node(op: Op, args: Vec<Expr>) -> Expr {
        Self::node_at(op, args, Location::caller())
    }

    pub(crate) fn node_at(op: Op, args: Vec<Expr>, at: &'static Location<'static>) -> Expr {
        debug_assert!(crate::op::arity(&op).is_none_or(|n| n == args.len()));
        let inherited = args.iter().find_map(|a| a.0.fault.clone());
        let (shape, fault) = match inherited {
            Some(fault) => (Shape::scalar(), Some(fault)),
            None => match shape_rule::shape(&op, &args.iter().map(Expr::shape).collect::<Vec<_>>()) {
                Ok(shape) => (shape, None),
                Err(reason) => {
                    let found = args.iter().map(|a| a.shape().clone()).collect();
                    let label = args.iter().find_map(|a| a.nearest_label(at));
                    (Shape::scalar(), Some(Arc::new(Fault::new(op.name(), reason, found, label, at))))
                }
            },
        };
        Expr(Arc::new(Node { op, args, shape, fault, label: None, at }))
    }

    /// A node that carries a mistake made elsewhere.
    pub(crate) fn carrying(fault: Arc<Fault>, at: &'static Location<'static>) -> Expr {
        let (op, shape) = (Op::Constant(f64::NAN), Shape::scalar());
        Expr(Arc::new(Node { op, args: Vec::new(), shape, fault: Some(fault), label: None, at }))
    }

    /// The label, or that of what is moved, or of what the method called at `at` has made this of: it may have moved or changed an
    /// operand before the operation that it failed in.
    pub(crate) fn nearest_label(&self, at: &'static Location<'static>) -> Option<Arc<str>> {
        let mut e = self;
        while e.0.label.is_none() && e.0.at == at {
            e = e.args().iter().find(|a| a.as_constant().is_none())?;
        }
        Source::nearest_label(e).map(Into::into)
    }

    /// This, but a mistake made in it is one of the method `op` on these operands, if it is not a mistake of theirs.
    pub(crate) fn called(self, op: &'static str, operands: &[&Expr]) -> Expr {
        match &self.0.fault {
            Some(fault) if operands.iter().all(|e| e.0.fault.is_none()) => {
                let found = operands.iter().map(|e| e.shape().clone()).collect();
                Expr::carrying(Fault { op, found, ..(**fault).clone() }.into(), self.0.at)
            }
            _ => self,
        }
    }

    /// A node that carries this mistake from the start.
    pub(crate) fn faulty(
        op: &'static str,
        reason: crate::error::Reason,
        found: Vec<Shape>,
        at: &'static Location<'static>,
    ) -> Expr {
        let fault = Some(Arc::new(Fault::new(op, reason, found, None, at)));
        Expr(Arc::new(Node {
            op: Op::Constant(f64::NAN),
            args: Vec::new(),
            shape: Shape::scalar(),
            fault,
            label: None,
            at,
        }))
    }

    /// The same expression with a label for listings and messages. A label does not change what is computed.
    #[must_use]
    pub fn labelled(&self, label: &str) -> Expr {
        let n = &*self.0;
        Expr(Arc::new(Node {
            op: n.op.clone(),
            args: n.args.clone(),
            shape: n.shape.clone(),
            fault: n.fault.clone(),
            label: Some(label.into()),
            at: n.at,
        }))
    }

    /// The shape; that of a scalar when the expression carries a mistake.
    pub fn shape(&self) -> &Shape {
        &self.0.shape
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.0.shape.rank()
    }

    /// The length of axis `axis`, or 1 beyond the last.
    pub fn dim(&self, axis: usize) -> Dim {
        self.shape().dims().get(axis).cloned().unwrap_or(Dim::Fixed(1))
    }

    /// The primitive.
    pub fn op(&self) -> &Op {
        &self.0.op
    }

    /// The operands.
    pub fn args(&self) -> &[Expr] {
        &self.0.args
    }

    /// The label, if it was given one.
    pub fn label(&self) -> Option<&str> {
        self.0.label.as_deref()
    }

    /// Where in the source the expression was written.
    pub fn location(&self) -> &'static Location<'static> {
        self.0.at
    }

    /// The value, when the expression is a scalar literal.
    pub fn as_constant(&self) -> Option<f64> {
        match self.op() {
            Op::Constant(c) if self.0.fault.is_none() => Some(*c),
            _ => None,
        }
    }

    /// The expression itself, or the first mistake made in it.
    ///
    /// # Errors
    /// [`Error::Shape`] with the operation, the shapes, the label and the source line.
    pub fn check(&self) -> Result<&Self, Error> {
        match &self.0.fault {
            Some(fault) => Err(match fault.reason {
                crate::Reason::NoGradient { .. } => Error::NoGradient(fault.clone()),
                _ => Error::Shape(fault.clone()),
            }),
            None => Ok(self),
        }
    }

    /// An address that tells nodes apart; equal for clones.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    /// What tells nodes apart where variables matter: inputs of one name are one variable, however often written.
    pub(crate) fn identity(&self) -> Identity {
        match self.op() {
            Op::Input(name) => Identity::Input(name.clone()),
            _ => Identity::Node(self.address()),
        }
    }

    /// Every node reachable from `roots`, operands before users, each once. Iterative: a chain of
    /// hundreds of thousands of nodes does not use the call stack.
    pub(crate) fn topological(roots: &[Expr]) -> Vec<Expr> {
        Self::topological_until(roots, |_| false)
    }

    /// [`topological`](Self::topological), without what lies below the nodes at which to `stop`.
    pub(crate) fn topological_until(roots: &[Expr], stop: impl Fn(&Expr) -> bool) -> Vec<Expr> {
        let mut order = Vec::new();
        let mut done = std::collections::HashSet::new();
        let mut stack: Vec<(Expr, usize)> = Vec::new();
        for root in roots {
            if done.insert(root.address()) {
                stack.push((root.clone(), 0));
            }
            while let Some((node, next)) = stack.pop() {
                let arg = if stop(&node) { None } else { node.args().get(next) };
                match arg {
                    Some(arg) => {
                        let arg = arg.clone();
                        stack.push((node, next + 1));
                        if done.insert(arg.address()) {
                            stack.push((arg, 0));
                        }
                    }
                    None => order.push(node),
                }
            }
        }
        order
    }
}

impl Drop for Node {
    /// Takes the operands down one by one: dropping a long chain must not recurse.
    fn drop(&mut self) {
        let mut stack = std::mem::take(&mut self.args);
        while let Some(Expr(arc)) = stack.pop() {
            if let Some(mut node) = Arc::into_inner(arc) {
                stack.append(&mut node.args);
            }
        }
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.op().name(), self.shape())?;
        match self.label() {
            Some(label) => write!(f, " `{label}`"),
            None => Ok(()),
        }
    }
}

impl From<f64> for Expr {
    #[track_caller]
    fn from(value: f64) -> Self {
        Expr::constant(value)
    }
}

impl From<&Expr> for Expr {
    fn from(expr: &Expr) -> Self {
        expr.clone()
    }
}

impl From<Array<f64>> for Expr {
    #[track_caller]
    fn from(array: Array<f64>) -> Self {
        Expr::literal(array)
    }
}
