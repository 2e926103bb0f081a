//! Named draws, predictive draws and the prior.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_distributions::{Bernoulli, Categorical, HalfNormal, Normal};
use elbo_model::{Error, Model};
use elbo_posterior::{Coord, Dtype};
use elbo_tensor_ad::Array;

fn vector(n: usize, f: impl Fn(usize) -> f64) -> Array {
    Array::vector((0..n).map(f).collect())
}

/// Logistic regression on labelled features.
fn logistic(n: usize) -> Model {
    let x = Array::new([n, 2], (0..2 * n).map(|i| (i as f64 * 0.7).sin()).collect()).unwrap();
    Model::build(|m| {
        m.labelled_dim("feature", &["length", "width"]);
        let x = m.data("x", &x, ["obs", "feature"]);
        let scale = m.sample("scale", HalfNormal::new(1.0), ());
        let w = m.sample("w", Normal::new(0.0, &scale), "feature");
        let logit = x.matmul(&w);
        m.deterministic("p", logit.sigmoid());
        m.deterministic("scale too", scale);
        m.observe("y", Bernoulli::logits(logit), &vector(n, |i| f64::from(i % 2 == 0)));
    })
    .unwrap()
}

#[test]
fn named_draws_have_the_models_order_shapes_dims_and_labels() {
    let model = logistic(4);
    let z = [0.0, 1.0, 2.0, 1.0, -1.0, 0.5];
    let draws = model.draws(&z, &["p"]).unwrap();
    assert_eq!((draws.chains(), draws.draws()), (1, 2));
    let names: Vec<&str> = draws.variables().map(|v| v.name()).collect();
    assert_eq!(names, ["scale", "w", "p"]);
    let w = draws.get("w").unwrap();
    assert_eq!((w.dims(), w.shape(), w.dtype()), (&["feature".to_string()][..], &[2][..], Dtype::Float));
    assert_eq!(w.values(), [1.0, 2.0, -1.0, 0.5]);
    let scale = draws.get("scale").unwrap().values();
    assert!(scale[0] == 1.0 && (scale[1] - 1f64.exp()).abs() < 1e-14, "{scale:?}");
    assert_eq!(draws.get("p").unwrap().dims(), ["obs"]);
    assert_eq!(draws.coord("feature"), Some(&Coord::from(["length", "width"])));
    assert_eq!(draws.labels("w").unwrap(), ["w[length]", "w[width]"]);
    // From f32 draws as well.
    let narrow: Vec<f32> = z.iter().map(|&z| z as f32).collect();
    assert_eq!(model.draws(&narrow, &[]).unwrap().get("w").unwrap().values(), w.values());
}

#[test]
fn a_deterministic_on_named_axes_has_their_labels() {
    let build = |axes: &[&str]| {
        Model::build(|m| {
            m.labelled_dim("school", &["A", "B", "C"]);
            m.dim("term", 2);
            let mu = m.sample("mu", Normal::new(0.0, 5.0), []);
            let z = m.sample("z", Normal::standard(), "school");
            m.deterministic_on("theta", mu + z, axes);
        })
    };
    let draws = build(&["school"]).unwrap().draws(&[0.0, 1.0, 2.0, 3.0], &["theta"]).unwrap();
    assert_eq!(draws.labels("theta").unwrap(), ["theta[A]", "theta[B]", "theta[C]"]);
    assert!(matches!(build(&["term"]), Err(Error::AxisLength { first: 2, second: 3, .. })));
    assert!(matches!(build(&["school", "term"]), Err(Error::AxisCount { expected: 2, found: 1, .. })));
    assert!(matches!(build(&["pupil"]), Err(Error::UnknownAxis { .. })));
    // An axis that the value has by name is as long as its data.
    let of_rows = Model::build(|m| {
        m.labelled_dim("school", &["A", "B", "C"]);
        let x = m.data("x", &vector(2, |i| i as f64), "pupil");
        let mu = m.sample("mu", Normal::new(0.0, 5.0), []);
        m.deterministic_on("of", mu * x, "school");
    });
    assert!(matches!(of_rows, Err(Error::AxisLength { first: 3, second: 2, .. })));
}

#[test]
fn draws_that_do_not_fit_are_refused() {
    let model = logistic(4);
    assert!(matches!(model.draws(&[0.0; 4], &[]), Err(Error::DrawLength { dim: 3, found: 4 })));
    assert!(matches!(model.draws(&[0.0; 3], &["q"]), Err(Error::Unknown { .. })));
    assert!(matches!(model.draws::<f64>(&[], &[]), Err(Error::Posterior(_))));
    assert!(matches!(model.posterior_predictive("p", &[0.0; 3], &[], 1), Err(Error::Unknown { .. })));
    assert!(matches!(model.posterior_predictive("y", &[0.0; 4], &[], 1), Err(Error::DrawLength { .. })));
    assert!(matches!(model.prior(2, &["q"], 1), Err(Error::Unknown { .. })));
    assert!(matches!(model.named_predictive("p", &Array::zeros([2, 4])), Err(Error::Unknown { .. })));
    assert!(matches!(model.named_predictive("y", &Array::zeros([4])), Err(Error::AxisCount { .. })));
    assert!(matches!(model.named_predictive("y", &Array::scalar(1.0)), Err(Error::AxisCount { .. })));
}

#[test]
fn predictive_draws_follow_their_probability() {
    // The sum of 20,000 draws over rows and repeats of one position is binomial; |z| > 5 has probability 6e-7 a
    // row, 2e-6 for the three.
    let model = logistic(3);
    let z = [0.3, 0.9, -1.7].repeat(20_000);
    let p = model.predictor("p").unwrap().at(&z[..3]).unwrap();
    let y = model.posterior_predictive("y", &z, &[], 7).unwrap();
    assert_eq!(y.shape(), [20_000, 3]);
    for (j, &p) in p.data().iter().enumerate() {
        let ones: f64 = y.data().iter().skip(j).step_by(3).sum();
        let score = (ones - 20_000.0 * p) / (20_000.0 * p * (1.0 - p)).sqrt();
        assert!(score.abs() < 5.0, "{j}: {score}");
    }
}

#[test]
fn predictive_draws_are_a_function_of_the_seed_and_the_draw() {
    let model = logistic(50);
    let z: Vec<f64> = (0..60).map(|i| f64::from(i).sin()).collect();
    let y = model.posterior_predictive("y", &z, &[], 3).unwrap();
    assert_eq!(model.posterior_predictive("y", &z, &[], 3).unwrap(), y);
    assert_ne!(model.posterior_predictive("y", &z, &[], 4).unwrap(), y);
    let fewer = model.posterior_predictive("y", &z[..30], &[], 3).unwrap();
    assert_eq!(fewer.data(), &y.data()[..fewer.len()]);
}

#[test]
fn predictive_draws_come_on_other_rows_be_it_one() {
    let model = logistic(5);
    let z = [0.0, 40.0, 0.0].repeat(3);
    for n in [1, 2, 9] {
        // The first feature decides with certainty: 1 where it is positive.
        let x = Array::new([n, 2], (0..n).flat_map(|i| [if i % 2 == 0 { 5.0 } else { -5.0 }, 1.0]).collect())
            .unwrap();
        let y = model.posterior_predictive("y", &z, &[("x", &x)], 3).unwrap();
        assert_eq!(y.shape(), [3, n]);
        assert!(
            y.data().chunks(n).all(|row| row.iter().enumerate().all(|(i, &y)| y == f64::from(i % 2 == 0)))
        );
        // Named, they keep their own number of rows.
        assert_eq!(model.named_predictive("y", &y).unwrap().get("y").unwrap().shape(), [n]);
    }
    let error = model.posterior_predictive("y", &z, &[("q", &Array::scalar(1.0))], 3).unwrap_err();
    assert!(matches!(error, Error::Unknown { .. }), "{error}");
}

#[test]
fn two_observed_variables_share_no_noise() {
    let model = Model::build(|m| {
        m.sample("w", Normal::standard(), ());
        m.observe("a", Normal::standard(), &Array::zeros([50]));
        m.observe("b", Normal::standard(), &Array::zeros([50]));
    })
    .unwrap();
    let [a, b] = ["a", "b"].map(|name| model.posterior_predictive(name, &[0.0; 40], &[], 1).unwrap());
    // Under independence the correlation of 2,000 pairs is normal with sd 0.0224: |r| > 0.112 has probability 6e-7.
    let r = a.data().iter().zip(b.data()).map(|(a, b)| a * b).sum::<f64>() / 2000.0;
    assert!(r.abs() < 0.112, "{r}");
}

#[test]
fn a_computed_parameter_out_of_range_stops_a_simulation_with_its_name() {
    let model = Model::build(|m| {
        let w = m.sample("w", Normal::standard(), ());
        m.observe("y", Normal::new(0.0, w), &Array::zeros([2]));
    })
    .unwrap();
    for error in [
        model.posterior_predictive("y", &[1.0, -1.0], &[], 1).unwrap_err(),
        model.prior(100, &[], 1).map(|_| ()).unwrap_err(),
    ] {
        assert!(matches!(&error, Error::Distribution { variable, .. } if variable == "y"), "{error}");
        assert!(error.to_string().contains("sigma"), "{error}");
    }
}

#[test]
fn the_prior_of_a_hierarchy_has_its_moments() {
    // s ~ HalfNormal(2), m ~ Normal(1, s), y ~ Normal(m, 0.5): E m = 1, Var m = E s² = 4, Var y = 4.25.
    let model = Model::build(|b| {
        b.dim("k", 3);
        let s = b.sample("s", HalfNormal::new(2.0), ());
        let m = b.sample("m", Normal::new(1.0, &s), "k");
        b.deterministic("sum", m.sum());
        b.deterministic("alias", s);
        b.observe("y", Normal::new(m, 0.5), &Array::zeros([3]));
    })
    .unwrap();
    let n = 40_000;
    let prior = model.prior(n, &["sum", "alias"], 11).unwrap();
    assert_eq!(prior.prior.variables().map(|v| v.name()).collect::<Vec<_>>(), ["s", "m", "sum", "alias"]);
    let values = |name: &str| prior.prior.get(name).unwrap().values();
    let (m, s) = (values("m"), values("s"));
    // An alias is written over the unconstrained form, which costs it a rounding.
    assert!(values("alias").iter().zip(s).all(|(a, s)| (a - s).abs() <= 1e-14 * s));
    assert!(
        values("sum").iter().zip(m.chunks(3)).all(|(sum, m)| (sum - m.iter().sum::<f64>()).abs() < 1e-12)
    );
    assert!(s.iter().all(|&s| s >= 0.0));
    // Each of 17 means is within 5 standard errors, which are taken from the draws: a false alarm has probability 1e-5.
    let mean_is = |x: Vec<f64>, want: f64| {
        let mean = x.iter().sum::<f64>() / n as f64;
        let sd = (x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
        assert!((mean - want).abs() < 5.0 * sd / (n as f64).sqrt(), "{mean} {want}");
    };
    let y = prior.predictive.get("y").unwrap();
    assert_eq!((y.shape(), y.dtype()), (&[3][..], Dtype::Float));
    mean_is(s.to_vec(), 2.0 * (2.0 / std::f64::consts::PI).sqrt());
    for j in 0..3 {
        mean_is(m.chunks(3).map(|m| m[j]).collect(), 1.0);
        mean_is(m.chunks(3).map(|m| (m[j] - 1.0).powi(2)).collect(), 4.0);
        mean_is(y.values().chunks(3).map(|y| (y[j] - 1.0).powi(2)).collect(), 4.25);
        // m is drawn from the s of the same draw: standardised by it, it has variance 1.
        mean_is(m.chunks(3).zip(s).map(|(m, s)| ((m[j] - 1.0) / s).powi(2)).collect(), 1.0);
        // And y from the m of the same draw.
        mean_is(y.values().chunks(3).zip(m.chunks(3)).map(|(y, m)| (y[j] - m[j]).powi(2)).collect(), 0.25);
    }
    mean_is(m.chunks(3).map(|m| (m[0] - 1.0) * (m[1] - 1.0)).collect(), 0.0);
}

#[test]
fn prior_draws_are_a_function_of_the_seed_and_the_draw() {
    let model = logistic(6);
    let values = |n, seed| model.prior(n, &["p", "scale too"], seed).unwrap();
    let some = values(5, 1);
    assert_eq!(some.prior, values(5, 1).prior);
    assert_eq!(some.predictive, values(5, 1).predictive);
    assert_ne!(some.prior, values(5, 2).prior);
    assert_eq!(some.prior.get("w").unwrap().values()[..6], *values(3, 1).prior.get("w").unwrap().values());
    let y = some.predictive.get("y").unwrap();
    assert_eq!((y.dims(), y.dtype()), (&["obs".to_string()][..], Dtype::Int));
    assert!(y.values().iter().all(|&y| y == 0.0 || y == 1.0));
    assert_eq!(some.prior.coord("feature"), Some(&Coord::from(["length", "width"])));
    assert!(matches!(model.prior(0, &[], 1), Err(Error::Posterior(_))));
}

#[test]
fn data_are_named_with_their_axes_types_and_labels() {
    let model = logistic(4);
    let (observed, constant) = model.named_data().unwrap();
    let y = observed.get("y").unwrap();
    assert_eq!(
        (y.dims(), y.dtype(), y.values()),
        (&["obs".to_string()][..], Dtype::Int, &[1.0, 0.0, 1.0, 0.0][..])
    );
    let x = constant.get("x").unwrap();
    assert_eq!((x.dims(), x.shape()), (&["obs".to_string(), "feature".to_string()][..], &[4, 2][..]));
    assert_eq!(constant.coord("feature"), Some(&Coord::from(["length", "width"])));
}

#[test]
fn classes_are_drawn_on_the_rows_of_their_logits() {
    let n = 6;
    let model = Model::build(|m| {
        m.dim("class", 3);
        let x = m.data("x", &vector(n, |i| i as f64), "obs");
        let w = m.sample("w", Normal::standard(), "class");
        m.observe("y", Categorical::logits(x.expand(1) * w), &vector(n, |i| (i % 3) as f64));
    })
    .unwrap();
    let (observed, _) = model.named_data().unwrap();
    assert_eq!(observed.get("y").unwrap().dims(), ["obs"]);
    // At x = 1000 the largest weight takes all.
    let far = Array::vector(vec![1000.0, 1000.0]);
    let y = model.posterior_predictive("y", &[0.0, 1.0, 2.0, 5.0, 1.0, 2.0], &[("x", &far)], 1).unwrap();
    assert_eq!((y.shape(), y.data()), (&[2, 2][..], &[2.0, 2.0, 0.0, 0.0][..]));
}

#[test]
fn draws_of_several_chains_are_named_chain_by_chain() {
    let model = Model::build(|m| {
        m.sample("w", Normal::standard(), ());
    })
    .unwrap();
    let named = model.chains(2, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[]).unwrap();
    assert_eq!((named.chains(), named.draws()), (2, 3));
    assert_eq!(named.get("w").unwrap().at(1, 0), [4.0]);
    assert!(matches!(model.chains(4, &[1.0; 6], &[]), Err(Error::DrawLength { dim: 4, found: 6 })));
}
