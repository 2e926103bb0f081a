//! Logarithms of the incomplete gamma and beta functions, which stay finite where the functions leave the range of `f64`.
//!
//! Where the function is above `1e-280` the logarithm is taken of it (of what is left to 1, where that is smaller); below, of
//! the prefactor and eight levels of the continued fraction, which that far out are exact to `1e-20` for all shapes.

use elbo_tensor_ad::Expr;

/// Below this the continued fractions take over.
const TINY: f64 = 1e-280;
/// The levels of the continued fractions.
const LEVELS: usize = 8;

/// `ln part`, where `part + rest = 1`; `far` where the part is tiny, told where that is.
fn log_of(part: &Expr, rest: &Expr, far: impl FnOnce(&Expr) -> Expr) -> Expr {
    let (tiny, most) = (part.less(TINY), rest.less(0.5));
    let high = (-most.select(rest, 0.25)).ln1p();
    let low = tiny.max(&most).select(0.5, part).ln();
    tiny.select(far(&tiny), most.select(high, low))
}

/// `ln P(a, x)` for a positive `a` and a non-negative `x`.
pub(crate) fn log_gamma_p(a: &Expr, x: &Expr) -> Expr {
    log_of(&a.gamma_p(x), &a.gamma_q(x), |tiny| {
        let none = x.less_equal(0.0);
        let usual = tiny * (1.0 - &none);
        let (a, x) = (tiny.select(a, 1000.0), usual.select(x, tiny.select(0.5 * tiny.select(a, 2.0), 200.0)));
        // DLMF 8.9.1, in pairs of levels.
        let fraction = (1..=LEVELS).rev().fold(Expr::constant(0.0), |rest, k| {
            let k = k as f64;
            -(&a + (k - 1.0)) * &x / (&a + (2.0 * k - 1.0) + k * &x / (&a + 2.0 * k + rest))
        });
        let log = &a * x.ln() - &x - a.lgamma() - (&a + fraction).ln();
        none.select(f64::NEG_INFINITY, log)
    })
}

/// `ln Q(a, x)` for a positive `a` and a non-negative `x`.
pub(crate) fn log_gamma_q(a: &Expr, x: &Expr) -> Expr {
    log_of(&a.gamma_q(x), &a.gamma_p(x), |tiny| {
        let none = x.equal(f64::INFINITY);
        let usual = tiny * (1.0 - &none);
        let (a, x) = (usual.select(a, 1.0), usual.select(x, 700.0));
        // DLMF 8.9.2, contracted.
        let fraction = (1..=LEVELS).rev().fold(Expr::constant(0.0), |rest, k| {
            let k = k as f64;
            k * (k - &a) / (&x - &a + (2.0 * k + 1.0) - rest)
        });
        let log = &a * x.ln() - &x - a.lgamma() - (&x - &a + 1.0 - fraction).ln();
        none.select(f64::NEG_INFINITY, log)
    })
}

/// `ln I_x(a, b)` for positive shapes, `x` in `0..=1` and `y = 1 - x`, which is better known where `x` is near 1.
pub(crate) fn log_beta_inc(a: &Expr, b: &Expr, x: &Expr, y: &Expr) -> Expr {
    log_of(&a.beta_inc(b, x), &b.beta_inc(a, y), |tiny| {
        let none = x.less_equal(0.0);
        let usual = tiny * (1.0 - &none);
        let (a, b) = (usual.select(a, 1000.0), usual.select(b, 1000.0));
        let (x, y) = (usual.select(x, 0.125), usual.select(y, 0.875));
        // Didonato and Morris 1992, section 9.
        let lambda = &a - (&a + &b) * &x;
        let beta = |n: f64| {
            let first =
                if n == 0.0 { Expr::constant(0.0) } else { n + n * (&b - n) * &x / (&a + (2.0 * n - 1.0)) };
            first + (&a + n) * (&lambda + 1.0 + n * (1.0 + &y)) / (&a + (2.0 * n + 1.0))
        };
        let alpha = |n: f64| {
            let step = &x / (&a + (2.0 * n - 1.0));
            (&a + (n - 1.0)) * (&a + &b + (n - 1.0)) * n * (&b - n) * step.square()
        };
        let fraction = (1..=LEVELS).rev().fold(Expr::constant(0.0), |rest, n| {
            let n = n as f64;
            alpha(n) / (beta(n) + rest)
        });
        let low = x.less(0.5);
        let log_y = low.select((-low.select(&x, 0.25)).ln1p(), y.ln());
        let log = &a * x.ln() + &b * log_y - a.betaln(&b) - (beta(0.0) + fraction).ln();
        none.select(f64::NEG_INFINITY, log)
    })
}
