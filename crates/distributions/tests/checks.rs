//! Mistakes in parameters and data are found, and named.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_distributions::{
    Bernoulli, Beta, Bijector, Categorical, Dirichlet, Distribution, Error, Gamma, HalfNormal, Independent,
    MixtureSameFamily, Normal, Numeric, Poisson, Requirement, StudentT, Support, Transformed,
};
use elbo_tensor_ad::{Array, Expr, Graph};

#[test]
fn literals_out_of_range_are_named() {
    let bad: Vec<(Box<dyn Distribution>, &str, &str)> = vec![
        (Box::new(Normal::new(f64::NAN, 1.0)), "Normal", "mu"),
        (Box::new(Normal::new(0.0, 0.0)), "Normal", "sigma"),
        (Box::new(Normal::new(0.0, f64::INFINITY)), "Normal", "sigma"),
        (Box::new(HalfNormal::new(-1.0)), "HalfNormal", "sigma"),
        (Box::new(StudentT::new(0.0, 0.0, 1.0)), "StudentT", "nu"),
        (Box::new(StudentT::new(1.0, f64::INFINITY, 1.0)), "StudentT", "mu"),
        (Box::new(StudentT::new(1.0, 0.0, -2.0)), "StudentT", "sigma"),
        (Box::new(Gamma::new(-0.5, 1.0)), "Gamma", "alpha"),
        (Box::new(Gamma::new(0.5, f64::NAN)), "Gamma", "beta"),
        (Box::new(Bernoulli::probabilities(1.5)), "Bernoulli", "p"),
        (Box::new(Bernoulli::logits(f64::INFINITY)), "Bernoulli", "logit_p"),
        (Box::new(Categorical::probabilities(Array::vector(vec![0.5, 0.4]))), "Categorical", "p"),
        (Box::new(Categorical::probabilities(Array::vector(vec![1.5, -0.5]))), "Categorical", "p"),
        (Box::new(Categorical::logits(Array::vector(vec![f64::NEG_INFINITY; 2]))), "Categorical", "logit_p"),
    ];
    for (d, name, parameter) in bad {
        match d.check() {
            Err(Error::Parameter { distribution, parameter: found, .. }) => {
                assert_eq!((distribution, found), (name, parameter));
            }
            other => panic!("{d:?}: {other:?}"),
        }
    }
}

#[test]
fn the_first_bad_value_its_place_and_the_requirement_are_reported() {
    let sigma = Array::new([2, 2], vec![1.0, 2.0, -3.0, 0.0]).unwrap();
    let d = Normal::new(0.0, sigma);
    let error = d.check().unwrap_err();
    assert_eq!(
        error,
        Error::Parameter {
            distribution: "Normal",
            parameter: "sigma",
            value: -3.0,
            index: vec![1, 0],
            requires: Requirement::Positive,
        }
    );
    assert_eq!(error.to_string(), "Normal: sigma must be finite and > 0, found -3 at [1, 0]");
}

#[test]
fn a_beta_given_by_its_mean_and_standard_deviation_has_them_and_no_larger_ones() {
    for (mu, sigma) in [(0.3, 0.2), (0.999, 1e-4), (1e-3, 0.03), (0.5, 0.499)] {
        let d = Numeric::new(Beta::mean_sd(mu, sigma)).unwrap();
        let (mean, variance) = (d.mean().unwrap().data()[0], d.variance().unwrap().data()[0]);
        assert!((mean / mu - 1.0).abs() < 1e-12 && (variance.sqrt() / sigma - 1.0).abs() < 1e-10);
        // The shapes of the textbook.
        let nu = mu * (1.0 - mu) / (sigma * sigma) - 1.0;
        let same = Numeric::new(Beta::new(mu * nu, (1.0 - mu) * nu)).unwrap();
        let at = |d: &Numeric| d.log_density(vec![0.1, 0.5, 0.9]).unwrap();
        for (found, want) in at(&d).data().iter().zip(at(&same).data()) {
            assert!((found - want).abs() < 1e-9 * want.abs(), "{mu} {sigma}: {found} {want}");
        }
    }
    let message = |mu: f64, sigma: f64| Beta::mean_sd(mu, sigma).check().unwrap_err().to_string();
    assert_eq!(message(0.5, 0.5), "Beta: sigma must be above 0 and below √(mu (1 - mu)), found 0.5");
    assert_eq!(message(1.0, 0.1), "Beta: mu must be above 0 and below 1, found 1");
    let d = Beta::mean_sd(Expr::input("m", [2]), Expr::input("s", ()));
    let found = d.check_values(&[Array::vector(vec![0.5, 0.01]), Array::scalar(0.2)]).unwrap_err();
    assert!(
        matches!(&found, Error::Parameter { parameter: "sigma", index, .. } if *index == [1]),
        "{found:?}"
    );
}

#[test]
fn computed_parameters_are_checked_once_their_numbers_are_known() {
    let d = Gamma::new(Expr::input("a", ["n"]), Expr::input("b", ["n"]));
    assert!(d.check().is_ok());
    let good = Array::vector(vec![1.0, 2.0]);
    assert!(d.check_values(&[good.clone(), good.clone()]).is_ok());
    let bad = Array::vector(vec![1.0, f64::NAN]);
    match d.check_values(&[good, bad]) {
        Err(Error::Parameter { parameter: "beta", value, index, .. }) => {
            assert!(value.is_nan());
            assert_eq!(index, [1]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn shapes_that_do_not_fit_are_named() {
    let d = Normal::new(Expr::input("m", [3]), Expr::input("s", [2]));
    assert_eq!(
        d.check().unwrap_err().to_string(),
        "Normal: the parameters do not broadcast to one shape: mu [3], sigma [2]"
    );
    let carried = Expr::input("a", [3]) + Expr::input("b", [2]);
    assert!(matches!(HalfNormal::new(carried).check(), Err(Error::Expression(_))));
    assert!(matches!(Categorical::probabilities(1.0).check(), Err(Error::ParameterRank { expected: 1, .. })));
    // The density carries the mistake too, and does not panic.
    assert!(d.log_density(&Expr::input("x", [3])).check().is_err());
    assert!(Categorical::probabilities(1.0).log_density(&Expr::input("x", [3])).check().is_err());
    assert!(Categorical::logits(1.0).entropy().unwrap().check().is_err());
}

#[test]
fn data_outside_the_support_are_found() {
    let support = Bernoulli::logits(0.0).support().literal().unwrap();
    assert!(support.check("Bernoulli", &Array::vector(vec![0.0, 1.0])).is_ok());
    let error = support.check("Bernoulli", &Array::vector(vec![0.0, 1.0, 2.0])).unwrap_err();
    assert_eq!(error.to_string(), "Bernoulli: values must be 0 or 1, found 2 at [2]");
    let classes = Categorical::logits(Expr::input("f", [3])).support();
    for (x, inside) in
        [(0.0, true), (2.0, true), (3.0, false), (0.5, false), (-1.0, false), (f64::NAN, false)]
    {
        assert_eq!(classes.contains(x), Some(inside), "{x}");
    }
    let unknown = Categorical::logits(Expr::input("f", ["k"])).support();
    assert_eq!((unknown.contains(3.0), unknown.contains(0.5)), (None, Some(false)));
    let edges: [(Support<f64>, f64, bool); 8] = [
        (Support::Positive, 0.0, false),
        (Support::NonNegative, 0.0, true),
        (Support::UnitInterval, 1.0, true),
        (Support::UnitInterval, 1.0 + 1e-15, false),
        (Support::Interval { lower: -1.0, upper: 1.0 }, -1.0, true),
        (Support::Above { lower: 2.0 }, 1.0, false),
        (Support::Below { upper: 2.0 }, f64::NEG_INFINITY, false),
        (Support::Real, f64::INFINITY, false),
    ];
    for (support, x, inside) in edges {
        assert_eq!(support.contains(x), Some(inside), "{support} {x}");
    }
}

/// The names of the operations that are left after simplification, inputs, literals and stretches aside.
fn operations(e: &Expr) -> Vec<&'static str> {
    let graph = Graph::simplified(std::slice::from_ref(e)).unwrap();
    let names = graph.nodes().iter().map(|n| n.op.name());
    names.filter(|n| !["input", "constant", "broadcast"].contains(n)).collect()
}

#[test]
fn the_hot_densities_are_few_operations() {
    let (x, f) = (Expr::input("x", ["n"]), Expr::input("f", ["n"]));
    let mut bernoulli = operations(&Bernoulli::logits(&f).log_density_unchecked(&x));
    bernoulli.sort_unstable();
    assert_eq!(bernoulli, ["mul", "softplus", "sub"]);
    // A probability written as a sigmoid costs the same.
    assert_eq!(operations(&Bernoulli::probabilities(f.sigmoid()).log_density_unchecked(&x)).len(), 3);
    assert_eq!(operations(&Normal::standard().log_density(&x)), ["square", "mul", "add"]);
    // ln eʸ is y: the density of the unconstrained value has no logarithm.
    let positive = Gamma::new(2.0, 3.0).log_density_unchecked(&x.exp());
    assert!(!operations(&positive).contains(&"ln"), "{:?}", operations(&positive));
}

#[test]
fn a_discrete_distribution_is_not_transformed() {
    let found = Transformed::new(Poisson::new(3.0), Bijector::Exp).check();
    assert!(
        matches!(found, Err(Error::Discrete { distribution: "Transformed", inner: "Poisson" })),
        "{found:?}"
    );
}

#[test]
fn batch_and_event_shapes_are_those_of_the_values_that_the_parameters_describe() {
    let shapes = |d: &dyn Distribution| (d.batch_shape().to_string(), d.event_shape().to_string());
    let of = |batch: &str, event: &str| (batch.to_string(), event.to_string());
    let x = Expr::input("x", ("obs", 1));
    assert_eq!(shapes(&Normal::new(0.0, 1.0)), of("[]", "[]"));
    assert_eq!(shapes(&Normal::new(&x, Array::full([5], 1.0))), of("[obs, 5]", "[]"));
    assert_eq!(shapes(&Categorical::logits(Array::zeros([4, 3]))), of("[4]", "[]"));
    assert_eq!(shapes(&Dirichlet::new(Array::full([4, 3], 2.0))), of("[4]", "[3]"));
    // Modifiers that change what one value is.
    let parts = || Normal::new(Array::zeros([4, 3]), 1.0);
    assert_eq!(shapes(&MixtureSameFamily::new(Array::full([3], 1.0 / 3.0), parts())), of("[4]", "[]"));
    assert_eq!(shapes(&Independent::new(parts(), 1)), of("[4]", "[3]"));
    assert_eq!(shapes(&Independent::new(parts(), 2)), of("[]", "[4, 3]"));
    // Parameters that do not fit have no shape; `check` says what is wrong.
    assert_eq!(shapes(&Normal::new(Array::zeros([4]), Array::zeros([3]))).0, "[]");
}
