//! [`Array`] and `ndarray`'s arrays, without a copy where both lie row-major.

use ndarray::{ArrayBase, ArrayD, ArrayRef, ArrayView, ArrayViewD, Data, Dimension, IxDyn};

use crate::{Array, Error, Real};

impl<T: Real> Array<T> {
    /// The same numbers as an `ndarray` view: no copy.
    ///
    /// ```
    /// use elbo_tensor_ad::Array;
    ///
    /// let a = Array::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.as_ndarray()[[1, 0]], 3.0);
    /// ```
    pub fn as_ndarray(&self) -> ArrayViewD<'_, T> {
        ArrayView::from_shape(IxDyn(self.shape()), self.data())
            .expect("an array has as many elements as its shape says")
    }

    /// The same numbers as an owned `ndarray` array: the buffer itself, no copy.
    pub fn into_ndarray(self) -> ArrayD<T> {
        let shape = IxDyn(self.shape());
        ArrayD::from_shape_vec(shape, self.into_data())
            .expect("an array has as many elements as its shape says")
    }

    /// A copy of an `ndarray` array or view of any layout, element by element in logical order.
    pub fn from_ndarray<D: Dimension>(array: &ArrayRef<T, D>) -> Self {
        let data = match array.as_slice() {
            Some(slice) => slice.to_vec(),
            None => array.iter().copied().collect(),
        };
        Array::new(array.shape(), data).expect("an ndarray has as many elements as its shape says")
    }
}

/// Takes the buffer over where it lies row-major without gaps; copies otherwise.
impl<T: Real, D: Dimension> From<ndarray::Array<T, D>> for Array<T> {
    fn from(array: ndarray::Array<T, D>) -> Self {
        if !array.is_standard_layout() {
            return Array::from_ndarray(&array);
        }
        let shape = array.shape().to_vec();
        let count = array.len();
        let (mut data, offset) = array.into_raw_vec_and_offset();
        // A slice of a larger array keeps the whole buffer.
        let start = offset.unwrap_or(0);
        data.truncate(start + count);
        data.drain(..start);
        Array::new(shape, data).expect("an ndarray has as many elements as its shape says")
    }
}

/// A copy.
impl<T: Real, S: Data<Elem = T>, D: Dimension> From<&ArrayBase<S, D>> for Array<T> {
    fn from(array: &ArrayBase<S, D>) -> Self {
        Array::from_ndarray(array)
    }
}

/// The buffer itself, with as many axes as the target type has.
///
/// [`Error::Rank`] when the array has another number of axes.
impl<T: Real> TryFrom<Array<T>> for ndarray::Array1<T> {
    type Error = Error;

    fn try_from(array: Array<T>) -> Result<Self, Error> {
        let found = array.shape().to_vec();
        array.into_ndarray().into_dimensionality().map_err(|_| Error::Rank { expected: 1, found })
    }
}

/// The buffer itself, with as many axes as the target type has.
///
/// [`Error::Rank`] when the array has another number of axes.
impl<T: Real> TryFrom<Array<T>> for ndarray::Array2<T> {
    type Error = Error;

    fn try_from(array: Array<T>) -> Result<Self, Error> {
        let found = array.shape().to_vec();
        array.into_ndarray().into_dimensionality().map_err(|_| Error::Rank { expected: 2, found })
    }
}
