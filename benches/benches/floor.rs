//! Times one step of the hand-written floor: all 500 rows and batches of 50, in `f64` and `f32`.

use criterion::{Criterion, criterion_group, criterion_main};
use elbo_benches::floor::Floor;
use elbo_benches::lanes::{F32, F64, Lanes};
use elbo_benches::moons::training_rows;

fn time<L: Lanes>(c: &mut Criterion, name: &str, lanes: L) {
    let rows = training_rows();
    for (rows_name, batch) in [("full", None), ("batch50", Some(50))] {
        if let Some(mut floor) = Floor::new(lanes, &rows, batch, 42, 1 << 24) {
            // the timed steps are those of a fit under way, not of its first moments
            for _ in 0..2_000 {
                floor.step();
            }
            c.bench_function(&format!("floor/{rows_name}/{name}"), |b| b.iter(|| floor.step()));
        }
    }
}

fn floors(c: &mut Criterion) {
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(v4) = pulp::x86::V4::try_new() {
            time(c, "f64/avx512", F64(v4));
            time(c, "f32/avx512", F32(v4));
        }
        if let Some(v3) = pulp::x86::V3::try_new() {
            time(c, "f64/avx2", F64(v3));
            time(c, "f32/avx2", F32(v3));
        }
    }
    if std::env::args().any(|arg| arg.contains("scalar")) {
        time(c, "f64/scalar", F64(pulp::Scalar::new()));
        time(c, "f32/scalar", F32(pulp::Scalar::new()));
    }
}

criterion_group!(benches, floors);
criterion_main!(benches);
