//! Log probabilities at plain numbers by Loader's saddle point expansion, whose error does not grow with the counts.

use core::f64::consts::PI;

/// `ln n! - ln(√(2πn) (n/e)ⁿ)` for a whole `n >= 0`.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        let log_factorial: f64 = (2..=n as u32).map(|i| f64::from(i).ln()).sum();
        return if n == 0.0 { 0.0 } else { log_factorial - (0.5 * (2.0 * PI * n).ln() + n * n.ln() - n) };
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

/// The log probability of `x` successes in `n` trials of probability `p = 1 - q`, `0 < p < 1` (Loader 2000).
fn binomial(x: f64, n: f64, p: f64, q: f64) -> f64 {
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
