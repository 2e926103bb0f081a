//! Draws against exact posteriors: means, spreads and covariances within their Monte Carlo error.
//!
//! Each comparison is held to 5 standard errors of itself, estimated from the effective sample size. If the sampler is right
//! and the estimates normal, that fails once in 1.7 million comparisons; there are about 700, so a false alarm at a new seed
//! has a probability near 1 in 2,000 (more by the heavier tails of products, hence 5 and not 4). Seeds are fixed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod golden;
mod targets;

use elbo_distributions::Gamma;
use elbo_mcmc::{Nuts, Run, Start};
use elbo_model::{LogDensity, Model};
use elbo_posterior::Chains;
use golden::{cases, matrix, number, table, vector};
use serde_json::Value;
use targets::{Gaussian, LogGamma, LogitBeta, diagonal, inverse};

const ERRORS: f64 = 5.0;

/// The covariance of a Gaussian target of the table, from its rule where it is not listed.
fn covariance(case: &Value) -> Vec<Vec<f64>> {
    if !case["posterior_cov"].is_null() {
        return matrix(&case["posterior_cov"]);
    }
    let d = case["d"].as_u64().unwrap() as usize;
    let sd = |i: usize| (-1.0 + 2.0 * i as f64 / (d - 1) as f64).exp();
    let entry = |i: usize, j: usize| match case["kind"].as_str().unwrap() {
        "ar" => 0.9f64.powi(i.abs_diff(j) as i32) * sd(i) * sd(j),
        _ if i == j => 1.0,
        kind => kind.parse().unwrap(),
    };
    (0..d).map(|i| (0..d).map(|j| entry(i, j)).collect()).collect()
}

/// A function of the draws, as chains.
fn of_draws(run: &Run, f: impl Fn(&[f64]) -> f64) -> Chains {
    let series: Vec<Vec<f64>> =
        (0..run.chains()).map(|c| run.chain(c).chunks(run.dim()).map(&f).collect()).collect();
    Chains::new(&series).unwrap()
}

/// Holds the mean of some draws to a known one, and asks that the error be small enough to say something.
fn mean_is(chains: &Chains, truth: f64, scale: f64, what: &str) {
    let (mean, error) = (chains.mean(), chains.mcse_mean());
    assert!(error < 0.1 * scale, "{what}: an error of {error} shows nothing");
    assert!((mean - truth).abs() < ERRORS * error, "{what}: {mean} is not {truth} ± {error}");
}

/// Holds the spread of some draws to a known one.
fn sd_is(chains: &Chains, truth: f64, what: &str) {
    let (sd, error) = (chains.sd(), chains.mcse_sd());
    assert!(error < 0.1 * truth, "{what}: an error of {error} shows nothing");
    assert!((sd - truth).abs() < ERRORS * error, "{what}: sd {sd} is not {truth} ± {error}");
}

/// A run that its own diagnostics believe in.
///
/// R-hat has noise of its own: of eight half chains with `ess` effective draws in all it exceeds 1 by about 7 / (2 ess). At a
/// correlation of 0.99 one draw in eight is effective, so 1,000 draws a chain would leave 1.007 and chance about 1.01; 4,000 leave 1.002.
fn run_of<D: LogDensity + Clone + Send>(density: D, seed: u64) -> Run {
    let run = Nuts::new(density).draws(4_000).seed(seed).run().unwrap();
    let report = run.report();
    assert!(report.r_hat.value < 1.01, "{report}");
    assert!(report.ess_bulk.value > 400.0 && report.ess_tail.value > 400.0, "{report}");
    assert_eq!(report.divergences, 0, "{report}");
    run
}

/// Runs a Gaussian target and compares every mean, standard deviation and covariance.
fn gaussian_is_right(mean: &[f64], cov: &[Vec<f64>], seed: u64, what: &str) {
    let run = run_of(Gaussian { mean: mean.to_vec(), precision: inverse(cov) }, seed);
    for i in 0..mean.len() {
        let (what, chains, sd) = (format!("{what}, z[{i}]"), run.coordinate(i).unwrap(), cov[i][i].sqrt());
        mean_is(&chains, mean[i], sd, &what);
        sd_is(&chains, sd, &what);
        // Beside the diagonal only neighbours, opposites and the first: covariances are many and say the same.
        for j in [i + 1, mean.len() - 1 - i, 0].into_iter().filter(|&j| j < mean.len() && j != i) {
            let product = of_draws(&run, |z| (z[i] - mean[i]) * (z[j] - mean[j]));
            mean_is(&product, cov[i][j], sd * cov[j][j].sqrt(), &format!("{what} with z[{j}]"));
        }
    }
}

#[test]
fn independent_normals_of_different_scales_have_their_means_and_spreads() {
    let (mean, sd) = ([0.0, -3.0, 1e3, 0.25, 1e-3], [1.0, 0.01, 50.0, 1e3, 1e-4]);
    let run = run_of(diagonal(&mean, &sd), 1);
    for i in 0..5 {
        let chains = run.coordinate(i).unwrap();
        mean_is(&chains, mean[i], sd[i], &format!("z[{i}]"));
        sd_is(&chains, sd[i], &format!("z[{i}]"));
    }
}

#[test]
fn correlated_normals_of_the_table_have_their_means_spreads_and_covariances() {
    let table = table("conjugate.json");
    let targets = cases(&table).iter().filter(|c| c["problem"] == "gaussian_target");
    let mut seen = 0;
    for (seed, case) in targets.enumerate() {
        let what = format!("{} in {} dimensions", case["kind"], case["d"]);
        gaussian_is_right(&vector(&case["posterior_mean"]), &covariance(case), 10 + seed as u64, &what);
        seen += 1;
    }
    assert!(seen >= 5, "the table has {seen} Gaussian targets");
}

#[test]
fn regressions_of_the_table_have_their_posteriors() {
    let table = table("conjugate.json");
    let cases = cases(&table).iter().filter(|c| c["problem"] == "bayes_linear_regression_known_noise");
    for (seed, case) in cases.enumerate() {
        let what = format!("regression on {} features", case["d"]);
        gaussian_is_right(
            &vector(&case["posterior_mean"]),
            &matrix(&case["posterior_cov"]),
            30 + seed as u64,
            &what,
        );
    }
}

#[test]
fn a_log_gamma_and_a_logit_beta_have_their_moments() {
    let table = table("conjugate.json");
    let of = |problem: &str| cases(&table).iter().find(|c| c["problem"] == problem).unwrap();

    let case = of("poisson_gamma");
    let posterior = &case["posterior"];
    let run = run_of(LogGamma { shape: number(&posterior["alpha"]), rate: number(&posterior["beta"]) }, 40);
    let rate = of_draws(&run, |z| z[0].exp());
    let sd = number(&case["posterior_sd"]);
    mean_is(&rate, number(&case["posterior_mean"]), sd, "rate");
    sd_is(&rate, sd, "rate");
    mean_is(&run.coordinate(0).unwrap(), number(&case["log_rate_mean"]), 0.1, "log rate");

    let case = of("binomial_beta");
    let posterior = &case["posterior"];
    let run = run_of(LogitBeta { a: number(&posterior["alpha"]), b: number(&posterior["beta"]) }, 41);
    let p = of_draws(&run, |z| 1.0 / (1.0 + (-z[0]).exp()));
    let sd = number(&case["posterior_sd"]);
    mean_is(&p, number(&case["posterior_mean"]), sd, "p");
    sd_is(&p, sd, "p");
    mean_is(&run.coordinate(0).unwrap(), number(&case["logit_mean"]), 0.3, "logit p");
}

#[test]
fn a_compiled_model_is_a_density_like_any_other() {
    let model = Model::build(|m| {
        m.sample("s", Gamma::new(3.0, 2.0), ());
    });
    let Ok(model) = model else { panic!("{model:?}") };
    let run = run_of(model.density().unwrap(), 50);
    let draws = model.draws(run.draws(), &[]).unwrap();
    let values = draws.get("s").unwrap().values().to_vec();
    let s = Chains::new(&values.chunks(run.draws_per_chain()).collect::<Vec<_>>()).unwrap();
    mean_is(&s, 1.5, 0.866, "s");
    sd_is(&s, 0.75f64.sqrt(), "s");
}

#[test]
fn a_wall_is_respected_and_the_draws_beside_it_are_right() {
    // Half a normal: its mean is sqrt(2/pi), its variance 1 - 2/pi. Trajectories that meet the wall end there.
    let wall = targets::Faulty { edge: 0.0, fault: targets::Fault::MinusInfinity };
    let run = Nuts::new(wall).draws(4_000).seed(60).run().unwrap();
    assert!(run.draws().chunks(2).all(|z| z[0] <= 0.0));
    assert!(run.divergences() > 0);
    let tau = std::f64::consts::TAU;
    let (left, right) = (run.coordinate(0).unwrap(), run.coordinate(1).unwrap());
    mean_is(&left, -(4.0 / tau).sqrt(), 0.6, "left");
    sd_is(&left, (1.0 - 4.0 / tau).sqrt(), "left");
    mean_is(&right, 0.0, 1.0, "right");
    sd_is(&right, 1.0, "right");
}

#[test]
fn the_log_density_and_the_energy_of_a_step_are_those_of_its_draw() {
    let mut density = diagonal(&[1.0, 2.0], &[0.5, 3.0]);
    let run = run_of(density.clone(), 70);
    let mut gradient = [0.0; 2];
    for (z, step) in run.chain(0).chunks(2).zip(run.steps(0)) {
        let value = density.value_and_gradient(z, &mut gradient).unwrap();
        assert!((step.log_density - value).abs() < 1e-9, "{} is not {value}", step.log_density);
        assert!(step.energy.is_finite() && (0.0..=1.0).contains(&step.acceptance) && !step.tuning);
        assert!(step.leapfrogs >= 1 && step.leapfrogs < 1 << (step.depth + 1));
    }
}

#[test]
fn the_mean_acceptance_is_near_the_one_asked_for() {
    for target in [0.7, 0.9] {
        let density = diagonal(&[0.0; 20], &[1.0; 20]);
        let run =
            Nuts::new(density).accept(target).start(Start::Uniform { radius: 1.0 }).seed(80).run().unwrap();
        let found = run.report().mean_acceptance;
        assert!((found - target).abs() < 0.07, "asked for {target}, found {found}");
    }
}
