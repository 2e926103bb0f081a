//! The compiled density: number types, clones, names of coordinates, where a fit starts.
#![allow(clippy::unwrap_used)]

use elbo_distributions::{Bernoulli, Gamma, HalfNormal, Normal};
use elbo_model::{LogDensity, Model, ModelDensity, RowBatches};
use elbo_tensor_ad::Array;

fn model(n: usize) -> Model {
    let x = Array::new([n, 2], (0..2 * n).map(|i| (i as f64 * 0.7).sin()).collect()).unwrap();
    let y = Array::vector((0..n).map(|i| f64::from(i % 3 == 0)).collect());
    Model::build(|m| {
        m.labelled_dim("feature", &["length", "width"]);
        m.dim("hidden", 3);
        let x = m.data("x", &x, ["obs", "feature"]);
        let spread = m.sample("spread", HalfNormal::new(2.0), ());
        let w = m.sample("w", Normal::new(0.0, spread), ["feature", "hidden"]);
        let v = m.sample("v", Normal::standard(), "hidden");
        m.observe("y", Bernoulli::logits(x.matmul(&w).tanh().matmul(&v)), &y);
    })
    .unwrap()
}

fn position(dim: usize) -> Vec<f64> {
    (0..dim).map(|i| 0.8 * (i as f64 + 0.5).cos()).collect()
}

#[test]
fn coordinates_are_named_by_variable_and_label() {
    let model = model(10);
    let density = model.density().unwrap();
    assert_eq!(density.dim(), 10);
    let names: Vec<String> = (0..10).map(|i| density.coordinate_name(i)).collect();
    assert_eq!(names[..3], ["spread", "w[length, 0]", "w[length, 1]"]);
    assert_eq!(names[4..8], ["w[width, 0]", "w[width, 1]", "w[width, 2]", "v[0]"]);
    assert_eq!(model.variables(), ["spread", "w", "v"]);
    assert_eq!(model.observed(), ["y"]);
    assert_eq!((model.shape("w").unwrap(), model.range("w").unwrap()), (&[2, 3][..], 1..7));
    assert!(model.shape("nothing").is_err() && model.range("y").is_err());
}

#[test]
fn single_precision_is_the_same_density_with_fewer_digits() {
    let model = model(200);
    let (mut wide, mut narrow) = (model.density().unwrap(), model.density_in::<f32>().unwrap());
    let z = position(10);
    let z32: Vec<f32> = z.iter().map(|&z| z as f32).collect();
    let (mut g, mut g32) = ([0.0; 10], [0.0; 10]);
    for batch in [false, true] {
        if batch {
            let rows: Vec<usize> = (0..40).map(|i| i * 3).collect();
            wide.select_rows(&rows).unwrap();
            narrow.select_rows(&rows).unwrap();
        }
        let value = wide.value_and_gradient(&z, &mut g).unwrap();
        let value32 = narrow.value_and_gradient(&z32, &mut g32).unwrap();
        assert!((value - f64::from(value32)).abs() < 1e-5 * value.abs(), "{value} {value32}");
        let largest = g.iter().fold(0.0f64, |m, g| m.max(g.abs()));
        assert!(g.iter().zip(&g32).all(|(a, b)| (a - f64::from(*b)).abs() < 1e-5 * largest), "{g:?} {g32:?}");
    }
}

#[test]
fn clones_are_independent_and_give_the_same_bits_on_any_thread() {
    fn sendable<S: Send + Sync + Clone>(_: &S) {}
    let model = model(100);
    let density = model.density().unwrap();
    sendable(&model);
    sendable(&density);
    let z = position(10);
    let bits = |mut density: ModelDensity, rows: Option<&[usize]>| {
        let mut g = vec![0.0; 10];
        if let Some(rows) = rows {
            density.select_rows(rows).unwrap();
        }
        let value = density.value_and_gradient(&z, &mut g).unwrap();
        (value.to_bits(), g.iter().map(|g| g.to_bits()).collect::<Vec<_>>())
    };
    let selections: [Option<&[usize]>; 4] = [None, Some(&[1, 2, 3]), Some(&[4, 5]), Some(&[4, 4, 9])];
    let alone = selections.map(|rows| bits(model.density().unwrap(), rows));
    let together = std::thread::scope(|scope| {
        let threads = selections.map(|rows| {
            let clone = density.clone();
            scope.spawn(move || (0..50).map(|_| bits(clone.clone(), rows)).next_back().unwrap())
        });
        threads.map(|t| t.join().unwrap())
    });
    assert_eq!(together, alone);
    // A clone keeps the selection in force, and changing it there changes nothing here.
    let mut first = density;
    first.select_rows(&[1, 2, 3]).unwrap();
    let mut second = first.clone();
    second.select_rows(&[7, 8, 9]).unwrap();
    assert_eq!(bits(first, None), alone[1]);
}

#[test]
fn a_value_alone_is_that_of_the_value_with_its_gradient() {
    for n in [1, 7, 64, 1000] {
        let mut density = model(n).density().unwrap();
        let z = position(10);
        let with = density.value_and_gradient(&z, &mut [0.0; 10]).unwrap();
        let alone = density.value(&z).unwrap();
        assert!((with - alone).abs() <= 1e-13 * with.abs(), "{n}: {with} {alone}");
    }
}

#[test]
fn a_fit_starts_at_each_distributions_own_initial_value() {
    let model = Model::build(|m| {
        m.dim("k", 2);
        let mu = m.sample("mu", Normal::new(3.0, 2.0), ());
        // Its initial value is that of the variable that it hangs on.
        m.sample("child", Normal::new(mu * 2.0, 1.0), "k");
        m.sample("rate", Gamma::new(6.0, 2.0), ());
    })
    .unwrap();
    let start = model.initial_position();
    assert_eq!(start[..3], [3.0, 6.0, 6.0]);
    assert!((start[3] - 3f64.ln()).abs() < 1e-12, "the mean of the Gamma, unconstrained: {}", start[3]);
}

#[test]
fn a_given_initial_value_is_in_the_variables_own_space_and_the_last_one_counts() {
    let given = Array::vector(vec![0.5, 4.0]);
    let model = Model::build(|m| {
        m.dim("k", 2);
        m.sample("s", HalfNormal::new(1.0), "k");
        let mu = m.sample("mu", Normal::standard(), ());
        m.sample("child", Normal::new(mu, 1.0), "k");
        m.initial("s", &Array::scalar(9.0));
        m.initial("s", &given);
        m.initial("mu", &Array::scalar(-7.0));
    })
    .unwrap();
    let start = model.initial_position();
    assert!((start[0] - 0.5f64.ln()).abs() < 1e-15 && (start[1] - 4f64.ln()).abs() < 1e-15, "{start:?}");
    assert_eq!(start[2..], [-7.0, -7.0, -7.0]);
}
