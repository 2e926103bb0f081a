//! The coordinate of a dimension: one label or number per position.

use crate::Error;

/// One label or number for each position along a dimension.
///
/// A dimension that was given none has `Ints(0, 1, 2, ...)`, as in ArviZ. Vectors convert by `into()`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Coord {
    /// Text labels, such as the names of features or groups.
    Labels(Vec<String>),
    /// Whole numbers, such as years or row numbers.
    Ints(Vec<i64>),
    /// Real numbers, such as positions on a grid. NaN is refused when the coordinate is set.
    Floats(Vec<f64>),
}

impl Coord {
    /// The default coordinate of a dimension of this size: 0, 1, 2, ...
    #[must_use]
    pub fn range(size: usize) -> Coord {
        Coord::Ints((0..size as i64).collect())
    }

    /// The number of positions.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Coord::Labels(v) => v.len(),
            Coord::Ints(v) => v.len(),
            Coord::Floats(v) => v.len(),
        }
    }

    /// Whether there is no position at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text of one position, as a summary's row names show it; empty beyond the end.
    #[must_use]
    pub fn text(&self, index: usize) -> String {
        match self {
            Coord::Labels(v) => v.get(index).cloned(),
            Coord::Ints(v) => v.get(index).map(i64::to_string),
            Coord::Floats(v) => v.get(index).map(|x| format!("{x:?}")),
        }
        .unwrap_or_default()
    }

    /// Refuses what a store would not give back as it was: NaN, and NUL in text.
    pub(crate) fn check(&self, dim: &str) -> Result<(), Error> {
        let found = match self {
            Coord::Labels(v) => {
                v.iter().position(|s| s.contains('\0')).map(|i| (i, "text with a NUL character"))
            }
            Coord::Floats(v) => v.iter().position(|x| x.is_nan()).map(|i| (i, "NaN")),
            Coord::Ints(_) => None,
        };
        match found {
            Some((index, reason)) => Err(Error::Coordinate { dim: dim.to_owned(), index, reason }),
            None => Ok(()),
        }
    }
}

impl From<Vec<String>> for Coord {
    fn from(v: Vec<String>) -> Coord {
        Coord::Labels(v)
    }
}

impl From<Vec<&str>> for Coord {
    fn from(v: Vec<&str>) -> Coord {
        Coord::Labels(v.into_iter().map(str::to_owned).collect())
    }
}

impl<const N: usize> From<[&str; N]> for Coord {
    fn from(v: [&str; N]) -> Coord {
        Coord::from(v.to_vec())
    }
}

impl From<Vec<i64>> for Coord {
    fn from(v: Vec<i64>) -> Coord {
        Coord::Ints(v)
    }
}

impl From<Vec<f64>> for Coord {
    fn from(v: Vec<f64>) -> Coord {
        Coord::Floats(v)
    }
}
