//! The special functions, slow and obvious: their defining integrals by quadrature, their power series to the end.
//!
//! Nothing here is shared with the kernels. Good to about 1e-13 for arguments of ordinary size.

use std::f64::consts::PI;

use super::scalar::polygamma;

/// `int_0^inf f(t) dt` for a smooth `f` that falls off over about `scale`: the trapezoidal rule in `u`,
/// `t = scale e^(pi/2 sinh u)` (Takahasi and Mori 1974).
fn half_line(scale: f64, f: impl Fn(f64) -> f64) -> f64 {
    const STEP: f64 = 1.0 / 25.0;
    let term = |k: i32| {
        let u = f64::from(k) * STEP;
        let t = scale * (0.5 * PI * u.sinh()).exp();
        let value = f(t);
        if value == 0.0 { 0.0 } else { value * t * 0.5 * PI * u.cosh() }
    };
    (-125..=125).map(term).sum::<f64>() * STEP
}

/// `int_0^1 f(t) dt` for an analytic `f`, by the 20-point Gauss-Legendre rule, its nodes found by Newton's method.
fn unit_interval(f: impl Fn(f64) -> f64) -> f64 {
    const N: i32 = 20;
    (0..N)
        .map(|i| {
            let mut x = (PI * (f64::from(i) + 0.75) / (f64::from(N) + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..8 {
                let (mut before, mut now) = (1.0, x);
                for k in 2..=N {
                    let k = f64::from(k);
                    (before, now) = (now, ((2.0 * k - 1.0) * x * now - (k - 1.0) * before) / k);
                }
                slope = f64::from(N) * (x * now - before) / (x * x - 1.0);
                x -= now / slope;
            }
            f(0.5 + 0.5 * x) / ((1.0 - x * x) * slope * slope)
        })
        .sum()
}

/// The `n`-th derivative of `e^(x^2) erfc x`: `2/sqrt(pi) int (-2t)^n e^(-t^2 - 2xt) dt`.
pub(super) fn erfcx(n: u8, x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x < 0.0 {
        // The reflection of y, then y' = 2xy - 2/sqrt(pi) and its derivatives.
        let (mut before, mut now) = (f64::NAN, 2.0 * (x * x).exp() - erfcx(0, -x));
        if now == f64::INFINITY {
            return if n.is_multiple_of(2) { now } else { -now };
        }
        for k in 0..n {
            let next = if k == 0 {
                2.0 * x * now - 2.0 / PI.sqrt()
            } else {
                2.0 * x * now + 2.0 * f64::from(k) * before
            };
            (before, now) = (now, next);
        }
        return now;
    }
    if x > 1e100 {
        // Below this the expansion's first term is all that f64 holds.
        let mut value = 1.0 / (PI.sqrt() * x);
        for k in 1..=n {
            value *= -f64::from(k) / x;
        }
        return value;
    }
    2.0 / PI.sqrt()
        * half_line((1.0 + x).recip(), |t| (-2.0 * t).powi(n.into()) * (-t * t - 2.0 * x * t).exp())
}

/// `Phi(x)`: `e^(-x^2/2) / sqrt(2 pi) int e^(xt - t^2/2) dt` below 0, one less the other side above.
pub(super) fn normal_cdf(x: f64) -> f64 {
    if x > 0.0 {
        return 1.0 - normal_cdf(-x);
    }
    if x < -1e3 {
        return 0.0;
    }
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt() * half_line((1.0 - x).recip(), |t| (x * t - 0.5 * t * t).exp())
}

/// `ln Phi(x)`.
pub(super) fn log_normal_cdf(x: f64) -> f64 {
    if x == f64::NEG_INFINITY {
        return x;
    }
    if x > 0.0 {
        return (-normal_cdf(-x)).ln_1p();
    }
    let scaled = erfcx(0, -x / 2.0f64.sqrt());
    (0.5 * scaled).ln() - 0.5 * x * x
}

/// The root of `ln Phi(x) = ln p`, by Newton's method from above: `ln Phi` is concave.
pub(super) fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    if p > 0.25 {
        return -2.0f64.sqrt() * erfinv(2.0 * (0.5 - p));
    }
    let mut x = -(-2.0 * p.ln()).sqrt();
    for _ in 0..20 {
        // Phi(x) = scaled e^(-x^2/2) / 2, and phi/Phi from the same number.
        let scaled = erfcx(0, -x / 2.0f64.sqrt());
        let slope = (2.0 / PI).sqrt() / scaled;
        let step = ((0.5 * scaled).ln() - 0.5 * x * x - p.ln()) / slope;
        x -= step;
        if step.abs() < 1e-12 * x.abs() {
            // Newton's method doubles the digits: the next step would be below the rounding.
            break;
        }
    }
    x
}

/// The root of `erf y = x`, by Newton's method from 0; in the tails by [`normal_quantile`].
pub(super) fn erfinv(x: f64) -> f64 {
    if !(-1.0..=1.0).contains(&x) {
        return f64::NAN;
    }
    if x.abs() > 0.5 {
        return -(normal_quantile(0.5 * (1.0 - x.abs())) / 2.0f64.sqrt()).copysign(-x);
    }
    let mut y = 0.5 * PI.sqrt() * x;
    for _ in 0..20 {
        y -= (libm::erf(y) - x) * 0.5 * PI.sqrt() * (y * y).exp();
    }
    y
}

/// `I_n(x)`: its power series, all of it.
pub(super) fn bessel_i(n: u8, x: f64) -> f64 {
    let x = if n.is_multiple_of(2) { x.abs() } else { x };
    if x.abs() > 800.0 {
        return f64::INFINITY.copysign(x);
    }
    let mut term: f64 = (1..=n).map(|k| 0.5 * x / f64::from(k)).product();
    let mut sum = 0.0;
    for k in 1..2000 {
        sum += term;
        if term.abs() < 1e-20 * sum.abs() {
            break;
        }
        term *= 0.25 * x * x / (f64::from(k) * f64::from(k + i32::from(n)));
    }
    sum
}

/// `1/pi int_0^pi w(t) (1 - cos t)^n e^(-x (1 - cos t)) dt` for `x >= 0` by the trapezoidal rule, which converges
/// faster than any power for a periodic integrand; from 1e6 on the first terms for large `x`, where `w(0) = 1`.
fn around(n: u8, x: f64, w: impl Fn(f64) -> f64) -> f64 {
    if x > 1e6 {
        let rising: f64 = (0..n).map(|k| (0.5 + f64::from(k)) / x).product();
        return rising / (2.0 * PI * x).sqrt() * (1.0 + (0.5 + f64::from(n)) / (4.0 * x));
    }
    let points = 100 + (10.0 * x.sqrt()) as u32;
    let term = |j: u32| {
        let t = f64::from(j) * 2.0 * PI / f64::from(points);
        let height = 2.0 * (0.5 * t).sin().powi(2);
        w(t) * height.powi(n.into()) * (-x * height).exp()
    };
    (0..points).map(term).sum::<f64>() / f64::from(points)
}

/// `e^-|x| I_0(x)` and, but for the sign, its derivatives.
pub(super) fn bessel_i0e(n: u8, x: f64) -> f64 {
    around(n, x.abs(), |_| 1.0)
}

/// `e^-|x| I_1(x)`.
pub(super) fn bessel_i1e(x: f64) -> f64 {
    if x.abs() < 50.0 {
        return bessel_i(1, x) * (-x.abs()).exp();
    }
    if x.abs() > 1e6 {
        return (1.0 / (2.0 * PI * x.abs()).sqrt() * (1.0 - 3.0 / (8.0 * x.abs()))).copysign(x);
    }
    around(0, x.abs(), f64::cos).copysign(x)
}

/// `ln Gamma(1 + x)`; near 0 as the integral of digamma from 0, which keeps the relative accuracy.
pub(super) fn lgamma1p(x: f64) -> f64 {
    if x.abs() > 0.5 { libm::lgamma(1.0 + x) } else { x * unit_interval(|t| polygamma(0, 1.0 + x * t)) }
}

/// `ln B(a, b) = ln Gamma(p) - int_0^p psi(q + t) dt` for the smaller `p` and the larger `q`.
pub(super) fn ln_beta(a: f64, b: f64) -> f64 {
    let (p, q) = (a.min(b), a.max(b));
    if a.is_nan() || b.is_nan() || p < 0.0 || p == 0.0 && q == f64::INFINITY {
        return f64::NAN;
    }
    if p == 0.0 {
        return f64::INFINITY;
    }
    if q == f64::INFINITY {
        return f64::NEG_INFINITY;
    }
    if q < 1.0 {
        return libm::lgamma(p) + libm::lgamma(q) - libm::lgamma(p + q);
    }
    libm::lgamma(p) - p * unit_interval(|t| polygamma(0, q + p * t))
}

/// `psi^(n)(a + b) - psi^(n)(a)`, the integral of the next derivative where `b` is no larger than `a`.
pub(super) fn polygamma_step(n: u8, a: f64, b: f64) -> f64 {
    if a > 0.0 && b.abs() <= 0.5 * a && n < u8::MAX {
        return b * unit_interval(|t| polygamma(n + 1, a + b * t));
    }
    polygamma(n, a + b) - polygamma(n, a)
}
