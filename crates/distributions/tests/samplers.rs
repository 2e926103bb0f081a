//! Shapes of draws, impossible classes, and what draws refuse. Every test of fit has a false-alarm rate of 1e-6, and the seeds are fixed.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_distributions::{Bernoulli, Categorical, Distribution, Error, Normal};
use elbo_tensor_ad::Array;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use statrs::distribution::{ChiSquared, ContinuousCDF};

const DRAWS: usize = 20_000;
const FALSE_ALARM: f64 = 1e-6;

fn scalars(p: &[f64]) -> Vec<Array<f64>> {
    p.iter().map(|&v| Array::scalar(v)).collect()
}

fn draws(d: &dyn Distribution, parameters: &[Array<f64>], seed: u64) -> Vec<f64> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    d.sample(parameters, &[DRAWS], &mut rng).unwrap().into_data()
}

/// Pearson's statistic over the classes of positive probability; none of the others may occur.
fn assert_counts(name: &str, x: &[f64], p: &[f64]) {
    let mut counts = vec![0.0; p.len()];
    for &x in x {
        counts[x as usize] += 1.0;
    }
    let n = x.len() as f64;
    let mut statistic = 0.0;
    for (c, p) in counts.iter().zip(p) {
        if *p == 0.0 {
            assert_eq!(*c, 0.0, "{name}: an impossible class was drawn");
        } else {
            statistic += (c - n * p).powi(2) / (n * p);
        }
    }
    let freedom = p.iter().filter(|p| **p > 0.0).count() as f64 - 1.0;
    if freedom > 0.0 {
        let bound = ChiSquared::new(freedom).unwrap().inverse_cdf(1.0 - FALSE_ALARM);
        assert!(statistic < bound, "{name}: statistic {statistic}, bound {bound}");
    }
}

#[test]
fn bernoulli_draws_have_their_frequencies() {
    for (seed, p) in [0.0, 0.03, 0.5, 0.97, 1.0].into_iter().enumerate() {
        let x = draws(&Bernoulli::probabilities(p), &scalars(&[p]), seed as u64);
        assert_counts("Bernoulli", &x, &[1.0 - p, p]);
        let f: f64 = 6.0 * (p - 0.4);
        let x = draws(&Bernoulli::logits(f), &scalars(&[f]), seed as u64);
        let p = 1.0 / (1.0 + (-f).exp());
        assert_counts("Bernoulli from logits", &x, &[1.0 - p, p]);
    }
}

#[test]
fn categorical_draws_have_their_frequencies() {
    for (seed, p) in [vec![0.2, 0.5, 0.3], vec![0.0, 0.6, 0.0, 0.4, 0.0], vec![1.0]].into_iter().enumerate() {
        let parameter = [Array::vector(p.clone())];
        let d = Categorical::probabilities(parameter[0].clone());
        let x = draws(&d, &parameter, seed as u64);
        assert_counts("Categorical", &x, &p);
        let logits = [Array::vector(p.iter().map(|p| p.ln() + 700.0).collect())];
        let x = draws(&Categorical::logits(logits[0].clone()), &logits, seed as u64);
        assert_counts("Categorical from logits", &x, &p);
    }
}

#[test]
fn parameters_stretch_over_the_shape_of_the_draw() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
    let mu = Array::new([2, 1], vec![0.0, 1000.0]).unwrap();
    let sigma = Array::vector(vec![1e-9, 1.0, 20.0]);
    let d = Normal::new(mu.clone(), sigma.clone());
    let x = d.sample(&[mu, sigma], &[400, 2, 3], &mut rng).unwrap();
    assert_eq!(x.shape(), [400, 2, 3]);
    for (row, mu) in [(0, 0.0), (1, 1000.0)] {
        for (col, sigma) in [1e-9, 1.0, 20.0].into_iter().enumerate() {
            let cell: Vec<f64> = (0..400).map(|i| x.data()[i * 6 + row * 3 + col]).collect();
            let mean = cell.iter().sum::<f64>() / 400.0;
            let sd = (cell.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 399.0).sqrt();
            assert!((mean - mu).abs() < 5.5 * sigma / 20.0 + 1e-12, "{row} {col}: {mean}");
            assert!((sd / sigma - 1.0).abs() < 0.25, "{row} {col}: {sd}");
        }
    }
    // A vector parameter: one row of probabilities for each draw.
    let p = Array::new([2, 3], vec![1.0, 0.0, 0.0, 0.0, 0.0, 1.0]).unwrap();
    let x = Categorical::probabilities(p.clone()).sample(&[p], &[4, 2], &mut rng).unwrap();
    assert_eq!(x.data(), [0.0, 2.0, 0.0, 2.0, 0.0, 2.0, 0.0, 2.0]);
}

#[test]
fn draws_refuse_what_does_not_fit() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
    let d = Normal::standard();
    let three = Array::vector(vec![0.0; 3]);
    let found = d.sample(&[three, Array::scalar(1.0)], &[2], &mut rng);
    assert!(matches!(found, Err(Error::DrawShape { parameter: "mu", .. })), "{found:?}");
    let found = d.sample(&scalars(&[0.0]), &[2], &mut rng);
    assert!(matches!(found, Err(Error::ParameterCount { expected: 2, found: 1, .. })), "{found:?}");
    let found = d.sample(&scalars(&[0.0, 0.0]), &[2], &mut rng);
    assert!(matches!(found, Err(Error::Parameter { parameter: "sigma", .. })), "{found:?}");
    assert!(d.sample(&scalars(&[0.0, 1.0]), &[0, 3], &mut rng).unwrap().is_empty());
}
