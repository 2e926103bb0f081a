//! The one error type of the crate: what was expected, what was found, and where.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::breakdown::{Breakdown, NoRow, write_site};
use crate::dim::{Dim, Shape};

/// What went wrong, with the numbers needed to mend it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An operation was written on shapes that do not fit.
    #[error("{0}")]
    Shape(Arc<Fault>),
    /// A derivative was asked for in an argument in which the function has none here.
    #[error("{0}")]
    NoGradient(Arc<Fault>),
    /// A buffer does not hold as many numbers as its shape says.
    #[error("shape {shape:?} holds {expected} numbers, found {found}")]
    ElementCount {
        /// The shape asked for.
        shape: Vec<usize>,
        /// The number of elements which that shape has.
        expected: usize,
        /// The number of elements given.
        found: usize,
    },
    /// An array has another number of axes than the operation needs.
    #[error("expected an array of {expected} axes, found shape {found:?}")]
    Rank {
        /// How many axes are needed.
        expected: usize,
        /// The shape given.
        found: Vec<usize>,
    },
    /// Rows of different lengths where a matrix is needed.
    #[error("row {row} has {found} numbers, the first has {expected}")]
    Ragged {
        /// The first row of another length, counted from 0.
        row: usize,
        /// The length of the first row.
        expected: usize,
        /// The length of this row.
        found: usize,
    },
    /// A file of arrays could not be read or written.
    #[error("{entry}: {message} ({kind})")]
    File {
        /// The name in the archive, or `"npy"`.
        entry: String,
        /// What kind of failure: a file cut short is `UnexpectedEof`, one that is not of the format `InvalidData`.
        kind: std::io::ErrorKind,
        /// What the reader says.
        message: String,
    },
    /// A file holds elements that are not real numbers.
    #[error("{entry}: elements of type {found} are not real numbers")]
    ElementType {
        /// The name in the archive, or `"npy"`.
        entry: String,
        /// The type as NumPy writes it.
        found: String,
    },
    /// An index lies beyond its axis.
    #[error("index {index} is out of range for an axis of {length}")]
    Index {
        /// The index given.
        index: usize,
        /// The length of the axis.
        length: usize,
    },
    /// One name would have to stand for two lengths.
    #[error("the size `{name}` would be both {first} and {second} ({place})")]
    SizeConflict {
        /// The name.
        name: String,
        /// The length found first.
        first: usize,
        /// The length that contradicts it.
        second: usize,
        /// The input, or the operation with its source line, where the contradiction shows.
        place: String,
    },
    /// A name that no input has as an axis: its length cannot be known.
    #[error("no input has an axis `{name}`, so its length cannot be known")]
    UnboundSize {
        /// The name.
        name: String,
    },
    /// Two inputs of one name but of different shapes.
    #[error("the input `{name}` is used with shape {first} and with shape {second}")]
    InputConflict {
        /// The name of the input.
        name: String,
        /// The shape found first.
        first: Shape,
        /// The other.
        second: Shape,
    },
    /// An input of the plan was not given.
    #[error("the input `{name}` {shape} was not given")]
    MissingInput {
        /// The name of the input.
        name: String,
        /// The shape it is declared with.
        shape: Shape,
    },
    /// A value was given for a name that the plan does not have.
    #[error("the plan has no input `{name}`; it has {known:?}")]
    UnknownInput {
        /// The name given.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// An input was given in another shape than the plan needs.
    #[error("the input `{name}` should have shape {expected}, found {found:?}")]
    InputShape {
        /// The name of the input.
        name: String,
        /// The shape it is declared with.
        expected: Shape,
        /// The shape given.
        found: Vec<usize>,
    },
    /// A buffer passed to a run has another length than the binding says.
    #[error("{what} {index} should hold {expected} numbers, found {found}")]
    BufferLength {
        /// `"input"` or `"output"`.
        what: &'static str,
        /// Which one, counted from 0.
        index: usize,
        /// The length that the binding says.
        expected: usize,
        /// The length given.
        found: usize,
    },
    /// Another number of buffers was passed to a run than the plan has inputs or outputs.
    #[error("expected {expected} {what} buffers, found {found}")]
    BufferCount {
        /// `"input"` or `"output"`.
        what: &'static str,
        /// How many the plan has.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A row looked up in a table does not exist, or the index is not a whole number.
    #[error("{0}")]
    LookUp(Box<NoRow>),
    /// A Cholesky factor was asked of a matrix that is not positive definite.
    #[error("not positive definite: {0}")]
    NotPositiveDefinite(Box<Breakdown>),
    /// A system was to be solved whose matrix is singular.
    #[error("singular: {0}")]
    Singular(Box<Breakdown>),
    /// An eigenvalue did not settle: a defect of this crate, to be reported.
    #[error("did not converge: {0}")]
    NoConvergence(Box<Breakdown>),
    /// A gradient was asked of an expression that is not a scalar.
    #[error("a gradient needs a scalar, found shape {found}")]
    NotScalar {
        /// The shape of the expression.
        found: Shape,
    },
    /// Another number of directions (cotangents, tangents) was given than there are expressions for them.
    #[error("expected {expected} {what}, found {found}")]
    DirectionCount {
        /// `"cotangents"`, `"tangents"` or `"directions"`.
        what: &'static str,
        /// How many are needed.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A direction has another shape than its expression.
    #[error("{what} {index} should have shape {expected}, found {found}")]
    DirectionShape {
        /// `"cotangents"`, `"tangents"` or `"directions"`.
        what: &'static str,
        /// Which one, counted from 0.
        index: usize,
        /// The shape of the expression.
        expected: Shape,
        /// The shape of the direction.
        found: Shape,
    },
    /// A derivative forward along a direction was asked through a custom gradient that is not linear in the incoming gradient.
    #[error("a custom gradient that is not linear has no derivative along a direction{} ({file}:{line})", label.as_deref().map(|l| format!(", in `{l}`")).unwrap_or_default())]
    NotLinear {
        /// The label of the value, if it has one.
        label: Option<String>,
        /// The source file of the custom gradient.
        file: &'static str,
        /// The line in it.
        line: u32,
    },
    /// An input was expected, and something else was given.
    #[error("expected an input, found {found}")]
    NotAnInput {
        /// The operation and the shape given.
        found: String,
    },
    /// The plan cannot lower this operation: a defect of this crate, to be reported.
    #[error("the operation {op} could not be lowered")]
    Unsupported {
        /// The operation.
        op: &'static str,
    },
    /// The arrays of one call would need more memory than a process can address.
    #[error("the bound sizes need more elements than can be addressed")]
    TooLarge,
}

/// An operation on shapes that do not fit: the operation, why, the shapes, the label and the source line.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The operation.
    pub op: &'static str,
    /// What the operation needs and did not get.
    pub reason: Reason,
    /// The shapes of the operands.
    pub found: Vec<Shape>,
    /// The label of the first operand that has one.
    pub label: Option<String>,
    /// The source file.
    pub file: &'static str,
    /// The line in it.
    pub line: u32,
}

impl Fault {
    pub(crate) fn new(
        op: &'static str,
        reason: Reason,
        found: Vec<Shape>,
        label: Option<Arc<str>>,
        at: &'static Location<'static>,
    ) -> Self {
        Fault { op, reason, found, label: label.map(|l| l.to_string()), file: at.file(), line: at.line() }
    }
}

/// What an operation on shapes needed and did not get.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The shapes do not stretch to one another.
    Broadcast,
    /// The inner axes of a product differ.
    Inner,
    /// The operand cannot take this shape.
    Target(Shape),
    /// Another number of axes is needed.
    Rank {
        /// How many are needed.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// There is no such axis.
    Axis {
        /// The axis asked for.
        axis: usize,
        /// The number of axes.
        rank: usize,
    },
    /// An axis is named twice.
    RepeatedAxis {
        /// The axis.
        axis: usize,
    },
    /// The operation needs the length of this axis as a number, and it is a name: it would make a length that is a sum or a multiple
    /// of it, and a [`Dim`] is a number or a name. (Or a slice reaches beyond 2²⁴ elements of it, which not every number type counts.)
    ///
    /// The longer axis can be given a name of its own, by an input that has it; then elements are looked up along it, or added into it:
    ///
    /// ```
    /// use elbo_tensor_ad::{Array, Expr, reference};
    ///
    /// // Two vectors, and the weights of what is made of them, which are as many as both together.
    /// let (x, y, w) = (Expr::input("x", ["n"]), Expr::input("y", ["m"]), Expr::input("w", ["all"]));
    /// let (n, i) = (Expr::size("n"), Expr::iota("all"));
    /// let joined = x.scatter_add(0, &Expr::iota("n"), "all") + y.scatter_add(0, &(Expr::iota("m") + &n), "all"); // concat
    /// let padded = x.scatter_add(0, &(Expr::iota("n") + 1.0), "all");                                            // pad
    /// let repeated = x.take(&(&i / 2.0).floor());                                                                // repeat
    /// let tiled = x.take(&(&i - &n * (&i / &n).floor()));                                                        // tile
    /// let rest = joined.take(&(Expr::iota("m") + &n));                                                           // split
    ///
    /// let (a, b, c) = (Array::vector(vec![1.0, 2.0]), Array::vector(vec![3.0, 4.0]), Array::vector(vec![1.0; 4]));
    /// let outputs = [joined * &w, padded, repeated, tiled, rest];
    /// let found = reference::evaluate(&outputs, &[("x", &a), ("y", &b), ("w", &c)])?;
    /// let expected = [vec![1.0, 2.0, 3.0, 4.0], vec![0.0, 1.0, 2.0, 0.0], vec![1.0, 1.0, 2.0, 2.0], vec![1.0, 2.0, 1.0, 2.0], vec![3.0, 4.0]];
    /// assert_eq!(found.iter().map(|f| f.data().to_vec()).collect::<Vec<_>>(), expected);
    /// # Ok::<(), elbo_tensor_ad::Error>(())
    /// ```
    NamedAxis {
        /// The axis.
        axis: usize,
    },
    /// The range reaches beyond the axis.
    Range {
        /// The axis.
        axis: usize,
        /// The first index.
        start: usize,
        /// One past the last.
        end: usize,
        /// The length of the axis.
        length: usize,
    },
    /// At least one operand is needed.
    NoOperand,
    /// A custom gradient returned another number of gradients than it has inputs.
    Gradients {
        /// The number of inputs.
        expected: usize,
        /// The number of gradients.
        found: usize,
    },
    /// A custom gradient returned a gradient of another shape than its input.
    Gradient {
        /// Which input, counted from 0.
        input: usize,
        /// Its shape.
        expected: Shape,
        /// The shape of the gradient.
        found: Shape,
    },
    /// There is no derivative in this argument.
    NoGradient {
        /// The argument, as the function's page names it.
        argument: &'static str,
    },
    /// A window that reaches beyond its axis, sees nothing or does not move.
    Window {
        /// The axis.
        axis: usize,
        /// How many elements the window sees.
        size: usize,
        /// How far it moves.
        stride: usize,
        /// The distance between neighbours in it.
        dilation: usize,
        /// The length of the axis, padding included.
        length: usize,
    },
    /// A sequence has another number of steps than the first.
    Steps {
        /// The length of the first.
        expected: Dim,
        /// The length of this one.
        found: Dim,
    },
    /// A step must return arrays of the shapes of the carries.
    Carry(Vec<Shape>),
    /// The channels and features of a convolution do not fall into so many equal parts.
    Groups {
        /// How many parts.
        groups: usize,
        /// The channels.
        channels: usize,
        /// The features.
        features: usize,
    },
    /// The filters of a convolution take another number of channels than there are.
    Channels {
        /// What the filters take.
        expected: usize,
        /// What there is.
        found: usize,
    },
    /// Matrices are needed: two axes or more.
    Matrices {
        /// How many axes there are.
        found: usize,
    },
    /// A square matrix is needed: the last two axes differ.
    NotSquare,
    /// A slice that does not advance.
    NoStep {
        /// The axis.
        axis: usize,
    },
    /// A slice that walks backwards beyond the start.
    BelowZero {
        /// The axis.
        axis: usize,
        /// The first index.
        start: usize,
        /// How many elements are asked for.
        length: usize,
        /// The step.
        step: isize,
    },
    /// The axis must have length 1 and has another, or a name.
    NotOne {
        /// The axis.
        axis: usize,
        /// What it has instead.
        found: Dim,
    },
    /// The lengths of the parts do not add up to that of the axis.
    Parts {
        /// The axis.
        axis: usize,
        /// The sum of the lengths.
        total: usize,
        /// The length of the axis.
        length: usize,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Broadcast => f.write_str("the shapes do not stretch to one another"),
            Reason::Inner => f.write_str("the inner axes differ"),
            Reason::Target(shape) => write!(f, "the operand cannot take shape {shape}"),
            Reason::Rank { expected, found } => write!(f, "needs {expected} axes, found {found}"),
            Reason::Axis { axis, rank } => write!(f, "there is no axis {axis} among {rank}"),
            Reason::RepeatedAxis { axis } => write!(f, "axis {axis} is named twice"),
            Reason::NamedAxis { axis } => write!(f, "axis {axis} has a name where a number is needed"),
            Reason::Range { axis, start, end, length } => {
                write!(f, "{start}..{end} reaches beyond axis {axis} of {length}")
            }
            Reason::Gradients { expected, found } => {
                write!(f, "the rule should return {expected} gradients, found {found}")
            }
            Reason::Gradient { input, expected, found } => {
                write!(f, "the gradient of input {input} should have shape {expected}, found {found}")
            }
            Reason::NoGradient { argument } => write!(f, "there is no derivative in `{argument}`"),
            Reason::NoOperand => f.write_str("needs at least one operand"),
            Reason::Window { axis, size, stride, dilation, length } => write!(
                f,
                "a window of {size}, stride {stride}, dilation {dilation} does not fit axis {axis} of {length}"
            ),
            Reason::Steps { expected, found } => {
                write!(f, "there are {expected} steps, and a sequence of {found}")
            }
            Reason::Carry(shapes) => {
                f.write_str("a step must return what it starts from:")?;
                shapes.iter().try_for_each(|s| write!(f, " {s}"))
            }
            Reason::Groups { groups, channels, features } => {
                write!(
                    f,
                    "{channels} channels and {features} features in {groups} groups do not fit the filters"
                )
            }
            Reason::Channels { expected, found } => {
                write!(f, "the filters take {expected} channels, found {found}")
            }
            Reason::Matrices { found } => write!(f, "needs a matrix, found {found} axes"),
            Reason::NotSquare => f.write_str("needs a square matrix, the last two axes differ"),
            Reason::NoStep { axis } => write!(f, "a step of 0 along axis {axis}"),
            Reason::BelowZero { axis, start, length, step } => {
                write!(f, "{length} elements from {start} on by {step} leave axis {axis} at its start")
            }
            Reason::NotOne { axis, found } => write!(f, "axis {axis} has length {found} where 1 is needed"),
            Reason::Parts { axis, total, length } => {
                write!(f, "the parts of axis {axis} add up to {total}, its length is {length}")
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.op)?;
        for (i, shape) in self.found.iter().enumerate() {
            write!(f, "{}{shape}", if i > 0 { ", " } else { "" })?;
        }
        write!(f, "): {}", self.reason)?;
        write_site(f, self.label.as_deref(), self.file, self.line)
    }
}
