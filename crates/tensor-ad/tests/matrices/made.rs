//! Numbers and matrices to test with.

use elbo_tensor_ad::Array;

pub(super) fn random(n: usize, seed: u64) -> Vec<f64> {
    let mut s = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..n)
        .map(|_| {
            s ^= s << 13;
            s ^= s >> 7;
            s ^= s << 17;
            (s >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        })
        .collect()
}

/// Hilbert's matrix, the worst conditioned that factorisations in this precision get through; otherwise a random one.
pub(super) fn hard(n: usize, kind: usize) -> Vec<f64> {
    let x = random(n * n, 7 + n as u64);
    match kind {
        0 => (0..n * n).map(|k| 1.0 / (k / n + k % n + 1) as f64).collect(),
        1 => {
            let mut a = product(&x, &turned(&x, n), [n, n, n]);
            (0..n).for_each(|i| a[i * n + i] += 0.01);
            a
        }
        _ => x,
    }
}

/// Identity matrices, elements of some replaced.
pub(super) fn identities(lead: &[usize], n: usize, changes: &[(usize, usize, usize, f64)]) -> Array<f64> {
    let mut a = Array::zeros([lead, &[n, n]].concat());
    let count = lead.iter().product::<usize>();
    for k in 0..count {
        (0..n).for_each(|i| a.data_mut()[k * n * n + i * n + i] = 1.0);
    }
    for &(k, i, j, x) in changes {
        a.data_mut()[k * n * n + i * n + j] = x;
    }
    a
}

pub(super) fn product(a: &[f64], b: &[f64], [m, k, n]: [usize; 3]) -> Vec<f64> {
    let mut out = vec![0.0; m * n];
    for i in 0..m {
        for l in 0..k {
            for j in 0..n {
                out[i * n + j] += a[i * k + l] * b[l * n + j];
            }
        }
    }
    out
}

pub(super) fn turned(a: &[f64], n: usize) -> Vec<f64> {
    (0..n * n).map(|k| a[k % n * n + k / n]).collect()
}
