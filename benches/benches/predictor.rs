//! Times the predictor: P(y = 1) at 500 draws of the weights, for 500 and 10,000 rows, in `f64` and `f32`, on all cores.

use criterion::{Criterion, criterion_group, criterion_main};
use elbo::prelude::Array;
use elbo_benches::library::{Real, model};
use elbo_benches::moons::training_rows;

const DRAWS: usize = 500;

fn time<T: Real>(c: &mut Criterion) {
    let model = model(&training_rows()).expect("the rows are data");
    // Weights of the size that a fit gives; their values do not matter for the time.
    let draws: Vec<T> = (0..DRAWS * model.dim()).map(|i| T::from_f64((i as f64 * 0.61).sin())).collect();
    let predictor = model.predictor_in::<T>("p").expect("the model has p");
    for rows in [500, 10_000] {
        let x: Vec<f64> = (0..rows * 2).map(|i| (i as f64 * 0.37).sin() * 3.0).collect();
        let x = Array::new([rows, 2], x).expect("two columns");
        let on = predictor.on("x", &x).expect("the model has x");
        c.bench_function(&format!("predictor/{DRAWS}x{rows}/{}", T::NAME), |b| {
            b.iter(|| on.at(&draws).expect("the rows fit the model"));
        });
    }
}

fn predictors(c: &mut Criterion) {
    time::<f64>(c);
    time::<f32>(c);
}

criterion_group!(benches, predictors);
criterion_main!(benches);
