//! `ln |Gamma|`, digamma and polygamma of one `f64`. Scalar.

use core::f64::consts::PI;

/// `ln |Gamma(x)|`; infinite at the poles 0, -1, -2, ...
pub(crate) fn lgamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// Bernoulli numbers `B_2, B_4, ..., B_24`.
pub(super) const BERNOULLI: [f64; 12] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174611.0 / 330.0,
    854513.0 / 138.0,
    -236364091.0 / 2730.0,
];

/// The zero of [`digamma`] among the positive numbers, in two parts.
const ZERO_HI: f64 = 1.4616321449683622;
const ZERO_LO: f64 = 9.549995429965697e-17;

/// `pi cot(pi x)` and whether `x` is an integer.
fn pi_cot(x: f64) -> (f64, bool) {
    // The remainder is exact, so that the period costs no accuracy.
    let r = x - x.round();
    if r.abs() == 0.5 {
        return (0.0, false);
    }
    (PI / libm::tan(PI * r), r == 0.0)
}

/// The derivative of [`lgamma`]; NaN at the negative integers and at minus infinity.
pub(crate) fn digamma(x: f64) -> f64 {
    if x.is_nan() || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY.copysign(-x);
    }
    if x < 0.0 {
        let (cot, pole) = pi_cot(x);
        return if pole { f64::NAN } else { digamma(1.0 - x) - cot };
    }
    let from_zero = (x - ZERO_HI) - ZERO_LO;
    if from_zero.abs() < 0.1 {
        return digamma_near_zero(from_zero);
    }
    let mut y = x;
    let mut shift = 0.0;
    while y < 10.0 {
        shift += 1.0 / y;
        y += 1.0;
    }
    let inverse = 1.0 / y;
    let square = inverse * inverse;
    let mut tail = 0.0;
    for i in (0..8).rev() {
        tail = tail * square + BERNOULLI[i] / (2 * (i + 1)) as f64;
    }
    libm::log(y) - 0.5 * inverse - tail * square - shift
}

/// The Taylor series of [`digamma`] about its zero `z`: `sum psi^(k)(z) d^k / k!`.
fn digamma_near_zero(d: f64) -> f64 {
    let mut sum = 0.0;
    for k in (1..=18u32).rev() {
        sum = sum * d + DIGAMMA_TAYLOR[k as usize - 1];
    }
    sum * d
}

/// `psi^(k)(z) / k!` at the zero, `k = 1..=18`.
const DIGAMMA_TAYLOR: [f64; 18] = [
    0.9676722454476212,
    -0.4427631689835921,
    0.258499760955651,
    -0.16394270544240652,
    0.10782405069126237,
    -0.07219956125645471,
    0.04880428816414311,
    -0.03316112647484736,
    0.022597648232218104,
    -0.01542476590494896,
    0.010538791616612175,
    -0.007204534386356869,
    0.004926781395729853,
    -0.003369801655439328,
    0.002305126326734928,
    -0.0015769367714301972,
    0.0010788252019162967,
    -0.0007380709389960052,
];

/// `psi^(n)(x)`, the `n`-th derivative of [`digamma`] (`n = 0` is digamma itself).
///
/// Defined at negative numbers up to `n = 24` (the reflection's polynomial is kept on the stack), NaN beyond;
/// `+inf` or `-inf` at zero, NaN or infinite at the other poles.
pub(crate) fn polygamma(n: u32, x: f64) -> f64 {
    if n == 0 {
        return digamma(x);
    }
    if x.is_nan() || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    let sign = if n % 2 == 1 { 1.0 } else { -1.0 };
    if x <= 0.0 {
        return polygamma_reflected(n, x, sign);
    }
    if x == f64::INFINITY {
        return 0.0 * sign;
    }
    let order = n as i32;
    let factorial = libm::tgamma(f64::from(n) + 1.0);
    // n! / y^(n+1), without the overflow of the power alone where the quotient is finite.
    let mut y = x;
    let mut sum = 0.0;
    while y < 12.0 + f64::from(n) {
        sum += powi(1.0 / y, order + 1);
        y += 1.0;
    }
    let inverse = 1.0 / y;
    let square = inverse * inverse;
    // Asymptotic series, divided by n! / y^n: 1/n + 1/(2y) + sum_k B_2k (2k+n-1)! / ((2k)! n!) / y^2k.
    let mut rising = f64::from(n + 1) / 2.0;
    let mut term = square;
    let mut series = 1.0 / f64::from(n) + 0.5 * inverse;
    for (i, b) in BERNOULLI.iter().enumerate() {
        series += b * rising * term;
        let k = 2.0 * (i as f64 + 1.0);
        let m = f64::from(n);
        rising *= (k + m) * (k + m + 1.0) / ((k + 1.0) * (k + 2.0));
        term *= square;
    }
    sign * factorial * (sum + series * powi(inverse, order))
}

/// `x^n` by repeated squaring, the same on every machine.
pub(super) fn powi(x: f64, n: i32) -> f64 {
    let (mut base, mut left, mut result) = (x, n, 1.0);
    while left > 0 {
        if left & 1 == 1 {
            result *= base;
        }
        base *= base;
        left >>= 1;
    }
    result
}

/// `psi^(n)(x) = (-1)^n psi^(n)(1 - x) - pi d^n/dx^n cot(pi x)`; the derivatives are polynomials in the cotangent.
fn polygamma_reflected(n: u32, x: f64, sign: f64) -> f64 {
    const MOST: usize = 24;
    if n as usize > MOST {
        return f64::NAN;
    }
    let (cot, pole) = pi_cot(x);
    if pole {
        return if n % 2 == 1 { f64::INFINITY } else { f64::NAN };
    }
    let c = cot / PI;
    // p_0 = c; p_(j+1) = -(1 + c^2) p_j'. Coefficients ascending.
    let mut p = [0.0; MOST + 3];
    p[1] = 1.0;
    for degree in 1..=n as usize {
        let mut next = [0.0; MOST + 3];
        for i in 1..=degree {
            let d = i as f64 * p[i];
            next[i - 1] -= d;
            next[i + 1] -= d;
        }
        p = next;
    }
    let mut value = 0.0;
    for i in (0..=n as usize + 1).rev() {
        value = value * c + p[i];
    }
    -sign * polygamma(n, 1.0 - x) - powi(PI, n as i32 + 1) * value
}
