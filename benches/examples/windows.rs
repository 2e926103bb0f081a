//! Prints the best and the median millisecond of each floor and of the library: figures that a busy machine spoils least.
//!
//! `cargo run --release -p elbo-benches --example windows [seconds a figure]`
#![allow(clippy::print_stdout)]

use elbo_benches::floor::Floor;
use elbo_benches::lanes::{F32, F64, Lanes};
use elbo_benches::library::{self, Step};
use elbo_benches::moons::training_rows;
use elbo_benches::windows::windows;
use std::time::Duration;

fn show<L: Lanes>(name: &str, lanes: L, total: Duration) {
    let rows = training_rows();
    for (rows_name, batch) in [("full", None), ("batch50", Some(50))] {
        if let Some(mut floor) = Floor::new(lanes, &rows, batch, 42, 1 << 24) {
            let w = windows(total, || {
                floor.step();
            });
            println!("| floor/{rows_name}/{name} | {:.0} | {:.0} | {} |", w.best, w.median, w.count);
        }
    }
}

/// Steps between two looks at the clock.
const STEPS: u64 = 200;

fn show_library<T: library::Real>(total: Duration) -> Result<(), library::Error> {
    let model = library::model(&training_rows())?;
    for (rows_name, batch) in [("full", None), ("batch50", Some(50))] {
        let mut fit = Step::<T>::new(&model, batch)?;
        fit.steps(2_000)?;
        let mut failed = None;
        let w = windows(total, || {
            if let Err(e) = fit.steps(STEPS) {
                failed = Some(e);
            }
        });
        if let Some(e) = failed {
            return Err(e);
        }
        let (best, median) = (w.best / STEPS as f64, w.median / STEPS as f64);
        println!("| library/{rows_name}/{} | {best:.0} | {median:.0} | {} |", T::NAME, w.count);
    }
    Ok(())
}

fn main() -> Result<(), library::Error> {
    let seconds = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(2.0);
    let total = Duration::from_secs_f64(seconds);
    println!("| | best window, ns | median window, ns | windows |\n| --- | --- | --- | --- |");
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(v4) = pulp::x86::V4::try_new() {
            show("f64/avx512", F64(v4), total);
            show("f32/avx512", F32(v4), total);
        }
        if let Some(v3) = pulp::x86::V3::try_new() {
            show("f64/avx2", F64(v3), total);
            show("f32/avx2", F32(v3), total);
        }
    }
    show_library::<f64>(total)?;
    show_library::<f32>(total)?;
    show("f64/scalar", F64(pulp::Scalar::new()), total);
    show("f32/scalar", F32(pulp::Scalar::new()), total);
    Ok(())
}
