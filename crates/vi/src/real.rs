//! What the fitting loop and the families do to whole slices, on `tensor-ad`'s kernels: the same bits on every processor.

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

/// `ln(exp(y) - 1)`, the `x` whose softplus is `y > 0`.
pub(crate) fn inverse_softplus(y: f64) -> f64 {
    // exp(y) overflows long before the correction matters, so the large part is taken out.
    y + (-(-y).exp_m1()).ln()
}
