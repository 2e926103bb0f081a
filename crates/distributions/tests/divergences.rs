//! Kullback-Leibler divergences: closed forms against the table, quadrature against closed forms, estimates within their error.
#![allow(clippy::unwrap_used, clippy::panic)]

mod golden;

use elbo_distributions::{
    AR, AsymmetricLaplace, Bernoulli, Beta, Bijector, Binomial, CAR, Categorical, Cauchy, ChiSquared,
    Dirichlet, DiscreteUniform, Distribution, Divergence, Entropy, Error, Exponential, GARCH11, Gamma,
    GaussianRandomWalk, Geometric, Gumbel, HalfCauchy, HalfNormal, HurdleGamma, HurdleLogNormal, ICAR,
    Independent, InverseGamma, InverseWishart, Kumaraswamy, LKJCholesky, LKJCholeskyCov, LKJCorr, Laplace,
    LogNormal, Logistic, LogitNormal, MatrixNormal, Moyal, Multinomial, MvNormal, NegativeBinomial, Noise,
    Normal, Numeric, Parameter, Pareto, Poisson, Requirement, StickBreakingWeights, StudentT, Support,
    Transformed, Uniform, VonMises, Wald, Weibull, Wishart, ZeroSumNormal, entropy, kl,
};
use elbo_tensor_ad::{Array, Expr, Plan, check, grad};
use golden::{cases, close, list, number};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::Value;

fn run(exprs: &[Expr], given: &[(&str, &Array<f64>)]) -> Vec<Array<f64>> {
    let plan = Plan::compile(exprs).unwrap();
    let used: Vec<_> = given.iter().filter(|(name, _)| plan.input(name).is_some()).copied().collect();
    plan.call(&used).unwrap()
}

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

/// A distribution that nothing is known of but what the trait says: no closed form is found for it.
#[derive(Debug)]
struct Unknown {
    inner: Box<dyn Distribution>,
    /// Whether it tells where it lies.
    placed: bool,
    path: bool,
}

impl Distribution for Unknown {
    fn name(&self) -> &'static str {
        "Unknown"
    }
    fn parameters(&self) -> Vec<Parameter> {
        self.inner.parameters()
    }
    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        self.inner.with_parameters(parameters)
    }
    fn support(&self) -> Support {
        self.inner.support()
    }
    fn log_density(&self, x: &Expr) -> Expr {
        self.inner.log_density(x)
    }
    fn quantile(&self, p: &Expr) -> Option<Expr> {
        self.inner.quantile(p).filter(|_| self.placed)
    }
    fn mode(&self) -> Option<Expr> {
        self.inner.mode().filter(|_| self.placed)
    }
    fn noise(&self) -> Option<Noise> {
        self.inner.noise().filter(|_| self.path)
    }
    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.inner.pathwise(noise).filter(|_| self.path)
    }
    fn sample(
        &self,
        p: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn rand::Rng,
    ) -> Result<Array<f64>, Error> {
        self.inner.sample(p, shape, rng)
    }
    fn initial_value(&self) -> Expr {
        self.inner.initial_value()
    }
}

/// Pairs of one family and of two, each with what they are at.
fn pairs() -> Vec<(Box<dyn Distribution>, Box<dyn Distribution>)> {
    fn both(q: impl Distribution, p: impl Distribution) -> (Box<dyn Distribution>, Box<dyn Distribution>) {
        (Box::new(q), Box::new(p))
    }
    vec![
        both(Normal::new(0.3, 0.7), Normal::new(-1.0, 2.0)),
        both(Normal::new(300.0, 1e-3), Normal::new(299.0, 2.0)),
        both(LogNormal::new(0.3, 0.7), LogNormal::new(-1.0, 2.0)),
        both(LogitNormal::new(0.3, 0.7), LogitNormal::new(-1.0, 2.0)),
        both(Gamma::new(3.0, 2.0), Gamma::new(1.5, 0.7)),
        both(ChiSquared::new(3.0), ChiSquared::new(7.0)),
        both(Beta::new(2.0, 3.0), Beta::mean_nu(0.4, 9.0)),
        both(Weibull::new(1.5, 2.0), Weibull::new(2.5, 1.0)),
        both(Gumbel::new(1.0, 2.0), Gumbel::new(0.0, 3.0)),
        both(Gamma::new(3.0, 2.0), Normal::new(1.0, 2.0)),
        both(Exponential::new(2.0), Gamma::new(1.5, 0.7)),
        both(ChiSquared::new(3.0), Exponential::new(0.7)),
        both(LogNormal::new(0.3, 0.7), Gamma::new(1.5, 0.7)),
        both(Gamma::new(3.0, 2.0), LogNormal::new(0.3, 0.7)),
        both(InverseGamma::new(5.0, 2.0), Gamma::new(1.5, 0.7)),
        both(Gamma::new(3.0, 2.0), InverseGamma::new(5.0, 2.0)),
        both(Weibull::new(1.5, 2.0), Gamma::new(1.5, 0.7)),
        both(Gamma::new(3.0, 2.0), Weibull::new(1.5, 2.0)),
        both(HalfNormal::new(1.3), Gamma::new(1.5, 0.7)),
        both(HalfNormal::new(1.3), Weibull::new(1.5, 2.0)),
        both(LogNormal::new(0.1, 0.3), Weibull::new(1.5, 2.0)),
        both(Exponential::new(2.0), HalfNormal::new(1.3)),
        both(Beta::new(2.0, 3.0), Normal::new(0.5, 0.2)),
        both(Beta::new(2.0, 3.0), Gamma::new(2.0, 3.0)),
        both(Beta::new(2.0, 3.0), Weibull::new(2.0, 3.0)),
        both(Laplace::new(0.4, 1.0), Normal::new(1.0, 2.0)),
        both(Laplace::new(0.4, 1.0), Laplace::new(-1.0, 0.3)),
        both(Gumbel::new(1.0, 2.0), Normal::new(0.0, 3.0)),
        both(Uniform::new(0.5, 2.0), Normal::new(0.0, 3.0)),
        both(Pareto::new(5.0, 1.5), LogNormal::new(0.3, 0.7)),
        both(Pareto::new(5.0, 1.5), Gamma::new(1.5, 0.7)),
        both(Pareto::new(5.0, 1.5), Pareto::new(2.0, 1.0)),
        both(Gamma::new(3.0, 2.0), Wald::new(1.5, 2.0)),
        both(Moyal::new(0.4, 1.3), Moyal::new(-0.2, 0.8)),
        both(Moyal::new(0.4, 0.5), Moyal::new(0.9, 2.0)),
        both(Wald::new(1.5, 3.0), Wald::new(0.8, 1.1)),
        both(HalfCauchy::new(2.0), HalfCauchy::new(0.7)),
        both(Logistic::new(0.3, 1.2), Logistic::new(0.5, 1.2)),
        both(Logistic::new(0.3, 1.2), Logistic::new(9.0, 1.2)),
        both(Logistic::new(0.3, 1.2), Normal::new(0.5, 2.0)),
        both(Kumaraswamy::new(2.0, 3.0), Kumaraswamy::new(2.0, 1.3)),
        both(Kumaraswamy::new(2.0, 3.0), Gamma::new(1.3, 2.0)),
        both(Kumaraswamy::new(2.0, 3.0), LogNormal::new(0.3, 1.2)),
        both(Kumaraswamy::new(2.0, 3.0), Uniform::new(-0.5, 1.0)),
        both(Beta::new(2.0, 3.0), Uniform::new(0.0, 1.0)),
        both(Beta::new(2.0, 3.0), LogitNormal::new(0.3, 1.2)),
        both(AsymmetricLaplace::new(1.7, 0.4, 0.8), AsymmetricLaplace::new(0.6, -0.3, 1.5)),
        both(AsymmetricLaplace::new(0.5, -0.8, 1.8), AsymmetricLaplace::new(1.6, 0.7, 0.5)),
        both(AsymmetricLaplace::new(1.7, 0.4, 0.8), Laplace::new(0.0, 1.5)),
        both(Laplace::new(0.4, 1.2), AsymmetricLaplace::new(1.7, 0.1, 0.8)),
        both(AsymmetricLaplace::new(1.7, 0.4, 0.8), Normal::new(0.0, 1.5)),
        both(Normal::new(0.4, 1.2), Laplace::new(-0.5, 1.5)),
        both(Exponential::new(0.7), Laplace::new(0.5, 1.5)),
        both(Exponential::new(0.7), Laplace::new(-0.5, 1.5)),
        both(Logistic::new(0.4, 0.6), AsymmetricLaplace::new(1.7, -0.5, 0.8)),
        both(Normal::new(0.4, 1.2), Gumbel::new(-0.5, 1.5)),
        both(Gamma::new(3.0, 2.0), Gumbel::new(0.5, 0.7)),
        both(Laplace::new(0.4, 0.5), Gumbel::new(-0.5, 1.5)),
        both(Logistic::new(0.4, 0.5), Gumbel::new(-0.5, 1.5)),
        both(Normal::new(0.4, 1.2), Moyal::new(-0.5, 1.5)),
        both(
            Transformed::new(Gamma::new(3.0, 2.0), Bijector::Exp),
            Transformed::new(Normal::new(1.0, 2.0), Bijector::Exp),
        ),
    ]
}

#[test]
fn quadrature_agrees_with_the_closed_forms() {
    for (q, p) in pairs() {
        let exact = kl(&*q, &*p).unwrap();
        assert!(exact.is_exact(), "{} and {}", q.name(), p.name());
        let name = (q.name(), p.name());
        let unknown = Unknown { inner: q, placed: true, path: true };
        let integral = kl(&unknown, &*p).unwrap();
        assert!(matches!(integral, Divergence::Quadrature(_)), "{name:?}");
        let found = run(&[exact.expr().clone(), integral.expr().clone()], &[]);
        let (exact, integral) = (found[0].data()[0], found[1].data()[0]);
        assert!(close(integral, exact, 1e-8, 1e-9), "{name:?}: {integral} by quadrature, {exact}");
    }
}

#[test]
fn the_quadratures_gradient_is_that_of_differences() {
    let sigma = Expr::input("sigma", ());
    let nu = Expr::input("nu", ());
    let found = kl(&Normal::new(0.5, &sigma), &StudentT::new(&nu, 0.0, 1.0)).unwrap();
    assert!(matches!(found, Divergence::Quadrature(_)));
    let (sigma, nu) = (Array::scalar(1.3), Array::scalar(4.0));
    check::gradient(found.expr(), &["sigma", "nu"], &[("sigma", &sigma), ("nu", &nu)]).unwrap();
}

#[test]
fn leaving_the_support_is_infinitely_far() {
    let infinite = |q: &dyn Distribution, p: &dyn Distribution| {
        let found = run(&[kl(q, p).unwrap().expr().clone()], &[])[0].data()[0];
        assert_eq!(found, f64::INFINITY, "{} and {}", q.name(), p.name());
    };
    infinite(&Normal::standard(), &Gamma::new(2.0, 1.0));
    infinite(&Gamma::new(2.0, 1.0), &Beta::new(2.0, 1.0));
    infinite(&Uniform::new(0.0, 2.0), &Uniform::new(0.0, 1.0));
    infinite(&Bernoulli::probabilities(0.5), &Bernoulli::probabilities(1.0));
    infinite(&StudentT::new(3.0, 0.0, 1.0), &Exponential::new(1.0));
    let zero = kl(&Bernoulli::probabilities(1.0), &Bernoulli::probabilities(1.0)).unwrap();
    assert_eq!(run(&[zero.expr().clone()], &[])[0].data(), [0.0]);
}

#[test]
fn finitely_many_values_are_summed() {
    let q = Unknown { inner: Box::new(Binomial::probability(10.0, 0.3)), placed: false, path: false };
    let found = kl(&q, &Binomial::probability(10.0, 0.6)).unwrap();
    assert!(found.is_exact());
    let want = kl(&Binomial::probability(10.0, 0.3), &Binomial::probability(10.0, 0.6)).unwrap();
    let found = run(&[found.expr().clone(), want.expr().clone()], &[]);
    assert!(close(found[0].data()[0], found[1].data()[0], 1e-12, 0.0), "{found:?}");
}

#[test]
fn poisson_rates_are_rates_however_they_are_given() {
    let (q, p) = (3.0f64, 0.7f64);
    let want = q * (q / p).ln() - q + p;
    for a in [Poisson::new(q), Poisson::log_rate(q.ln())] {
        for b in [Poisson::new(p), Poisson::log_rate(p.ln())] {
            let found = run(&[kl(&a, &b).unwrap().expr().clone()], &[])[0].data()[0];
            assert!(close(found, want, 1e-15, 0.0), "{a:?} {b:?}: {found}, not {want}");
        }
    }
}

/// Pairs over vectors and matrices, and over numbers with a probability at 0: no quadrature is there to compare with.
fn events() -> Vec<(Box<dyn Distribution>, Box<dyn Distribution>)> {
    fn both(q: impl Distribution, p: impl Distribution) -> (Box<dyn Distribution>, Box<dyn Distribution>) {
        (Box::new(q), Box::new(p))
    }
    let vector = |v: &[f64]| Array::vector(v.to_vec());
    let square = |n: usize, v: &[f64]| Array::new([n, n], v.to_vec()).unwrap();
    let path = || square(3, &[0.0, 1.0, 0.0, 1.0, 0.0, 2.0, 0.0, 2.0, 0.0]);
    let cov = || square(3, &[2.0, 0.3, 0.1, 0.3, 1.0, 0.2, 0.1, 0.2, 1.5]);
    let each = || Independent::new(Normal::new(vector(&[0.3, -1.0, 0.5]), vector(&[0.7, 1.2, 0.9])), 1);
    let full = || MvNormal::new(vector(&[0.1, 0.2, -0.3]), cov());
    let low_rank = || {
        MvNormal::low_rank(
            vector(&[0.5, 0.0, 0.2]),
            Array::new([3, 1], vec![0.8, -0.4, 0.3]).unwrap(),
            vector(&[0.5, 0.8, 1.1]),
        )
    };
    let walk = || GaussianRandomWalk::new(0.2, 0.8, 2).start(0.1, 1.5);
    let auto = || AR::new(vector(&[0.6]), 0.9, 2).constant(0.3).start(0.2, 1.1);
    let second = AR::new(vector(&[0.4, -0.3]), 1.2, 1).constant(-0.1).start(-0.2, 1.6);
    let stick = |mu: f64, sigma: f64| {
        Transformed::new(Independent::new(Normal::new(vector(&[mu, -mu]), sigma), 1), Bijector::StickBreaking)
    };
    let rates = |a: f64, b: f64| Independent::new(Gamma::new(vector(&[a, b]), 2.0), 1);
    let simple = |mu: f64| Transformed::new(Normal::new(vector(&[mu, 0.2]), 0.8), Bijector::Simplex);
    vec![
        both(each(), full()),
        both(full(), each()),
        both(low_rank(), MvNormal::precision(vector(&[0.1, 0.2, -0.3]), cov())),
        both(walk(), GaussianRandomWalk::new(-0.1, 1.3, 2).start(0.4, 2.0)),
        both(walk(), full()),
        both(auto(), second),
        both(auto(), walk()),
        both(CAR::new(0.3, path(), 0.5, 1.4), CAR::new(vector(&[0.1, 0.2, -0.4]), path(), -0.3, 0.8)),
        both(each(), CAR::new(0.3, path(), 0.5, 1.4)),
        both(ICAR::new(path(), 0.7), ICAR::new(path(), 1.3)),
        both(ZeroSumNormal::over(0.7, [2, 3]), ZeroSumNormal::over(1.1, [2, 3])),
        both(StickBreakingWeights::new(2.0, 3), StickBreakingWeights::new(0.8, 3)),
        both(LKJCholesky::new(3, 2.5), LKJCholesky::new(3, 0.9)),
        both(LKJCorr::new(3, 0.9), LKJCorr::new(3, 2.5)),
        both(
            LKJCholeskyCov::new(3, 2.5, Gamma::new(3.0, 2.0)),
            LKJCholeskyCov::new(3, 0.9, Exponential::new(0.7)),
        ),
        both(LKJCholeskyCov::new(2, 2.5, rates(2.0, 3.5)), LKJCholeskyCov::new(2, 0.9, rates(1.2, 4.0))),
        both(
            Multinomial::new(5.0, vector(&[0.2, 0.5, 0.3])),
            Multinomial::new(5.0, vector(&[0.4, 0.35, 0.25])),
        ),
        both(rates(2.0, 3.5), rates(1.2, 4.0)),
        both(stick(0.3, 0.8), stick(-0.4, 1.3)),
        both(simple(0.3), simple(-0.7)),
        both(HurdleGamma::new(0.7, 2.0, 1.5), HurdleGamma::new(0.4, 3.0, 2.5)),
        both(HurdleLogNormal::new(0.7, 0.2, 0.9), HurdleLogNormal::new(0.4, -0.3, 1.4)),
    ]
}

#[test]
fn divergences_of_vectors_are_the_means_over_draws_and_have_their_gradients() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(41);
    for (q, p) in events() {
        let name = format!("{} and {}", q.name(), p.name());
        let found = kl(&*q, &*p).unwrap();
        assert!(found.is_exact(), "{name}");
        let found = run(&[found.expr().clone()], &[]).remove(0);
        assert_eq!(found.rank(), 0, "{name}");
        let own = q.parameters();
        let numbers = run(&own.iter().map(|p| p.value.clone()).collect::<Vec<_>>(), &[]);
        let inputs: Vec<Expr> =
            numbers.iter().enumerate().map(|(i, a)| Expr::input(&format!("p{i}"), a.shape())).collect();
        let moved = q.with_parameters(&inputs).unwrap();
        // What is fixed must be the same as in the other.
        let fixed =
            |p: &Parameter| matches!(p.requires, Requirement::Count | Requirement::ConnectedAdjacency);
        if !own.iter().any(fixed) {
            let names: Vec<String> = (0..own.len()).map(|i| format!("p{i}")).collect();
            let divergence = kl(&*moved, &*p).unwrap();
            let given: Vec<(&str, &Array<f64>)> = names.iter().map(String::as_str).zip(&numbers).collect();
            let wrt: Vec<&str> = given
                .iter()
                .zip(&own)
                .filter(|(_, p)| p.requires != Requirement::Adjacency)
                .map(|((n, _), _)| *n)
                .collect();
            check::gradient(&divergence.expr().sum(), &wrt, &given).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        let (q, p) = (Numeric::new(Any(q)).unwrap(), Numeric::new(Any(p)).unwrap());
        let drawn = q.kl_by_draws(&p, 100_000, &mut rng).unwrap();
        let (mean, error) = (drawn.value.data()[0], drawn.error.data()[0]);
        // A false alarm in 2e7.
        let found = found.data()[0];
        assert!(
            (mean - found).abs() < 5.5 * error && error < 0.01 * (1.0 + found),
            "{name}: {mean} ± {error}, not {found}"
        );
    }
}

/// A boxed distribution as one by value.
#[derive(Debug)]
struct Any(Box<dyn Distribution>);

impl Distribution for Any {
    fn name(&self) -> &'static str {
        self.0.name()
    }
    fn parameters(&self) -> Vec<Parameter> {
        self.0.parameters()
    }
    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        self.0.with_parameters(parameters)
    }
    fn support(&self) -> Support {
        self.0.support()
    }
    fn event_rank(&self) -> usize {
        self.0.event_rank()
    }
    fn log_density(&self, x: &Expr) -> Expr {
        self.0.log_density(x)
    }
    fn sample(
        &self,
        p: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn rand::Rng,
    ) -> Result<Array<f64>, Error> {
        self.0.sample(p, shape, rng)
    }
    fn initial_value(&self) -> Expr {
        self.0.initial_value()
    }
}

#[test]
fn parts_that_are_integrated_make_a_divergence_that_says_so_and_each_member_of_a_batch_has_its_own() {
    let mu = Array::new([2, 3], vec![0.0, 0.5, 1.0, -1.0, 2.0, 0.3]).unwrap();
    let q = Independent::new(Normal::new(mu.clone(), 1.2), 1);
    let found = kl(&q, &Independent::new(StudentT::new(3.0, 0.0, 1.0), 1)).unwrap();
    assert!(matches!(found, Divergence::Quadrature(_)));
    let found = run(&[found.expr().clone()], &[]).remove(0);
    assert_eq!(found.shape(), [2]);
    let one = |mu: f64| {
        let d = kl(&Normal::new(mu, 1.2), &StudentT::new(3.0, 0.0, 1.0)).unwrap();
        run(&[d.expr().clone()], &[])[0].data()[0]
    };
    for (row, found) in mu.data().chunks(3).zip(found.data()) {
        assert!(close(*found, row.iter().map(|mu| one(*mu)).sum(), 1e-12, 0.0));
    }
    // One number for all elements is of each of them.
    let sum = kl(&q, &Independent::new(Normal::standard(), 1)).unwrap();
    let found = run(&[sum.expr().clone()], &[]).remove(0);
    let one = |mu: f64| 0.5 * (1.44 + mu * mu - 1.0) - 1.2f64.ln();
    assert!(close(found.data()[1], one(-1.0) + one(2.0) + one(0.3), 1e-13, 0.0));
    // Other maps are other coordinates.
    let images = [Bijector::Exp, Bijector::Softplus].map(|b| Transformed::new(Normal::standard(), b));
    assert!(!kl(&images[0], &images[1]).unwrap().is_exact());
    // Counts that are computed.
    let n = Expr::input("n", ());
    let whole = kl(&DiscreteUniform::new(0.0, &n), &DiscreteUniform::new(-1.0, 8.0)).unwrap();
    for (n, want) in [(4.0, 2f64.ln()), (9.0, f64::INFINITY)] {
        let found = run(&[whole.expr().clone()], &[("n", &Array::scalar(n))])[0].data()[0];
        assert!(close(found, want, 1e-15, 0.0), "{found}");
    }
}

/// Estimates of entropies and their slopes, along the path and by the score, and whether their standard errors are.
#[test]
fn estimated_entropies_are_unbiased_and_their_errors_are_those_of_their_spread() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let (s, at) = (Expr::input("sigma", ()), Array::scalar(1.4));
    for path in [true, false] {
        let q = Unknown { inner: Box::new(Gamma::new(&s, 2.0)), placed: false, path };
        let exact = Gamma::new(&s, 2.0).entropy().unwrap();
        let slope = grad(&exact, std::slice::from_ref(&s)).unwrap().remove(0);
        let want = run(&[exact, slope], &[("sigma", &at)]);
        let Entropy::MonteCarlo(estimate) = entropy(&q).unwrap() else { panic!("not an estimate") };
        let slope = grad(&estimate.value, std::slice::from_ref(&s)).unwrap().remove(0);
        let plan = Plan::compile(&[estimate.value, slope, estimate.error]).unwrap();
        let n = estimate.input.shape().dims()[0].fixed().unwrap();
        let runs: Vec<[f64; 3]> = (0..2000)
            .map(|_| {
                let noise = q.sample(&[at.clone(), Array::scalar(2.0)], &[n], &mut rng).unwrap();
                let found = plan.call(&[("entropy_noise", &noise), ("sigma", &at)]).unwrap();
                [0, 1, 2].map(|k| found[k].data()[0])
            })
            .collect();
        for (k, want) in want.iter().enumerate() {
            let n = runs.len() as f64;
            let mean = runs.iter().map(|f| f[k]).sum::<f64>() / n;
            let variance = runs.iter().map(|f| (f[k] - mean).powi(2)).sum::<f64>() / n;
            let (error, want) = ((variance / n).sqrt(), want.data()[0]);
            assert!((mean - want).abs() < 5.5 * error, "{path} {k}: {mean} ± {error}, not {want}");
            if k == 0 {
                let stated = runs.iter().map(|f| f[2] * f[2]).sum::<f64>() / n;
                assert!((stated / variance - 1.0).abs() < 0.25, "{path}: {stated}, not {variance}");
            }
        }
    }
}

#[test]
fn a_garch_without_news_has_the_entropy_of_its_known_variances() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(6);
    assert!(matches!(entropy(&GARCH11::new(0.3, 0.2, 0.5, 0.7, 3)).unwrap(), Entropy::MonteCarlo(_)));
    assert!(matches!(entropy(&Normal::standard()).unwrap(), Entropy::Formula(_)));
    assert!(entropy(&Normal::new(0.0, 0.0)).is_err());
    let d = Numeric::new(GARCH11::new(Array::vector(vec![0.3, 1.1]), 0.0, 0.5, 0.7, 3)).unwrap();
    let found = d.entropy_by_draws(100_000, &mut rng).unwrap();
    assert_eq!((found.value.shape(), found.error.shape()), (&[2][..], &[2][..]));
    for (i, omega) in [0.3f64, 1.1].into_iter().enumerate() {
        let (mut v, mut want) = (0.49f64, 0.0);
        for _ in 0..4 {
            want += 0.5 * (1.0 + (2.0 * std::f64::consts::PI * v).ln());
            v = omega + 0.5 * v;
        }
        let (mean, error) = (found.value.data()[i], found.error.data()[i]);
        assert!((mean - want).abs() < 5.5 * error && error < 0.01, "{mean} ± {error}, not {want}");
    }
    // With news the error shrinks as the root of the draws.
    let d = Numeric::new(GARCH11::new(0.3, 0.4, 0.5, 0.7, 20)).unwrap();
    let [few, many] = [1000, 100_000].map(|n| d.entropy_by_draws(n, &mut rng).unwrap());
    let ratio = few.error.data()[0] / many.error.data()[0];
    assert!((ratio / 10.0 - 1.0).abs() < 0.2, "{ratio}");
    assert!((few.value.data()[0] - many.value.data()[0]).abs() < 5.5 * few.error.data()[0]);
    let flat = Numeric::new(elbo_distributions::Flat::new()).unwrap();
    assert!(flat.entropy_by_draws(10, &mut rng).is_err());
}

/// Estimates of a divergence and its slope in `sigma`, along the path and by the score, against the closed form.
#[test]
fn estimates_are_unbiased_in_value_and_gradient() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    let (s, at) = (Expr::input("sigma", ()), Array::scalar(1.4));
    let p = Normal::new(1.0, 2.0);
    let exact = kl(&Normal::new(0.5, &s), &p).unwrap().expr().clone();
    let slope = grad(&exact, std::slice::from_ref(&s)).unwrap().remove(0);
    let want = run(&[exact, slope], &[("sigma", &at)]);
    for path in [true, false] {
        let q = Unknown { inner: Box::new(Normal::new(0.5, &s)), placed: false, path };
        let Divergence::MonteCarlo(estimate) = kl(&q, &p).unwrap() else { panic!("not an estimate") };
        let slope = grad(&estimate.value, std::slice::from_ref(&s)).unwrap().remove(0);
        let plan = Plan::compile(&[estimate.value, slope]).unwrap();
        let n = estimate.input.shape().dims()[0].fixed().unwrap();
        let found: Vec<[f64; 2]> = (0..2000)
            .map(|_| {
                let noise = match estimate.noise {
                    Noise::Normal => Array::vector((0..n).map(|_| rng.sample(StandardNormal)).collect()),
                    _ => q.sample(&[Array::scalar(0.5), at.clone()], &[n], &mut rng).unwrap(),
                };
                let found = plan.call(&[("kl_noise", &noise), ("sigma", &at)]).unwrap();
                [found[0].data()[0], found[1].data()[0]]
            })
            .collect();
        for k in 0..2 {
            let n = found.len() as f64;
            let mean = found.iter().map(|f| f[k]).sum::<f64>() / n;
            let error = (found.iter().map(|f| (f[k] - mean).powi(2)).sum::<f64>() / n / n).sqrt();
            // Five and a half standard errors: a false alarm in 2e7.
            let want = want[k].data()[0];
            assert!((mean - want).abs() < 5.5 * error, "{path} {k}: {mean} ± {error}, not {want}");
            assert!(error < 0.02, "{error}");
        }
    }
}

#[test]
fn a_wishart_of_one_dimension_is_a_gamma() {
    let one = |v: f64| Array::new([1, 1], vec![v]).unwrap();
    let wishart = kl(&Wishart::new(3.0, one(2.0)), &Wishart::new(5.0, one(0.7))).unwrap();
    let gamma = kl(&Gamma::new(1.5, 0.25), &Gamma::new(2.5, 0.5 / 0.7)).unwrap();
    let found = run(&[wishart.expr().clone(), gamma.expr().clone()], &[]);
    assert!(close(found[0].data()[0], found[1].data()[0], 1e-13, 0.0), "{found:?}");
}

#[test]
fn negative_binomials_of_one_shape_have_the_sum_over_all_counts() {
    let log = |mu: f64, alpha: f64, x: &Expr| NegativeBinomial::new(mu, alpha).log_density(x);
    let x = Expr::iota(20_000usize);
    for (mq, mp, alpha) in [(3.0, 5.0, 2.0), (40.0, 11.0, 0.7), (0.02, 9.0, 30.0), (6.0, 6.0, 4.0)] {
        let found = kl(&NegativeBinomial::new(mq, alpha), &NegativeBinomial::new(mp, alpha)).unwrap();
        assert!(found.is_exact());
        let (q, p) = (log(mq, alpha, &x), log(mp, alpha, &x));
        let found = run(&[found.expr().clone(), (q.exp() * (&q - p)).sum()], &[]);
        assert!(close(found[0].data()[0], found[1].data()[0], 1e-11, 1e-13), "{mq} {mp} {alpha}: {found:?}");
    }
    // By trials and probability too, and where the shape is one input; not where shapes differ.
    let n = Expr::input("n", ());
    let both = kl(&NegativeBinomial::trials(&n, 0.4), &NegativeBinomial::trials(&n, 0.7)).unwrap();
    let mean = |p: f64| 3.5 * (1.0 - p) / p;
    let same = kl(&NegativeBinomial::new(mean(0.4), 3.5), &NegativeBinomial::new(mean(0.7), 3.5)).unwrap();
    let at = Array::scalar(3.5);
    let found = run(&[both.expr().clone(), same.expr().clone()], &[("n", &at)]);
    assert!(close(found[0].data()[0], found[1].data()[0], 1e-13, 0.0), "{found:?}");
    check::gradient(both.expr(), &["n"], &[("n", &at)]).unwrap();
    let other = kl(&NegativeBinomial::trials(&n, 0.4), &NegativeBinomial::trials(3.5, 0.7)).unwrap();
    assert!(!other.is_exact());
}

fn covariance(a: f64, b: f64, c: f64) -> Array<f64> {
    Array::new([2, 2], vec![a, b, b, c]).unwrap()
}

#[test]
fn an_inverse_wishart_of_one_dimension_is_an_inverse_gamma() {
    let one = |v: f64| Array::new([1, 1], vec![v]).unwrap();
    let wishart = kl(&InverseWishart::new(3.0, one(2.0)), &InverseWishart::new(5.0, one(0.7))).unwrap();
    let gamma = kl(&InverseGamma::new(1.5, 1.0), &InverseGamma::new(2.5, 0.35)).unwrap();
    let found = run(&[wishart.expr().clone(), gamma.expr().clone()], &[]);
    assert!(close(found[0].data()[0], found[1].data()[0], 1e-13, 0.0), "{found:?}");
}

#[test]
fn divergences_of_inverse_wisharts_are_the_mean_over_draws() {
    let (nu, psi) = (Array::scalar(6.5), covariance(1.5, 0.4, 0.9));
    let q = InverseWishart::new(6.5, psi.clone());
    let p = InverseWishart::new(4.2, covariance(0.8, -0.3, 1.1));
    let found = kl(&q, &p).unwrap();
    assert!(found.is_exact());
    let found = run(&[found.expr().clone()], &[])[0].data()[0];
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(17);
    let x = Expr::from(q.sample(&[nu.clone(), psi.clone()], &[100_000, 2, 2], &mut rng).unwrap());
    let ratio = run(&[q.log_density_unchecked(&x) - p.log_density_unchecked(&x)], &[]).remove(0);
    let n = ratio.len() as f64;
    let mean = ratio.data().iter().sum::<f64>() / n;
    let error = (ratio.data().iter().map(|r| (r - mean).powi(2)).sum::<f64>() / n / n).sqrt();
    // A false alarm in 2e7.
    assert!((mean - found).abs() < 5.5 * error && error < 0.01, "{mean} ± {error}, not {found}");
    let (nu_in, psi_in) = (Expr::input("nu", ()), Expr::input("psi", [2, 2]));
    let moved = kl(&InverseWishart::new(nu_in, psi_in), &p).unwrap();
    check::gradient(moved.expr(), &["nu", "psi"], &[("nu", &nu), ("psi", &psi)]).unwrap();
}

#[test]
fn a_matrix_normal_is_as_far_as_the_gaussian_vector_of_its_rows() {
    let (u, v) = (covariance(1.5, 0.4, 0.9), covariance(2.0, -0.7, 0.6));
    let (s, t) = (covariance(0.8, -0.3, 1.1), covariance(0.5, 0.2, 1.7));
    let kronecker = |u: &Array<f64>, v: &Array<f64>| {
        let at = |k: usize| u.data()[k / 8 * 2 + k % 4 / 2] * v.data()[k / 4 % 2 * 2 + k % 2];
        Array::new([4, 4], (0..16).map(at).collect()).unwrap()
    };
    let (m, k) = (vec![0.3, -1.0, 2.0, 0.4], vec![1.0, 0.2, -0.3, 0.1]);
    let square = |m: &[f64]| Array::new([2, 2], m.to_vec()).unwrap();
    let p = MatrixNormal::new(square(&k), s.clone(), t.clone());
    let matrix = kl(&MatrixNormal::new(square(&m), u.clone(), v.clone()), &p).unwrap();
    let vector = kl(
        &MvNormal::new(Array::vector(m.clone()), kronecker(&u, &v)),
        &MvNormal::new(Array::vector(k), kronecker(&s, &t)),
    )
    .unwrap();
    assert!(matrix.is_exact());
    let found = run(&[matrix.expr().clone(), vector.expr().clone()], &[]);
    assert!(close(found[0].data()[0], found[1].data()[0], 1e-12, 0.0), "{found:?}");
    let input = |name: &str| Expr::input(name, [2, 2]);
    let moved = kl(&MatrixNormal::new(input("m"), input("u"), input("v")), &p).unwrap();
    check::gradient(moved.expr(), &["m", "u", "v"], &[("m", &square(&m)), ("u", &u), ("v", &v)]).unwrap();
}

#[test]
fn numbers_and_vectors_are_not_compared() {
    let found = kl(&Normal::standard(), &Dirichlet::new(Array::vector(vec![1.0, 2.0])));
    assert!(matches!(found, Err(Error::Events { found: [0, 1], .. })), "{found:?}");
}

#[test]
fn batches_have_one_divergence_each() {
    let mu = Array::vector(vec![0.0, 1.0, 2.0]);
    let q = Normal::new(mu, 1.0);
    for p in
        [Box::new(Normal::new(0.0, 2.0)) as Box<dyn Distribution>, Box::new(StudentT::new(3.0, 0.0, 1.0))]
    {
        let found = run(&[kl(&q, &*p).unwrap().expr().clone()], &[]).remove(0);
        assert_eq!(found.shape(), [3]);
        let single = run(&[kl(&Normal::new(1.0, 1.0), &*p).unwrap().expr().clone()], &[]).remove(0);
        assert!(close(found.data()[1], single.data()[0], 1e-12, 0.0), "{found:?} {single:?}");
    }
}
