//! `Split`: rows to train on and rows to test on, and how they are chosen.

use std::fmt;

use rand::Rng;

use crate::dataset::distinct;
use crate::source::{FromRng, Source, seeded};
use crate::{Dataset, Error, Scaler};

const FUNCTION: &str = "train_test_split";

/// A fraction of the rows or a number of rows. Made from an `f64` or a `usize`, so `split(0.25)` and
/// `split(50)` both read well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// A fraction of the rows, strictly between 0 and 1.
    Fraction(f64),
    /// A number of rows, strictly between 0 and the number of rows.
    Count(usize),
}

impl From<f64> for Size {
    fn from(fraction: f64) -> Self {
        Size::Fraction(fraction)
    }
}

impl From<usize> for Size {
    fn from(count: usize) -> Self {
        Size::Count(count)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Size::Fraction(v) => write!(f, "{v:?}"),
            Size::Count(v) => write!(f, "{v}"),
        }
    }
}

impl Size {
    fn check(self, side: &'static str, rows: usize) -> Result<(), Error> {
        let fits = match self {
            Size::Fraction(v) => v > 0.0 && v < 1.0,
            Size::Count(n) => n > 0 && n < rows,
        };
        if fits { Ok(()) } else { Err(Error::SplitSize { side, size: self, rows }) }
    }

    fn rows(self, rows: usize, round: fn(f64) -> f64) -> usize {
        match self {
            Size::Fraction(v) => round(v * rows as f64) as usize,
            Size::Count(n) => n,
        }
    }
}

/// The two sides of a split, and where their rows came from.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Split {
    /// The rows to fit on.
    pub train: Dataset,
    /// The rows to judge by.
    pub test: Dataset,
    /// For each row of `train`, its row in the set that was split.
    pub train_indices: Vec<usize>,
    /// For each row of `test`, its row in the set that was split.
    pub test_indices: Vec<usize>,
}

impl Split {
    /// The same split with both sides scaled by the means and deviations of the *training* rows.
    ///
    /// This is the honest order: nothing about the test rows enters the fit. [`Dataset::scaled`] before the
    /// split is the common shortcut; with many rows it changes little, but it is a leak.
    ///
    /// # Errors
    /// Those of [`Scaler::fit`] and [`Scaler::transform`].
    pub fn scaled(&self) -> Result<Self, Error> {
        let scaler = Scaler::fit(&self.train.x)?;
        Ok(Self { train: scaler.apply(&self.train)?, test: scaler.apply(&self.test)?, ..self.clone() })
    }
}

/// A split of `data` into training and test rows; `size` is the fraction or the number of *test* rows. The
/// same as [`Dataset::split`] and as `sklearn.model_selection.train_test_split(..., test_size=size)`; see
/// [`Splitting`] for the settings.
///
/// ```
/// use elbo_datasets::{load, train_test_split};
///
/// let iris = load("iris")?;
/// let split = train_test_split(&iris, 0.2).stratify().random_state(7).generate()?;
/// assert_eq!((split.train.n_rows(), split.test.n_rows()), (120, 30));
/// assert_eq!(split.test.y.data().iter().filter(|&&y| y == 2.0).count(), 10);
/// # Ok::<(), elbo_datasets::Error>(())
/// ```
pub fn train_test_split(data: &Dataset, size: impl Into<Size>) -> Splitting<'_> {
    Splitting::new(data, size.into())
}

/// Settings of [`Dataset::split`] and [`train_test_split`].
///
/// | setting | range | default |
/// | --- | --- | --- |
/// | test size, given at the start | fraction: `ceil(f n)` rows; or count | |
/// | [`train_size`](Self::train_size) | fraction: `floor(f n)` rows; or count | all rows that are not test |
/// | [`stratify`](Self::stratify): keep the proportions of the classes | every class has 2 members | no |
/// | [`shuffle`](Self::shuffle): choose rows at random; if not, the first rows train and the next ones test | | true |
/// | [`random_state`](Self::random_state): seed of NumPy's stream | any `u32` | none: an error unless shuffling is off |
///
/// With a seed the rows are scikit-learn's, in its order, exactly. Checked against scikit-learn 1.9.1.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Splitting<'a> {
    data: &'a Dataset,
    test: Size,
    train: Option<Size>,
    stratify: bool,
    shuffle: bool,
    seed: Option<u32>,
}

impl<'a> Splitting<'a> {
    pub(crate) fn new(data: &'a Dataset, test: Size) -> Self {
        Self { data, test, train: None, stratify: false, shuffle: true, seed: None }
    }

    /// How many rows to train on, when some are to be on neither side.
    pub fn train_size(mut self, size: impl Into<Size>) -> Self {
        self.train = Some(size.into());
        self
    }

    /// Gives each class its share of either side, to within one row.
    pub fn stratify(mut self) -> Self {
        self.stratify = true;
        self
    }

    /// Whether rows are chosen at random.
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// Uses NumPy's stream for this seed, and so gives scikit-learn's rows.
    pub fn random_state(mut self, seed: u32) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The split, with the stream of [`random_state`](Self::random_state).
    ///
    /// # Errors
    /// [`Error::SplitSize`], [`Error::SplitRows`] for sizes that do not fit; [`Error::Unseeded`]; when
    /// stratifying, [`Error::SmallClass`], [`Error::SmallSide`], [`Error::StratifiedUnshuffled`].
    pub fn generate(&self) -> Result<Split, Error> {
        self.draw(&mut seeded(self.seed, self.shuffle, FUNCTION)?)
    }

    /// The split, with this generator in place of NumPy's stream; a seed that was set is not used.
    ///
    /// # Errors
    /// Those of [`generate`](Self::generate), but for the missing seed.
    pub fn generate_with<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<Split, Error> {
        self.draw(&mut FromRng(rng))
    }

    fn draw(&self, source: &mut impl Source) -> Result<Split, Error> {
        let n = self.data.n_rows();
        let (train, test) = self.sizes(n)?;
        let (train, test) = match (self.stratify, self.shuffle) {
            (true, false) => return Err(Error::StratifiedUnshuffled),
            (true, true) => stratified(self.data.y.data(), train, test, source)?,
            (false, true) => {
                let order = source.permutation(n);
                (order[test..test + train].to_vec(), order[..test].to_vec())
            }
            (false, false) => ((0..train).collect(), (train..train + test).collect()),
        };
        self.data.split_at(&train, &test)
    }

    /// The rows on the training side and on the test side.
    fn sizes(&self, n: usize) -> Result<(usize, usize), Error> {
        self.test.check("test", n)?;
        let test = self.test.rows(n, f64::ceil);
        let train = match self.train {
            None => n.saturating_sub(test),
            Some(size) => {
                size.check("train", n)?;
                size.rows(n, f64::floor)
            }
        };
        if train == 0 || test == 0 || train + test > n {
            return Err(Error::SplitRows { rows: n, train, test });
        }
        Ok((train, test))
    }
}

/// scikit-learn's `StratifiedShuffleSplit`, one split: how many of each class, then which, then in which
/// order.
fn stratified(
    y: &[f64],
    train: usize,
    test: usize,
    source: &mut impl Source,
) -> Result<(Vec<usize>, Vec<usize>), Error> {
    let (classes, places) = distinct(y);
    let mut members = vec![Vec::new(); classes.len()];
    places.iter().enumerate().for_each(|(row, &class)| members[class].push(row));
    if let Some(k) = members.iter().position(|m| m.len() < 2) {
        return Err(Error::SmallClass { label: classes[k], members: members[k].len(), needed: 2 });
    }
    for (side, rows) in [("train", train), ("test", test)] {
        if rows < classes.len() {
            return Err(Error::SmallSide { side, rows, classes: classes.len() });
        }
    }
    let counts: Vec<usize> = members.iter().map(Vec::len).collect();
    let to_train = proportional(&counts, train, source);
    let left: Vec<usize> = counts.iter().zip(&to_train).map(|(c, t)| c - t).collect();
    let to_test = proportional(&left, test, source);

    let (mut train_rows, mut test_rows) = (Vec::with_capacity(train), Vec::with_capacity(test));
    for (k, rows) in members.iter().enumerate() {
        let order = source.permutation(rows.len());
        let (a, b) = (to_train[k], to_train[k] + to_test[k]);
        train_rows.extend(order[..a].iter().map(|&i| rows[i]));
        test_rows.extend(order[a..b].iter().map(|&i| rows[i]));
    }
    source.shuffle(&mut train_rows);
    source.shuffle(&mut test_rows);
    Ok((train_rows, test_rows))
}

/// `draws` rows shared out over classes in proportion to `counts`: the whole parts first, then one more to
/// the classes with the largest remainders, ties broken at random (scikit-learn's `_approximate_mode`).
fn proportional(counts: &[usize], draws: usize, source: &mut impl Source) -> Vec<usize> {
    let total: usize = counts.iter().sum();
    let share: Vec<f64> = counts.iter().map(|&c| c as f64 / total as f64 * draws as f64).collect();
    let mut given: Vec<usize> = share.iter().map(|s| s.floor() as usize).collect();
    let mut missing = draws.saturating_sub(given.iter().sum());
    let remainder: Vec<f64> = share.iter().map(|s| s - s.floor()).collect();
    let mut values = remainder.clone();
    values.sort_by(|a, b| b.total_cmp(a));
    values.dedup();
    for value in values {
        if missing == 0 {
            break;
        }
        let tied: Vec<usize> = (0..counts.len()).filter(|&k| remainder[k] == value).collect();
        let now = tied.len().min(missing);
        for &i in &source.permutation(tied.len())[..now] {
            given[tied[i]] += 1;
        }
        missing -= now;
    }
    given
}
