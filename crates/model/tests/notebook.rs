//! The notebook's model as a user writes it.
#![allow(clippy::unwrap_used)]

use elbo_distributions::{Bernoulli, Normal};
use elbo_model::{LogDensity, Model, RowBatches};
use elbo_tensor_ad::Array;

fn model(n: usize) -> Model {
    let x = Array::new([n, 2], (0..2 * n).map(|i| (i as f64 * 0.7).sin()).collect()).unwrap();
    let y = Array::vector((0..n).map(|i| f64::from(i % 3 == 0)).collect());
    Model::build(|m| {
        m.dim("hidden_1", 5);
        m.dim("hidden_2", 5);
        let x = m.data("x", &x, ["obs", "feature"]);
        let w1 = m.sample("w_in_1", Normal::standard(), ["feature", "hidden_1"]);
        let w2 = m.sample("w_1_2", Normal::standard(), ["hidden_1", "hidden_2"]);
        let w3 = m.sample("w_2_out", Normal::standard(), ["hidden_2"]);
        let logit = x.matmul(&w1).tanh().matmul(&w2).tanh().matmul(&w3);
        m.deterministic("p", logit.sigmoid());
        m.observe("out", Bernoulli::logits(logit), &y);
    })
    .unwrap()
}

#[test]
fn the_gradient_is_that_of_central_differences() {
    let model = model(60);
    let mut d = model.density().unwrap();
    assert_eq!((d.dim(), d.rows()), (40, 60));
    let z: Vec<f64> = (0..40).map(|i| (i as f64).cos()).collect();
    let mut g = vec![0.0; 40];
    let v = d.value_and_gradient(&z, &mut g).unwrap();
    assert_eq!(v.to_bits(), d.value(&z).unwrap().to_bits());
    for i in 0..40 {
        let h = 1e-5;
        let mut at = |s: f64| {
            let mut z = z.clone();
            z[i] += s;
            d.value(&z).unwrap()
        };
        let numeric = (at(h) - at(-h)) / (2.0 * h);
        assert!((numeric - g[i]).abs() < 1e-6 * (1.0 + g[i].abs()), "{i} {numeric} {}", g[i]);
    }
    assert_eq!(d.coordinate_name(13), "w_1_2[0, 3]");
}

#[test]
fn batches_of_an_epoch_average_to_the_whole() {
    let model = model(60);
    let mut d = model.density().unwrap();
    let z: Vec<f64> = (0..40).map(|i| (i as f64).cos()).collect();
    let mut g = vec![0.0; 40];
    let whole = d.value_and_gradient(&z, &mut g).unwrap();
    let mut sum = 0.0;
    for b in 0..6 {
        let rows: Vec<usize> = (0..10).map(|i| (b * 10 + i) * 7 % 60).collect();
        d.select_rows(&rows).unwrap();
        sum += d.value_and_gradient(&z, &mut g).unwrap() / 6.0;
    }
    assert!((sum - whole).abs() < 1e-9 * whole.abs(), "{sum} {whole}");
    d.select_all();
    assert_eq!(d.value_and_gradient(&z, &mut g).unwrap().to_bits(), whole.to_bits());
    assert!(d.select_rows(&[60]).is_err());
}
