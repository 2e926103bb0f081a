//! Modified Bessel functions of the first kind, of one `f64`, plain and scaled.

use core::f64::consts::PI;

/// Below it the power series, beyond it Hankel's expansion (at 30 its smallest term is below 1e-25).
const FAR: f64 = 30.0;

/// `I_n(x)`, relative error 1e-15 (of order 0 and 1; 1e-14 up to 20). Infinite from about 713 on.
pub(crate) fn bessel_i(n: u32, x: f64) -> f64 {
    let size = x.abs();
    let value = if size.is_nan() {
        size
    } else if size < FAR {
        series(n, size)
    } else {
        // In two factors, because the exponential alone overflows earlier.
        let half = libm::exp(0.5 * size);
        if half == f64::INFINITY { half } else { hankel(n, size) * half * half }
    };
    if n % 2 == 1 && x < 0.0 { -value } else { value }
}

/// `e^-|x| I_1(x)`, relative error 1e-15.
pub(crate) fn bessel_i1e(x: f64) -> f64 {
    let size = x.abs();
    let value = if size < FAR { series(1, size) * libm::exp(-size) } else { hankel(1, size) };
    value.copysign(x)
}

/// `1/pi int_0^pi (1 - cos t)^n e^(-|x| (1 - cos t)) dt`: `e^-|x| I_0(x)` for `n = 0`, and, but for its sign, the `n`-th
/// derivative of that. Relative error 1e-15, 1e-14 up to `n = 6`.
pub(crate) fn bessel_moment(n: u32, x: f64) -> f64 {
    let x = x.abs();
    if x.is_nan() {
        return x;
    }
    if n == 0 && x < FAR {
        return series(0, x) * libm::exp(-x);
    }
    if x < FAR + 4.0 * f64::from(n) {
        return kummer(n, x);
    }
    // The expansion of order 0, differentiated term by term: a_k (k + 1/2)_n / x^(k + n + 1/2).
    let mut term = 1.0 / (2.0 * PI * x).sqrt();
    for j in 0..n {
        term *= (0.5 + f64::from(j)) / x;
    }
    let mut sum = 0.0;
    for k in 0..60 {
        let k = f64::from(k);
        sum += term;
        let odd = 2.0 * k + 1.0;
        let next = term * odd * odd / (8.0 * (k + 1.0) * x) * (k + 0.5 + f64::from(n)) / (k + 0.5);
        if next < 1e-17 * sum || next > term {
            break;
        }
        term = next;
    }
    sum
}

/// `sum_k (x/2)^(2k+n) / (k! (k+n)!)`: no term is negative.
fn series(n: u32, x: f64) -> f64 {
    let half = 0.5 * x;
    let square = half * half;
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut k = 1.0;
    while term > 1e-17 * sum {
        term *= square / (k * (k + f64::from(n)));
        sum += term;
        k += 1.0;
    }
    for j in 1..=n {
        sum *= half / f64::from(j);
    }
    sum
}

/// `e^-x I_n(x)` for large `x` (DLMF 10.40.1).
fn hankel(n: u32, x: f64) -> f64 {
    if f64::from(n) * f64::from(n) > 4.0 * x {
        return downward(n, x);
    }
    let order = 4.0 * f64::from(n) * f64::from(n);
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..60 {
        let k = f64::from(k);
        let odd = 2.0 * k - 1.0;
        let next: f64 = -term * (order - odd * odd) / (8.0 * k * x);
        if next.abs() < 1e-17 || k > f64::from(n) && next.abs() > term.abs() {
            break;
        }
        sum += next;
        term = next;
    }
    sum / (2.0 * PI * x).sqrt()
}

/// `e^-x I_n(x)` of a high order: Miller's recurrence downward, normed by order 0.
fn downward(n: u32, x: f64) -> f64 {
    let (mut above, mut now, mut wanted) = (0.0, 1e-280, 0.0);
    for k in (0..=n + 40 + x.min(400.0) as u32).rev() {
        if k == n {
            wanted = now;
        }
        if k == 0 {
            break;
        }
        (above, now) = (now, above + 2.0 * f64::from(k) / x * now);
        if now > 1e200 {
            (above, now, wanted) = (above * 1e-200, now * 1e-200, wanted * 1e-200);
        }
    }
    hankel(0, x) * (wanted / now)
}

/// `2^n (1/2)_n / n! e^(-2x) 1F1(1/2; n + 1; 2x)`, which is the integral (DLMF 13.4.1 and 13.2.39): no term is negative.
fn kummer(n: u32, x: f64) -> f64 {
    let mut term = libm::exp(-2.0 * x);
    for j in 0..n {
        term *= 2.0 * (f64::from(j) + 0.5) / f64::from(j + 1);
    }
    let mut sum = term;
    let mut k = 1.0;
    while term > 1e-18 * sum {
        term *= 2.0 * x * (k - 0.5) / (k * (k + f64::from(n)));
        sum += term;
        k += 1.0;
    }
    sum
}
