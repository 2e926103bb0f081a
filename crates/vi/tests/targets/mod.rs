//! Log densities written by hand, with known answers.
#![allow(dead_code, unreachable_pub)]

use elbo_model::{DensityError, LogDensity, RowBatches};
use elbo_tensor_ad::Real;

/// `N(m, P⁻¹)` in any dimension, plus a constant.
#[derive(Debug, Clone)]
pub struct Gaussian {
    pub mean: Vec<f64>,
    pub precision: Vec<Vec<f64>>,
    pub constant: f64,
}

impl Gaussian {
    /// Independent normals, normalised.
    pub fn diagonal(mean: &[f64], sd: &[f64]) -> Self {
        let d = mean.len();
        let row = |i: usize| (0..d).map(|j| if i == j { sd[i].powi(-2) } else { 0.0 }).collect();
        let ln_tau = (2.0 * std::f64::consts::PI).ln();
        let constant = sd.iter().map(|s| -s.ln() - 0.5 * ln_tau).sum();
        Gaussian { mean: mean.to_vec(), precision: (0..d).map(row).collect(), constant }
    }
}

impl<T: Real> LogDensity<T> for Gaussian {
    fn dim(&self) -> usize {
        self.mean.len()
    }

    fn value_and_gradient(&mut self, z: &[T], gradient: &mut [T]) -> Result<T, DensityError> {
        let mut value = self.constant;
        for (i, row) in self.precision.iter().enumerate() {
            let away = z[i].to_f64() - self.mean[i];
            let pull: f64 = row.iter().zip(z).zip(&self.mean).map(|((p, z), m)| p * (z.to_f64() - m)).sum();
            gradient[i] = T::from_f64(-pull);
            value -= 0.5 * away * pull;
        }
        Ok(T::from_f64(value))
    }
}

/// Bayesian linear regression, normalised: `w ~ N(0, prior_sd²)`, `y ~ N(X w, noise_sd²)`; knows its rows.
#[derive(Debug, Clone)]
pub struct Regression {
    pub x: Vec<Vec<f64>>,
    pub y: Vec<f64>,
    pub noise_sd: f64,
    pub prior_sd: f64,
    pub selected: Vec<usize>,
}

impl Regression {
    pub fn new(x: Vec<Vec<f64>>, y: Vec<f64>, noise_sd: f64, prior_sd: f64) -> Self {
        let selected = (0..y.len()).collect();
        Regression { x, y, noise_sd, prior_sd, selected }
    }

    /// A small data set made by a formula.
    pub fn small(rows: usize) -> Self {
        let x: Vec<Vec<f64>> =
            (0..rows).map(|i| vec![1.0, (i as f64 * 0.7).sin(), (i as f64 * 1.3).cos()]).collect();
        let y = x.iter().enumerate().map(|(i, x)| 0.5 + x[1] - 2.0 * x[2] + 0.3 * (i as f64).sin()).collect();
        Regression::new(x, y, 0.7, 2.0)
    }
}

impl<T: Real> LogDensity<T> for Regression {
    fn dim(&self) -> usize {
        self.x[0].len()
    }

    fn value_and_gradient(&mut self, z: &[T], gradient: &mut [T]) -> Result<T, DensityError> {
        let ln_tau = (2.0 * std::f64::consts::PI).ln();
        let mut value = 0.0;
        let mut g = [0.0; 16];
        for (g, w) in g.iter_mut().zip(z) {
            let w = w.to_f64() / self.prior_sd;
            value -= 0.5 * (w * w + ln_tau) + self.prior_sd.ln();
            *g = -w / self.prior_sd;
        }
        let scale = self.y.len() as f64 / self.selected.len() as f64;
        for &i in &self.selected {
            let fit: f64 = self.x[i].iter().zip(z).map(|(x, w)| x * w.to_f64()).sum();
            let r = (self.y[i] - fit) / self.noise_sd;
            value -= scale * (0.5 * (r * r + ln_tau) + self.noise_sd.ln());
            for (g, x) in g.iter_mut().zip(&self.x[i]) {
                *g += scale * r * x / self.noise_sd;
            }
        }
        for (out, g) in gradient.iter_mut().zip(g) {
            *out = T::from_f64(g);
        }
        Ok(T::from_f64(value))
    }
}

impl<T: Real> RowBatches<T> for Regression {
    fn rows(&self) -> usize {
        self.y.len()
    }

    fn select_rows(&mut self, rows: &[usize]) -> Result<(), DensityError> {
        if rows.is_empty() {
            return Err(DensityError::NoRows);
        }
        if let Some(&row) = rows.iter().find(|&&row| row >= self.y.len()) {
            return Err(DensityError::Row { row, rows: self.y.len() });
        }
        self.selected.clear();
        self.selected.extend_from_slice(rows);
        Ok(())
    }

    fn select_all(&mut self) {
        self.selected = (0..self.y.len()).collect();
    }
}
