//! Times one step of the library on the notebook's model: all 500 rows and batches of 50, in `f64` and `f32`. The floor
//! that it is held against is the bench `floor`.

use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use elbo_benches::library::{Real, Step, model};
use elbo_benches::moons::training_rows;

fn time<T: Real>(c: &mut Criterion) {
    let model = model(&training_rows()).expect("the rows are data");
    for (rows_name, batch) in [("full", None), ("batch50", Some(50))] {
        let mut fit = Step::<T>::new(&model, batch).expect("50 rows are fewer than 500");
        fit.steps(2_000).expect("the density is finite");
        c.bench_function(&format!("library/{rows_name}/{}", T::NAME), |b| {
            b.iter_custom(|iterations| {
                let began = Instant::now();
                fit.steps(iterations).expect("the density is finite");
                began.elapsed()
            });
        });
    }
}

fn steps(c: &mut Criterion) {
    time::<f64>(c);
    time::<f32>(c);
}

criterion_group!(benches, steps);
criterion_main!(benches);
