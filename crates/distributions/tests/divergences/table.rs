//! Closed forms and their gradients against the table.

use elbo_distributions::{
    Bernoulli, Beta, Binomial, Categorical, Cauchy, Dirichlet, Distribution, Exponential, Gamma, Geometric,
    Gumbel, HalfNormal, InverseGamma, Laplace, LogNormal, MvNormal, Normal, Pareto, Poisson, Uniform,
    VonMises, Weibull, kl,
};
use elbo_tensor_ad::{Array, Expr, grad};
use serde_json::Value;

use crate::golden::{cases, close, list, number};
use crate::run;

fn build(name: &str, p: &dyn Fn(&str) -> Expr) -> Option<Box<dyn Distribution>> {
    Some(match name {
        "Normal" => Box::new(Normal::new(p("mu"), p("sigma"))),
        "LogNormal" => Box::new(LogNormal::new(p("mu"), p("sigma"))),
        "HalfNormal" => Box::new(HalfNormal::new(p("sigma"))),
        "Exponential" => Box::new(Exponential::new(p("lam"))),
        "Laplace" => Box::new(Laplace::new(p("mu"), p("b"))),
        "Gamma" => Box::new(Gamma::new(p("alpha"), p("beta"))),
        "InverseGamma" => Box::new(InverseGamma::new(p("alpha"), p("beta"))),
        "Beta" => Box::new(Beta::new(p("alpha"), p("beta"))),
        "Weibull" => Box::new(Weibull::new(p("alpha"), p("beta"))),
        "Gumbel" => Box::new(Gumbel::new(p("mu"), p("beta"))),
        "Cauchy" => Box::new(Cauchy::new(p("alpha"), p("beta"))),
        "VonMises" => Box::new(VonMises::new(p("mu"), p("kappa"))),
        "Uniform" => Box::new(Uniform::new(p("lower"), p("upper"))),
        "Pareto" => Box::new(Pareto::new(p("alpha"), p("m"))),
        "Bernoulli" => Box::new(Bernoulli::probabilities(p("p"))),
        "Poisson" => Box::new(Poisson::new(p("mu"))),
        "Geometric" => Box::new(Geometric::new(p("p"))),
        "Binomial" => Box::new(Binomial::probability(10.0, p("p"))),
        "Categorical" => Box::new(Categorical::probabilities(p("p"))),
        "Dirichlet" => Box::new(Dirichlet::new(p("a"))),
        _ => return None,
    })
}

fn array(value: &Value) -> Array<f64> {
    match value.as_array() {
        Some(_) => Array::vector(list(value).into_iter().map(Option::unwrap).collect()),
        None => Array::scalar(number(value).unwrap()),
    }
}

#[test]
fn closed_forms_and_their_gradients_are_those_of_the_table() {
    let mut failures = Vec::new();
    let mut compared = 0;
    for case in cases("kl.json") {
        let pair: Vec<&str> = case["pair"].as_str().unwrap().split("||").collect();
        let side = |k: usize, prefix: &str| {
            let of = &case[prefix];
            build(pair[k], &|name| Expr::input(&format!("{prefix}.{name}"), array(&of[name]).shape()))
        };
        let (Some(q), Some(p)) = (side(0, "q"), side(1, "p")) else { continue };
        compared += 1;
        let found = kl(&*q, &*p).unwrap();
        assert!(found.is_exact(), "{}", case["pair"]);
        let given: Vec<(String, Array<f64>)> = ["q", "p"]
            .iter()
            .flat_map(|side| {
                let of = case[*side].as_object().unwrap();
                of.iter().map(move |(k, v)| (format!("{side}.{k}"), array(v)))
            })
            .collect();
        let names: Vec<&String> = case["grad"].as_object().map_or(vec![], |g| g.keys().collect());
        let wrt: Vec<Expr> = names
            .iter()
            .map(|n| Expr::input(n, given.iter().find(|(k, _)| k == *n).unwrap().1.shape()))
            .collect();
        let mut wanted = vec![found.expr().clone()];
        wanted.extend(grad(&found.expr().sum(), &wrt).unwrap());
        let given: Vec<(&str, &Array<f64>)> = given.iter().map(|(k, v)| (k.as_str(), v)).collect();
        let values = run(&wanted, &given);
        let want = number(&case["kl"]).unwrap();
        // The table's own tolerance is wider for one.
        let rtol = if pair[0] == "VonMises" { 1e-11 } else { 1e-12 };
        if !close(values[0].data()[0], want, rtol, 2e-15) {
            failures.push(format!(
                "{} {} {}: {} not {want}",
                case["pair"],
                case["q"],
                case["p"],
                values[0].data()[0]
            ));
        }
        for (name, slopes) in names.iter().zip(&values[1..]) {
            for (slope, want) in slopes.data().iter().zip(list(&case["grad"][name.as_str()])) {
                if want.is_some_and(|want| !close(*slope, want, 1e-11, 1e-14)) {
                    failures.push(format!(
                        "{} d/d{name} of {} {}: {slope} not {want:?}",
                        case["pair"], case["q"], case["p"]
                    ));
                }
            }
        }
    }
    assert!(compared > 30, "{compared}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn matrix(value: &Value) -> Array<f64> {
    let rows: Vec<Vec<f64>> =
        value.as_array().unwrap().iter().map(|r| list(r).into_iter().map(Option::unwrap).collect()).collect();
    Array::new([rows.len(), rows[0].len()], rows.concat()).unwrap()
}

#[test]
fn divergences_of_gaussian_vectors_are_those_of_the_table() {
    let mut compared = 0;
    for case in cases("kl.json") {
        let of = |v: &Value| {
            let mu = array(&v["mu"]);
            if v["cov"].is_array() {
                return MvNormal::new(mu, matrix(&v["cov"]));
            }
            let sigma = array(&v["sigma"]);
            let n = sigma.len();
            let mut factor = Array::zeros([n, n]);
            (0..n).for_each(|i| factor.data_mut()[i * (n + 1)] = sigma.data()[i]);
            MvNormal::cholesky(mu, factor)
        };
        let pair = case["pair"].as_str().unwrap();
        if !pair.contains("MvNormal") {
            continue;
        }
        compared += 1;
        let q = of(&case["q"]);
        let p = if case["p"].is_null() || case["p"]["mu"].is_null() {
            let n = array(&case["q"]["mu"]).len();
            let mut eye = Array::zeros([n, n]);
            (0..n).for_each(|i| eye.data_mut()[i * (n + 1)] = 1.0);
            MvNormal::new(Array::zeros([n]), eye)
        } else {
            of(&case["p"])
        };
        let found = run(&[kl(&q, &p).unwrap().expr().clone()], &[])[0].data()[0];
        assert!(close(found, number(&case["kl"]).unwrap(), 1e-11, 0.0), "{pair}: {found} not {}", case["kl"]);
    }
    assert!(compared >= 4, "{compared}");
}
