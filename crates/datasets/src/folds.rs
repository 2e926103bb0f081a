//! `KFold`: the rows divided into k parts, each of which is the test side once.

use rand::Rng;

use crate::dataset::distinct;
use crate::source::{FromRng, Source};
use crate::{Error, RandomState};

/// The rows of one fold: train on the one list, test on the other.
/// [`Dataset::split_at`](crate::Dataset::split_at) takes them out of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fold {
    /// The rows of all other folds, ascending.
    pub train: Vec<usize>,
    /// The rows of this fold, ascending.
    pub test: Vec<usize>,
}

/// k-fold cross-validation: `sklearn.model_selection.KFold` and `StratifiedKFold`.
///
/// Without a seed the folds follow the order of the rows; with [`random_state`](Self::random_state) the rows
/// are shuffled first, as in scikit-learn with `shuffle=True`, and the folds are scikit-learn's, exactly.
/// Checked against scikit-learn 1.9.1.
///
/// ```
/// use elbo_datasets::{KFold, load};
///
/// let iris = load("iris")?;
/// for fold in KFold::new(5).random_state(0).stratified(iris.y.data())? {
///     let split = iris.split_at(&fold.train, &fold.test)?.scaled()?;
///     assert_eq!(split.test.n_rows(), 30);
/// }
/// # Ok::<(), elbo_datasets::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct KFold {
    folds: usize,
    seed: Option<u32>,
}

impl KFold {
    /// This many folds, from 2 to the number of rows, in the order of the rows.
    pub fn new(folds: usize) -> Self {
        Self { folds, seed: None }
    }

    /// Shuffles the rows first, with NumPy's stream for this seed.
    pub fn random_state(mut self, seed: u32) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The folds of `rows` rows: sizes differ by one at most, the larger ones first.
    ///
    /// # Errors
    /// [`Error::Folds`] unless there are 2 folds at least and one row a fold.
    pub fn split(&self, rows: usize) -> Result<Vec<Fold>, Error> {
        self.plain(rows, self.seed.map(RandomState::new).as_mut())
    }

    /// The folds of `rows` rows, shuffled with this generator; a seed that was set is not used.
    ///
    /// # Errors
    /// Those of [`split`](Self::split).
    pub fn split_with<R: Rng + ?Sized>(&self, rows: usize, rng: &mut R) -> Result<Vec<Fold>, Error> {
        self.plain(rows, Some(&mut FromRng(rng)))
    }

    /// The folds of as many rows as there are labels, with each class spread evenly: to within one row in
    /// every fold.
    ///
    /// # Errors
    /// [`Error::Folds`]; [`Error::SmallClass`] when no class has a member for every fold. Where only some
    /// classes are that small, some folds do without them, as in scikit-learn (which warns).
    pub fn stratified(&self, labels: &[f64]) -> Result<Vec<Fold>, Error> {
        self.by_class(labels, self.seed.map(RandomState::new).as_mut())
    }

    /// [`stratified`](Self::stratified), shuffled with this generator; a seed that was set is not used.
    ///
    /// # Errors
    /// Those of [`stratified`](Self::stratified).
    pub fn stratified_with<R: Rng + ?Sized>(&self, labels: &[f64], rng: &mut R) -> Result<Vec<Fold>, Error> {
        self.by_class(labels, Some(&mut FromRng(rng)))
    }

    fn check(&self, rows: usize) -> Result<(), Error> {
        if self.folds < 2 || self.folds > rows {
            return Err(Error::Folds { folds: self.folds, rows });
        }
        Ok(())
    }

    fn plain(&self, rows: usize, source: Option<&mut impl Source>) -> Result<Vec<Fold>, Error> {
        self.check(rows)?;
        let mut order: Vec<usize> = (0..rows).collect();
        if let Some(source) = source {
            source.shuffle(&mut order);
        }
        let (size, larger) = (rows / self.folds, rows % self.folds);
        let mut fold_of = vec![0; rows];
        let mut rest = order.into_iter();
        for fold in 0..self.folds {
            rest.by_ref().take(size + usize::from(fold < larger)).for_each(|row| fold_of[row] = fold);
        }
        Ok(self.gather(&fold_of))
    }

    fn by_class(&self, labels: &[f64], mut source: Option<&mut impl Source>) -> Result<Vec<Fold>, Error> {
        self.check(labels.len())?;
        // scikit-learn goes through the classes in the order in which they appear.
        let (values, places) = distinct(labels);
        let mut appearance: Vec<usize> = Vec::with_capacity(values.len());
        let mut members = vec![Vec::new(); values.len()];
        for (row, &class) in places.iter().enumerate() {
            if members[class].is_empty() {
                appearance.push(class);
            }
            members[class].push(row);
        }
        if let Some(largest) = (0..values.len()).max_by_key(|&k| members[k].len())
            && members[largest].len() < self.folds
        {
            let (label, members) = (values[largest], members[largest].len());
            return Err(Error::SmallClass { label, members, needed: self.folds });
        }
        // Deal the rows, sorted by class, to the folds in turn: so many of each class belong in each fold.
        let mut share = vec![vec![0; self.folds]; values.len()];
        let sorted = appearance.iter().flat_map(|&class| members[class].iter().map(move |_| class));
        sorted.enumerate().for_each(|(i, class)| share[class][i % self.folds] += 1);

        let mut fold_of = vec![0; labels.len()];
        for &class in &appearance {
            let mut folds: Vec<usize> =
                share[class].iter().enumerate().flat_map(|(fold, &n)| vec![fold; n]).collect();
            if let Some(source) = source.as_mut() {
                source.shuffle(&mut folds);
            }
            members[class].iter().zip(folds).for_each(|(&row, fold)| fold_of[row] = fold);
        }
        Ok(self.gather(&fold_of))
    }

    fn gather(&self, fold_of: &[usize]) -> Vec<Fold> {
        let rows = 0..fold_of.len();
        (0..self.folds)
            .map(|fold| {
                let (test, train) = rows.clone().partition(|&row| fold_of[row] == fold);
                Fold { train, test }
            })
            .collect()
    }
}
