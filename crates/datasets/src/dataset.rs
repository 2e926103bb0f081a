//! `Dataset`: features and targets whose rows belong together, checked once.

use elbo_tensor_ad::Array;

use crate::{Error, Size, Split, Splitting, scale};

/// Features `x` of shape `[n, features]` and targets `y` of shape `[n]`, with names.
///
/// The constructor has checked that both are finite, have at least one row and column, and agree in length.
/// The fields can be read freely; build a changed set with [`Dataset::new`], so that it is checked again.
///
/// ```
/// use elbo_datasets::{Dataset, Error};
/// use elbo_tensor_ad::Array;
///
/// let x = Array::new([3, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
/// let data = Dataset::new(x, Array::vector(vec![0.0, 1.0, 1.0]))?.with_target_names(["no", "yes"])?;
/// assert_eq!(data.n_rows(), 3);
/// assert_eq!(data.classes(), [0.0, 1.0]);
/// assert_eq!(data.rows(&[2])?.x.data(), [5.0, 6.0]);
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Dataset {
    /// The features, `[n, features]`, finite.
    pub x: Array<f64>,
    /// The targets, `[n]`, finite: class numbers, or values to regress on.
    pub y: Array<f64>,
    /// One name a column of `x`; `x0`, `x1`, … by default.
    pub feature_names: Vec<String>,
    /// The name of each class: label `k` is `target_names[k]`. Empty when the classes have no names, or for
    /// regression.
    pub target_names: Vec<String>,
    /// What the set is called; empty by default.
    pub name: String,
}

impl Dataset {
    /// A set of these features, `[n, features]`, and targets, `[n]`.
    ///
    /// # Errors
    /// [`Error::Rank`], [`Error::Empty`], [`Error::Length`] when `x` and `y` differ in rows,
    /// [`Error::NotFinite`].
    pub fn new(x: Array<f64>, y: Array<f64>) -> Result<Self, Error> {
        check_table("x", &x)?;
        if y.rank() != 1 {
            return Err(Error::Rank { what: "y", expected: 1, found: y.shape().to_vec() });
        }
        if y.rows() != x.rows() {
            return Err(Error::Length { what: "targets", expected: x.rows(), found: y.rows() });
        }
        check_finite("y", y.data(), 1)?;
        let feature_names = (0..x.row_len()).map(|j| format!("x{j}")).collect();
        Ok(Self { x, y, feature_names, target_names: Vec::new(), name: String::new() })
    }

    /// The same set under this name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The same set with these names for the columns of `x`.
    ///
    /// # Errors
    /// [`Error::Length`] unless there is one name a column.
    pub fn with_feature_names<S: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = S>,
    ) -> Result<Self, Error> {
        self.feature_names = names.into_iter().map(Into::into).collect();
        let (expected, found) = (self.n_features(), self.feature_names.len());
        if expected != found {
            return Err(Error::Length { what: "feature names", expected, found });
        }
        Ok(self)
    }

    /// The same set with a name for each class: every label must be a whole number that has a name.
    ///
    /// # Errors
    /// [`Error::Label`] for a label without a name.
    pub fn with_target_names<S: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = S>,
    ) -> Result<Self, Error> {
        self.target_names = names.into_iter().map(Into::into).collect();
        check_labels(self.y.data(), self.target_names.len())?;
        Ok(self)
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.x.rows()
    }

    /// The number of columns of `x`.
    pub fn n_features(&self) -> usize {
        self.x.row_len()
    }

    /// The distinct targets, ascending.
    pub fn classes(&self) -> Vec<f64> {
        distinct(self.y.data()).0
    }

    /// The number of rows of each of the [`classes`](Self::classes).
    pub fn class_counts(&self) -> Vec<usize> {
        let (values, places) = distinct(self.y.data());
        let mut counts = vec![0; values.len()];
        places.iter().for_each(|&k| counts[k] += 1);
        counts
    }

    /// The targets as class numbers.
    ///
    /// # Errors
    /// [`Error::Label`] for a target that is negative or not a whole number, or beyond the names where
    /// classes have names.
    pub fn labels(&self) -> Result<Vec<usize>, Error> {
        let classes = if self.target_names.is_empty() { 1 << 53 } else { self.target_names.len() };
        check_labels(self.y.data(), classes)?;
        Ok(self.y.data().iter().map(|&v| v as usize).collect())
    }

    /// The rows named by `indices`, in that order; names are kept.
    ///
    /// # Errors
    /// [`Error::Empty`] for no indices; [`Error::Array`] for an index beyond the rows.
    pub fn rows(&self, indices: &[usize]) -> Result<Self, Error> {
        if indices.is_empty() {
            return Err(Error::Empty { what: "rows" });
        }
        Ok(Self { x: self.x.select_rows(indices)?, y: self.y.select_rows(indices)?, ..self.names_only() })
    }

    /// The same set with other features, of the same shape.
    pub(crate) fn with_x(&self, x: Array<f64>) -> Self {
        Self { x, y: self.y.clone(), ..self.names_only() }
    }

    fn names_only(&self) -> Self {
        Self {
            x: Array::vector(Vec::new()),
            y: Array::vector(Vec::new()),
            feature_names: self.feature_names.clone(),
            target_names: self.target_names.clone(),
            name: self.name.clone(),
        }
    }

    /// The same set with each column of `x` at mean 0 and population variance 1: [`scale`] of all rows.
    ///
    /// Scaling *before* a split lets the training rows know the mean and spread of the test rows. For an
    /// honest test, split first and call [`Split::scaled`].
    ///
    /// # Errors
    /// Those of [`scale`].
    pub fn scaled(&self) -> Result<Self, Error> {
        Ok(self.with_x(scale(&self.x)?))
    }

    /// A split into training and test rows, still to be configured; `size` is the fraction (`0.25`) or the
    /// count (`50`) of *test* rows.
    pub fn split(&self, size: impl Into<Size>) -> Splitting<'_> {
        Splitting::new(self, size.into())
    }

    /// The two sides of a split that is already known: the rows of `train` and the rows of `test`.
    ///
    /// # Errors
    /// Those of [`rows`](Self::rows).
    pub fn split_at(&self, train: &[usize], test: &[usize]) -> Result<Split, Error> {
        Ok(Split {
            train: self.rows(train)?,
            test: self.rows(test)?,
            train_indices: train.to_vec(),
            test_indices: test.to_vec(),
        })
    }
}

/// A matrix with at least one row and one column, all finite.
pub(crate) fn check_table(what: &'static str, x: &Array<f64>) -> Result<(), Error> {
    if x.rank() != 2 {
        return Err(Error::Rank { what, expected: 2, found: x.shape().to_vec() });
    }
    if x.rows() == 0 {
        return Err(Error::Empty { what: "rows" });
    }
    if x.row_len() == 0 {
        return Err(Error::Empty { what: "feature columns" });
    }
    check_finite(what, x.data(), x.row_len())
}

fn check_finite(what: &'static str, data: &[f64], width: usize) -> Result<(), Error> {
    match data.iter().position(|v| !v.is_finite()) {
        Some(i) => Err(Error::NotFinite { what, row: i / width, column: i % width, value: data[i] }),
        None => Ok(()),
    }
}

fn check_labels(y: &[f64], classes: usize) -> Result<(), Error> {
    match y.iter().position(|&v| v < 0.0 || v.fract() != 0.0 || v >= classes as f64) {
        Some(row) => Err(Error::Label { row, value: y[row], classes }),
        None => Ok(()),
    }
}

/// The distinct values of `y`, ascending, and the place of each row's value among them.
pub(crate) fn distinct(y: &[f64]) -> (Vec<f64>, Vec<usize>) {
    // -0.0 and 0.0 are one label; adding 0.0 turns the former into the latter.
    let y: Vec<f64> = y.iter().map(|v| v + 0.0).collect();
    let mut values = y.clone();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let places = y.iter().map(|v| values.partition_point(|w| w.total_cmp(v).is_lt())).collect();
    (values, places)
}
