//! Nested arrays and vectors of numbers as an [`Array`].

use crate::{Array, Error, Real};

/// A scalar: no axes.
impl From<f64> for Array<f64> {
    fn from(value: f64) -> Self {
        Array::scalar(value)
    }
}

/// Shape `[n]`, without a copy.
impl<T: Real> From<Vec<T>> for Array<T> {
    fn from(data: Vec<T>) -> Self {
        Array::vector(data)
    }
}

/// Shape `[n]`.
impl<T: Real> From<&[T]> for Array<T> {
    fn from(data: &[T]) -> Self {
        Array::vector(data.to_vec())
    }
}

/// Shape `[N]`.
impl<T: Real, const N: usize> From<[T; N]> for Array<T> {
    fn from(data: [T; N]) -> Self {
        Array::vector(data.to_vec())
    }
}

/// Shape `[N, M]`: `N` rows of `M`.
///
/// ```
/// use elbo_tensor_ad::Array;
///
/// let a = Array::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// assert_eq!(a.shape(), [2, 3]);
/// ```
impl<T: Real, const N: usize, const M: usize> From<[[T; M]; N]> for Array<T> {
    fn from(data: [[T; M]; N]) -> Self {
        shaped(vec![N, M], data.as_flattened().to_vec())
    }
}

/// Shape `[N, M, K]`.
impl<T: Real, const N: usize, const M: usize, const K: usize> From<[[[T; K]; M]; N]> for Array<T> {
    fn from(data: [[[T; K]; M]; N]) -> Self {
        shaped(vec![N, M, K], data.as_flattened().as_flattened().to_vec())
    }
}

/// Shape `[n, m]`: `n` rows of one length. Rows that differ in length are [`Error::Ragged`]. No row at all gives `[0, 0]`.
impl<T: Real> TryFrom<&[Vec<T>]> for Array<T> {
    type Error = Error;

    fn try_from(rows: &[Vec<T>]) -> Result<Self, Error> {
        let expected = rows.first().map_or(0, Vec::len);
        if let Some((row, found)) = rows.iter().map(Vec::len).enumerate().find(|&(_, n)| n != expected) {
            return Err(Error::Ragged { row, expected, found });
        }
        Ok(shaped(vec![rows.len(), expected], rows.concat()))
    }
}

/// As from a slice of rows.
impl<T: Real> TryFrom<Vec<Vec<T>>> for Array<T> {
    type Error = Error;

    fn try_from(rows: Vec<Vec<T>>) -> Result<Self, Error> {
        Array::try_from(rows.as_slice())
    }
}

fn shaped<T: Real>(shape: Vec<usize>, data: Vec<T>) -> Array<T> {
    Array::new(shape, data).expect("a nested array has as many elements as its lengths say")
}
