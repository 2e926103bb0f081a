//! `Array`: plain numbers with a shape, row-major, the form in which data enter and leave a plan.

use crate::{Error, Real};

/// Numbers with a shape, stored row-major (the last axis varies fastest).
///
/// An `Array` is plain data: it has no gradient and no name. A scalar has the empty shape `[]`.
///
/// ```
/// use elbo_tensor_ad::Array;
///
/// let a = Array::new([2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
/// assert_eq!(a.row(1)?, [4.0, 5.0, 6.0]);
/// assert_eq!(a.select_rows(&[1, 0])?.data(), [4.0, 5.0, 6.0, 1.0, 2.0, 3.0]);
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Array<T = f64> {
    shape: Vec<usize>,
    data: Vec<T>,
}

impl<T: Real> Array<T> {
    /// An array of this shape over these numbers, row-major.
    ///
    /// # Errors
    /// [`Error::ElementCount`] when the product of `shape` is not the number of elements in `data`.
    pub fn new(shape: impl Into<Vec<usize>>, data: Vec<T>) -> Result<Self, Error> {
        let shape = shape.into();
        let expected = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).unwrap_or(usize::MAX);
        if expected != data.len() {
            return Err(Error::ElementCount { shape, expected, found: data.len() });
        }
        Ok(Self { shape, data })
    }

    /// A scalar: shape `[]`, one number.
    pub fn scalar(value: T) -> Self {
        Self { shape: Vec::new(), data: vec![value] }
    }

    /// A vector: shape `[n]`.
    pub fn vector(data: Vec<T>) -> Self {
        Self { shape: vec![data.len()], data }
    }

    /// An array of this shape with every element equal to `value`.
    pub fn full(shape: impl Into<Vec<usize>>, value: T) -> Self {
        let shape = shape.into();
        let n = shape.iter().product();
        Self { shape, data: vec![value; n] }
    }

    /// An array of zeros of this shape.
    pub fn zeros(shape: impl Into<Vec<usize>>) -> Self {
        Self::full(shape, T::ZERO)
    }

    /// The length of each axis.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// True when the array holds no element.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The elements, row-major.
    pub fn data(&self) -> &[T] {
        &self.data
    }

    /// The elements, row-major, to be changed in place.
    pub fn data_mut(&mut self) -> &mut [T] {
        &mut self.data
    }

    /// The elements, row-major, by value.
    pub fn into_data(self) -> Vec<T> {
        self.data
    }

    /// The length of the first axis (1 for a scalar).
    pub fn rows(&self) -> usize {
        self.shape.first().copied().unwrap_or(1)
    }

    /// The number of elements in one row: the product of all axes after the first.
    pub fn row_len(&self) -> usize {
        self.shape.iter().skip(1).product()
    }

    /// The elements of row `i` (all axes after the first, row-major).
    ///
    /// # Errors
    /// [`Error::Index`] when `i` is not below [`rows`](Self::rows).
    pub fn row(&self, i: usize) -> Result<&[T], Error> {
        let w = self.row_len();
        if i >= self.rows() {
            return Err(Error::Index { index: i, length: self.rows() });
        }
        Ok(&self.data[i * w..(i + 1) * w])
    }

    /// The rows named by `indices`, in that order, repeated where an index is repeated.
    ///
    /// # Errors
    /// [`Error::Rank`] for a scalar; [`Error::Index`] for an index beyond the first axis.
    pub fn select_rows(&self, indices: &[usize]) -> Result<Self, Error> {
        if self.shape.is_empty() {
            return Err(Error::Rank { expected: 1, found: Vec::new() });
        }
        let mut data = Vec::with_capacity(indices.len() * self.row_len());
        for &i in indices {
            data.extend_from_slice(self.row(i)?);
        }
        let mut shape = self.shape.clone();
        shape[0] = indices.len();
        Ok(Self { shape, data })
    }

    /// The same numbers under another shape.
    ///
    /// # Errors
    /// [`Error::ElementCount`] when the new shape holds another number of elements.
    pub fn reshaped(self, shape: impl Into<Vec<usize>>) -> Result<Self, Error> {
        Self::new(shape, self.data)
    }

    /// The same array with its elements rounded to another number type.
    pub fn cast<U: Real>(&self) -> Array<U> {
        Array { shape: self.shape.clone(), data: self.data.iter().map(|x| U::from_f64(x.to_f64())).collect() }
    }
}
