//! The regularised incomplete beta function `I_x(a, b)`, its slopes in both shapes, and the beta density.
//!
//! On the side of the mean where the value is the smaller one: a power series for a first shape below 1, the continued
//! fraction of Didonato and Morris (1992, eq. 19) above it, and a quadrature where both shapes are large; the other side
//! by symmetry. Slopes are the same expressions differentiated, on the side where no term cancels another.

use core::f64::consts::PI;

use super::beta::{
    LARGE, lgamma_1p, lgamma_step, lgamma_step_beyond_power, log_defect, polygamma_step, stirling_of_beta,
};
use super::beta_quadrature;
use super::gamma::digamma;

/// From this size of the smaller shape on the integral is a nearly Gaussian one.
const QUADRATURE: f64 = 500.0;

/// `I`, `1 - I`, `dI/da`, `dI/db`.
pub(super) struct Parts {
    pub(super) value: f64,
    pub(super) complement: f64,
    pub(super) by_a: f64,
    pub(super) by_b: f64,
}

impl Parts {
    fn constant(value: f64) -> Parts {
        Parts { value, complement: 1.0 - value, by_a: 0.0, by_b: 0.0 }
    }

    /// Seen from the other end: `I_(1-x)(b, a) = 1 - I_x(a, b)`.
    fn mirrored(self) -> Parts {
        Parts { value: self.complement, complement: self.value, by_a: -self.by_b, by_b: -self.by_a }
    }
}

/// The argument, with what is lost in `1 - x`.
#[derive(Copy, Clone)]
pub(super) struct Point {
    pub(super) a: f64,
    pub(super) b: f64,
    pub(super) x: f64,
    /// `1 - x`.
    pub(super) y: f64,
    pub(super) ln_x: f64,
    pub(super) ln_y: f64,
    /// `a - (a + b) x = a y - b x`, how far below the mean.
    pub(super) below: f64,
}

impl Point {
    fn new(a: f64, b: f64, x: f64) -> Point {
        let y = 1.0 - x;
        let (ln_x, ln_y) = if x < 0.5 {
            (libm::log(x), libm::log1p(-x))
        } else {
            // Here 1 - x is exact.
            (libm::log1p(-y), libm::log(y))
        };
        let below = if x < 0.5 { gap(a, b, x) } else { -gap(b, a, y) };
        Point { a, b, x, y, ln_x, ln_y, below }
    }

    fn mirrored(self) -> Point {
        Point {
            a: self.b,
            b: self.a,
            x: self.y,
            y: self.x,
            ln_x: self.ln_y,
            ln_y: self.ln_x,
            below: -self.below,
        }
    }
}

/// `a - (a + b) x`, rounded about once.
fn gap(a: f64, b: f64, x: f64) -> f64 {
    let sum = a + b;
    let back = sum - a;
    let lost = (a - (sum - back)) + (b - back);
    let product = sum * x;
    let product_lost = f64::mul_add(sum, x, -product);
    ((a - product) - product_lost) - lost * x
}

/// `I_x(a, b)`; NaN for a negative shape or an `x` outside 0 to 1.
pub(crate) fn beta_inc(a: f64, b: f64, x: f64) -> f64 {
    parts::<false>(a, b, x).value
}

/// `dI/da`, never positive.
pub(crate) fn beta_inc_slope_a(a: f64, b: f64, x: f64) -> f64 {
    parts::<true>(a, b, x).by_a
}

/// `dI/db`, never negative.
pub(crate) fn beta_inc_slope_b(a: f64, b: f64, x: f64) -> f64 {
    parts::<true>(a, b, x).by_b
}

/// `x^(a-1) (1-x)^(b-1) / B(a, b)`, the density of the beta distribution and the derivative of [`beta_inc`] in `x`.
pub(crate) fn beta_density(a: f64, b: f64, x: f64) -> f64 {
    if !(a >= 0.0 && b >= 0.0 && (0.0..=1.0).contains(&x)) {
        return f64::NAN;
    }
    if x == 0.0 || x == 1.0 {
        let (near, far) = if x == 0.0 { (a, b) } else { (b, a) };
        return match near.partial_cmp(&1.0) {
            Some(core::cmp::Ordering::Less) if near > 0.0 => f64::INFINITY,
            Some(core::cmp::Ordering::Equal) => far,
            _ => 0.0,
        };
    }
    if a == 0.0 || b == 0.0 || a == f64::INFINITY || b == f64::INFINITY {
        return 0.0;
    }
    weight::<true>(&Point::new(a, b, x))
}

fn parts<const SLOPE: bool>(a: f64, b: f64, x: f64) -> Parts {
    let infinite = (a == f64::INFINITY, b == f64::INFINITY);
    if !(a >= 0.0 && b >= 0.0 && (0.0..=1.0).contains(&x)) || a == 0.0 && b == 0.0 || infinite == (true, true)
    {
        return Parts { value: f64::NAN, complement: f64::NAN, by_a: f64::NAN, by_b: f64::NAN };
    }
    if x == 0.0 || x == 1.0 {
        return Parts::constant(x);
    }
    // All weight at one end.
    if a == 0.0 || infinite.1 {
        return Parts::constant(1.0);
    }
    if b == 0.0 || infinite.0 {
        return Parts::constant(0.0);
    }
    let point = Point::new(a, b, x);
    if a.min(b) >= QUADRATURE {
        let mirror = point.below < 0.0;
        let near = if mirror { point.mirrored() } else { point };
        let front = weight::<false>(&near);
        if front == 0.0 {
            return Parts::constant(if mirror { 1.0 } else { 0.0 });
        }
        let found = beta_quadrature::lower(&near, front);
        return if mirror { found.mirrored() } else { found };
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        near::<SLOPE>(&point.mirrored()).mirrored()
    } else {
        near::<SLOPE>(&point)
    }
}

fn near<const SLOPE: bool>(point: &Point) -> Parts {
    if point.a < 1.0 { series::<SLOPE>(point) } else { fraction::<SLOPE>(point) }
}

/// `x^a (1-x)^b / B(a, b)`, or that over `x (1-x)`.
fn weight<const DENSITY: bool>(point: &Point) -> f64 {
    let Point { a, b, x, y, ln_x, ln_y, below } = *point;
    let power = |base: f64, exponent: f64| {
        if !DENSITY {
            libm::pow(base, exponent)
        } else if exponent >= 1.0 {
            libm::pow(base, exponent - 1.0)
        } else {
            libm::pow(base, exponent) / base
        }
    };
    let (p, q) = if a < b { (a, b) } else { (b, a) };
    if p >= LARGE {
        // Ratios to the mean; far below it the argument itself keeps its digits.
        let defect = |t: f64, shape: f64, point: f64| {
            if t < -0.5 { t - libm::log(point / (shape / (a + b))) } else { log_defect(t) }
        };
        let distance = a * defect(-below / a, a, x) + b * defect(below / b, b, y);
        let scale = (a / (a + b) * b / (2.0 * PI)).sqrt();
        let value = scale * libm::exp(-distance - stirling_of_beta(a, b));
        return if DENSITY && value > 0.0 { value / x / y } else { value };
    }
    if q < LARGE {
        let gammas = libm::tgamma(1.0 + p + q) / (libm::tgamma(1.0 + p) * libm::tgamma(1.0 + q));
        return power(x, a) * power(y, b) * (p * (q / (p + q)) * gammas);
    }
    // One large shape: Gamma(q + p) / Gamma(q) is q^p but for a small correction.
    let (small, ln_large) = if a < b { (x, ln_y) } else { (y, ln_x) };
    let exponent = if DENSITY { (q - 1.0) * ln_large } else { q * ln_large };
    if exponent < -3000.0 {
        return 0.0;
    }
    let half = libm::exp(0.5 * (exponent + lgamma_step_beyond_power(q, p)));
    let scale = if DENSITY { q } else { 1.0 };
    power(small * q, p) * half * half * (scale * p / libm::tgamma(1.0 + p))
}

/// For `a < 1`: `I = e^E (1 + a S)`, `E = a ln x - ln(a B(a, b))`, `S = sum_(k>=1) (1-b)_k / k! x^k / (a + k)`.
fn series<const SLOPE: bool>(point: &Point) -> Parts {
    let Point { a, b, x, ln_x, .. } = *point;
    let step = lgamma_step(b, a);
    let exponent = f64::mul_add(a, ln_x, step) - lgamma_1p(a);
    let front = libm::exp(exponent);
    let (mut c, mut c_b) = (1.0, 0.0);
    let (mut sum, mut sum_a, mut sum_b) = (0.0, 0.0, 0.0);
    let mut k = 1.0;
    loop {
        // c_k = c_(k-1) (k - b) / k x, and its derivative in b.
        let factor = x * ((k - b) / k);
        c_b = c_b * factor - c * x / k;
        c *= factor;
        let inverse = 1.0 / (a + k);
        sum += c * inverse;
        sum_a += c * k * inverse * inverse;
        sum_b += c_b * inverse;
        // Past the largest term the rest is at most geometric.
        let settled = c.abs() <= 1e-18 * sum.abs() && (!SLOPE || c_b.abs() <= 1e-18 * sum_b.abs());
        if k > b * x && settled || k > 2000.0 {
            break;
        }
        k += 1.0;
    }
    let whole = 1.0 + a * sum;
    let (mut by_a, mut by_b) = (0.0, 0.0);
    if SLOPE {
        // ln x - d ln(a B)/da, where the digamma of 1 + a stands for that of a.
        let log = ln_x - digamma(1.0 + a) + digamma(a + b);
        by_a = front * (log * whole + sum_a);
        by_b = front * (polygamma_step(0, b, a) * whole + a * sum_b);
    }
    Parts { value: front * whole, complement: -libm::expm1(exponent) - front * a * sum, by_a, by_b }
}

/// Numbers with their derivatives in `a` and `b`.
#[derive(Copy, Clone)]
struct Dual(f64, f64, f64);

impl Dual {
    fn times(self, o: Dual) -> Dual {
        Dual(self.0 * o.0, self.1 * o.0 + self.0 * o.1, self.2 * o.0 + self.0 * o.2)
    }
    fn over(self, o: Dual) -> Dual {
        let q = self.0 / o.0;
        Dual(q, (self.1 - q * o.1) / o.0, (self.2 - q * o.2) / o.0)
    }
    fn plus(self, o: Dual) -> Dual {
        Dual(self.0 + o.0, self.1 + o.1, self.2 + o.2)
    }
}

/// `I = x^a (1-x)^b / B(a, b) / (beta_0 + alpha_1 / (beta_1 + alpha_2 / (beta_2 + ...)))` by Lentz's method.
fn fraction<const SLOPE: bool>(point: &Point) -> Parts {
    let Point { a, b, x, y, ln_x, ln_y, below } = *point;
    let front = weight::<false>(point);
    if front == 0.0 {
        return Parts::constant(0.0);
    }
    let partial = |m: f64| {
        // beta_m = m + m (b-m) x / (a+2m-1) + (a+m) (a y - b x + 1 + m (1+y)) / (a+2m+1).
        let odd = a + 2.0 * m - 1.0;
        let next = a + 2.0 * m + 1.0;
        let first = if m == 0.0 { 0.0 } else { m * (b - m) * x / odd };
        let inner = below + 1.0 + m * (1.0 + y);
        let second = (a + m) / next * inner;
        let mut value = Dual(m + first + second, 0.0, 0.0);
        if SLOPE {
            let by_odd = if m == 0.0 { 0.0 } else { first / odd };
            value.1 = -by_odd + inner * ((m + 1.0) / (next * next)) + (a + m) / next * y;
            value.2 = (if m == 0.0 { 0.0 } else { m * x / odd }) - (a + m) / next * x;
        }
        value
    };
    let above = |m: f64| {
        // alpha_m = (a+m-1) (a+b+m-1) m (b-m) x^2 / (a+2m-1)^2.
        let odd = a + 2.0 * m - 1.0;
        let (p, q, r) = ((a + m - 1.0) / odd, (a + b + m - 1.0) * x, m * (b - m) * x / odd);
        let mut value = Dual(p * q * r, 0.0, 0.0);
        if SLOPE {
            // (a+m-1)/(a+2m-1) has the slope m/(a+2m-1)^2.
            value.1 = (m / (odd * odd)) * q * r + p * x * r - p * q * (r / odd);
            value.2 = p * x * r + p * q * (-(-m * x / odd));
        }
        value
    };
    let one = Dual(1.0, 0.0, 0.0);
    let mut c = partial(0.0);
    let mut d = Dual(0.0, 0.0, 0.0);
    // The value of the fraction and its logarithmic derivatives.
    let mut f = c.0;
    let mut log = (c.1 / c.0, c.2 / c.0);
    let mut m = 1.0;
    while m < 20_000.0 {
        let (alpha, beta) = (above(m), partial(m));
        d = one.over(beta.plus(alpha.times(d)));
        c = beta.plus(alpha.over(c));
        let ratio = c.times(d);
        f *= ratio.0;
        let change = (ratio.1 / ratio.0, ratio.2 / ratio.0);
        log = (log.0 + change.0, log.1 + change.1);
        let settled = change.0.abs() <= 1e-16 * log.0.abs() && change.1.abs() <= 1e-16 * log.1.abs();
        if (ratio.0 - 1.0).abs() < 2e-16 && (!SLOPE || settled) {
            break;
        }
        m += 1.0;
    }
    let value = front / f;
    let (mut by_a, mut by_b) = (0.0, 0.0);
    if SLOPE {
        by_a = value * (ln_x + polygamma_step(0, a, b) - log.0);
        by_b = value * (ln_y + polygamma_step(0, b, a) - log.1);
    }
    Parts { value, complement: 1.0 - value, by_a, by_b }
}
