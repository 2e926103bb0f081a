//! `ln B(a, b)` and the steps `f(a + b) - f(a)` of the gamma family, of two `f64`, without cancellation; and what the
//! incomplete functions are built of.

use super::gamma::{BERNOULLI, lgamma, polygamma, powi};

/// From here on the asymptotic series of the gamma family reach full accuracy.
pub(super) const LARGE: f64 = 10.0;

/// `t - ln(1 + t)`, never negative, relative error 5e-16.
pub(super) fn log_defect(t: f64) -> f64 {
    if !(-0.5..=1.0).contains(&t) {
        return t - libm::log1p(t);
    }
    // ln(1 + t) = 2 (s + s^3/3 + s^5/5 + ...) with s = t / (2 + t), and t - 2s = t s.
    let s = t / (2.0 + t);
    let square = s * s;
    let terms = if square < 0.002 { 6 } else { 18 };
    let mut sum = 0.0;
    for k in (0..terms).rev() {
        sum = sum * square + 1.0 / f64::from(2 * k + 3);
    }
    t * s - 2.0 * s * square * sum
}

/// `ln Gamma(x) - (x - 1/2) ln x + x - ln(2 pi) / 2` for `x >= 10`.
pub(super) fn stirling(x: f64) -> f64 {
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    inverse * horner(square, &STIRLING).0
}

/// `stirling(x + b) - stirling(x)` for `x >= 10`, `b >= 0`.
fn stirling_step(x: f64, b: f64) -> f64 {
    let (u, v) = (1.0 / (x + b), 1.0 / x);
    // u p(u^2) - v p(v^2), the differences taken by hand: u - v = -b u v.
    let (near, slope) = divided(u * u, v * v, &STIRLING);
    -b * u * v * (near + v * (u + v) * slope)
}

/// `B_2k / (2k (2k - 1))`.
const STIRLING: [f64; 8] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3617.0 / 122_400.0,
];

/// A polynomial and its derivative.
fn horner(x: f64, coefficients: &[f64]) -> (f64, f64) {
    let (mut value, mut slope) = (0.0, 0.0);
    for &c in coefficients.iter().rev() {
        slope = slope * x + value;
        value = value * x + c;
    }
    (value, slope)
}

/// `p(x)` and `(p(x) - p(y)) / (x - y)`.
fn divided(x: f64, y: f64, coefficients: &[f64]) -> (f64, f64) {
    let (mut value, mut slope) = (0.0, 0.0);
    for &c in coefficients.iter().rev() {
        slope = slope * y + value;
        value = value * x + c;
    }
    (value, slope)
}

/// `ln Gamma(1 + a)` for `a > -1`, with relative accuracy about 0.
pub(crate) fn lgamma_1p(a: f64) -> f64 {
    if !(-0.5..=0.5).contains(&a) {
        return lgamma(1.0 + a);
    }
    // Abramowitz and Stegun 6.1.33: -ln(1 + a) + a (1 - gamma) + sum_(k>=2) (-1)^k (zeta(k) - 1) a^k / k.
    const EULER: f64 = 0.577_215_664_901_532_9;
    let mut sum = 0.0;
    for (i, &z) in ZETA_MINUS_ONE.iter().enumerate().rev() {
        sum = -a * sum + z / (i + 2) as f64;
    }
    log_defect(a) + a * a * sum - EULER * a
}

/// `zeta(k) - 1`, `k = 2, 3, ...`
const ZETA_MINUS_ONE: [f64; 26] = [
    0.644_934_066_848_226_4,
    0.202_056_903_159_594_28,
    0.082_323_233_711_138_19,
    0.036_927_755_143_369_93,
    0.017_343_061_984_449_14,
    0.008_349_277_381_922_827,
    0.004_077_356_197_944_339,
    0.002_008_392_826_082_214_4,
    9.945_751_278_180_853e-4,
    4.941_886_041_194_645_6e-4,
    2.460_865_533_080_483e-4,
    1.227_133_475_784_891_5e-4,
    6.124_813_505_870_483e-5,
    3.058_823_630_702_049_4e-5,
    1.528_225_940_865_187_2e-5,
    7.637_197_637_899_763e-6,
    3.817_293_264_999_84e-6,
    1.908_212_716_553_939e-6,
    9.539_620_338_727_961e-7,
    4.769_329_867_878_064_6e-7,
    2.384_505_027_277_329_9e-7,
    1.192_199_259_653_110_7e-7,
    5.960_818_905_125_948e-8,
    2.980_350_351_465_228_2e-8,
    1.490_155_482_836_504_1e-8,
    7.450_711_789_835_429e-9,
];

/// `ln Gamma(a + b) - ln Gamma(a)` for positive `a` and `b`: the logarithm of the rising factorial. Relative to the
/// largest of its terms 1e-15, relative to itself where `b` is small.
pub(crate) fn lgamma_step(a: f64, b: f64) -> f64 {
    if a >= LARGE {
        return b * libm::log(a) + lgamma_step_beyond_power(a, b);
    }
    if b >= 1.0 {
        return lgamma(a + b) - lgamma(a);
    }
    // Upward from a: the product of 1 + b / (a + j), less one.
    let first = b / a;
    let first = if first == f64::INFINITY { libm::log(b) - libm::log(a) } else { libm::log1p(first) };
    let mut product = 0.0;
    for j in 1..=9 {
        let t = b / (a + f64::from(j));
        product += t + product * t;
    }
    let x = a + 10.0;
    b * libm::log(x) + lgamma_step_beyond_power(x, b) - libm::log1p(product) - first
}

/// `ln Gamma(a + b) - ln Gamma(a) - b ln a` for `a >= 10`, `b >= 0`.
pub(super) fn lgamma_step_beyond_power(a: f64, b: f64) -> f64 {
    let t = b / a;
    (b - 0.5) * libm::log1p(t) - a * log_defect(t) + stirling_step(a, b)
}

/// `stirling(a) + stirling(b) - stirling(a + b)` for `a, b >= 10`.
pub(super) fn stirling_of_beta(a: f64, b: f64) -> f64 {
    let (p, q) = if a < b { (a, b) } else { (b, a) };
    stirling(p) - stirling_step(q, p)
}

/// `ln B(a, b) = ln Gamma(a) + ln Gamma(b) - ln Gamma(a + b)` for `a, b >= 0`, NaN below; error 1e-15 of the value or, where that
/// is smaller, of 1.
pub(crate) fn ln_beta(a: f64, b: f64) -> f64 {
    let (p, q) = if a < b { (a, b) } else { (b, a) };
    if p.is_nan() || q.is_nan() || p < 0.0 {
        return f64::NAN;
    }
    if p == 0.0 {
        return if q == f64::INFINITY { f64::NAN } else { f64::INFINITY };
    }
    if q == f64::INFINITY {
        return f64::NEG_INFINITY;
    }
    if p < LARGE {
        return lgamma(p) - lgamma_step(q, p);
    }
    const HALF_LN_TAU: f64 = 0.9189385332046728;
    let h = p / q;
    let of_p = -(p - 0.5) * libm::log(h / (1.0 + h));
    let of_q = q * libm::log1p(h);
    HALF_LN_TAU - 0.5 * libm::log(q) + stirling_of_beta(p, q) - of_p - of_q
}

/// `psi^(n)(a + b) - psi^(n)(a)` for positive `a` and `a + b`, relative error 1e-14 however small `b` is beside `a`.
pub(crate) fn polygamma_step(n: u32, a: f64, b: f64) -> f64 {
    if b < 0.0 && a + b > 0.0 {
        return -polygamma_step(n, a + b, -b);
    }
    if !(a > 0.0 && b > 0.0) || b == f64::INFINITY || a == f64::INFINITY {
        return if b == 0.0 && a > 0.0 { 0.0 } else { polygamma(n, a + b) - polygamma(n, a) };
    }
    let mut x = a;
    let mut sum = 0.0;
    let order = n as i32;
    while x < LARGE + f64::from(n) {
        let y = x + b;
        // 1/x^(n+1) - 1/y^(n+1).
        sum += if n == 0 {
            b / y / x
        } else {
            -powi(1.0 / x, order + 1) * libm::expm1(-f64::from(n + 1) * libm::log1p(b / x))
        };
        x += 1.0;
    }
    if n == 0 {
        return sum + libm::log1p(b / x) + digamma_step_beyond_ln(x, b);
    }
    let factorial = libm::tgamma(f64::from(n) + 1.0);
    let (u, v) = (1.0 / (x + b), 1.0 / x);
    // The asymptotic series is (-1)^(n+1) n! x^-n g(x), g = 1/n + 1/(2x) + sum_k c_k / x^2k.
    let mut coefficients = [0.0; 12];
    let mut rising = f64::from(n + 1) / 2.0;
    for (i, slot) in coefficients.iter_mut().enumerate() {
        *slot = BERNOULLI[i] * rising;
        let k = 2.0 * (i as f64 + 1.0);
        let m = f64::from(n);
        rising *= (k + m) * (k + m + 1.0) / ((k + 1.0) * (k + 2.0));
    }
    let (near, slope) = divided(u * u, v * v, &coefficients);
    let g = 1.0 / f64::from(n) + 0.5 * u + u * u * near;
    // g(x) - g(x + b), from u - v = -b u v.
    let of_g = b * u * v * (0.5 + (u + v) * (near + v * v * slope));
    let power = powi(v, order);
    let of_power = -power * libm::expm1(-f64::from(n) * libm::log1p(b / x));
    let sign = if n % 2 == 1 { -1.0 } else { 1.0 };
    sign * factorial * (sum + of_power * g + power * of_g)
}

/// `psi(a + b) - psi(a) - ln((a + b) / a)` for `a >= 10`, `b >= 0`.
pub(super) fn digamma_step_beyond_ln(a: f64, b: f64) -> f64 {
    let (u, v) = (1.0 / (a + b), 1.0 / a);
    // -1/(2y) - sum c_k y^-2k at y = a + b, less the same at a.
    let (near, slope) = divided(u * u, v * v, &DIGAMMA);
    b * u * v * (0.5 + (u + v) * (near + v * v * slope))
}

/// `B_2k / 2k`.
const DIGAMMA: [f64; 9] = [
    1.0 / 12.0,
    -1.0 / 120.0,
    1.0 / 252.0,
    -1.0 / 240.0,
    1.0 / 132.0,
    -691.0 / 32_760.0,
    1.0 / 12.0,
    -3617.0 / 8160.0,
    43867.0 / 14_364.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defect_is_that_of_the_logarithm() {
        for t in [-0.9f64, -0.5, -0.1, 1e-3, 0.3, 1.0, 2.0] {
            let expected = t - t.ln_1p();
            assert!((log_defect(t) - expected).abs() <= 3e-16 + 1e-15 * expected, "{t}");
        }
        assert_eq!(log_defect(1e-200), 0.0);
        assert!((log_defect(1e-10) / 5e-21 - 1.0).abs() < 1e-9);
    }
}
