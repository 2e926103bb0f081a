//! What goes wrong with numbers when a plan runs, and where in the source it was asked for.

use std::fmt;
use std::panic::Location;

use crate::op::Op;
use crate::{Error, Expr};

/// The end of every message about an operation: its label and its line.
pub(crate) fn write_site(
    f: &mut fmt::Formatter<'_>,
    label: Option<&str>,
    file: &str,
    line: u32,
) -> fmt::Result {
    if let Some(label) = label {
        write!(f, ", in `{label}`")?;
    }
    write!(f, " ({file}:{line})")
}

/// A matrix on which a factorisation broke down: the operation, where in the matrix, which matrix, the label and the
/// source line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Breakdown {
    /// The operation.
    pub op: &'static str,
    /// The row of the matrix, counted from 0, whose pivot was not of use.
    pub pivot: usize,
    /// Which matrix: its index along each leading axis, empty when there is only one.
    pub batch: Vec<usize>,
    /// The label of the operation or, without one, of its matrix.
    pub label: Option<String>,
    /// The source file.
    pub file: &'static str,
    /// The line in it.
    pub line: u32,
}

impl Breakdown {
    /// The error of the operation `op`; `lead` are the lengths of its leading axes, `matrix` counts within them row-major.
    pub(crate) fn error(
        op: &Op,
        pivot: usize,
        mut matrix: usize,
        lead: &[usize],
        label: Option<&str>,
        at: &'static Location<'static>,
    ) -> Error {
        let mut batch = vec![0; lead.len()];
        for (slot, &n) in batch.iter_mut().zip(lead).rev() {
            *slot = matrix % n.max(1);
            matrix /= n.max(1);
        }
        let label = label.map(Into::into);
        let found =
            Box::new(Breakdown { op: op.name(), pivot, batch, label, file: at.file(), line: at.line() });
        match op {
            Op::Cholesky => Error::NotPositiveDefinite(found),
            Op::EigenSymmetric => Error::NoConvergence(found),
            _ => Error::Singular(found),
        }
    }
}

impl fmt::Display for Breakdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at pivot {}", self.op, self.pivot)?;
        if !self.batch.is_empty() {
            write!(f, " of matrix {:?}", self.batch)?;
        }
        write_site(f, self.label.as_deref(), self.file, self.line)
    }
}

/// An index that is no row of its table: the operation, the index, the rows that there are, the label and the source line.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NoRow {
    /// The operation.
    pub op: &'static str,
    /// The index as a number.
    pub value: f64,
    /// The number of rows.
    pub length: usize,
    /// The label of the operation or, without one, of an operand.
    pub label: Option<String>,
    /// The source file.
    pub file: &'static str,
    /// The line in it.
    pub line: u32,
}

impl NoRow {
    /// The error of the operation `op`.
    #[cold]
    pub(crate) fn error(
        op: &Op,
        value: f64,
        length: usize,
        label: Option<&str>,
        at: &'static Location<'static>,
    ) -> Error {
        let label = label.map(Into::into);
        Error::LookUp(Box::new(NoRow {
            op: op.name(),
            value,
            length,
            label,
            file: at.file(),
            line: at.line(),
        }))
    }

    /// [`error`](Self::error) of an expression.
    #[cold]
    pub(crate) fn of(node: &Expr, value: f64, length: usize) -> Error {
        let label = node.label().or_else(|| node.args().iter().find_map(Expr::label));
        Self::error(node.op(), value, length, label, node.location())
    }
}

impl fmt::Display for NoRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NoRow { op, value, length, .. } = self;
        write!(
            f,
            "{op}: index {value} looked up in a table of {length} rows, which are counted in whole numbers from 0"
        )?;
        write_site(f, self.label.as_deref(), self.file, self.line)
    }
}
