//! `Scaler` and `scale`: columns brought to mean 0 and variance 1.

use elbo_tensor_ad::Array;

use crate::dataset::check_table;
use crate::{Dataset, Error};

/// Each column of `x` at mean 0 and population variance 1: `sklearn.preprocessing.scale(x)`.
///
/// Column `j` becomes `(x_j - mean_j) / sd_j`, with `sd_j` over `n` and not `n - 1`; a column whose deviation
/// is below `10 ε` (2.2e-15), a constant one above all, is only centred, and comes out as zeros. As in
/// scikit-learn, a mean that is still more than 1e-8 away from 0, because the numbers are huge or nearly
/// constant, is subtracted once more. [`Scaler::constant_columns`] reports constant columns, which a model
/// seldom wants.
///
/// Sums run down the rows in order, as NumPy's do for a row-major table of two columns or more: there the
/// result is scikit-learn 1.9.1's bit for bit. NumPy sums a single column, or a column-major table, in
/// another order: there it agrees to 1e-12.
///
/// # Errors
/// [`Error::Rank`] unless `x` is `[n, features]`; [`Error::Empty`]; [`Error::NotFinite`];
/// [`Error::Overflow`].
pub fn scale(x: &Array<f64>) -> Result<Array<f64>, Error> {
    check_table("x", x)?;
    let w = x.row_len();
    let (mean, variance) = moments(x)?;
    let mut out = x.clone();
    subtract(&mut out, &mean);
    recentre(&mut out);
    let sd: Vec<f64> =
        variance.iter().map(|v| v.sqrt()).map(|s| if s < 10.0 * f64::EPSILON { 1.0 } else { s }).collect();
    out.data_mut().chunks_exact_mut(w).for_each(|row| row.iter_mut().zip(&sd).for_each(|(v, s)| *v /= s));
    recentre(&mut out);
    Ok(out)
}

/// Subtracts the means once more from every column if any of them is not close to 0.
fn recentre(x: &mut Array<f64>) {
    let mean = column_means(x);
    if mean.iter().any(|m| m.abs() > 1e-8) {
        subtract(x, &mean);
    }
}

fn subtract(x: &mut Array<f64>, mean: &[f64]) {
    x.data_mut()
        .chunks_exact_mut(mean.len())
        .for_each(|row| row.iter_mut().zip(mean).for_each(|(v, m)| *v -= m));
}

fn column_means(x: &Array<f64>) -> Vec<f64> {
    let mut sum = vec![0.0; x.row_len()];
    for row in x.data().chunks_exact(x.row_len()) {
        sum.iter_mut().zip(row).for_each(|(s, v)| *s += v);
    }
    sum.iter().map(|s| s / x.rows() as f64).collect()
}

/// Mean and population variance of each column, in two passes.
fn moments(x: &Array<f64>) -> Result<(Vec<f64>, Vec<f64>), Error> {
    let mean = column_means(x);
    let mut squares = x.clone();
    subtract(&mut squares, &mean);
    squares.data_mut().iter_mut().for_each(|v| *v *= *v);
    let variance = column_means(&squares);
    match mean.iter().zip(&variance).position(|(m, v)| !(m.is_finite() && v.is_finite())) {
        Some(column) => Err(Error::Overflow { column }),
        None => Ok((mean, variance)),
    }
}

/// Means and deviations learnt from one table, to be applied to others: fit on the training rows, transform
/// the test rows.
///
/// Column `j` becomes `(x_j - mean_j) / sd_j`, with the population deviation (over `n`). A constant column
/// gets `sd_j = 1`, as in `sklearn.preprocessing.StandardScaler`, and
/// [`constant_columns`](Self::constant_columns) names it.
///
/// ```
/// use elbo_datasets::{Scaler, make_moons};
///
/// let split = make_moons(200).noise(0.2).random_state(0).generate()?.split(0.5).random_state(42).generate()?;
/// let scaler = Scaler::fit(&split.train.x)?;
/// assert!(scaler.constant_columns().is_empty());
/// let test = scaler.transform(&split.test.x)?;
/// # assert_eq!(test.shape(), [100, 2]);
/// # Ok::<(), elbo_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Scaler {
    mean: Vec<f64>,
    sd: Vec<f64>,
    constant: Vec<usize>,
}

impl Scaler {
    /// The mean and population deviation of each column of `x`, `[n, features]`.
    ///
    /// A column counts as constant when all its numbers are equal or its variance is within the rounding
    /// error of its computation, `n ε var + (n ε mean)²` (Chan, Golub and LeVeque, 1983; the same bound as
    /// scikit-learn's).
    ///
    /// # Errors
    /// [`Error::Rank`]; [`Error::Empty`]; [`Error::NotFinite`]; [`Error::Overflow`].
    pub fn fit(x: &Array<f64>) -> Result<Self, Error> {
        check_table("x", x)?;
        let (mut mean, variance) = moments(x)?;
        let mut sd: Vec<f64> = variance.iter().map(|v| v.sqrt()).collect();
        let mut constant = Vec::new();
        let n_eps = x.rows() as f64 * f64::EPSILON;
        for j in 0..mean.len() {
            let first = x.data()[j];
            let equal = x.data().iter().skip(j).step_by(mean.len()).all(|&v| v == first);
            if equal {
                mean[j] = first; // exactly, so that the column comes out as exact zeros
            }
            if equal || variance[j] <= n_eps * variance[j] + (n_eps * mean[j]).powi(2) {
                sd[j] = 1.0;
                constant.push(j);
            }
        }
        Ok(Self { mean, sd, constant })
    }

    /// The same scaler that leaves the means alone and only divides (scikit-learn's `with_mean=False`).
    #[must_use]
    pub fn without_mean(mut self) -> Self {
        self.mean.fill(0.0);
        self
    }

    /// The same scaler that leaves the deviations alone and only centres (scikit-learn's `with_std=False`).
    #[must_use]
    pub fn without_sd(mut self) -> Self {
        self.sd.fill(1.0);
        self
    }

    /// What is subtracted from each column.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// What each column is divided by: its population standard deviation, 1 for a constant column.
    pub fn sd(&self) -> &[f64] {
        &self.sd
    }

    /// The columns that were constant when fitted, from 0. They carry no information, and any other value in
    /// a later table will not be scaled: drop them, or ask why they are there.
    pub fn constant_columns(&self) -> &[usize] {
        &self.constant
    }

    /// `(x - mean) / sd`, column by column.
    ///
    /// # Errors
    /// [`Error::Length`] when `x` has another number of columns than the fitted table; [`Error::Rank`];
    /// [`Error::Empty`]; [`Error::NotFinite`]; [`Error::Overflow`].
    pub fn transform(&self, x: &Array<f64>) -> Result<Array<f64>, Error> {
        self.map(x, |v, m, s| (v - m) / s)
    }

    /// `z sd + mean`, column by column: undoes [`transform`](Self::transform) to rounding.
    ///
    /// # Errors
    /// Those of [`transform`](Self::transform).
    pub fn inverse_transform(&self, z: &Array<f64>) -> Result<Array<f64>, Error> {
        self.map(z, |v, m, s| v * s + m)
    }

    /// The same set with its features transformed.
    ///
    /// # Errors
    /// Those of [`transform`](Self::transform).
    pub fn apply(&self, data: &Dataset) -> Result<Dataset, Error> {
        Ok(data.with_x(self.transform(&data.x)?))
    }

    fn map(&self, x: &Array<f64>, f: impl Fn(f64, f64, f64) -> f64) -> Result<Array<f64>, Error> {
        check_table("x", x)?;
        if x.row_len() != self.mean.len() {
            return Err(Error::Length { what: "columns", expected: self.mean.len(), found: x.row_len() });
        }
        let mut out = x.clone();
        for row in out.data_mut().chunks_exact_mut(self.mean.len()) {
            for (v, (&m, &s)) in row.iter_mut().zip(self.mean.iter().zip(&self.sd)) {
                *v = f(*v, m, s);
            }
        }
        match out.data().iter().position(|v| !v.is_finite()) {
            Some(i) => Err(Error::Overflow { column: i % self.mean.len() }),
            None => Ok(out),
        }
    }
}
