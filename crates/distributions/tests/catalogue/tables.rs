//! The distributions over numbers against tables computed with 50 digits.

use std::collections::BTreeMap;
use std::fmt::Debug;

use elbo_distributions::{Distribution, HurdleGamma, HurdleLogNormal};
use elbo_tensor_ad::{Array, Expr, Plan, grad};
use serde_json::Value;

use super::entry::Entry;
use super::golden::{cases, close, list, number};
use super::{all, run};

/// The tables whose rows are distributions over numbers.
const TABLES: [&str; 4] =
    ["dist_continuous.json", "dist_more_continuous.json", "dist_discrete.json", "dist_more_numbers.json"];

/// With a probability at 0 and a density above: no entries of the generic tests, which integrate or sum.
const BOTH: [Entry; 2] = [
    Entry {
        name: "HurdleGamma",
        parameters: &[],
        build: |p| Box::new(HurdleGamma::new(p("psi"), p("alpha"), p("beta"))),
    },
    Entry {
        name: "HurdleLogNormal",
        parameters: &[],
        build: |p| Box::new(HurdleLogNormal::new(p("psi"), p("mu"), p("sigma"))),
    },
];

fn named(name: &str) -> Option<&'static Entry> {
    all().chain(&BOTH).find(|e| e.name == name)
}

fn build(name: &str, p: &dyn Fn(&str) -> Expr) -> Option<Box<dyn Distribution>> {
    named(name).map(|e| (e.build)(p))
}

fn our_cases() -> Vec<Value> {
    let rows = TABLES.iter().flat_map(|t| cases(t));
    rows.filter(|c| named(c["dist"].as_str().unwrap()).is_some()).collect()
}

/// A case's parameters as literals: numbers as numbers, vectors as arrays.
fn literal(case: &Value) -> impl Fn(&str) -> Expr + '_ {
    |name| match &case["params"][name] {
        Value::Array(_) => {
            Array::vector(list(&case["params"][name]).into_iter().map(Option::unwrap).collect()).into()
        }
        value => number(value).unwrap().into(),
    }
}

fn points(case: &Value) -> Vec<f64> {
    list(&case["x"]).into_iter().map(Option::unwrap).collect()
}

fn bounds(case: &Value) -> (f64, f64) {
    (number(&case["support"][0]).unwrap(), number(&case["support"][1]).unwrap())
}

/// The tolerance that the tables state: where a density or a moment is a numeric integral it is wider.
fn tolerances(name: &str) -> (f64, f64) {
    let density = if matches!(name, "SkewNormal" | "ExGaussian" | "TruncatedNormal") { 1e-10 } else { 1e-12 };
    let integrated =
        matches!(name, "SkewNormal" | "ExGaussian" | "Wald" | "LogitNormal" | "Moyal" | "NormalMixture");
    (density, if integrated { 1e-9 } else { 1e-12 })
}

/// What the cases found wrong, at most twenty of it.
fn report(failures: &[String]) {
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures[..failures.len().min(20)].join("\n")
    );
}

#[test]
fn log_densities_and_gradients_are_those_of_the_tables() {
    let mut failures = Vec::new();
    for case in our_cases() {
        for unchecked in [false, true] {
            compare(&case, unchecked, &mut failures);
        }
    }
    report(&failures);
}

/// The parameters of a case with one value a point, so that each point has its own gradient.
fn repeated(case: &Value, n: usize) -> BTreeMap<String, Array<f64>> {
    let one = |value: &Value| {
        let one: Vec<f64> = list(value).into_iter().map(Option::unwrap).collect();
        let shape = if value.is_array() { vec![n, one.len()] } else { vec![n] };
        Array::new(shape, one.repeat(n)).unwrap()
    };
    case["params"].as_object().unwrap().iter().map(|(key, value)| (key.clone(), one(value))).collect()
}

fn compare(case: &Value, unchecked: bool, failures: &mut Vec<String>) {
    let name = case["dist"].as_str().unwrap();
    let x = points(case);
    let n = x.len();
    let parameters = repeated(case, n);
    let value = Expr::input("value", [n]);
    let d = build(name, &|k| Expr::input(k, parameters[k].shape())).unwrap();
    d.check().unwrap();
    let names: Vec<&str> = case["grad"].as_object().unwrap().keys().map(String::as_str).collect();
    let wrt: Vec<Expr> = names
        .iter()
        .map(|k| if *k == "value" { value.clone() } else { Expr::input(k, parameters[*k].shape()) })
        .collect();
    let xs = Array::vector(x.clone());
    let mut given: Vec<(&str, &Array<f64>)> = parameters.iter().map(|(k, a)| (k.as_str(), a)).collect();
    given.push(("value", &xs));

    let (lower, upper) = bounds(case);
    let (rtol, _) = tolerances(name);
    let discrete = build(name, &literal(case)).unwrap().support().is_discrete();
    let density = if unchecked { d.log_density_unchecked(&value) } else { d.log_density(&value) };
    let mut wanted = vec![density.clone()];
    wanted.extend(grad(&density.sum(), &wrt).unwrap());
    let found = run(&wanted, &given).unwrap();
    for (i, want) in list(&case["logp"]).into_iter().enumerate() {
        if unchecked && build(name, &literal(case)).unwrap().support().contains(x[i]) != Some(true) {
            continue;
        }
        let mut fail = |what: String, found: &dyn Debug, want: &dyn Debug| {
            let form = if unchecked { ", unchecked" } else { "" };
            failures
                .push(format!("{what}{name} {} at {}{form}: {found:?}, not {want:?}", case["params"], x[i]));
        };
        let want = want.unwrap();
        if !close(found[0].data()[i], want, rtol, rtol) {
            fail(String::new(), &found[0].data()[i], &want);
        }
        for (g, key) in names.iter().enumerate() {
            let row = found[g + 1].data().chunks(found[g + 1].row_len()).nth(i).unwrap();
            let expected = &case["grad"][key][i];
            let what = format!("d/d{key} of ");
            if x[i] < lower || x[i] > upper {
                if row.iter().any(|&v| v != 0.0) {
                    fail(what, &row, &"0 outside the support");
                }
            } else if expected.is_null() {
                if row.iter().any(|v| v.is_nan()) {
                    fail(what, &row, &"a number on the boundary or at the kink");
                }
            } else {
                // The unchecked form may lose what is below one ulp of 1. At a whole number the slope can be 0 but for the rounding of
                // the parameter: then its terms cancel, each of them as large as the slopes elsewhere.
                let atol = if unchecked { 1e-15 } else { 1e-16 };
                let steepest = if discrete { largest(&case["grad"][key]) } else { 0.0 };
                for (&v, w) in row.iter().zip(list(expected)) {
                    let cancels = w.is_some_and(|w| w.abs() < 1e-9 * steepest);
                    let atol = if cancels { atol + 4e-16 * steepest } else { atol };
                    if !close(v, w.unwrap(), 1e-10, atol) {
                        fail(what.clone(), &v, &w.unwrap());
                    }
                }
            }
        }
    }
}

/// The largest number in a list of lists, without its sign.
fn largest(slopes: &Value) -> f64 {
    match slopes.as_array() {
        Some(list) => list.iter().map(largest).fold(0.0, f64::max),
        None => number(slopes).filter(|v| v.is_finite()).map_or(0.0, f64::abs),
    }
}

#[test]
fn literal_parameters_give_the_same_densities() {
    let mut failures = Vec::new();
    for case in our_cases() {
        let name = case["dist"].as_str().unwrap();
        let d = build(name, &literal(&case)).unwrap();
        d.check().unwrap();
        let x = points(&case);
        let density = d.log_density(&Array::vector(x.clone()).into());
        let found = run(&[density], &[]).unwrap();
        let rtol = tolerances(name).0;
        for ((&found, want), x) in found[0].data().iter().zip(list(&case["logp"])).zip(x) {
            if !close(found, want.unwrap(), rtol, rtol) {
                failures.push(format!("{name} {} at {x}: {found}, not {want:?}", case["params"]));
            }
        }
    }
    report(&failures);
}

#[test]
fn means_variances_and_entropies_are_those_of_the_tables() {
    let mut failures = Vec::new();
    for case in our_cases() {
        let name = case["dist"].as_str().unwrap();
        let d = build(name, &literal(&case)).unwrap();
        for (key, found) in [("mean", d.mean()), ("variance", d.variance()), ("entropy", d.entropy())] {
            let (Some(found), Some(want)) = (found, number(&case[key])) else { continue };
            let found = run(&[found], &[]).unwrap()[0].data()[0];
            if !close(found, want, tolerances(name).1, 1e-14) {
                failures.push(format!("{key} of {name} {}: {found}, not {want}", case["params"]));
            }
        }
    }
    report(&failures);
}

/// In `f32` the value and the parameters are rounded before anything is computed: what that alone may move the density by, from the
/// table's own gradients, and some roundings of its terms on top.
#[test]
fn single_precision_is_as_good_as_its_inputs() {
    let eps = f64::from(f32::EPSILON);
    let mut failures = Vec::new();
    let mut compared = 0;
    for case in our_cases() {
        let name = case["dist"].as_str().unwrap();
        let x = points(&case);
        let n = x.len();
        let parameters = repeated(&case, n);
        let d = build(name, &|k| Expr::input(k, parameters[k].shape())).unwrap();
        let plan = Plan::<f32>::compile(&[d.log_density(&Expr::input("value", [n]))]).unwrap();
        let mut given: Vec<(&str, Array<f32>)> =
            parameters.iter().map(|(k, a)| (k.as_str(), a.cast())).collect();
        given.push(("value", Array::vector(x.clone()).cast()));
        let used: Vec<(&str, &Array<f32>)> =
            given.iter().filter(|(k, _)| plan.input(k).is_some()).map(|(k, a)| (*k, a)).collect();
        let found = plan.call(&used).unwrap().remove(0);
        let size: f64 =
            parameters.values().flat_map(|a| a.data()).map(|p| p.abs() * (p.abs() + 3.0).ln()).sum();
        for (i, want) in list(&case["logp"]).into_iter().enumerate() {
            let want = want.unwrap();
            let mut moved = 0.0;
            for (key, slopes) in case["grad"].as_object().unwrap() {
                let at = if key == "value" { vec![Some(x[i])] } else { list(&case["params"][key]) };
                for (at, slope) in at.into_iter().zip(list(&slopes[i])) {
                    moved += slope.map_or(f64::NAN, |s| (s * at.unwrap()).abs());
                }
            }
            // Points on a boundary or outside stay there or not as they are rounded.
            if !want.is_finite() || moved.is_nan() || want.abs() > 1e30 || moved > 1e6 {
                continue;
            }
            compared += 1;
            let bound = 4.0 * eps * moved + 16.0 * eps * (1.0 + want.abs() + size);
            let found = f64::from(found.data()[i]);
            if (found - want).abs() > bound || found.is_nan() {
                failures
                    .push(format!("{name} {} at {}: {found}, not {want} to {bound:e}", case["params"], x[i]));
            }
        }
    }
    assert!(compared > 100);
    report(&failures);
}

#[test]
fn logarithms_of_far_tails_are_those_of_the_table() {
    let mut failures = Vec::new();
    for case in cases("dist_tails.json") {
        let name = case["dist"].as_str().unwrap();
        let (x, want) = (number(&case["x"]).unwrap(), number(&case["value"]).unwrap());
        let d = build(name, &literal(&case)).unwrap();
        let tail = match case["side"].as_str().unwrap() {
            "log_cdf" => d.log_cdf(&x.into()),
            _ => d.log_survival(&x.into()),
        };
        let found = run(&[tail.unwrap()], &[]).unwrap()[0].data()[0];
        if !close(found, want, 1e-10, 1e-10) {
            failures
                .push(format!("{} of {name} {} at {x}: {found}, not {want}", case["side"], case["params"]));
        }
    }
    report(&failures);
}
