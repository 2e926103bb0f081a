//! The few scalar functions that a family needs on slices, and sums in a fixed order.

use elbo_tensor_ad::Real;

/// Partial sums kept apart, so that additions overlap. The order of the additions is fixed by it.
const LANES: usize = 8;

/// `Σ f(i)` for `i` below `n`: eight interleaved partial sums, then those in order.
pub(crate) fn sum<T: Real>(n: usize, f: impl Fn(usize) -> T) -> T {
    let mut lanes = [T::ZERO; LANES];
    let whole = n - n % LANES;
    let mut i = 0;
    while i < whole {
        for (k, lane) in lanes.iter_mut().enumerate() {
            *lane += f(i + k);
        }
        i += LANES;
    }
    for (k, lane) in lanes.iter_mut().enumerate().take(n - whole) {
        *lane += f(whole + k);
    }
    let mut total = T::ZERO;
    for lane in lanes {
        total += lane;
    }
    total
}

/// Whether every entry is finite. A product with zero is NaN for what is not, and needs no branch.
pub(crate) fn all_finite<T: Real>(values: &[T]) -> bool {
    sum(values.len(), |i| values[i] * T::ZERO) == T::ZERO
}

/// `ln(exp(y) - 1)`, the `x` whose softplus is `y > 0`.
pub(crate) fn inverse_softplus(y: f64) -> f64 {
    // exp(y) overflows long before the correction matters, so the large part is taken out.
    y + (-(-y).exp_m1()).ln()
}

/// Writes `softplus(x)` and its slope, `sigmoid(x)`.
pub(crate) fn softplus_and_slope<T: Real>(x: &[T], softplus: &mut [T], slope: &mut [T]) {
    for ((&x, y), s) in x.iter().zip(softplus.iter_mut()).zip(slope.iter_mut()) {
        let x = x.to_f64();
        let e = (-x.abs()).exp();
        *y = T::from_f64(x.max(0.0) + e.ln_1p());
        *s = T::from_f64(if x >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) });
    }
}

/// `Σ ln xᵢ` of positive numbers.
pub(crate) fn sum_ln<T: Real>(x: &[T]) -> T {
    T::from_f64(sum(x.len(), |i| x[i].to_f64().ln()))
}

/// Changes every sign; answers whether every entry is finite.
pub(crate) fn negate<T: Real>(values: &mut [T]) -> bool {
    for x in values.iter_mut() {
        *x = -*x;
    }
    all_finite(values)
}
