//! Log densities written by hand, with known answers, and one that fails on demand.
#![allow(dead_code, unreachable_pub)]

use elbo_model::{DensityError, LogDensity};

/// A multivariate normal by its mean and precision.
#[derive(Debug, Clone)]
pub struct Gaussian {
    pub mean: Vec<f64>,
    pub precision: Vec<Vec<f64>>,
}

impl LogDensity for Gaussian {
    fn dim(&self) -> usize {
        self.mean.len()
    }

    fn value_and_gradient(&mut self, z: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        let mut value = 0.0;
        for (i, row) in self.precision.iter().enumerate() {
            let pull: f64 = row.iter().zip(z).zip(&self.mean).map(|((p, z), m)| p * (z - m)).sum();
            gradient[i] = -pull;
            value -= 0.5 * (z[i] - self.mean[i]) * pull;
        }
        Ok(value)
    }
}

/// Independent normals.
pub fn diagonal(mean: &[f64], sd: &[f64]) -> Gaussian {
    let d = mean.len();
    let row = |i: usize| (0..d).map(|j| if i == j { sd[i].powi(-2) } else { 0.0 }).collect();
    Gaussian { mean: mean.to_vec(), precision: (0..d).map(row).collect() }
}

/// The inverse of a positive definite matrix, by Gauss and Jordan.
pub fn inverse(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let d = matrix.len();
    let mut a = matrix.to_vec();
    let mut b: Vec<Vec<f64>> =
        (0..d).map(|i| (0..d).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for k in 0..d {
        let pivot = a[k][k];
        for j in 0..d {
            a[k][j] /= pivot;
            b[k][j] /= pivot;
        }
        for i in (0..d).filter(|&i| i != k) {
            let factor = a[i][k];
            for j in 0..d {
                a[i][j] -= factor * a[k][j];
                b[i][j] -= factor * b[k][j];
            }
        }
    }
    b
}

/// The logarithm of a Gamma(shape, rate) variable.
#[derive(Debug, Clone)]
pub struct LogGamma {
    pub shape: f64,
    pub rate: f64,
}

impl LogDensity for LogGamma {
    fn dim(&self) -> usize {
        1
    }

    fn value_and_gradient(&mut self, z: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        let x = z[0].exp();
        gradient[0] = self.shape - self.rate * x;
        Ok(self.shape * z[0] - self.rate * x)
    }
}

/// The logit of a Beta(a, b) variable.
#[derive(Debug, Clone)]
pub struct LogitBeta {
    pub a: f64,
    pub b: f64,
}

impl LogDensity for LogitBeta {
    fn dim(&self) -> usize {
        1
    }

    fn value_and_gradient(&mut self, z: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        let p = 1.0 / (1.0 + (-z[0]).exp());
        gradient[0] = self.a - (self.a + self.b) * p;
        Ok(self.a * p.ln() + self.b * (-p).ln_1p())
    }
}

/// What a [`Faulty`] density answers beyond its edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    MinusInfinity,
    NanValue,
    NanGradient,
    NonFinite,
    Other,
}

/// A standard normal in two dimensions that answers with a fault where the first coordinate is above `edge`.
#[derive(Debug, Clone)]
pub struct Faulty {
    pub edge: f64,
    pub fault: Fault,
}

impl LogDensity for Faulty {
    fn dim(&self) -> usize {
        2
    }

    fn value_and_gradient(&mut self, z: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        gradient[0] = -z[0];
        gradient[1] = -z[1];
        let value = -0.5 * (z[0] * z[0] + z[1] * z[1]);
        if z[0] <= self.edge {
            return Ok(value);
        }
        match self.fault {
            Fault::MinusInfinity => Ok(f64::NEG_INFINITY),
            Fault::NanValue => Ok(f64::NAN),
            Fault::NanGradient => {
                gradient[1] = f64::NAN;
                Ok(value)
            }
            Fault::NonFinite => Err(DensityError::NonFinite {
                quantity: "log density",
                term: "y".into(),
                value: f64::NAN,
                variable: None,
                row: Some(3),
            }),
            Fault::Other => Err(DensityError::Other("beyond the edge".into())),
        }
    }

    fn coordinate_name(&self, i: usize) -> String {
        ["left", "right"][i].into()
    }
}
