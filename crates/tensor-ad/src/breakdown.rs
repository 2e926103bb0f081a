//! What goes wrong with numbers when a plan runs, and where in the source it was asked for.

use std::fmt;
use std::panic::Location;

use crate::op::Op;
use crate::source::Source;
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
    /// The label of the operation or, without one, the nearest of its matrix and of what that was moved from.
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
    /// What the index was moved or computed from, the nearest first: labels of expressions and, where there is none on the way, names of
    /// inputs. At most four, and none where it depends on no input.
    pub index: Vec<String>,
    /// The label of the operation or, without one, the nearest of an operand and of what that was moved from.
    pub label: Option<String>,
    /// The source file.
    pub file: &'static str,
    /// The line in it.
    pub line: u32,
}

impl NoRow {
    /// The error of the operation `op`, but for what the index came from.
    #[cold]
    pub(crate) fn error(
        op: &Op,
        value: f64,
        length: usize,
        label: Option<&str>,
        at: &'static Location<'static>,
    ) -> Error {
        let (op, label, index) = (op.name(), label.map(Into::into), Vec::new());
        Error::LookUp(Box::new(NoRow { op, value, length, index, label, file: at.file(), line: at.line() }))
    }

    /// The error of this look-up, whole.
    #[cold]
    pub(crate) fn of(node: &Expr, value: f64, length: usize) -> Error {
        let label = node.label_or_of(2);
        Self::error(node.op(), value, length, label.as_deref(), node.location())
            .with_index_from(&Self::index_of(node))
    }

    /// What the index of a look-up came from.
    pub(crate) fn index_of(node: impl Source) -> Vec<String> {
        // The table comes first, but where sums go into one.
        let index = match node.op() {
            Op::ScatterAdd { .. } => node.operands().into_iter().next(),
            _ => node.operands().into_iter().nth(1),
        };
        index.map_or_else(Vec::new, Source::names)
    }
}

impl Error {
    /// With what the index came from, if this is a look-up's error.
    #[cold]
    pub(crate) fn with_index_from(self, index: &[String]) -> Error {
        match self {
            Error::LookUp(found) => Error::LookUp(Box::new(NoRow { index: index.to_vec(), ..*found })),
            other => other,
        }
    }
}

impl fmt::Display for NoRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NoRow { op, value, length, .. } = self;
        write!(f, "{op}: index {value} ")?;
        for (i, name) in self.index.iter().enumerate() {
            write!(f, "{}`{name}` ", if i == 0 { "from " } else { "and " })?;
        }
        write!(f, "looked up in a table of {length} rows, which are counted in whole numbers from 0")?;
        // A name is said once.
        let label = self.label.as_deref().filter(|label| !self.index.iter().any(|name| name == label));
        write_site(f, label, self.file, self.line)
    }
}
