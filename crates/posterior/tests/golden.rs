//! The diagnostics against ArviZ's own numbers, in `tests/golden/diagnostics.json`.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use elbo_posterior::{Chains, Draws, hdi, psis, quantile};
use serde_json::Value;

fn cases(kind: &str) -> Vec<Value> {
    let name = "diagnostics.json";
    let copy = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let other = std::env::var_os("ELBO_GOLDEN").map(|folder| Path::new(&folder).join(name));
    let path = other.filter(|p| p.is_file()).unwrap_or(copy);
    let table: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cases: Vec<Value> =
        table["cases"].as_array().unwrap().iter().filter(|c| c["kind"] == kind).cloned().collect();
    assert!(!cases.is_empty(), "no case of kind {kind}");
    cases
}

fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some("inf") => f64::INFINITY,
        Some("-inf") => f64::NEG_INFINITY,
        Some("nan") => f64::NAN,
        _ => value.as_f64().unwrap(),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

#[track_caller]
fn close(what: &str, got: f64, expected: f64, relative: f64) {
    let same = got == expected || got.is_nan() && expected.is_nan();
    assert!(same || (got - expected).abs() <= relative * expected.abs(), "{what}: {got}, ArviZ {expected}");
}

#[test]
fn ess_r_hat_and_mcse_are_those_of_arviz() {
    for case in cases("mcmc") {
        let name = case["name"].as_str().unwrap();
        let series: Vec<Vec<f64>> = case["draws"].as_array().unwrap().iter().map(numbers).collect();
        let chains = Chains::new(&series).unwrap();
        for (field, got, relative) in [
            ("ess_bulk", chains.ess_bulk(), 1e-8),
            ("ess_tail", chains.ess_tail(), 1e-8),
            ("ess_mean", chains.ess_mean(), 1e-8),
            ("ess_sd", chains.ess_sd(), 1e-8),
            ("ess_median", chains.ess_quantile(0.5), 1e-8),
            ("ess_quantile_0.05", chains.ess_quantile(0.05), 1e-8),
            ("ess_quantile_0.95", chains.ess_quantile(0.95), 1e-8),
            ("rhat_rank", chains.r_hat(), 1e-8),
            ("rhat_split", chains.r_hat_split(), 1e-8),
            ("mcse_mean", chains.mcse_mean(), 1e-8),
            ("mcse_sd", chains.mcse_sd(), 1e-8),
            ("sd_ddof1", chains.sd(), 1e-8),
        ] {
            close(&format!("{name} {field}"), got, number(&case[field]), relative);
        }
        // A mean can be near zero beside its draws: hold it against their spread.
        let error = (chains.mean() - number(&case["mean"])).abs();
        assert!(error <= 1e-12 * chains.sd().max(1.0), "{name} mean is off by {error}");
    }
}

#[test]
fn a_summary_row_holds_the_diagnostics_of_its_element() {
    for case in cases("mcmc") {
        let series: Vec<Vec<f64>> = case["draws"].as_array().unwrap().iter().map(numbers).collect();
        let chains = Chains::new(&series).unwrap();
        // Two elements, the second one twice the first: rows must not mix.
        let mut draws = Draws::new(series.len(), series[0].len());
        draws.push("x", &[("k", 2)], chains.values().iter().flat_map(|v| [*v, 2.0 * v]).collect()).unwrap();
        let summary = draws.summary();
        for (row, factor) in summary.rows.iter().zip([1.0, 2.0]) {
            close("ess_bulk", row.ess_bulk, number(&case["ess_bulk"]), 1e-8);
            close("ess_tail", row.ess_tail, number(&case["ess_tail"]), 1e-8);
            close("r_hat", row.r_hat, number(&case["rhat_rank"]), 1e-8);
            close("mcse_mean", row.mcse_mean, factor * number(&case["mcse_mean"]), 1e-8);
            close("mcse_sd", row.mcse_sd, factor * number(&case["mcse_sd"]), 1e-8);
            close("sd", row.sd, factor * number(&case["sd_ddof1"]), 1e-8);
            assert_eq!((row.hdi_3, row.hdi_97), {
                let (low, high) = chains.hdi(0.94).unwrap();
                (factor * low, factor * high)
            });
        }
    }
}

#[test]
fn highest_density_intervals_and_quantiles_are_those_of_arviz_and_numpy() {
    for case in cases("hdi") {
        let name = case["name"].as_str().unwrap();
        let x = numbers(&case["x"]);
        for mass in [0.5, 0.8, 0.89, 0.94, 0.95] {
            let expected = numbers(&case[format!("hdi_{mass}")]);
            let (low, high) = hdi(&x, mass).unwrap();
            assert_eq!(vec![low, high], expected, "{name} {mass}");
        }
        for mass in [0.5, 0.94] {
            let expected = numbers(&case[format!("eti_{mass}")]);
            close(name, quantile(&x, (1.0 - mass) / 2.0).unwrap(), expected[0], 1e-12);
            close(name, quantile(&x, (1.0 + mass) / 2.0).unwrap(), expected[1], 1e-12);
        }
    }
}

#[test]
fn pareto_smoothing_is_that_of_arviz() {
    for case in cases("psis") {
        let name = case["name"].as_str().unwrap();
        let log_ratios = numbers(&case["log_weights"]);
        let smoothed = psis(&log_ratios, 1.0).unwrap();
        close(name, smoothed.k_hat, number(&case["pareto_k"]), 1e-8);
        close(name, smoothed.ess(), number(&case["importance_ess"]), 1e-8);
        for (got, expected) in
            smoothed.log_weights.iter().zip(numbers(&case["smoothed_normalised_log_weights"]))
        {
            close(name, *got, expected, 1e-8);
        }
        close(name, psis(&log_ratios, 0.7).unwrap().k_hat, number(&case["pareto_k_reff_0_7"]), 1e-8);
    }
}
