//! `ln B` and the step of the digamma function, of two positive `f64`, branch-free, so that a loop over them vectorises.
//!
//! Both go up from arguments below 8 by a product of eight factors (one quotient), to where Stirling's series (DLMF 5.11.1, 5.11.2) holds,
//! whose differences are taken by hand, so that nothing cancels where one argument is huge. Zeros, infinities, NaN and what comes near the
//! ends of the range are done one by one, by [`special`](super::special).

use super::gamma::f64::{about_two, reduced};
use super::lane::polynomial;
use super::ln::f64::{ln, ln1p};

/// From here on the series are used as they are.
const FROM: f64 = 8.0;
/// Between these the products of eight factors are within the range of `f64`.
const LEAST: f64 = 1e-100;
const MOST: f64 = 1e100;
/// The largest step beside an argument that may be small.
const MOST_STEP: f64 = 1e30;

/// `ln Gamma(x) - (x - 1/2) ln x + x - ln(2 pi) / 2` for `x >= 8`, from `1/x`.
#[inline(always)]
fn stirling(r: f64) -> f64 {
    r * polynomial!(
        f64, r * r;
        1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0, 1.0 / 156.0,
        -3617.0 / 122_400.0
    )
}

/// `v (v + 1) ... (v + 7)`
#[inline(always)]
fn rising(v: f64) -> f64 {
    let (low, high) = (v * (v + 7.0), (v + 1.0) * (v + 6.0));
    let (even, odd) = ((v + 2.0) * (v + 5.0), (v + 3.0) * (v + 4.0));
    (low * high) * (even * odd)
}

/// True where [`ln_beta`] is not for.
#[inline(always)]
pub(super) fn ln_beta_is_rare(a: f64, b: f64) -> bool {
    !((a >= LEAST) & (b >= LEAST) & (a <= MOST) & (b <= MOST))
}

/// `ln B(a, b)`, within 2e-15 of it or of 1.
#[inline(always)]
pub(super) fn ln_beta(a: f64, b: f64) -> f64 {
    let (p, q) = if a < b { (a, b) } else { (b, a) };
    // Gamma(q) / Gamma(q + p) = (q + p)_8 / (q)_8 Gamma(x) / Gamma(x + p).
    let below = q < FROM;
    let (y, z) = if below { (q, q + p) } else { (1.0, 1.0) };
    let x = if below { q + 8.0 } else { q };
    // Gamma(p) of a small p as a polynomial and a quotient, which joins the other one.
    let large = p >= 8.5;
    let (n, s, product, divisor) = reduced(p);
    let divisor = if n < 2.0 { divisor } else { 1.0 };
    let quotient = product * rising(z) / (divisor * rising(y));
    let t = p / x;
    let (from_x, from_end) = (1.0 / x, 1.0 / (x + p));
    let first = ln(if large { t } else { x });
    let second = ln(if large { p } else { quotient });
    let spread = (x + p - 0.5) * ln1p(t);
    let step = stirling(from_end) - stirling(from_x);
    // ln(2 pi) / 2.
    let both =
        0.918_938_533_204_672_8 - 0.5 * second + (stirling(1.0 / p) - step) + p.mul_add(first, -spread);
    let one = s.mul_add(about_two(s), second) - (p.mul_add(first, spread - p) + step);
    if large { both } else { one }
}

/// The sum of two fractions.
#[inline(always)]
fn joined((n, d): (f64, f64), (m, e): (f64, f64)) -> (f64, f64) {
    (n.mul_add(e, m * d), d * e)
}

/// `1 / ((y + j) (y + j + z))` and the next, as one fraction.
#[inline(always)]
fn pair(y: f64, z: f64, j: f64) -> (f64, f64) {
    let (u, v) = ((y + j) * (y + j + z), (y + j + 1.0) * (y + j + 1.0 + z));
    (u + v, u * v)
}

/// True where [`digamma_step`] is not for.
#[inline(always)]
pub(super) fn digamma_step_is_rare(a: f64, b: f64) -> bool {
    !((a >= LEAST) & (b >= LEAST) & (a <= MOST) & (b <= MOST_STEP))
}

/// `psi(a + b) - psi(a)`, relative error 4e-15 however small `b` is beside `a`.
#[inline(always)]
pub(super) fn digamma_step(a: f64, b: f64) -> f64 {
    let below = a < FROM;
    let (y, z) = if below { (a, b) } else { (1.0, 1.0) };
    let x = if below { a + 8.0 } else { a };
    // The sum of 1 / ((y + j) (y + j + z)), as one fraction.
    let first = joined(pair(y, z, 0.0), pair(y, z, 2.0));
    let second = joined(pair(y, z, 4.0), pair(y, z, 6.0));
    let (n, d) = joined(first, second);
    let sum = if below { b * (n / d) } else { 0.0 };
    let (u, v) = (1.0 / (x + b), 1.0 / x);
    // The series -1/(2x) - sum c_k x^-2k at x + b less the same at x, from u - v = -b u v.
    let (square, other) = (u * u, v * v);
    let (mut near, mut slope) = (0.0f64, 0.0f64);
    macro_rules! terms {
        ($($c:expr),+) => {$(
            slope = slope.mul_add(other, near);
            near = near.mul_add(square, $c);
        )+};
    }
    // B_2k / 2k, the last first: the series and its divided difference.
    terms!(
        43867.0 / 14_364.0,
        -3617.0 / 8160.0,
        1.0 / 12.0,
        -691.0 / 32_760.0,
        1.0 / 132.0,
        -1.0 / 240.0,
        1.0 / 252.0,
        -1.0 / 120.0,
        1.0 / 12.0
    );
    let series = b * u * v * (u + v).mul_add(other.mul_add(slope, near), 0.5);
    sum + (ln1p(b / x) + series)
}
