//! The regularised incomplete gamma and beta functions and their slopes in the shapes, slow and obvious: their defining integrals by quadrature.
//!
//! Nothing here is shared with the kernels, which sum series and continued fractions. For shapes from 1e-6 to 1e8 values, slopes and densities are right to
//! 1e-12 of themselves down to 1e-300 (held by `tests/special_functions.rs`); beyond these shapes nothing is promised.

use std::f64::consts::PI;

use super::scalar::{BERNOULLI, polygamma};
use super::special::{lgamma1p, ln_beta, polygamma_step};

/// From this argument on gamma functions are taken from Stirling's series, of which the terms that there are leave nothing.
const STIRLING: f64 = 10.0;

/// A sum, and the sum of the sizes of its terms: how much of it cancelled.
#[derive(Clone, Copy)]
struct Sum {
    value: f64,
    size: f64,
}

impl Sum {
    fn times(self, factor: f64) -> Sum {
        Sum { value: self.value * factor, size: self.size * factor.abs() }
    }

    fn plus(self, other: Sum) -> Sum {
        Sum { value: self.value + other.value, size: self.size + other.size }
    }

    /// This, or where much of it cancelled the one of which less did.
    fn or(self, other: impl FnOnce() -> Sum) -> Sum {
        let kept = |s: &Sum| s.value.abs() / s.size;
        if kept(&self) > 0.1 {
            return self;
        }
        let other = other();
        if kept(&other) > kept(&self) { other } else { self }
    }
}

/// `int_0^inf f(t) dt` for a smooth `f` that first changes over about `scale` and falls off at last: the trapezoidal rule in `ln t`, at first
/// four points to a factor of e, then twice as many until nothing changes. (Each doubling squares the error, Trefethen and Weideman 2014.)
fn half_line(scale: f64, f: impl Fn(f64) -> f64) -> Sum {
    /// The logarithm of the first point, in units of the scale: what is before it is e^-42 of the integral.
    const FIRST: f64 = -42.0;
    let term = |u: f64| {
        let t = scale * u.exp();
        f(t) * t
    };
    let sum_from = |start: f64, step: f64| {
        let mut sum = Sum { value: 0.0, size: 0.0 };
        for k in 0.. {
            let u = start + f64::from(k) * step;
            let next = term(u);
            // Beyond the largest number there is nothing left of any integrand here.
            if !next.is_finite() {
                break;
            }
            sum = sum.plus(Sum { value: next, size: next.abs() });
            if u > 0.0 && next.abs() <= 1e-18 * sum.size {
                break;
            }
        }
        sum
    };
    let mut step = 0.25;
    let mut sum = sum_from(FIRST, step).times(step);
    loop {
        let finer = sum.plus(sum_from(FIRST + 0.5 * step, step).times(step)).times(0.5);
        step *= 0.5;
        let settled = (finer.value - sum.value).abs() <= 1e-9 * finer.size;
        sum = finer;
        if settled || step < 1e-3 || !sum.value.is_finite() {
            return sum;
        }
    }
}

/// `t - ln(1 + t)`, by `ln(1 + t) = 2 artanh z`, `z = t/(2 + t)`, near 0.
fn defect(t: f64) -> f64 {
    let z = t / (2.0 + t);
    if z.abs() > 0.4 {
        return t - t.ln_1p();
    }
    let (mut power, mut sum, mut k) = (z * z * z, 0.0, 3.0);
    loop {
        let next = sum + power / k;
        if next == sum {
            return t * z - 2.0 * sum;
        }
        (power, sum, k) = (power * z * z, next, k + 2.0);
    }
}

/// `e^s - 1 - s`.
fn excess(s: f64) -> f64 {
    if s.abs() > 1.0 {
        return s.exp_m1() - s;
    }
    let (mut term, mut sum, mut k) = (0.5 * s * s, 0.0, 3.0);
    loop {
        let next = sum + term;
        if next == sum {
            return sum;
        }
        (term, sum, k) = (term * s / k, next, k + 1.0);
    }
}

/// `x/a - 1`, and the logarithm of `x/a` and what it falls short of `x/a - 1`.
struct Ratio {
    log: f64,
    defect: f64,
}

impl Ratio {
    /// Of `a + above` to `a`.
    fn of(above: f64, a: f64, x: f64) -> Ratio {
        let t = above / a;
        if t.abs() < 0.7 {
            return Ratio { log: t.ln_1p(), defect: defect(t) };
        }
        let log = (x / a).ln();
        Ratio { log, defect: t - log }
    }
}

/// `ln Gamma(a) - (a - 1/2) ln a + a - ln(2 pi)/2` from [`STIRLING`] on (DLMF 5.11.1).
fn stirling(a: f64) -> f64 {
    let term = |(b, k): (&f64, i32)| b / f64::from(2 * k * (2 * k - 1)) * a.powi(1 - 2 * k);
    BERNOULLI.iter().zip(1..).map(term).sum()
}

/// `ln a - psi(a)`.
fn digamma_defect(a: f64) -> f64 {
    if a < STIRLING {
        return a.ln() - polygamma(0, a);
    }
    let term = |(b, k): (&f64, i32)| b / f64::from(2 * k) * a.powi(-2 * k);
    0.5 / a + BERNOULLI.iter().zip(1..).map(term).sum::<f64>()
}

/// `x^a e^-x / Gamma(a)` for finite positive `a` and `x`.
fn gamma_front(a: f64, x: f64) -> f64 {
    if a < STIRLING {
        return a * (a * x.ln() - x - lgamma1p(a)).exp();
    }
    (-a * Ratio::of(x - a, a, x).defect - stirling(a)).exp() * (a / (2.0 * PI)).sqrt()
}

/// `x^(a-1) e^-x / Gamma(a)`.
pub(super) fn gamma_density(a: f64, x: f64) -> f64 {
    if !(a >= 0.0 && x >= 0.0) {
        return f64::NAN;
    }
    if a == 0.0 || a == f64::INFINITY || x == f64::INFINITY {
        return 0.0;
    }
    if x == 0.0 {
        return if a < 1.0 { f64::INFINITY } else { f64::from(u8::from(a == 1.0)) };
    }
    if a < STIRLING {
        return a * ((a - 1.0) * x.ln() - x - lgamma1p(a)).exp();
    }
    gamma_front(a, x) / x
}

/// `int_0^x w(s) t^(a-1) e^-t dt / Gamma(a)` in `t = x e^-s`.
fn gamma_lower(a: f64, x: f64, w: impl Fn(f64) -> f64) -> Sum {
    let scale = (a - x + a.sqrt().max(a.min(1.0))).recip();
    half_line(scale, |s| (-(a - x) * s - x * excess(-s)).exp() * w(s)).times(gamma_front(a, x))
}

/// `int_x^inf w(ln(t/x)) t^(a-1) e^-t dt / Gamma(a)` in `t = x (1 + v)`.
fn gamma_upper(a: f64, x: f64, w: impl Fn(f64) -> f64) -> Sum {
    let scale = ((x - a + 1.0).max(0.0) + a.sqrt() + x.min(1.0)).recip();
    let exponent = |v: f64| {
        // The first near the mode, the second where v is too large to take from.
        if v < 1.0 { -(x - a + 1.0) * v - (a - 1.0) * defect(v) } else { (a - 1.0) * v.ln_1p() - x * v }
    };
    half_line(scale.min(1.0), |v| exponent(v).exp() * w(v.ln_1p())).times(gamma_front(a, x))
}

/// The values at the ends of the range; `None` inside.
fn gamma_ends(a: f64, x: f64) -> Option<f64> {
    if !(a >= 0.0 && x >= 0.0) || a == 0.0 && x == 0.0 || a == f64::INFINITY && x == f64::INFINITY {
        return Some(f64::NAN);
    }
    if x == 0.0 || a == f64::INFINITY {
        return Some(0.0);
    }
    (a == 0.0 || x == f64::INFINITY).then_some(1.0)
}

/// `P(a, x)`.
pub(super) fn gamma_p(a: f64, x: f64) -> f64 {
    match gamma_ends(a, x) {
        Some(end) => end,
        None if x <= a => gamma_lower(a, x, |_| 1.0).value,
        None => 1.0 - gamma_upper(a, x, |_| 1.0).value,
    }
}

/// `Q(a, x)`.
pub(super) fn gamma_q(a: f64, x: f64) -> f64 {
    match gamma_ends(a, x) {
        Some(end) => 1.0 - end,
        // The last points of the other integral would lie beyond the largest number.
        None if x <= a && (a >= 1.0 || x < 1e-290) => 1.0 - gamma_lower(a, x, |_| 1.0).value,
        None => gamma_upper(a, x, |_| 1.0).value,
    }
}

/// `dP/da`: the weight `ln t - psi(a)` under the integral.
pub(super) fn gamma_p_slope(a: f64, x: f64) -> f64 {
    match gamma_ends(a, x) {
        Some(end) if end.is_nan() => end,
        // The exponential integral.
        Some(_) if a == 0.0 => -half_line(x.min(1.0), |s| (-x - s).exp() / (x + s)).value,
        Some(_) => 0.0,
        None => {
            let mean = Ratio::of(x - a, a, x).log + digamma_defect(a);
            if x > a {
                return -gamma_upper(a, x, |log| mean + log).value;
            }
            if a < 1.0 {
                // psi(a) = psi(a + 1) - 1/a, the second by parts.
                let mean = x.ln() - polygamma(0, a + 1.0);
                return gamma_lower(a, x, |s| mean - x / a * s * (-s).exp()).value;
            }
            gamma_lower(a, x, |s| mean - s).value
        }
    }
}

/// `a (x (a + b)/a - 1)` without the rounding of the products: how far `x` lies above the mean.
fn beyond_mean(a: f64, b: f64, x: f64) -> f64 {
    // x b - (1 - x) a, each product and sum with what it leaves.
    let product = |p: f64, q: f64| (p * q, p.mul_add(q, -(p * q)));
    let sum = |p: f64, q: f64| {
        let s = p + q;
        let part = s - p;
        (s, (p - (s - part)) + (q - part))
    };
    let ((xb, e1), (xa, e2)) = (product(x, b), product(x, a));
    let (less, e3) = sum(xa, -a);
    let (all, e4) = sum(xb, less);
    all + (e1 + e2 + e3 + e4)
}

/// `x^a (1-x)^b / B(a, b)` for finite positive shapes and `x` inside.
fn beta_front(a: f64, b: f64, x: f64) -> f64 {
    let n = a + b;
    if a.min(b) < STIRLING {
        return (a * x.ln() + b * (-x).ln_1p() - ln_beta(a, b)).exp();
    }
    let d = beyond_mean(a, b, x);
    let (first, second) = (Ratio::of(d, a, x * n), Ratio::of(-d, b, (1.0 - x) * n));
    let exponent = -a * first.defect - b * second.defect + stirling(n) - stirling(a) - stirling(b);
    exponent.exp() * (a / n * b / (2.0 * PI)).sqrt()
}

/// `x^(a-1) (1-x)^(b-1) / B(a, b)`.
pub(super) fn beta_density(a: f64, b: f64, x: f64) -> f64 {
    if !(a >= 0.0 && b >= 0.0 && (0.0..=1.0).contains(&x)) {
        return f64::NAN;
    }
    if x == 1.0 {
        return beta_density(b, a, 0.0);
    }
    if x == 0.0 {
        return match (a < 1.0, a == 1.0) {
            (true, _) if a > 0.0 => f64::INFINITY,
            (_, true) => b,
            _ => 0.0,
        };
    }
    if a == 0.0 || b == 0.0 || a == f64::INFINITY || b == f64::INFINITY {
        return 0.0;
    }
    if a.min(b) < STIRLING {
        return ((a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - ln_beta(a, b)).exp();
    }
    beta_front(a, b, x) / x / (1.0 - x)
}

/// Where in the integral: `t/(1-t) = x/(1-x) e^-s`.
struct Place {
    /// `ln(t/x)`.
    log_t: f64,
    /// `ln((1-t)/(1-x))`.
    log_rest: f64,
}

/// `int_0^x w t^(a-1) (1-t)^(b-1) dt / B(a, b)` in `t/(1-t) = x/y e^-s`, where `y = 1 - x`.
fn beta_lower(a: f64, b: f64, x: f64, y: f64, w: impl Fn(f64, &Place) -> f64) -> Sum {
    let n = a + b;
    // Of y, where that is the smaller and x = 1 - y is rounded.
    let d = if x < 0.5 { beyond_mean(a, b, x) } else { -beyond_mean(b, a, y) };
    let front = if x < 0.5 { beta_front(a, b, x) } else { beta_front(b, a, y) };
    let scale = (-d).max(0.0) + (n * x * y).sqrt().max(a.min(1.0));
    let integrand = |s: f64| {
        // ln(1-t) - ln(1-x), and that less its first term x s.
        let log_rest = if x < 0.5 {
            -(x * (-s).exp_m1()).ln_1p()
        } else if s < 700.0 {
            s - (y * s.exp_m1()).ln_1p()
        } else {
            -(y + x * (-s).exp()).ln()
        };
        let log_t = if s < 700.0 { -(y * s.exp_m1()).ln_1p() } else { log_rest - s };
        let curved = if x < 0.5 {
            let t = x * (-s).exp_m1();
            x * excess(-s) - defect(t)
        } else if s < 700.0 && y * s.exp_m1() < 1.0 {
            let t = y * s.exp_m1();
            y * excess(s) - defect(t)
        } else {
            x * s - log_rest
        };
        (d * s - n * curved).exp() * w(s, &Place { log_t, log_rest })
    };
    half_line(scale.recip(), integrand).times(front)
}

/// The values at the ends of the range; `None` inside.
fn beta_ends(a: f64, b: f64, x: f64) -> Option<f64> {
    let infinite = a == f64::INFINITY && b == f64::INFINITY;
    if !(a >= 0.0 && b >= 0.0 && (0.0..=1.0).contains(&x)) || a == 0.0 && b == 0.0 || infinite {
        return Some(f64::NAN);
    }
    if x == 0.0 || x == 1.0 {
        return Some(x);
    }
    if a == 0.0 || b == f64::INFINITY {
        return Some(1.0);
    }
    (b == 0.0 || a == f64::INFINITY).then_some(0.0)
}

/// `I_x(a, b)`, from the side of the mean that `x` is on.
pub(super) fn beta_inc(a: f64, b: f64, x: f64) -> f64 {
    match beta_ends(a, b, x) {
        Some(end) => end,
        None if x <= a / (a + b) => beta_lower(a, b, x, 1.0 - x, |_, _| 1.0).value,
        None => {
            let rest = beta_lower(b, a, 1.0 - x, x, |_, _| 1.0).value;
            // Near 1 on both sides of the mean, where b is small.
            if rest > 0.9 { beta_lower(a, b, x, 1.0 - x, |_, _| 1.0).value } else { 1.0 - rest }
        }
    }
}

/// `dI/da`: the weight `ln t - psi(a) + psi(a + b)` under the integral, on the side of which less cancels.
pub(super) fn beta_inc_slope_a(a: f64, b: f64, x: f64) -> f64 {
    match beta_ends(a, b, x) {
        Some(end) if end.is_nan() => end,
        Some(_) => 0.0,
        None => -slope_from(a, b, x, 1.0 - x),
    }
}

/// `dI/db`, by symmetry.
pub(super) fn beta_inc_slope_b(a: f64, b: f64, x: f64) -> f64 {
    match beta_ends(a, b, x) {
        Some(end) if end.is_nan() => end,
        Some(_) => 0.0,
        None => slope_from(b, a, 1.0 - x, x),
    }
}

/// `-dI/da`, where `y = 1 - x`.
fn slope_from(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let (d, log) =
        if x < 0.5 { (beyond_mean(a, b, x), x.ln()) } else { (-beyond_mean(b, a, y), (-y).ln_1p()) };
    // ln x - psi(a) + psi(n).
    let mean = if b <= 0.5 * a && b < STIRLING {
        log + polygamma_step(0, a, b)
    } else {
        Ratio::of(d, a, x * n).log + digamma_defect(a) - digamma_defect(n)
    };
    let lower = || beta_lower(a, b, x, y, |_, at| mean + at.log_t);
    let upper = || beta_lower(b, a, y, x, |_, at| mean + at.log_rest).times(-1.0);
    let by_parts = || {
        // psi(a) = psi(a + 1) - 1/a, the second by parts.
        let mean = log - polygamma(0, a + 1.0) + polygamma(0, n);
        beta_lower(a, b, x, y, |s, at| mean + at.log_rest - n / a * s * (log + at.log_t).exp())
    };
    let found = match (d <= 0.0, a < 1.0) {
        (true, true) => by_parts().or(lower).or(upper),
        (true, false) => lower().or(upper),
        (false, true) => upper().or(lower).or(by_parts),
        (false, false) => upper().or(lower),
    };
    -found.value
}
