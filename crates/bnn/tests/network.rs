//! A network builds the model that one would write by hand, and refuses what does not fit.
#![allow(clippy::unwrap_used)]

use elbo_bnn::{Activation, Error, Likelihood, Network, Prior};
use elbo_distributions::{Bernoulli, Categorical, HalfNormal, Normal, StudentT};
use elbo_model::{LogDensity, Model};
use elbo_tensor_ad::Array;
use proptest::prelude::*;

fn data(n: usize, d: usize) -> Array<f64> {
    Array::new([n, d], (0..n * d).map(|i| (i as f64 * 0.37).sin()).collect()).unwrap()
}

fn labels(n: usize, k: usize) -> Array<f64> {
    Array::vector((0..n).map(|i| (i * 7 % k) as f64).collect())
}

fn by_hand() -> Model {
    let (x, y) = (data(30, 2), labels(30, 2));
    Model::build(|m| {
        m.dim("hidden_1", 5);
        m.dim("hidden_2", 5);
        let x = m.data("x", &x, ["obs", "feature"]);
        let w1 = m.sample("w_in_1", Normal::standard(), ["feature", "hidden_1"]);
        let w2 = m.sample("w_1_2", Normal::standard(), ["hidden_1", "hidden_2"]);
        let w3 = m.sample("w_2_out", Normal::standard(), "hidden_2");
        let logit = x.matmul(&w1).tanh().matmul(&w2).tanh().matmul(&w3);
        m.deterministic("p", logit.sigmoid());
        m.observe("out", Bernoulli::logits(logit), &y);
    })
    .unwrap()
}

fn assert_same(a: &Model, b: &Model, z: &[f64]) {
    assert_eq!(a.variables(), b.variables());
    let (mut d, mut e) = (a.density().unwrap(), b.density().unwrap());
    let (mut g, mut h) = (vec![0.0; a.dim()], vec![0.0; b.dim()]);
    let (v, w) = (d.value_and_gradient(z, &mut g).unwrap(), e.value_and_gradient(z, &mut h).unwrap());
    assert!((v - w).abs() <= 1e-12 * v.abs().max(1.0), "{v} {w}");
    for (a, b) in g.iter().zip(&h) {
        assert!((a - b).abs() <= 1e-12 * a.abs().max(1.0), "{a} {b}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_default_network_is_the_notebooks_model(z in prop::collection::vec(-3.0..3.0f64, 40)) {
        let network = Network::new([2, 5, 5, 1]).model(&data(30, 2), &labels(30, 2), Likelihood::Bernoulli).unwrap();
        assert_same(&network, &by_hand(), &z);
    }

    #[test]
    fn biases_classes_and_priors_are_as_written_by_hand(z in prop::collection::vec(-3.0..3.0f64, 3 * 4 + 4 + 4 * 3 + 3)) {
        let (x, y) = (data(20, 3), labels(20, 3));
        let network = Network::new([3, 4, 3]).activation(Activation::Relu).prior(Prior::StudentT { nu: 4.0, sd: 0.5 }).bias(true);
        let network = network.model(&x, &y, Likelihood::Categorical).unwrap();
        let hand = Model::build(|m| {
            m.dim("hidden_1", 4);
            m.dim("output", 3);
            let x = m.data("x", &x, ["obs", "feature"]);
            let t = || StudentT::new(4.0, 0.0, 0.5);
            let w = m.sample("w_in_1", t(), ["feature", "hidden_1"]);
            let b = m.sample("b_1", t(), "hidden_1");
            let a = (x.matmul(&w) + b).max(0.0);
            let w = m.sample("w_1_out", t(), ["hidden_1", "output"]);
            let b = m.sample("b_out", t(), "output");
            m.observe("out", Categorical::logits(a.matmul(&w) + b), &y);
        }).unwrap();
        assert_same(&network, &hand, &z);
    }

    #[test]
    fn the_scale_of_the_noise_can_be_learnt(z in prop::collection::vec(-2.0..2.0f64, 2 * 3 + 3 + 1)) {
        let (x, y) = (data(12, 2), Array::vector((0..12).map(|i| f64::from(i).cos()).collect()));
        let network = Network::new([2, 3, 1]).prior(Prior::Scaled { sd: 2.0 });
        let network = network.model(&x, &y, Likelihood::NormalWithNoise { scale: 0.7 }).unwrap();
        let hand = Model::build(|m| {
            m.dim("hidden_1", 3);
            let x = m.data("x", &x, ["obs", "feature"]);
            let w1 = m.sample("w_in_1", Normal::new(0.0, 2.0 / 2.0f64.sqrt()), ["feature", "hidden_1"]);
            let w2 = m.sample("w_1_out", Normal::new(0.0, 2.0 / 3.0f64.sqrt()), "hidden_1");
            let sigma = m.sample("sigma", HalfNormal::new(0.7), ());
            m.observe("out", Normal::new(x.matmul(&w1).tanh().matmul(&w2), sigma), &y);
        }).unwrap();
        assert_same(&network, &hand, &z);
    }
}

/// An activation and what it should compute.
type Case = (Activation, fn(f64) -> f64);

#[test]
fn every_activation_is_its_formula() {
    let x = [-2.0, -0.5, 0.0, 0.5, 2.0];
    let input = elbo_tensor_ad::Expr::input("x", [5]);
    let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
    let formulas: [Case; 4] = [
        (Activation::Tanh, f64::tanh),
        (Activation::Relu, |x| x.max(0.0)),
        (Activation::Softplus, |x| x.exp().ln_1p()),
        (Activation::Identity, |x| x),
    ];
    let value = |a: Activation| {
        elbo_tensor_ad::reference::evaluate(&[a.apply(&input)], &[("x", &Array::vector(x.to_vec()))])
            .unwrap()
            .remove(0)
    };
    for (activation, formula) in formulas {
        for (&x, v) in x.iter().zip(value(activation).data()) {
            assert!((formula(x) - v).abs() < 1e-14, "{activation:?} at {x}");
        }
    }
    for (i, &x) in x.iter().enumerate() {
        assert!((logistic(x) - value(Activation::Sigmoid).data()[i]).abs() < 1e-14);
        assert!((x * logistic(x) - value(Activation::Silu).data()[i]).abs() < 1e-14);
    }
}

#[test]
fn what_does_not_fit_is_refused_with_its_numbers() {
    let (x, y) = (data(10, 2), labels(10, 2));
    let model = |w: &[usize], l| Network::new(w).model(&x, &y, l);
    assert!(matches!(model(&[2], Likelihood::Bernoulli), Err(Error::Widths { found: 1 })));
    assert!(matches!(model(&[], Likelihood::Bernoulli), Err(Error::Widths { found: 0 })));
    assert!(matches!(model(&[2, 0, 1], Likelihood::Bernoulli), Err(Error::ZeroWidth { layer: 1 })));
    assert!(matches!(model(&[3, 5, 1], Likelihood::Bernoulli), Err(Error::InputWidth { expected: 3, .. })));
    assert!(matches!(
        model(&[2, 5, 2], Likelihood::Bernoulli),
        Err(Error::OutputWidth { expected: 1, found: 2, .. })
    ));
    assert!(matches!(
        model(&[2, 5, 1], Likelihood::Categorical),
        Err(Error::OutputWidth { expected: 2, found: 1, .. })
    ));
    assert!(matches!(
        Network::new([2, 5, 1]).model(&x, &labels(9, 2), Likelihood::Bernoulli),
        Err(Error::Observations { rows: 10, .. })
    ));
    // A label that is not a class, and a prior that is not one, are found by the model.
    let error = Network::new([2, 5, 2]).model(&x, &labels(10, 3), Likelihood::Categorical).unwrap_err();
    assert!(error.to_string().contains('2'), "{error}");
    let error = Network::new([2, 5, 1])
        .prior(Prior::Normal { sd: 0.0 })
        .model(&x, &y, Likelihood::Bernoulli)
        .unwrap_err();
    assert!(error.to_string().contains("sigma"), "{error}");
}
