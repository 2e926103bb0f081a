//! The binary: what it writes, what it refuses, and that a seed decides every bit.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn elbo(out: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_elbo")).arg("--out").arg(out).args(args).output().unwrap()
}

fn short(out: &Path, args: &[&str]) -> Value {
    let args: Vec<&str> =
        ["--steps", "400", "--minibatch-steps", "400", "--quiet"].iter().chain(args).copied().collect();
    let done = elbo(out, &args);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_str(&std::fs::read_to_string(out.join("summary.json")).unwrap()).unwrap()
}

/// Everything in the summary but the times.
fn results(mut summary: Value) -> Value {
    for fit in summary["fits"].as_object_mut().unwrap().values_mut() {
        fit.as_object_mut().unwrap().remove("seconds");
    }
    summary.as_object_mut().unwrap().remove("predictor");
    summary
}

#[test]
fn it_writes_every_picture_the_draws_the_summary_and_the_page() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("deep/out");
    let summary = short(&out, &[]);
    for fit in ["full_batch", "minibatch"] {
        for key in ["elbo", "elbo_mcse", "accuracy", "log_loss", "steps", "seconds"] {
            assert!(summary["fits"][fit][key].as_f64().unwrap().is_finite(), "{fit} {key}");
        }
        for group in ["posterior", "observed_data", "constant_data", "posterior_predictive"] {
            assert!(out.join(format!("{fit}.zarr")).join(group).join(".zgroup").exists(), "{fit} {group}");
        }
    }
    for key in ["seconds_500x500", "seconds_500x10000"] {
        assert!(summary["predictor"][key].as_f64().unwrap() > 0.0);
    }
    for stem in ["data", "elbo", "predictions", "probability", "uncertainty", "calibration", "traces"] {
        let png = std::fs::read(out.join(format!("{stem}.png"))).unwrap();
        assert!(png.starts_with(b"\x89PNG"), "{stem}");
        assert!(
            std::fs::read_to_string(out.join(format!("{stem}.svg"))).unwrap().contains("</svg>"),
            "{stem}"
        );
    }
    let page = std::fs::read_to_string(out.join("index.html")).unwrap();
    assert!(page.contains("P(y = 1)") && page.contains("minibatches of 50") && page.contains("</html>"));
    // Again into the same folder: it replaces its own files.
    short(&out, &[]);
}

#[test]
fn a_seed_gives_the_same_bits_in_two_processes_and_on_one_two_and_four_threads() {
    let dir = tempfile::tempdir().unwrap();
    let run = |name: &str, threads: &str, seed: &str| {
        let out = dir.path().join(name);
        let summary = results(short(&out, &["--threads", threads, "--seed", seed]));
        let draws = std::fs::read(out.join("full_batch.zarr/posterior/w_1_2/0.0.0.0")).unwrap();
        let predictive = std::fs::read(out.join("minibatch.zarr/posterior_predictive/out/0.0.0")).unwrap();
        let surface = std::fs::read(out.join("uncertainty.svg")).unwrap();
        (summary, draws, predictive, surface)
    };
    let first = run("a", "1", "7");
    assert_eq!(first, run("b", "1", "7"));
    assert_eq!(first, run("c", "2", "7"));
    assert_eq!(first, run("d", "4", "7"));
    assert_ne!(first.0, run("e", "1", "8").0);
}

#[test]
fn single_precision_and_every_optimiser_run() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(short(dir.path(), &["--precision", "f32", "--fits-only"])["precision"], "f32");
    for name in elbo::vi::rule::Optimiser::NAMES {
        let summary = short(dir.path(), &["--fits-only", "--optimiser", name, "--learning-rate", "0.001"]);
        assert_eq!(summary["optimiser"], *name);
        assert_eq!(summary["fits"]["full_batch"]["steps"], 400);
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_does_not_stop_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_elbo"))
        .arg("--out")
        .arg(dir.path())
        .args(["--quiet", "--fits-only", "--steps", "10", "--minibatch-steps", "10"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    assert!(dir.path().join("summary.json").exists());
}

#[test]
fn bad_options_get_a_clear_sentence_and_a_status() {
    let dir = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &str); 8] = [
        (&["--optimiser", "adamm"], "adagrad_window"),
        (&["--steps", "0"], "0 is not in 1.."),
        (&["--steps", "many"], "invalid digit"),
        (&["--batch", "501"], "501 is not in 1..=500"),
        (&["--learning-rate", "-1"], "must be a finite number above 0"),
        (&["--precision", "f16"], "f64"),
        (&["--threads", "0"], "0 is not in 1.."),
        (&["--sede", "1"], "--seed"),
    ];
    for (args, sentence) in cases {
        let done = elbo(dir.path(), args);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success() && said.contains(sentence), "{args:?}: {said}");
        assert!(done.stdout.is_empty());
    }
    // A folder that cannot be made, found before any fit.
    let file = dir.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let done = elbo(&file, &["--quiet"]);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success() && said.contains("file"), "{said}");
}

#[test]
fn a_fit_that_diverges_says_where_and_keeps_its_last_good_state() {
    let dir = tempfile::tempdir().unwrap();
    let done =
        elbo(dir.path(), &["--quiet", "--optimiser", "sgd", "--learning-rate", "1e300", "--steps", "50"]);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success(), "{said}");
    assert!(said.contains("step") && said.contains("full_batch.state"), "{said}");
    let state =
        elbo::vi::State::<f64>::from_bytes(&std::fs::read(dir.path().join("full_batch.state")).unwrap())
            .unwrap();
    assert!(state.parameters.iter().all(|p| p.is_finite()));
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_partial_fit() {
    let dir = tempfile::tempdir().unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_elbo"))
        .arg("--out")
        .arg(dir.path())
        .args(["--quiet", "--steps", "50000000", "--minibatch-steps", "10"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Long enough for the fit to begin on a slow machine; the fit itself would take hours.
    std::thread::sleep(std::time::Duration::from_secs(3));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let summary: Value =
        serde_json::from_str(&std::fs::read_to_string(dir.path().join("summary.json")).unwrap()).unwrap();
    let fit = &summary["fits"]["full_batch"];
    assert_eq!(fit["stopped"], "interrupted");
    assert!(fit["steps"].as_u64().unwrap() > 0);
    assert!(summary["fits"].get("minibatch").is_none(), "nothing is begun after an interruption");
    assert!(dir.path().join("index.html").exists());
}
