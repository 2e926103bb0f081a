//! Log probabilities at plain numbers by Loader's saddle point expansion, whose error does not grow with the counts.

use core::f64::consts::PI;

/// [`stirling_error`] of `0..16`; 0 at 0.
const FIRST: [f64; 16] = [
    0.0,
    0.08106146679532726,
    0.0413406959554093,
    0.02767792568499834,
    0.020790672103765093,
    0.016644691189821193,
    0.013876128823070748,
    0.01189670994589177,
    0.010411265261972096,
    0.009255462182712733,
    0.00833056343336287,
    0.007573675487951841,
    0.00694284010720953,
    0.006408994188004207,
    0.0059513701127588475,
    0.005554733551962801,
];

/// `ln n! - ln(√(2πn) (n/e)ⁿ)` for a whole `n >= 0`.
fn stirling_error(n: f64) -> f64 {
    if let Some(error) = FIRST.get(n as usize) {
        return *error;
    }
    let r = 1.0 / (n * n);
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - r / 1188.0) * r) * r) * r) / n
}

/// `x ln(x / m) + m - x`, without cancellation near `x = m`.
fn deviance(x: f64, m: f64) -> f64 {
    let d = x - m;
    if d.abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() - d;
    }
    let v = d / (x + m);
    let (mut sum, mut term) = (d * v, 2.0 * x * v);
    for j in 1..1000 {
        term *= v * v;
        let next = sum + term / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// The log probability of `x >= 0` at a rate `mu > 0` (Loader 2000).
pub(super) fn poisson(x: f64, mu: f64) -> f64 {
    if x == 0.0 {
        return -mu;
    }
    -stirling_error(x) - deviance(x, mu) - 0.5 * (2.0 * PI * x).ln()
}

/// The log probability of `x` successes in `n` trials of probability `p = 1 - q`, `0 < p < 1` (Loader 2000).
pub(super) fn binomial(x: f64, n: f64, p: f64, q: f64) -> f64 {
    if x < 0.0 || x > n {
        return f64::NEG_INFINITY;
    }
    if x == 0.0 {
        return if n == 0.0 { 0.0 } else { n * (if p < 0.1 { (-p).ln_1p() } else { q.ln() }) };
    }
    if x == n {
        return n * (if q < 0.1 { (-q).ln_1p() } else { p.ln() });
    }
    stirling_error(n)
        - stirling_error(x)
        - stirling_error(n - x)
        - deviance(x, n * p)
        - deviance(n - x, n * q)
        - 0.5 * (2.0 * PI * x * ((n - x) / n)).ln()
}

/// The log probability of `x` of a kind among `n` drawn from `population`, `k` of which are of that kind.
pub(super) fn hyper_geometric(x: f64, population: f64, k: f64, n: f64) -> f64 {
    let (p, q) = (n / population, (population - n) / population);
    if n == 0.0 || n == population {
        let sure = if n == 0.0 { 0.0 } else { k };
        return if x == sure { 0.0 } else { f64::NEG_INFINITY };
    }
    binomial(x, k, p, q) + binomial(n - x, population - k, p, q) - binomial(n, population, p, q)
}
