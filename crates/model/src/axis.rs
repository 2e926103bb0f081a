//! Names of axes, as a model writes them.

/// The names of the axes of a variable or of data, outermost first.
///
/// An array, slice or vector of names, one name, or `[]` or `()` for a scalar.
pub trait Axes {
    /// The names, outermost first.
    fn names(self) -> Vec<String>;
}

impl Axes for () {
    fn names(self) -> Vec<String> {
        Vec::new()
    }
}

impl Axes for &str {
    fn names(self) -> Vec<String> {
        vec![self.to_string()]
    }
}

// Of `&str` alone: else the compiler could not tell what `[]` is an array of.
impl<const N: usize> Axes for [&str; N] {
    fn names(self) -> Vec<String> {
        self.iter().map(ToString::to_string).collect()
    }
}

impl<S: AsRef<str>> Axes for Vec<S> {
    fn names(self) -> Vec<String> {
        self.iter().map(|s| s.as_ref().to_string()).collect()
    }
}

impl<S: AsRef<str>> Axes for &[S] {
    fn names(self) -> Vec<String> {
        self.iter().map(|s| s.as_ref().to_string()).collect()
    }
}

/// What a model knows of one axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    pub(crate) name: String,
    pub(crate) length: usize,
    /// Rows of data: another call may bring another number of them.
    pub(crate) free: bool,
    pub(crate) labels: Option<Vec<String>>,
}
