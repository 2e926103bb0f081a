//! Distributions over vectors and matrices: against tables, against each other's marginals, and against what a density is.
#![allow(clippy::unwrap_used, clippy::panic)]

mod counts;
mod entries;
#[path = "../events/mod.rs"]
mod events;
#[path = "../golden/mod.rs"]
mod golden;
mod lkj_covariance;
mod supports;
mod zero_sum;

use elbo_distributions::{
    Dirichlet, DirichletMultinomial, Distribution, Error, LKJCholesky, LKJCorr, Multinomial, MvNormal,
    MvStudentT, Wishart, ZeroSumNormal,
};
use elbo_tensor_ad::{Array, Expr, grad};
use entries::entries;
use events::{between, mean_and_error, normals, values};
use golden::{cases, close, list, number};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus as Generator;
use serde_json::Value;

fn array(value: &Value) -> Array<f64> {
    let Value::Array(rows) = value else { return Array::scalar(number(value).unwrap()) };
    if rows.first().is_some_and(Value::is_array) {
        let data: Vec<f64> = rows.iter().flat_map(|r| list(r).into_iter().map(Option::unwrap)).collect();
        return Array::new([rows.len(), data.len() / rows.len()], data).unwrap();
    }
    Array::vector(rows.iter().map(|v| number(v).unwrap()).collect())
}

/// The distribution of a case of the table: the names of its parameters in the table, and of its value.
fn tabled(
    case: &Value,
    p: &dyn Fn(&str) -> Expr,
) -> Option<(Box<dyn Distribution>, Vec<&'static str>, &'static str)> {
    let side = || usize::try_from(case["n"].as_u64().unwrap()).unwrap();
    Some(match (case["dist"].as_str().unwrap(), case["param"].as_str().unwrap_or("")) {
        ("MvNormal", "cov") => (Box::new(MvNormal::new(p("mu"), p("matrix"))), vec!["mu", "matrix"], "x"),
        ("MvNormal", "chol") => {
            (Box::new(MvNormal::cholesky(p("mu"), p("matrix"))), vec!["mu", "matrix"], "x")
        }
        ("MvNormal", "tau") => {
            (Box::new(MvNormal::precision(p("mu"), p("matrix"))), vec!["mu", "matrix"], "x")
        }
        ("MvStudentT", _) => {
            (Box::new(MvStudentT::new(p("nu"), p("mu"), p("matrix"))), vec!["nu", "mu", "matrix"], "x")
        }
        ("Dirichlet", _) => (Box::new(Dirichlet::new(p("a"))), vec!["a"], "x"),
        ("Multinomial", _) => (Box::new(Multinomial::new(p("n"), p("p"))), vec!["n", "p"], "x"),
        ("DirichletMultinomial", _) => {
            (Box::new(DirichletMultinomial::new(p("n"), p("a"))), vec!["n", "a"], "x")
        }
        ("LKJCorr", _) => (Box::new(LKJCorr::new(side(), p("eta"))), vec!["eta"], "R"),
        ("LKJCholesky", _) => (Box::new(LKJCholesky::new(side(), p("eta"))), vec!["eta"], "L"),
        ("Wishart", _) => (Box::new(Wishart::new(p("nu"), p("V"))), vec!["nu", "V"], "X"),
        _ => return None,
    })
}

#[test]
fn log_densities_and_gradients_are_those_of_the_table() {
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for case in cases("dist_multivariate.json") {
        let inputs = |name: &str| Expr::input(name, array(&case[name]).shape());
        let Some((d, names, value)) = tabled(&case, &inputs) else { continue };
        *seen.entry(case["dist"].as_str().unwrap().into()).or_default() += 1;
        d.check().unwrap();
        let (literal, ..) = tabled(&case, &|name| array(&case[name]).into()).unwrap();
        let singular = case["dist"] == "MvNormal" && case["mu"].as_array().unwrap().len() == 5
            || case["dist"] == "MvStudentT" && case["mu"].as_array().unwrap().len() == 5;
        let (exact, rough) = if singular { (1e-7, 1e-7) } else { (1e-11, 1e-9) };
        let x = inputs(value);
        let arrays: Vec<(&str, Array<f64>)> =
            names.iter().chain([&value]).map(|n| (*n, array(&case[*n]))).collect();
        let given: Vec<(&str, &Array<f64>)> = arrays.iter().map(|(n, a)| (*n, a)).collect();
        let want = number(&case["logp"]).unwrap();
        let at_literals = values(&[literal.log_density(&array(&case[value]).into())], &[]);
        assert!(close(at_literals[0].data()[0], want, exact, exact), "{case}: {at_literals:?}");
        for unchecked in [false, true] {
            if unchecked && want.is_infinite() {
                continue;
            }
            let density = if unchecked { d.log_density_unchecked(&x) } else { d.log_density(&x) };
            assert_eq!(density.rank(), 0);
            let mut wrt: Vec<Expr> = names.iter().filter(|n| **n != "n").map(|n| inputs(n)).collect();
            let mut called: Vec<&str> = names.iter().copied().filter(|n| *n != "n").collect();
            if !d.support().is_discrete() {
                wrt.push(x.clone());
                called.push("value");
            }
            let mut all = vec![density.clone()];
            all.extend(grad(&density, &wrt).unwrap());
            let found = values(&all, &given);
            let log_p = found[0].data()[0];
            assert!(close(log_p, want, exact, exact), "{case}: {log_p} (unchecked: {unchecked})");
            for (found, name) in found[1..].iter().zip(&called) {
                if case["grad"].is_null() {
                    assert!(
                        found.data().iter().all(|v| *v == 0.0 || !v.is_nan()),
                        "{case} {name}: {found:?}"
                    );
                    continue;
                }
                let n = found.shape().last().copied().unwrap_or(0);
                let mut found = found.data().to_vec();
                let want = match (case["dist"].as_str().unwrap(), *name) {
                    ("LKJCorr", "value") => {
                        // The table has the derivative in both entries at once.
                        found = (0..n)
                            .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
                            .map(|(i, j)| found[i * n + j] + found[j * n + i])
                            .collect();
                        array(&case["grad"]["packed"])
                    }
                    ("LKJCholesky", "value") => {
                        found = (0..n).map(|i| found[i * (n + 1)]).collect();
                        array(&case["grad"]["diag"])
                    }
                    ("LKJCholesky", _) => continue,
                    (_, name) => array(&case["grad"][name]),
                };
                let scale = want.data().iter().fold(0.0, |m: f64, v| m.max(v.abs()));
                for (found, want) in found.iter().zip(want.data()) {
                    let slack = 1e-15 + (1e-10 + if singular { rough } else { 0.0 }) * scale;
                    assert!(close(*found, *want, rough, slack), "{case} d/d{name}: {found}, not {want}");
                }
            }
        }
        for (key, found) in
            [("mean", literal.mean()), ("variance", literal.variance()), ("entropy", literal.entropy())]
        {
            if case[key].is_null() {
                continue;
            }
            let found = values(&[found.unwrap()], &[]).remove(0);
            for (found, want) in found.data().iter().zip(array(&case[key]).data()) {
                assert!(close(*found, *want, 1e-11, 1e-11), "{key} of {case}: {found}, not {want}");
            }
        }
    }
    let names: Vec<&str> = seen.keys().map(String::as_str).collect();
    let all = [
        "Dirichlet",
        "DirichletMultinomial",
        "LKJCholesky",
        "LKJCorr",
        "Multinomial",
        "MvNormal",
        "MvStudentT",
        "Wishart",
    ];
    assert_eq!(names, all);
}

#[test]
fn draws_lie_in_the_support_and_have_the_density_everywhere() {
    events::support(entries(), 1);
}

#[test]
fn gradients_hold_against_differences_and_dual_numbers() {
    events::gradients(entries(), 2);
}

/// Draws of LKJ priors come as near to a singular matrix as this.
#[test]
fn gradients_hold_beside_a_singular_correlation() {
    for (diagonal, name) in [1e-2, 1e-4].into_iter().flat_map(|s: f64| [(s, "LKJCholesky"), (s, "LKJCorr")]) {
        let rest = (1.0 - diagonal * diagonal).sqrt();
        let l = [1.0, 0.0, 0.0, 0.6, 0.8, 0.0, 0.28 * rest, -0.96 * rest, diagonal];
        let r = |at: usize| (0..3).map(|k| l[at / 3 * 3 + k] * l[at % 3 * 3 + k]).sum();
        let x: Vec<f64> = if name == "LKJCorr" { (0..9).map(r).collect() } else { l.to_vec() };
        let e = entries().into_iter().find(|e| e.name == name).unwrap();
        let x = Array::new([2, 3, 3], x.repeat(2)).unwrap();
        events::gradient_at(&e, &[Array::scalar(0.8)], &x);
    }
}

#[test]
fn densities_integrate_to_one_in_the_unconstrained_space() {
    events::normalisation(entries(), 3);
}

#[test]
fn draws_have_the_mean_the_variance_the_entropy_and_the_marginals_that_are_stated() {
    events::moments(entries(), 4);
}

#[test]
fn draws_by_paths_are_draws_and_their_gradients_are_those_of_the_moments() {
    events::paths(entries(), 6);
}

#[test]
fn a_parameter_out_of_range_is_an_error_that_names_it() {
    events::faults(entries(), 14);
}

#[test]
fn batches_equal_loops() {
    events::batches(entries(), 7);
}

#[test]
fn modes_are_where_the_density_is_largest() {
    events::modes(entries(), 11);
}

#[test]
fn gaussian_draws_have_the_covariance_that_is_stated() {
    let mut rng = Generator::seed_from_u64(5);
    for e in entries().into_iter().filter(|e| e.name.starts_with("MvNormal")) {
        let p = (e.parameters)(&mut rng);
        let l: Vec<Expr> = p.iter().map(|a| Expr::literal(a.clone())).collect();
        let d = match e.name {
            "MvNormal" => MvNormal::new(&l[0], &l[1]),
            "MvNormal by its precision" => MvNormal::precision(&l[0], &l[1]),
            "MvNormal by its factor" => MvNormal::cholesky(&l[0], &l[1]),
            _ => MvNormal::low_rank(&l[0], &l[1], &l[2]),
        };
        let want = values(&[d.covariance()], &[]).remove(0);
        let x = e.draws(&p, 40_000, &mut rng);
        let mean = p[0].data();
        for at in 0..9 {
            let (i, j) = (at / 3, at % 3);
            let product = x.data().chunks(3).map(|x| (x[i] - mean[i]) * (x[j] - mean[j]));
            let (found, error) = mean_and_error(product);
            assert!((found - want.data()[at]).abs() < 5.0 * error, "{} {at}: {found} {want:?}", e.name);
        }
    }
}

#[test]
fn low_rank_agrees_with_the_covariance_that_it_stands_for() {
    let mut rng = Generator::seed_from_u64(10);
    let (mu, w, d) = (normals(&[5], &mut rng), normals(&[5, 2], &mut rng), between(0.1, 1.0, &[5], &mut rng));
    let low = MvNormal::low_rank(mu.clone(), w, d);
    let full = MvNormal::new(mu.clone(), low.covariance());
    let x = normals(&[7, 5], &mut rng);
    let found = values(&[low.log_density(&x.clone().into()), full.log_density(&x.into())], &[]);
    for (a, b) in found[0].data().iter().zip(found[1].data()) {
        assert!(close(*a, *b, 1e-12, 1e-12), "{a} {b}");
    }
}

#[test]
fn all_have_a_mean_a_variance_and_an_entropy_but_a_covariance_whose_scales_differ() {
    let mut rng = Generator::seed_from_u64(13);
    for e in entries() {
        let d = e.literal(&(e.parameters)(&mut rng));
        let found = (d.mean().is_some(), d.variance().is_some(), d.entropy().is_some());
        assert_eq!(found, (true, true, e.name != "LKJCholeskyCov of two priors"), "{}", e.name);
    }
}

#[test]
fn mistakes_are_named() {
    let message = |d: &dyn Distribution| d.check().unwrap_err().to_string();
    let bad = Array::new([2, 2], vec![1.0, 2.0, 2.0, 1.0]).unwrap();
    assert_eq!(
        message(&MvNormal::new(0.0, bad)),
        "MvNormal: cov must be symmetric and positive definite, found -3 at [1, 1]"
    );
    assert_eq!(
        message(&Wishart::new(1.0, Expr::literal(Array::new([2, 2], vec![1.0, 0.0, 0.0, 1.0]).unwrap()))),
        "Wishart: nu must be finite and > 1, found 1"
    );
    assert_eq!(
        message(&Dirichlet::new(Array::vector(vec![1.0, 0.0]))),
        "Dirichlet: a must be a vector of finite numbers > 0, found 0 at [1]"
    );
    assert_eq!(
        message(&MvNormal::new(Array::zeros([3]), Expr::eye(2))),
        "MvNormal: the parameters do not broadcast to one shape: mu [3], cov [2, 2]"
    );
    assert!(message(&LKJCorr::new(3, 0.0)).contains("eta must be finite and > 0, found 0"));
    let d = MvNormal::new(Array::zeros([2]), Expr::eye(2));
    let mut rng = Generator::seed_from_u64(12);
    let p = [Array::zeros([2]), Array::new([2, 2], vec![1.0, 0.0, 0.0, 1.0]).unwrap()];
    assert!(matches!(d.sample(&p, &[4, 3], &mut rng), Err(Error::DrawShape { .. })));
    assert!(matches!(d.sample(&p, &[], &mut rng), Err(Error::DrawShape { .. } | Error::DrawRank { .. })));
    assert!(matches!(
        LKJCorr::new(3, 1.0).sample(&[Array::scalar(1.0)], &[2, 2], &mut rng),
        Err(Error::DrawRank { .. })
    ));
    assert!(matches!(
        ZeroSumNormal::new(1.0, 3).sample(&[Array::scalar(1.0)], &[2], &mut rng),
        Err(Error::DrawRank { .. })
    ));
}
