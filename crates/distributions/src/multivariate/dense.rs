//! Small dense matrices at plain numbers, row-major, for the samplers.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use crate::continuous::GammaDraw;

/// The lower Cholesky factor of a symmetric positive definite matrix; the parameters have been checked, and NaN shows a mistake.
pub(crate) fn cholesky(a: &[f64], n: usize) -> Vec<f64> {
    let mut l = vec![0.0f64; n * n];
    for j in 0..n {
        let pivot = a[j * n + j] - (0..j).map(|k| l[j * n + k].powi(2)).sum::<f64>();
        l[j * n + j] = pivot.sqrt();
        for i in j + 1..n {
            let rest = a[i * n + j] - (0..j).map(|k| l[i * n + k] * l[j * n + k]).sum::<f64>();
            l[i * n + j] = rest / l[j * n + j];
        }
    }
    l
}

/// `x := L⁻¹ x`
pub(crate) fn solve_lower(l: &[f64], x: &mut [f64]) {
    let n = x.len();
    for i in 0..n {
        x[i] = (x[i] - (0..i).map(|k| l[i * n + k] * x[k]).sum::<f64>()) / l[i * n + i];
    }
}

/// `x := L⁻ᵀ x`
pub(crate) fn solve_lower_transposed(l: &[f64], x: &mut [f64]) {
    let n = x.len();
    for i in (0..n).rev() {
        x[i] = (x[i] - (i + 1..n).map(|k| l[k * n + i] * x[k]).sum::<f64>()) / l[i * n + i];
    }
}

/// `x := L x`
pub(crate) fn times_lower(l: &[f64], x: &mut [f64]) {
    let n = x.len();
    for i in (0..n).rev() {
        x[i] = (0..=i).map(|k| l[i * n + k] * x[k]).sum();
    }
}

/// `A Aᵀ`, symmetric to the last bit.
pub(crate) fn gram(a: &[f64], n: usize, out: &mut [f64]) {
    for i in 0..n {
        for j in 0..=i {
            let sum = (0..n).map(|k| a[i * n + k] * a[j * n + k]).sum();
            (out[i * n + j], out[j * n + i]) = (sum, sum);
        }
    }
}

/// Fills with standard normal numbers.
pub(crate) fn normals(out: &mut [f64], rng: &mut dyn Rng) {
    out.iter_mut().for_each(|z| *z = rng.sample(StandardNormal));
}

/// The logarithm of a Gamma draw of this shape and rate 1, which is finite where the draw itself would be 0.
pub(crate) fn log_gamma_draw(shape: f64, rng: &mut dyn Rng) -> f64 {
    GammaDraw::new(shape).draw_log(rng)
}

/// A draw of a Beta distribution, and 1 minus it.
pub(crate) fn beta_draw(a: f64, b: f64, rng: &mut dyn Rng) -> (f64, f64) {
    let (x, y) = (log_gamma_draw(a, rng), log_gamma_draw(b, rng));
    (1.0 / (1.0 + (y - x).exp()), 1.0 / (1.0 + (x - y).exp()))
}

/// The factor of a matrix, computed anew only where another matrix comes.
#[derive(Default)]
pub(crate) struct Factor {
    of: Vec<f64>,
    factor: Vec<f64>,
}

impl Factor {
    pub(crate) fn of(&mut self, a: &[f64], n: usize) -> &[f64] {
        if self.of != a {
            self.of = a.to_vec();
            self.factor = cholesky(a, n);
        }
        &self.factor
    }
}
