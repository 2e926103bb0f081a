//! The notebook's problem is solved from every start, on every split, and as PyMC solves it with PyMC's settings.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::path::PathBuf;

use elbo::bnn::{Likelihood, Network};
use elbo::prelude::*;
use elbo::vi::rule::{AdagradWindow, Adam, Schedule, Scheduled};

fn moons(split: u32) -> Split {
    let moons = make_moons(1000).noise(0.2).random_state(0).generate().unwrap();
    moons.scaled().unwrap().split(0.5).random_state(split).generate().unwrap()
}

fn model(data: &Split) -> Model {
    Network::new([2, 5, 5, 1]).model(&data.train.x, &data.train.y, Likelihood::Bernoulli).unwrap()
}

/// The rule of the demo.
fn rule(steps: u64) -> Scheduled<Adam> {
    Scheduled::new(Adam::new(0.2), Schedule::Cosine { steps, floor: 0.003 })
}

fn accuracy(model: &Model, fit: &Fit, data: &Split) -> f64 {
    let p = model.predictor("p").unwrap().on("x", &data.test.x).unwrap();
    let p = p.moments(&fit.sample(500, 3)).unwrap().mean;
    let hits = p.data().iter().zip(data.test.y.data()).filter(|&(&p, &y)| (p > 0.5) == (y > 0.5)).count();
    hits as f64 / data.test.n_rows() as f64
}

fn fit(model: &Model, seed: u64, batch: Option<usize>) -> Fit {
    let steps = if batch.is_some() { 40_000 } else { 30_000 };
    let advi = Advi::new(model.density().unwrap()).steps(steps).seed(seed).rule(rule(steps));
    match batch {
        Some(rows) => advi.batches(rows).run().unwrap(),
        None => advi.run().unwrap(),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn from_twenty_starts(batch: Option<usize>) {
    let data = moons(42);
    let model = model(&data);
    let mut density = model.density().unwrap();
    let mut elbos = Vec::new();
    for seed in 0..20 {
        let fit = fit(&model, seed, batch);
        let accuracy = accuracy(&model, &fit, &data);
        assert!(accuracy >= 0.93, "start {seed} is stuck at {accuracy}");
        elbos.push(fit.elbo(&mut density, 1000, seed).unwrap().value);
    }
    println!("ELBO over 20 starts: median {:.2}, {elbos:.1?}", median(elbos.clone()));
    assert!(median(elbos) > -112.0);
}

#[test]
fn no_full_batch_fit_of_twenty_starts_is_stuck_and_their_median_elbo_is_above_minus_112() {
    from_twenty_starts(None);
}

#[test]
fn no_minibatch_fit_of_twenty_starts_is_stuck_and_their_median_elbo_is_above_minus_112() {
    from_twenty_starts(Some(50));
}

#[test]
fn accuracy_over_ten_seeded_splits_is_about_95_percent() {
    let scores: Vec<f64> = (0..10)
        .map(|split| {
            let data = moons(split);
            let model = model(&data);
            accuracy(&model, &fit(&model, 7, None), &data)
        })
        .collect();
    let mean = scores.iter().sum::<f64>() / 10.0;
    let sd = (scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / 9.0).sqrt();
    // Student's t with 9 degrees of freedom at 95 %. Splits share rows, so that the interval is a rough one.
    let half = 2.262 * sd / 10f64.sqrt();
    println!("accuracy over ten splits: {mean:.4} ± {half:.4}: {scores:?}");
    assert!((0.94..0.98).contains(&mean) && scores.iter().all(|&s| s > 0.92));
}

/// PyMC 5.28.5's run with its default optimiser from these weights ends at -125.8 (another estimate: -126.5, the
/// mean of its last 1,000 steps). Its path and ours differ by their noise alone; the tolerance is that of the
/// noise between seeds, estimated from our own.
#[test]
fn with_pymcs_settings_and_start_the_elbo_is_pymcs() {
    const PYMC: f64 = -125.8;
    let data = moons(42);
    let model = model(&data);
    let mut density = model.density().unwrap();
    let start = notebook_weights();
    let elbos: Vec<f64> = (0..8)
        .map(|seed| {
            let fit = Advi::new(model.density().unwrap())
                .steps(30_000)
                .seed(seed)
                .start(Start::At(start.clone()))
                .initial_sd(std::f64::consts::LN_2)
                .rule(AdagradWindow::default())
                .run()
                .unwrap();
            fit.elbo(&mut density, 1000, seed).unwrap().value
        })
        .collect();
    let mean = elbos.iter().sum::<f64>() / elbos.len() as f64;
    let sd = (elbos.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / (elbos.len() - 1) as f64).sqrt();
    println!("with PyMC's settings: {elbos:.2?}, sd {sd:.2}");
    // One more run of the same kind (PyMC's) beside the mean of eight, at four standard errors.
    assert!((mean - PYMC).abs() < 4.0 * sd * (1.0 + 1.0 / 8.0f64).sqrt(), "{mean} ± {sd} against {PYMC}");
    assert!(sd < 3.0, "the seeds should agree: {sd}");
}

/// The notebook's initial weights, in the order of the unconstrained vector.
fn notebook_weights() -> Vec<f64> {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let other = std::env::var_os("ELBO_GOLDEN").map(PathBuf::from);
    let folder = other.filter(|f| f.join("numpy_rng.json").exists()).unwrap_or(own);
    let text = std::fs::read_to_string(folder.join("numpy_rng.json")).unwrap();
    let table: serde_json::Value = serde_json::from_str(&text).unwrap();
    let case = table["cases"].as_array().unwrap().iter().find(|c| c.get("init_1").is_some()).unwrap();
    let mut weights = Vec::new();
    for key in ["init_1", "init_2", "init_out"] {
        flatten(&case[key], &mut weights);
    }
    assert_eq!(weights.len(), 40);
    weights
}

fn flatten(value: &serde_json::Value, out: &mut Vec<f64>) {
    match value.as_array() {
        Some(parts) => parts.iter().for_each(|p| flatten(p, out)),
        None => out.push(value.as_f64().unwrap()),
    }
}
