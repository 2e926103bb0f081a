//! Families, estimators and the objective: gradients, expectations, variances.
#![allow(clippy::unwrap_used, clippy::panic)]

mod targets;

use elbo_model::LogDensity;
use elbo_vi::family::{Family, MeanField};
use elbo_vi::{Elbo, Error, Estimator, Objective, Sampling, Start};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use targets::{Gaussian, Regression};

const ALL: [Estimator; 3] = [Estimator::ClosedEntropy, Estimator::StickingTheLanding, Estimator::MonteCarlo];

/// A correlated target in three dimensions.
fn target() -> Gaussian {
    Gaussian {
        mean: vec![0.5, -1.0, 2.0],
        precision: vec![vec![2.0, 0.7, 0.0], vec![0.7, 1.5, -0.4], vec![0.0, -0.4, 1.0]],
        constant: -1.25,
    }
}

/// A target that is not Gaussian: `Σ -cosh(z_i) + 0.3 sin(z_0 z_1)`.
#[derive(Debug, Clone)]
struct Wavy;

impl LogDensity for Wavy {
    fn dim(&self) -> usize {
        2
    }
    fn value_and_gradient(&mut self, z: &[f64], g: &mut [f64]) -> Result<f64, elbo_model::DensityError> {
        let wave = 0.3 * (z[0] * z[1]).cos();
        g[0] = -z[0].sinh() + wave * z[1];
        g[1] = -z[1].sinh() + wave * z[0];
        Ok(-z[0].cosh() - z[1].cosh() + 0.3 * (z[0] * z[1]).sin())
    }
}

fn parameters(rng: &mut Xoshiro256PlusPlus, n: usize) -> Vec<f64> {
    (0..n).map(|_| 3.0 * rng.random::<f64>() - 1.5).collect()
}

#[test]
fn the_gradient_is_that_of_the_value_at_fixed_draws() {
    // The closed form and the Monte Carlo estimator differentiate what they report. (Sticking the landing does not: it leaves a
    // term of expectation zero out.)
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    for estimator in [Estimator::ClosedEntropy, Estimator::MonteCarlo] {
        for draws in [1, 3] {
            let elbo = Elbo::new(Wavy, MeanField::new(2), 5).unwrap().estimator(estimator);
            let mut elbo = elbo.draws_per_step(draws).unwrap();
            for _ in 0..20 {
                elbo.draw().unwrap();
                let at = parameters(&mut rng, 4);
                let mut g = [0.0; 4];
                elbo.evaluate(&at, &mut g).unwrap();
                for i in 0..4 {
                    let h = 1e-5;
                    let mut value = |step: f64| {
                        let mut at = at.clone();
                        at[i] += step;
                        elbo.evaluate(&at, &mut [0.0; 4]).unwrap()
                    };
                    let numeric = (value(h) - value(-h)) / (2.0 * h);
                    assert!(
                        (g[i] - numeric).abs() < 1e-7 * (1.0 + numeric.abs()),
                        "{estimator:?}, {draws} draws, parameter {i}: {} and {numeric}",
                        g[i]
                    );
                }
            }
        }
    }
}

#[test]
fn the_estimators_agree_in_expectation_within_their_monte_carlo_error() {
    let at = [0.3, -0.2, 0.4, -0.8];
    let n = 40_000;
    let mean_of = |estimator: Estimator| {
        let mut elbo = Elbo::new(Wavy, MeanField::new(2), 9).unwrap().estimator(estimator);
        let (mut sum, mut squares) = ([0.0; 5], [0.0; 5]);
        for _ in 0..n {
            elbo.draw().unwrap();
            let mut g = [0.0; 5];
            g[4] = elbo.evaluate(&at, &mut g[..4]).unwrap();
            for k in 0..5 {
                sum[k] += g[k];
                squares[k] += g[k] * g[k];
            }
        }
        let mean = sum.map(|s| s / f64::from(n));
        let error: Vec<f64> =
            (0..5).map(|k| ((squares[k] / f64::from(n) - mean[k] * mean[k]) / f64::from(n)).sqrt()).collect();
        (mean, error)
    };
    let (closed, closed_error) = mean_of(Estimator::ClosedEntropy);
    for estimator in [Estimator::StickingTheLanding, Estimator::MonteCarlo] {
        let (mean, error) = mean_of(estimator);
        for k in 0..5 {
            // Five standard errors of either, ten comparisons: a false alarm once in 100,000 seeds.
            let allowed = 5.0 * (error[k] + closed_error[k]) + 1e-12;
            assert!(
                (mean[k] - closed[k]).abs() < allowed,
                "{estimator:?}, {k}: {} and {}",
                mean[k],
                closed[k]
            );
        }
    }
}

#[test]
fn the_value_and_the_gradient_have_their_closed_forms_in_expectation() {
    // For a Gaussian target: E = c - (d' P d + Σ P_ii σ_i²)/2 + H, with d = μ - m.
    let target = target();
    let mut family = MeanField::<f64>::new(3);
    let at = [0.0, 0.0, 1.0, -1.0, 0.5, 0.0];
    family.set(&at);
    let d: Vec<f64> = (0..3).map(|i| at[i] - target.mean[i]).collect();
    let pd: Vec<f64> = (0..3).map(|i| (0..3).map(|j| target.precision[i][j] * d[j]).sum()).collect();
    let spread: f64 = (0..3).map(|i| target.precision[i][i] * family.sd()[i].powi(2)).sum();
    let distance: f64 = d.iter().zip(&pd).map(|(d, p)| d * p).sum();
    let value = target.constant - 0.5 * (distance + spread) + family.entropy();
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let gradient: Vec<f64> =
        pd.iter()
            .map(|p| -p)
            .chain((0..3).map(|i| {
                (1.0 / family.sd()[i] - target.precision[i][i] * family.sd()[i]) * sigmoid(at[3 + i])
            }))
            .collect();
    for estimator in ALL {
        let mut elbo = Elbo::new(target.clone(), MeanField::new(3), 2).unwrap().estimator(estimator);
        let n = 60_000.0;
        let (mut sum, mut squares) = ([0.0; 7], [0.0; 7]);
        for _ in 0..n as u64 {
            elbo.draw().unwrap();
            let mut g = [0.0; 7];
            g[6] = elbo.evaluate(&at, &mut g[..6]).unwrap();
            for k in 0..7 {
                sum[k] += g[k];
                squares[k] += g[k] * g[k];
            }
        }
        for (k, exact) in gradient.iter().chain([&value]).enumerate() {
            let mean = sum[k] / n;
            let error = ((squares[k] / n - mean * mean) / n).sqrt();
            assert!((mean - exact).abs() < 5.0 * error + 1e-12, "{estimator:?}, {k}: {mean}, not {exact}");
        }
    }
}

#[test]
fn sticking_the_landing_has_no_gradient_variance_where_q_is_p() {
    let (mean, sd) = ([1.0, -2.0, 0.3], [0.1, 1.0, 7.0]);
    let target = Gaussian::diagonal(&mean, &sd);
    let rho = sd.map(|s: f64| s.exp_m1().ln());
    let at = [mean[0], mean[1], mean[2], rho[0], rho[1], rho[2]];
    let largest = |estimator| {
        let mut elbo = Elbo::new(target.clone(), MeanField::<f64>::new(3), 4).unwrap().estimator(estimator);
        let (mut gradient, mut value) = (0.0f64, 0.0f64);
        for _ in 0..1000 {
            elbo.draw().unwrap();
            let mut g = [0.0; 6];
            value = value.max(elbo.evaluate(&at, &mut g).unwrap().abs());
            gradient = g.iter().fold(gradient, |a, g| a.max(g.abs()));
        }
        (gradient, value)
    };
    let (gradient, value) = largest(Estimator::StickingTheLanding);
    assert!(gradient < 1e-11 && value < 1e-12, "gradient {gradient}, ELBO of a normalised target {value}");
    // The other two do have it.
    assert!(largest(Estimator::ClosedEntropy).0 > 1.0);
    assert!(largest(Estimator::MonteCarlo).0 > 1.0 && largest(Estimator::MonteCarlo).1 < 1e-12);
}

#[test]
fn for_the_mean_field_the_monte_carlo_gradient_is_the_closed_forms_draw_by_draw() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(8);
    let mut closed = Elbo::new(Wavy, MeanField::new(2), 3).unwrap();
    let mut carlo = Elbo::new(Wavy, MeanField::new(2), 3).unwrap().estimator(Estimator::MonteCarlo);
    for _ in 0..100 {
        closed.draw().unwrap();
        carlo.draw().unwrap();
        let at = parameters(&mut rng, 4);
        let (mut a, mut b) = ([0.0; 4], [0.0; 4]);
        closed.evaluate(&at, &mut a).unwrap();
        carlo.evaluate(&at, &mut b).unwrap();
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() < 1e-10 * (1.0 + a.abs()), "{a} and {b}");
        }
    }
}

#[test]
fn an_epoch_of_batches_averages_to_the_full_gradient() {
    let target = Regression::small(60);
    for size in [1, 5, 20, 60] {
        let at = [0.2, -0.4, 0.9, 0.0, -1.0, 0.5];
        // The same noise for every batch, so that only the rows differ.
        let mut full = Elbo::new(target.clone(), MeanField::<f64>::new(3), 6).unwrap();
        full.draw().unwrap();
        let mut exact = [0.0; 6];
        let value = full.evaluate(&at, &mut exact).unwrap();
        let noise = full.save();

        let elbo = Elbo::new(target.clone(), MeanField::<f64>::new(3), 6).unwrap();
        let mut elbo = elbo.batches(size, Sampling::Epochs).unwrap();
        let start = elbo.save()[..4].to_vec();
        let batches = 60 / size;
        let (mut mean, mut mean_value) = ([0.0; 6], 0.0);
        for _ in 0..batches {
            let mut state = elbo.save();
            state[..4].copy_from_slice(&start);
            elbo.restore(&state).unwrap();
            elbo.draw().unwrap();
            let mut g = [0.0; 6];
            mean_value += elbo.evaluate(&at, &mut g).unwrap() / batches as f64;
            for (mean, g) in mean.iter_mut().zip(g) {
                *mean += g / batches as f64;
            }
        }
        assert_eq!(elbo.save()[..4], noise[..4]);
        assert!((mean_value - value).abs() < 1e-10 * value.abs(), "{size}: {mean_value}, not {value}");
        for (mean, exact) in mean.iter().zip(exact) {
            assert!((mean - exact).abs() < 1e-9 * (1.0 + exact.abs()), "{size}: {mean}, not {exact}");
        }
    }
}

#[test]
fn more_draws_per_step_lower_the_variance_by_their_number() {
    let at = [0.3, -0.2, 0.4, -0.8];
    let variance = |draws: usize| {
        let mut elbo = Elbo::new(Wavy, MeanField::new(2), 1).unwrap().draws_per_step(draws).unwrap();
        let n = 20_000;
        let values: Vec<f64> = (0..n)
            .map(|_| {
                elbo.draw().unwrap();
                let mut g = [0.0; 4];
                elbo.evaluate(&at, &mut g).unwrap();
                g[2]
            })
            .collect();
        let mean = values.iter().sum::<f64>() / f64::from(n);
        values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / f64::from(n)
    };
    let ratio = variance(1) / variance(8);
    assert!((ratio / 8.0 - 1.0).abs() < 0.15, "{ratio}");
}

#[test]
fn a_family_and_a_density_of_different_dimension_are_refused() {
    let wrong = Elbo::new(Wavy, MeanField::new(3), 0).unwrap_err();
    assert_eq!(wrong, Error::Family { expected: 2, found: 3 });
    let none = Gaussian::diagonal(&[], &[]);
    assert!(matches!(Elbo::new(none, MeanField::<f64>::new(0), 0), Err(Error::Setting { .. })));
    assert!(matches!(
        MeanField::<f64>::new(1).initial_sd(0.0),
        Err(Error::Setting { name: "initial_sd", .. })
    ));
}

#[test]
fn a_start_is_where_it_says_and_the_first_spread_is_the_initial_one() {
    let begin = |start: Start| {
        let mut elbo = Elbo::new(target(), MeanField::<f64>::new(3), 77).unwrap().start(start);
        let mut at = [0.0; 6];
        elbo.init(&mut at).map(|()| at)
    };
    let at = begin(Start::At(vec![1.0, 2.0, 3.0])).unwrap();
    assert_eq!(at[..3], [1.0, 2.0, 3.0]);
    assert!(at[3..].iter().all(|rho| (rho.exp().ln_1p() - 0.1).abs() < 1e-15));
    assert_eq!(begin(Start::Normal { sd: 0.0 }).unwrap()[..3], [0.0; 3]);
    assert!(begin(Start::Uniform { radius: 0.5 }).unwrap()[..3].iter().all(|x| x.abs() < 0.5 && *x != 0.0));
    assert_eq!(begin(Start::default()), begin(Start::Normal { sd: 1.0 }));
    assert_eq!(begin(Start::At(vec![1.0])), Err(Error::Start { expected: 3, found: 1 }));
    match begin(Start::At(vec![1.0, f64::NAN, 0.0])) {
        Err(Error::StartValue { coordinate, .. }) => assert_eq!(coordinate, "z[1]"),
        other => panic!("{other:?}"),
    }
    assert!(matches!(begin(Start::Normal { sd: -1.0 }), Err(Error::Setting { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_mean_field_is_the_density_of_its_own_draws(
        mu in prop::collection::vec(-5.0f64..5.0, 1..20), spread in -4.0f64..4.0, noise in -3.0f64..3.0,
    ) {
        let d = mu.len();
        let mut family = MeanField::<f64>::new(d);
        let rho: Vec<f64> = (0..d).map(|i| spread + 0.1 * i as f64).collect();
        let parameters: Vec<f64> = mu.iter().chain(&rho).copied().collect();
        family.set(&parameters);
        let noise: Vec<f64> = (0..d).map(|i| noise * ((i * 7) as f64).cos()).collect();
        let mut z = vec![0.0; d];
        family.path(&noise, &mut z);

        // The log density, both ways and by its formula.
        let sigma: Vec<f64> = rho.iter().map(|r| r.exp().ln_1p()).collect();
        let formula: f64 = (0..d).map(|i| {
            -0.5 * noise[i] * noise[i] - sigma[i].ln() - 0.5 * (2.0 * std::f64::consts::PI).ln()
        }).sum();
        prop_assert!((family.log_density(&z) - formula).abs() < 1e-9 * (1.0 + formula.abs()));
        prop_assert!((family.draw_log_density(&noise, &z) - formula).abs() < 1e-11 * (1.0 + formula.abs()));
        let entropy: f64 = sigma.iter().map(|s| s.ln() + 0.5 * (1.0 + (2.0 * std::f64::consts::PI).ln())).sum();
        prop_assert!((family.entropy() - entropy).abs() < 1e-11 * (1.0 + entropy.abs()));

        // Gradients by differences: of log q in z, of log q and of the entropy in the parameters, of the path.
        let mut in_z = vec![0.0; d];
        family.draw_gradient(&noise, &z, &mut in_z);
        let upstream: Vec<f64> = (0..d).map(|i| (i as f64).sin() + 0.5).collect();
        let (mut score, mut slope, mut back) = (vec![0.0; 2 * d], vec![0.0; 2 * d], vec![1.0; 2 * d]);
        family.add_score(&noise, &z, 1.0, &mut score);
        family.add_entropy_gradient(1.0, &mut slope);
        family.add_pull_back(&noise, &upstream, 2.0, &mut back);
        let h = 1e-6;
        for i in 0..2 * d {
            let at = |step: f64| {
                let mut moved = parameters.clone();
                moved[i] += step;
                let mut q = family.clone();
                q.set(&moved);
                let mut path = vec![0.0; d];
                q.path(&noise, &mut path);
                let path: f64 = path.iter().zip(&upstream).map(|(z, u)| z * u).sum();
                (q.log_density(&z), q.entropy(), path)
            };
            let (plus, minus) = (at(h), at(-h));
            let close = |found: f64, plus: f64, minus: f64| {
                let numeric = (plus - minus) / (2.0 * h);
                (found - numeric).abs() < 2e-4 * (1.0 + numeric.abs())
            };
            prop_assert!(close(score[i], plus.0, minus.0), "score {}", i);
            prop_assert!(close(slope[i], plus.1, minus.1), "entropy {}", i);
            prop_assert!(close((back[i] - 1.0) / 2.0, plus.2, minus.2), "path {}", i);
            if i < d {
                let mut near = (z.clone(), z.clone());
                // In units of sigma, since the curvature is one over its square.
                near.0[i] += h * sigma[i];
                near.1[i] -= h * sigma[i];
                let numeric = (family.log_density(&near.0) - family.log_density(&near.1)) / (2.0 * h);
                prop_assert!((in_z[i] * sigma[i] - numeric).abs() < 1e-4 * (1.0 + numeric.abs()), "z {}", i);
            }
        }
    }
}
