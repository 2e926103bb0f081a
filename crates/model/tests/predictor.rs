//! Predictions: any expression, any draws, any rows, the same bits on any number of threads.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_distributions::{Bernoulli, HalfNormal, Normal};
use elbo_model::{Error, Model, Predictor};
use elbo_tensor_ad::{Array, Expr, reference};

const DIM: usize = 10;

fn rows(n: usize, phase: f64) -> Array {
    Array::new([n, 2], (0..2 * n).map(|i| (i as f64 * 0.7 + phase).sin()).collect()).unwrap()
}

fn model(n: usize) -> Model {
    let y = Array::vector((0..n).map(|i| f64::from(i % 3 == 0)).collect());
    Model::build(|m| {
        m.dim("hidden", 3);
        let x = m.data("x", &rows(n, 0.0), ["obs", "feature"]);
        let spread = m.sample("spread", HalfNormal::new(2.0), ());
        let w = m.sample("w", Normal::new(0.0, spread), ["feature", "hidden"]);
        let v = m.sample("v", Normal::standard(), "hidden");
        let logit = x.matmul(&w).tanh().matmul(&v);
        m.deterministic("p", logit.sigmoid());
        m.observe("y", Bernoulli::logits(logit), &y);
    })
    .unwrap()
}

fn draws(n: usize) -> Vec<f64> {
    (0..n * DIM).map(|i| (i as f64 * 1.37).sin()).collect()
}

/// `p` at one draw, written out with the reference evaluator.
fn by_hand(x: &Array, draw: &[f64]) -> Vec<f64> {
    let w = Array::new([2, 3], draw[1..7].to_vec()).unwrap();
    let v = Array::vector(draw[7..].to_vec());
    let p = Expr::input("x", x.shape()).matmul(&w.into()).tanh().matmul(&v.into()).sigmoid();
    reference::evaluate(&[p], &[("x", x)]).unwrap().remove(0).into_data()
}

#[test]
fn every_draw_is_what_the_reference_evaluator_says_on_the_models_rows_and_on_others() {
    let p = model(30).predictor("p").unwrap();
    let z = draws(37);
    for (on, x) in [
        (p.clone(), rows(30, 0.0)),
        (p.on("x", &rows(101, 2.0)).unwrap(), rows(101, 2.0)),
        (p.on("x", &rows(1, 5.0)).unwrap(), rows(1, 5.0)),
    ] {
        let all = on.at(&z).unwrap();
        assert_eq!(all.shape(), [37, x.rows()]);
        for (found, draw) in all.data().chunks(x.rows()).zip(z.chunks(DIM)) {
            for (found, want) in found.iter().zip(by_hand(&x, draw)) {
                assert!((found - want).abs() < 1e-14, "{found} {want}");
            }
        }
    }
}

#[test]
fn a_predictor_that_was_used_sees_other_rows_as_a_fresh_one_does() {
    let (p, z) = (model(30).predictor("p").unwrap(), draws(9));
    p.at(&z).unwrap();
    for x in [rows(30, 1.0), rows(101, 2.0)] {
        let found = p.on("x", &x).unwrap().at(&z).unwrap();
        let fresh = model(30).predictor("p").unwrap().on("x", &x).unwrap().at(&z).unwrap();
        assert_eq!(found, fresh);
        assert!((found.data()[0] - by_hand(&x, &z[..DIM])[0]).abs() < 1e-14);
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let p = model(30).predictor("p").unwrap().on("x", &rows(77, 2.0)).unwrap();
    let z = draws(50);
    let (alone, moments) = (p.at(&z).unwrap(), p.moments(&z).unwrap());
    for threads in [1, 2, 4] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            assert_eq!(p.at(&z).unwrap(), alone, "{threads}");
            assert_eq!(p.moments(&z).unwrap(), moments, "{threads}");
        });
    }
    // Nor does it matter which other draws are made beside a draw.
    let one = p.at(&z[20 * DIM..21 * DIM]).unwrap();
    assert_eq!(one.data(), alone.row(20).unwrap());
}

#[test]
fn moments_are_those_of_the_full_array() {
    let p = model(12).predictor("p").unwrap();
    for n in [2, 63, 64, 65, 300] {
        let z = draws(n);
        let (all, moments) = (p.at(&z).unwrap(), p.moments(&z).unwrap());
        assert_eq!((moments.mean.shape(), moments.sd.shape(), moments.draws), (&[12][..], &[12][..], n));
        for j in 0..12 {
            let column: Vec<f64> = all.data().iter().skip(j).step_by(12).copied().collect();
            let mean = column.iter().sum::<f64>() / n as f64;
            let sd = (column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n as f64 - 1.0)).sqrt();
            assert!((moments.mean.data()[j] - mean).abs() < 1e-13, "{n} {j}");
            assert!((moments.sd.data()[j] - sd).abs() < 1e-13, "{n} {j}");
        }
    }
    let one = p.moments(&draws(1)).unwrap();
    assert!(one.mean.data().iter().all(|m| m.is_finite()) && one.sd.data().iter().all(|s| s.is_nan()));
}

#[test]
fn no_draw_gives_an_empty_array_and_no_moments() {
    let p = model(12).predictor("p").unwrap();
    assert_eq!(p.at(&[]).unwrap().shape(), [0, 12]);
    assert!(matches!(p.moments(&[]), Err(Error::NoDraws)));
}

#[test]
fn latent_variables_are_predicted_in_their_own_space_and_expressions_together() {
    let model = model(12);
    let z = draws(5);
    let spread = model.predictor("spread").unwrap().at(&z).unwrap();
    assert_eq!(spread.shape(), [5]);
    assert!(spread.data().iter().zip(z.chunks(DIM)).all(|(s, z)| (s - z[0].exp()).abs() < 1e-15 * s));
    let x = Expr::input("x", [elbo_tensor_ad::Dim::from("obs"), elbo_tensor_ad::Dim::Fixed(2)]);
    let both = Predictor::<f64>::of(&model, &[x.sum(), x.mean()]).unwrap();
    let values = both.all_at(&z[..2 * DIM]).unwrap();
    let sum: f64 = rows(12, 0.0).data().iter().sum();
    assert!((values[0].data()[1] - sum).abs() < 1e-12 && (values[1].data()[0] - sum / 24.0).abs() < 1e-12);
    assert!(matches!(Predictor::<f64>::of(&model, &[]), Err(Error::NoExpressions)));
    assert!(matches!(Predictor::<f64>::of(&model, &[Expr::input("q", [2])]), Err(Error::Unknown { .. })));
}

#[test]
fn single_precision_draws_give_single_precision_predictions() {
    let model = model(12);
    let z = draws(9);
    let narrow: Vec<f32> = z.iter().map(|&z| z as f32).collect();
    let wide = model.predictor("p").unwrap().at(&z).unwrap();
    let found = model.predictor_in::<f32>("p").unwrap().at(&narrow).unwrap();
    assert!(wide.data().iter().zip(found.data()).all(|(a, b)| (a - f64::from(*b)).abs() < 1e-6));
}

#[test]
fn what_does_not_fit_is_refused() {
    let model = model(12);
    let error = model.predictor("q").unwrap_err();
    assert!(matches!(&error, Error::Unknown { name, known } if name == "q" && known[0] == "p"), "{error}");
    let p = model.predictor("p").unwrap();
    let error = p.on("z", &rows(3, 0.0)).unwrap_err();
    assert!(
        matches!(&error, Error::Unknown { name, known } if name == "z" && known == &["x", "y"]),
        "{error}"
    );
    let mut bad = rows(3, 0.0);
    bad.data_mut()[5] = f64::NAN;
    assert_eq!(p.on("x", &bad).unwrap_err().to_string(), "`x` holds NaN at [2, 1]");
    for wrong in [Array::zeros([3, 4]), Array::zeros([6]), Array::scalar(1.0)] {
        let error = p.on("x", &wrong).unwrap().at(&draws(1)).unwrap_err();
        assert!(error.to_string().contains("`x`"), "{error}");
    }
    let error = p.at(&draws(1)[1..]).unwrap_err();
    assert!(matches!(error, Error::DrawLength { dim: DIM, found: 9 }), "{error}");
}

#[test]
fn data_that_must_be_paired_are_replaced_together() {
    let n = 6;
    let model = Model::build(|m| {
        let x = m.data("x", &Array::vector(vec![1.0; n]), "obs");
        let z = m.data("z", &Array::vector(vec![2.0; n]), "obs");
        m.data("unused", &Array::vector(vec![2.0; 3]), "other");
        let w = m.sample("w", Normal::standard(), ());
        let mu = m.deterministic("mu", x * z * w);
        m.observe("y", Normal::new(mu, 1.0), &Array::vector(vec![0.0; n]));
    })
    .unwrap();
    let four = Array::vector(vec![1.0, 2.0, 3.0, 4.0]);
    let half = model.predictor("mu").unwrap().on("x", &four).unwrap();
    let error = half.at(&[1.0]).unwrap_err();
    assert!(error.to_string().contains("both"), "{error}");
    let both = half.on("z", &four).unwrap().on("unused", &four).unwrap();
    assert_eq!(both.at(&[2.0]).unwrap().data(), [2.0, 8.0, 18.0, 32.0]);
    assert_eq!(
        half.on("z", &Array::zeros([0]))
            .unwrap()
            .on("x", &Array::zeros([0]))
            .unwrap()
            .at(&[2.0])
            .unwrap()
            .shape(),
        [1, 0]
    );
}
