//! The distributions over numbers against tables computed with 50 digits.

use std::collections::BTreeMap;

use super::run;
use elbo_distributions::Distribution;
use elbo_tensor_ad::{Array, Expr, grad};
use serde_json::Value;

use super::all;
use super::golden::{cases, close, list, number};

/// The tables whose rows are distributions over numbers.
const TABLES: [&str; 2] = ["dist_continuous.json", "dist_discrete.json"];

fn build(name: &str, p: &dyn Fn(&str) -> Expr) -> Option<Box<dyn Distribution>> {
    all().find(|e| e.name == name).map(|e| (e.build)(p))
}

fn our_cases() -> Vec<Value> {
    let rows = TABLES.iter().flat_map(|t| cases(t));
    rows.filter(|c| all().any(|e| e.name == c["dist"])).collect()
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

#[test]
fn log_densities_and_gradients_are_those_of_the_tables() {
    for case in our_cases() {
        let name = case["dist"].as_str().unwrap();
        let x = points(&case);
        let n = x.len();
        // Every parameter is an input with one value a point, so that the gradient has one too.
        let parameters: BTreeMap<&str, Array<f64>> = case["params"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, value)| {
                let one: Vec<f64> = list(value).into_iter().map(Option::unwrap).collect();
                let shape = if value.is_array() { vec![n, one.len()] } else { vec![n] };
                (key.as_str(), Array::new(shape, one.repeat(n)).unwrap())
            })
            .collect();
        let inputs: BTreeMap<&str, Expr> =
            parameters.iter().map(|(k, a)| (*k, Expr::input(k, a.shape()))).collect();
        let value = Expr::input("value", [n]);
        let d = build(name, &|k| inputs[k].clone()).unwrap();
        d.check().unwrap();

        let names: Vec<&str> = case["grad"].as_object().unwrap().keys().map(String::as_str).collect();
        let wrt: Vec<Expr> =
            names.iter().map(|k| if *k == "value" { value.clone() } else { inputs[k].clone() }).collect();
        let xs = Array::vector(x.clone());
        let mut given: Vec<(&str, &Array<f64>)> = parameters.iter().map(|(k, a)| (*k, a)).collect();
        given.push(("value", &xs));

        let (lower, upper) = bounds(&case);
        for unchecked in [false, true] {
            let density = if unchecked { d.log_density_unchecked(&value) } else { d.log_density(&value) };
            let mut wanted = vec![density.clone()];
            wanted.extend(grad(&density.sum(), &wrt).unwrap());
            let found = run(&wanted, &given).unwrap();
            for (i, want) in list(&case["logp"]).into_iter().enumerate() {
                if unchecked && d.support().contains(x[i]) != Some(true) {
                    continue;
                }
                let (found_i, want) = (found[0].data()[i], want.unwrap());
                assert!(
                    close(found_i, want, 1e-12, 1e-12),
                    "{name} {} at {}: {found_i}, not {want} (unchecked: {unchecked})",
                    case["params"],
                    x[i]
                );
                for (g, key) in names.iter().enumerate() {
                    let row = found[g + 1].data().chunks(found[g + 1].row_len()).nth(i).unwrap();
                    let expected = &case["grad"][key][i];
                    let place = format!("d/d{key} of {name} {} at {}", case["params"], x[i]);
                    if x[i] < lower || x[i] > upper {
                        assert!(row.iter().all(|&v| v == 0.0), "{place}: {row:?} outside the support");
                    } else if expected.is_null() {
                        assert!(row.iter().all(|v| !v.is_nan()), "{place}: {row:?}");
                    } else {
                        // The unchecked form may lose what is below one ulp of 1.
                        let atol = if unchecked { 1e-15 } else { 1e-16 };
                        for (&v, w) in row.iter().zip(list(expected)) {
                            assert!(close(v, w.unwrap(), 1e-10, atol), "{place}: {v}, not {w:?}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn literal_parameters_give_the_same_densities() {
    for case in our_cases() {
        let name = case["dist"].as_str().unwrap();
        let d = build(name, &literal(&case)).unwrap();
        d.check().unwrap();
        let x = points(&case);
        let density = d.log_density(&Array::vector(x.clone()).into());
        let found = run(&[density], &[]).unwrap();
        for ((&found, want), x) in found[0].data().iter().zip(list(&case["logp"])).zip(x) {
            assert!(close(found, want.unwrap(), 1e-12, 1e-12), "{name} {} at {x}: {found}", case["params"]);
        }
    }
}

#[test]
fn means_variances_and_entropies_are_those_of_the_tables() {
    for case in our_cases() {
        let name = case["dist"].as_str().unwrap();
        let d = build(name, &literal(&case)).unwrap();
        for (key, found) in [("mean", d.mean()), ("variance", d.variance()), ("entropy", d.entropy())] {
            let Some(want) = number(&case[key]) else { continue };
            let found = run(&[found.unwrap()], &[]).unwrap()[0].data()[0];
            assert!(
                close(found, want, 1e-12, 1e-14),
                "{key} of {name} {}: {found}, not {want}",
                case["params"]
            );
        }
    }
}
