//! `ln B` and the step of the digamma function in vectors, against a table, where the kernels change branch and anywhere.

use std::path::PathBuf;

use elbo_tensor_ad::kernels::{Binary, Element, Operand, Processor};
use serde_json::Value;

/// `a`, `b`, `ln B(a, b)`, `psi(a + b) - psi(a)`.
fn table() -> Vec<[f64; 4]> {
    let own = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden"));
    let named =
        std::env::var_os("ELBO_GOLDEN").map(PathBuf::from).map(|folder| folder.join("beta_steps.json"));
    let path = named.filter(|path| path.exists()).unwrap_or(own.join("beta_steps.json"));
    let text: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = text["cases"].as_array().unwrap().iter();
    cases.map(|c| ["a", "b", "ln_beta", "step"].map(|k| c[k].as_f64().unwrap())).collect()
}

/// The values of a kernel at all points of a table, on every processor level, slices long enough for vectors.
fn values<T: Element>(f: Binary, points: &[[f64; 4]], from: impl Fn(f64) -> T) -> Vec<Vec<T>> {
    let a: Vec<T> = points.iter().map(|c| from(c[0])).collect();
    let b: Vec<T> = points.iter().map(|c| from(c[1])).collect();
    Processor::available()
        .into_iter()
        .map(|p| {
            let mut out = a.clone();
            T::binary(p, f, Operand::Slice(&a), Operand::Slice(&b), &mut out);
            out
        })
        .collect()
}

#[test]
fn the_logarithm_of_the_beta_function_is_within_its_bound() {
    let table = table();
    for found in values(Binary::LnBeta, &table, |x| x) {
        for ([a, b, want, _], found) in table.iter().zip(found) {
            let error = (found - want).abs() / want.abs().max(1.0);
            assert!(error <= 2e-15, "ln B({a:e}, {b:e}) = {found:e}, not {want:e}: {error:e}");
        }
    }
}

#[test]
fn the_step_of_the_digamma_function_keeps_its_relative_accuracy() {
    let table = table();
    for found in values(Binary::PolygammaStep(0), &table, |x| x) {
        for ([a, b, _, want], found) in table.iter().zip(found) {
            let error = (found - want).abs() / want;
            assert!(error <= 1e-14, "psi({a:e} + {b:e}) - psi({a:e}) = {found:e}, not {want:e}: {error:e}");
        }
    }
}

#[test]
fn single_precision_is_the_rounded_value() {
    let single = |x: f64| f64::from(x as f32) == x;
    let table: Vec<_> = table().into_iter().filter(|[a, b, ..]| single(*a) && single(*b)).collect();
    assert!(table.len() > 60);
    let half_ulp = f64::from(f32::EPSILON) * 0.501;
    for (f, at) in [(Binary::LnBeta, 2), (Binary::PolygammaStep(0), 3)] {
        for found in values(f, &table, |x| x as f32) {
            for (case, found) in table.iter().zip(found) {
                let error = (f64::from(found) - case[at]).abs();
                let bound = half_ulp * case[at].abs() + 2e-15;
                assert!(error <= bound, "{f:?} at {case:?}: {found:e}");
            }
        }
    }
}

#[test]
fn what_is_not_positive_or_not_finite_is_as_by_the_reference() {
    let at = |f, a: f64, b: f64| {
        // Beside ordinary numbers, in the middle of a vector.
        let (mut left, mut right, mut out) = (vec![2.0; 21], vec![3.0; 21], vec![0.0; 21]);
        (left[10], right[10]) = (a, b);
        f64::binary(Processor::detect(), f, Operand::Slice(&left), Operand::Slice(&right), &mut out);
        assert!((out[9] - out[11]).abs() == 0.0);
        out[10]
    };
    assert_eq!(at(Binary::LnBeta, 0.0, 2.0), f64::INFINITY);
    assert_eq!(at(Binary::LnBeta, 2.0, f64::INFINITY), f64::NEG_INFINITY);
    assert!(at(Binary::LnBeta, -1.0, 2.0).is_nan() && at(Binary::LnBeta, f64::NAN, 2.0).is_nan());
    assert!(at(Binary::LnBeta, 2.0, f64::NAN).is_nan() && at(Binary::LnBeta, 0.0, f64::INFINITY).is_nan());
    assert_eq!(at(Binary::PolygammaStep(0), 2.0, 0.0), 0.0);
    assert!((at(Binary::PolygammaStep(0), 3.0, -1.0) + 0.5).abs() < 1e-15);
    assert!(at(Binary::PolygammaStep(0), f64::NAN, 1.0).is_nan());
}
