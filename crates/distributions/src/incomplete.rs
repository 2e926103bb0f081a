//! Logarithms of the incomplete gamma and beta functions, finite where the functions themselves underflow.
//!
//! Far out the value is taken from a continued fraction of fixed length, times a factor that is kept as a logarithm. Its levels gain a digit or more each there,
//! whatever the shapes, so that the error is that of the factor.

use core::f64::consts::PI;

use elbo_tensor_ad::Expr;

/// How many levels the fractions have: level `m` gains a factor of about `m / 2d` at a deviance of `d`, which is at least 75 where they are used.
const LEVELS: usize = 20;
/// Below this the incomplete gamma functions give way to the fraction: in the range of `f32`.
const DEEP_GAMMA: f64 = 1e-34;
/// Not above this the incomplete beta function does, whose factor loses digits as `1e-16` times its shapes: as late as can be. In `f32` it is 0.
const DEEP_BETA: f64 = 1e-260;

/// `ln p` from a probability `p`, its complement and, where `p` is tiny, its logarithm by other means.
fn log_of(p: &Expr, complement: &Expr, tiny: &Expr, deep: Expr) -> Expr {
    let high = p.greater(0.5);
    let middle = tiny.max(&high).select(0.5, p).ln();
    high.select((-high.select(complement, 0.5)).ln1p(), tiny.select(deep, middle))
}

/// `ln(x^a e^-x / Γ(a))`, by Stirling's series in the deviance where `a` is large and it would cancel.
fn log_gamma_factor(a: &Expr, x: &Expr) -> Expr {
    let large = a.greater(30.0);
    let (far, near) = (large.select(a, 50.0), large.select(2.0, a));
    let (far_x, near_x) = (large.select(x, 50.0), large.select(2.0, x));
    let r = far.recip();
    let r2 = r.square();
    let stirling = &r * (1.0 / 12.0 - &r2 * (1.0 / 360.0 - &r2 * (1.0 / 1260.0 - r2.clone() / 1680.0)));
    let apart = (&far_x - &far) * &r;
    // ln(x/a) by ln1p only near a: x/a - 1 loses a small x/a.
    let close = apart.abs().less(0.5);
    let log_ratio = close.select(
        close.select(&apart, 0.0).ln1p(),
        close.select(1.0, &far_x).ln() - close.select(1.0, &far).ln(),
    );
    let deviance = &far * (log_ratio - &apart);
    large.select(
        deviance + 0.5 * (far * (0.5 / PI)).ln() - stirling,
        &near * near_x.ln() - &near_x - near.lgamma(),
    )
}

/// `ln P(a, x)` for `x >= 0`: the lower tail of the gamma distribution, and the upper one of Poisson's.
pub(crate) fn log_gamma_p(a: &Expr, x: &Expr) -> Expr {
    let x = x.min(f64::MAX);
    let (p, q) = (a.gamma_p(&x), a.gamma_q(&x));
    let (none, tiny) = (x.less_equal(0.0), p.less(DEEP_GAMMA));
    let usual = &tiny * (1.0 - &none);
    let (a, x) = (usual.select(a, 1000.0), usual.select(x, 1.0));
    // DLMF 8.7.1 as a fraction: a - a x/(a+1 + x/(a+2 - (a+1) x/(a+3 + 2x/(a+4 - ...)))).
    let fraction = (1..=LEVELS).rev().fold(&a + (LEVELS + 1) as f64, |below, k| {
        let m = (k / 2) as f64;
        let over = if k % 2 == 0 { m * &x } else { -(&a + m) * &x };
        &a + (k - 1) as f64 + over / below
    });
    log_of(&p, &q, &tiny, none.select(f64::NEG_INFINITY, log_gamma_factor(&a, &x) - fraction.ln()))
}

/// `ln Q(a, x)` for `x >= 0`: the upper tail of the gamma distribution, and the lower one of Poisson's.
pub(crate) fn log_gamma_q(a: &Expr, x: &Expr) -> Expr {
    let x = x.min(f64::MAX);
    let (p, q) = (a.gamma_p(&x), a.gamma_q(&x));
    let tiny = q.less(DEEP_GAMMA);
    let (a, x) = (tiny.select(a, 1.0), tiny.select(x, 1000.0));
    // DLMF 8.9.2: x+1-a - 1(1-a)/(x+3-a - 2(2-a)/(x+5-a - ...)).
    let base = &x - &a;
    let fraction = (1..=LEVELS).rev().fold(&base + (2 * LEVELS + 1) as f64, |below, n| {
        let n = n as f64;
        &base + (2.0 * n - 1.0) - n * (n - &a) / below
    });
    log_of(&q, &p, &tiny, log_gamma_factor(&a, &x) - fraction.ln())
}

/// `ln I_x(a, b)` by the fraction alone, for a value below [`DEEP_BETA`], from `x`, `ln x` and `ln(1 - x)`.
pub(crate) fn log_beta_deep(a: &Expr, b: &Expr, x: &Expr, log_x: &Expr, log_y: &Expr) -> Expr {
    // DLMF 8.17.22.
    let fraction = (1..=LEVELS).rev().fold(Expr::constant(1.0), |below, k| {
        let m = (k / 2) as f64;
        let over = if k % 2 == 0 {
            m * (b - m) / ((a + (2.0 * m - 1.0)) * (a + 2.0 * m))
        } else {
            -(a + m) / (a + 2.0 * m) * ((a + b + m) / (a + (2.0 * m + 1.0)))
        };
        1.0 + over * x / below
    });
    a * log_x + b * log_y - a.ln() - a.betaln(b) - fraction.ln()
}

/// `ln I_x(a, b)` for `0 <= x <= 1` and `y = 1 - x`, which is better known where `x` is near 1: the lower tail of the beta distribution,
/// and the tails of the binomial and the negative binomial one.
pub(crate) fn log_beta(a: &Expr, b: &Expr, x: &Expr, y: &Expr) -> Expr {
    let (p, q) = (a.beta_inc(b, x), b.beta_inc(a, y));
    let (none, tiny) = (x.less_equal(0.0), p.less_equal(DEEP_BETA));
    let usual = &tiny * (1.0 - &none);
    let (a, b) = (usual.select(a, 1000.0), usual.select(b, 1.0));
    let (x, y) = (usual.select(x, 0.25), usual.select(y, 0.75));
    let low = x.less(0.5);
    let log_y = low.select((-low.select(&x, 0.25)).ln1p(), low.select(0.5, &y).ln());
    let deep = log_beta_deep(&a, &b, &x, &x.ln(), &log_y);
    log_of(&p, &q, &tiny, none.select(f64::NEG_INFINITY, deep))
}
