//! Fits against exact mean-field optima: the mean, the spread and the bound.
#![allow(clippy::unwrap_used, clippy::panic)]

mod golden;
mod targets;

use elbo_model::LogDensity;
use elbo_vi::{Advi, Estimator, Sampling};
use golden::{cases, matrix, number, table, vector};
use serde_json::Value;
use targets::{Gaussian, Regression};

/// The inverse of a positive definite matrix, by Gauss and Jordan.
fn inverse(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
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

/// The covariance of a Gaussian target of the table, from its rule where it is not listed.
fn covariance(case: &Value) -> Vec<Vec<f64>> {
    if !case["posterior_cov"].is_null() {
        return matrix(&case["posterior_cov"]);
    }
    let d = case["d"].as_u64().unwrap() as usize;
    let sd = |i: usize| (-1.0 + 2.0 * i as f64 / (d - 1) as f64).exp();
    let entry = |i: usize, j: usize| match case["kind"].as_str().unwrap() {
        "ar" => 0.9f64.powi(i.abs_diff(j) as i32) * sd(i) * sd(j),
        kind => {
            if i == j {
                1.0
            } else {
                kind.parse().unwrap()
            }
        }
    };
    (0..d).map(|i| (0..d).map(|j| entry(i, j)).collect()).collect()
}

/// Fits and holds the fit to the table's own terms: sd within 3 %, mean within 0.05 sd, ELBO within 0.05 nats
/// (beyond four standard errors of the estimate).
fn reaches<D: LogDensity + Clone>(target: &D, mean: &[f64], sd: &[f64], elbo: f64, what: &str) {
    // With S draws and Adam's rate r the parameters wander about the optimum by sqrt(r / (2 sd sqrt S)) of an sd. Over
    // 100,000 steps of the default rule the wandering freezes at about 0.01, a third of what is allowed.
    let fit = Advi::new(target.clone()).steps(100_000).seed(3).draws_per_step(8).run().unwrap();
    for i in 0..mean.len() {
        let (m, s) = (fit.mean()[i], fit.sd()[i]);
        assert!((m - mean[i]).abs() < 0.05 * sd[i], "{what}: mean {i} is {m}, not {}", mean[i]);
        assert!((s / sd[i] - 1.0).abs() < 0.03, "{what}: sd {i} is {s}, not {}", sd[i]);
    }
    let found = fit.elbo(&mut target.clone(), 20_000, 1).unwrap();
    assert!((found.value - elbo).abs() < 0.05 + 4.0 * found.mcse, "{what}: ELBO {found}, not {elbo}");
    let last = fit.report().elbo.unwrap();
    assert!((last.value - elbo).abs() < 0.1 + 4.0 * last.mcse, "{what}: reported ELBO {last}, not {elbo}");
}

#[test]
fn a_gaussian_target_is_fitted_with_one_over_the_diagonal_of_its_precision() {
    let table = table("conjugate.json");
    let mut seen = 0;
    for case in cases(&table).iter().filter(|case| case["problem"] == "gaussian_target") {
        let what = format!("d {} {}", case["d"], case["kind"]);
        let target = Gaussian {
            mean: vector(&case["posterior_mean"]),
            precision: inverse(&covariance(case)),
            constant: -number(&case["log_normaliser_of_unnormalised_target"]),
        };
        let sd = vector(&case["meanfield_sd"]);
        for (sd, p) in sd.iter().zip(target.precision.iter().enumerate()) {
            assert!((sd * p.1[p.0].sqrt() - 1.0).abs() < 1e-7, "{what}: the table's own rule");
        }
        let elbo = -number(&case["meanfield_kl_to_posterior"]);
        reaches(&target, &vector(&case["meanfield_mean"]), &sd, elbo, &what);
        seen += 1;
    }
    assert_eq!(seen, 7);
}

#[test]
fn a_linear_regression_is_fitted_to_its_mean_field_optimum_and_bound() {
    let table = table("conjugate.json");
    let regressions = cases(&table).iter().filter(|c| c["problem"] == "bayes_linear_regression_known_noise");
    let mut seen = 0;
    for case in regressions {
        let target = Regression::new(
            matrix(&case["X"]),
            vector(&case["y"]),
            number(&case["noise_sd"]),
            number(&case["prior_sd"]),
        );
        let (mean, sd) = (vector(&case["meanfield_mean"]), vector(&case["meanfield_sd"]));
        let what = format!("regression n {} d {}", case["n"], case["d"]);
        reaches(&target, &mean, &sd, number(&case["meanfield_elbo"]), &what);
        seen += 1;
    }
    assert_eq!(seen, 5);
}

#[test]
fn a_normal_mean_is_fitted_exactly_and_its_bound_is_the_evidence() {
    let table = table("conjugate.json");
    for case in cases(&table).iter().filter(|case| case["problem"] == "normal_unknown_mean") {
        // y - mu0 = (mu - mu0) + noise: a regression on a constant.
        let mu0 = number(&case["mu0"]);
        let y: Vec<f64> = vector(&case["y"]).iter().map(|y| y - mu0).collect();
        let target =
            Regression::new(vec![vec![1.0]; y.len()], y, number(&case["sigma"]), number(&case["sigma0"]));
        let mean = number(&case["posterior_mean"]) - mu0;
        let sd = number(&case["posterior_sd"]);
        reaches(&target, &[mean], &[sd], number(&case["log_evidence"]), "normal mean");
    }
}

#[test]
fn minibatches_of_either_kind_reach_the_full_posterior_and_not_the_batchs_own() {
    let target = Regression::small(60);
    let full = Advi::<_, f64>::new(target.clone()).steps(20_000).seed(1).draws_per_step(4).run().unwrap();
    for sampling in [Sampling::Epochs, Sampling::WithReplacement] {
        let advi = Advi::<_, f64>::new(target.clone()).steps(60_000).seed(2).batches(7).sampling(sampling);
        let fit = advi.run().unwrap();
        for i in 0..3 {
            let sd = full.sd()[i];
            assert!((fit.mean()[i] - full.mean()[i]).abs() < 0.15 * sd, "{sampling:?}: mean {i}");
            // A likelihood that forgot its scale would give sqrt(60 / 7) = 2.9 times the spread.
            assert!(
                (fit.sd()[i] / sd - 1.0).abs() < 0.05,
                "{sampling:?}: sd {i} is {}, not {sd}",
                fit.sd()[i]
            );
        }
    }
}

#[test]
fn every_estimator_and_both_number_types_reach_the_same_optimum() {
    let target = Gaussian::diagonal(&[1.0, -2.0, 0.0], &[0.2, 1.0, 3.0]);
    for estimator in [Estimator::ClosedEntropy, Estimator::StickingTheLanding, Estimator::MonteCarlo] {
        let steps = 100_000;
        let wide = Advi::<_, f64>::new(target.clone()).steps(steps).estimator(estimator);
        let wide = wide.draws_per_step(8).run().unwrap();
        let narrow = Advi::<_, f32>::new(target.clone()).steps(steps).estimator(estimator);
        let narrow = narrow.draws_per_step(8).run().unwrap();
        for (i, (mean, sd)) in target.mean.iter().zip([0.2, 1.0, 3.0]).enumerate() {
            for (m, s) in [(wide.mean()[i], wide.sd()[i]), (narrow.mean()[i].into(), narrow.sd()[i].into())] {
                assert!((m - mean).abs() < 0.05 * sd, "{estimator:?}: mean {i} is {m}");
                assert!((s / sd - 1.0).abs() < 0.03, "{estimator:?}: sd {i} is {s}");
            }
        }
    }
}

#[test]
fn draws_of_a_fit_have_its_mean_and_spread() {
    let target = Gaussian::diagonal(&[1.0, -2.0], &[0.5, 2.0]);
    let fit = Advi::<_, f64>::new(target).steps(2_000).run().unwrap();
    let n = 40_000;
    let draws = fit.sample(n, 11);
    assert_eq!(draws.len(), 2 * n);
    for i in 0..2 {
        let column = || draws.iter().skip(i).step_by(2);
        let mean = column().sum::<f64>() / n as f64;
        let sd = (column().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n as f64).sqrt();
        // Five standard errors: a false alarm once in a million.
        assert!((mean - fit.mean()[i]).abs() < 5.0 * fit.sd()[i] / (n as f64).sqrt());
        assert!((sd / fit.sd()[i] - 1.0).abs() < 5.0 / (2.0 * n as f64).sqrt());
    }
}
