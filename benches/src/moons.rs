//! The 500 training rows that every step bench uses: two interleaved half circles with noise, scaled.

use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

/// One row: two features and a label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The features, each with mean 0 and standard deviation 1 over the thousand rows.
    pub x: [f64; 2],
    /// Whether the row belongs to the lower moon.
    pub label: bool,
}

/// Half of a thousand points on two moons with noise 0.2, as scikit-learn's `make_moons` lays them out, scaled
/// before they were halved. The noise is this workspace's own, not scikit-learn's, so that the bench needs no
/// other crate; the same rows come out every time.
pub fn training_rows() -> Vec<Row> {
    const HALF: usize = 500;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
    let mut rows = Vec::with_capacity(2 * HALF);
    for i in 0..2 * HALF {
        let label = i >= HALF;
        let angle = std::f64::consts::PI * (i % HALF) as f64 / (HALF - 1) as f64;
        let (sin, cos) = angle.sin_cos();
        let mut x = if label { [1.0 - cos, 0.5 - sin] } else { [cos, sin] };
        for feature in &mut x {
            let noise: f64 = StandardNormal.sample(&mut rng);
            *feature += 0.2 * noise;
        }
        rows.push(Row { x, label });
    }
    for k in 0..2 {
        let n = rows.len() as f64;
        let mean = rows.iter().map(|row| row.x[k]).sum::<f64>() / n;
        let variance = rows.iter().map(|row| (row.x[k] - mean).powi(2)).sum::<f64>() / n;
        for row in &mut rows {
            row.x[k] = (row.x[k] - mean) / variance.sqrt();
        }
    }
    for i in (1..rows.len()).rev() {
        rows.swap(i, rng.random_range(0..=i));
    }
    rows.truncate(HALF);
    rows
}
