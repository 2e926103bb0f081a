//! Whether slices are finite, asked at every step, on `tensor-ad`'s kernels.

use elbo_tensor_ad::Real;
use elbo_tensor_ad::kernels::{Processor, Unary};

/// Whether every entry is finite.
pub(crate) fn all_finite<T: Real>(p: Processor, values: &[T]) -> bool {
    // What is not finite makes a sum so. A sum of large numbers may overflow by itself: only then look at each.
    T::sum(p, values).is_finite() || values.iter().all(|x| x.is_finite())
}

/// Changes every sign; answers whether every entry is finite.
pub(crate) fn negate<T: Real>(p: Processor, values: &mut [T]) -> bool {
    T::unary_in_place(p, Unary::Neg, values);
    all_finite(p, values)
}
