//! The scaled complementary error function and all its derivatives, of one `f64`.

use core::f64::consts::PI;

/// Where the variable of [`SCALED`] is 0.
pub(in super::super) const CENTRE: f64 = 3.5;
/// `(1 + 2x) erfcx(x)` as a polynomial in `t = (x - 3.5) / (x + 3.5)`, `x >= 0`: interpolated at Chebyshev points,
/// relative error 3e-17.
pub(in super::super) const SCALED: [f64; 24] = [
    1.2423492448711544,
    -0.14000918013761943,
    -0.010555596332221952,
    0.09751909515326224,
    -0.11508959816001958,
    0.08798315382467885,
    -0.0488233258310565,
    0.019099330945601945,
    -0.004215019878405747,
    -0.00030226790250868746,
    0.0005643842605299897,
    -0.00012151232760165049,
    -4.2781721628905614e-05,
    2.4260839884956625e-05,
    2.3272968965569266e-06,
    -3.814933907984698e-06,
    -4.3051702801470573e-08,
    6.025096057081062e-07,
    -8.641744973204816e-09,
    -9.711971328975727e-08,
    6.778448793564802e-10,
    1.3911592311296799e-08,
    5.811094619015422e-11,
    -1.2155186967957756e-09,
];

/// `e^(x^2) erfc(x)`, relative error 1e-15 wherever the result is finite; infinite below -26.64.
pub(crate) fn erfcx(x: f64) -> f64 {
    if x < 0.0 {
        // The exponential overflows at -26.64.
        return if x < -26.65 { f64::INFINITY } else { 2.0 * exp_of_square(x, 1.0) - erfcx(-x) };
    }
    if x > 1e8 {
        return 1.0 / (PI.sqrt() * x);
    }
    // The division is rounded once: near x = 3.5 the difference is exact.
    let t = (x - CENTRE) / (x + CENTRE);
    let mut sum = 0.0;
    for &c in SCALED.iter().rev() {
        sum = sum * t + c;
    }
    sum / (1.0 + 2.0 * x)
}

/// `e^(c x^2)` for `c` of 1, -1, 1/2 or -1/2, with the rounding error of the square made good.
pub(super) fn exp_of_square(x: f64, c: f64) -> f64 {
    let square = x * x;
    if !square.is_finite() {
        return libm::exp(c * square);
    }
    let lost = f64::mul_add(x, x, -square);
    let value = libm::exp(c * square);
    if value == f64::INFINITY { value } else { f64::mul_add(value, c * lost, value) }
}

/// The `n`-th derivative of [`erfcx`]: `(2/sqrt pi) int_0^inf (-2t)^n e^(-t^2 - 2xt) dt`. Relative error 1e-14 for
/// `n <= 4`, away from zeros (which it has only below 0, from `n = 1` on none at all).
pub(crate) fn erfcx_derivative(n: u32, x: f64) -> f64 {
    if n == 0 {
        return erfcx(x);
    }
    if x.is_nan() {
        return x;
    }
    if x < 0.75 {
        // y' = 2xy - 2/sqrt pi and from there y^(k+1) = 2x y^(k) + 2k y^(k-1): stable where y grows.
        let mut before = erfcx(x);
        if before == f64::INFINITY {
            return if n.is_multiple_of(2) { f64::INFINITY } else { f64::NEG_INFINITY };
        }
        let mut now = 2.0 * x * before - 2.0 / PI.sqrt();
        for k in 1..n {
            (before, now) = (now, 2.0 * x * now + 2.0 * f64::from(k) * before);
        }
        return now;
    }
    // Repeated integrals of erfc: the ratio of neighbours by its continued fraction, from far enough in.
    let steps = n + 20 + (320.0 / (x * x)) as u32;
    let mut ratio = 0.0;
    let mut value = 1.0;
    for k in (1..=steps).rev() {
        ratio = 1.0 / (2.0 * x + 2.0 * f64::from(k + 1) * ratio);
        if k <= n {
            value *= -2.0 * f64::from(k) * ratio;
        }
    }
    value * erfcx(x)
}
