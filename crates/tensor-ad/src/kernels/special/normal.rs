//! The error function and the tail of the normal distribution, of one `f64`. Scalar.

use core::f64::consts::FRAC_1_SQRT_2;

/// `ln Phi(x)`, the logarithm of the standard normal's distribution function.
pub(crate) fn log_normal_cdf(x: f64) -> f64 {
    if x > -1.0 {
        return libm::log1p(-0.5 * libm::erfc(x * FRAC_1_SQRT_2));
    }
    if x > -15.0 {
        return libm::log(0.5 * libm::erfc(-x * FRAC_1_SQRT_2));
    }
    // Mills' ratio by its asymptotic series: Phi(x) = phi(x) / |x| (1 - 1/x^2 + 3/x^4 - ...).
    let square = 1.0 / (x * x);
    let mut series = 0.0;
    for k in (1..=16).rev() {
        series = -f64::from(2 * k - 1) * square * (1.0 + series);
    }
    const HALF_LN_TAU: f64 = 0.9189385332046728;
    -0.5 * x * x - libm::log(-x) - HALF_LN_TAU + libm::log1p(series)
}
