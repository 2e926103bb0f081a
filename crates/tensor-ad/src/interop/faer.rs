//! [`Array`] and `faer`'s matrices.

use faer::{Mat, MatRef};

use crate::{Array, Error, Real};

impl<T: Real> Array<T> {
    /// A matrix `[m, n]`, or a vector `[n]` as one column, as a view that `faer` reads: no copy.
    ///
    /// # Errors
    /// [`Error::Rank`] for another number of axes.
    ///
    /// ```
    /// use elbo_tensor_ad::Array;
    ///
    /// let a = Array::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let m = a.as_faer()?;
    /// assert_eq!((m.nrows(), m.ncols(), m[(1, 2)]), (2, 3, 6.0));
    /// # Ok::<(), elbo_tensor_ad::Error>(())
    /// ```
    pub fn as_faer(&self) -> Result<MatRef<'_, T>, Error> {
        match *self.shape() {
            [n] => Ok(MatRef::from_column_major_slice(self.data(), n, 1)),
            [m, n] => Ok(MatRef::from_row_major_slice(self.data(), m, n)),
            _ => Err(Error::Rank { expected: 2, found: self.shape().to_vec() }),
        }
    }

    /// A copy of a matrix `[m, n]`, or of a vector as one column, in `faer`'s own column-major memory.
    ///
    /// # Errors
    /// As [`as_faer`](Self::as_faer).
    pub fn to_faer(&self) -> Result<Mat<T>, Error> {
        let view = self.as_faer()?;
        Ok(Mat::from_fn(view.nrows(), view.ncols(), |i, j| view[(i, j)]))
    }
}

/// A row-major copy, shape `[rows, columns]`: `faer` keeps columns together, and does not give its buffer away.
impl<T: Real> From<MatRef<'_, T>> for Array<T> {
    fn from(matrix: MatRef<'_, T>) -> Self {
        let (m, n) = (matrix.nrows(), matrix.ncols());
        let data = (0..m).flat_map(|i| (0..n).map(move |j| matrix[(i, j)])).collect();
        Array::new([m, n], data).expect("a matrix has as many elements as rows times columns")
    }
}

/// A row-major copy, shape `[rows, columns]`.
impl<T: Real> From<&Mat<T>> for Array<T> {
    fn from(matrix: &Mat<T>) -> Self {
        Array::from(matrix.as_ref())
    }
}
