//! Prints the best and the median time of the notebook's predictor at 500 draws and at one, on 500 rows.
//!
//! `RAYON_NUM_THREADS=1 cargo run --release -p elbo-benches --example predictor [seconds a figure]`; without the variable
//! on all cores. A thread that is not in the pool asks, as in a program.
#![allow(clippy::print_stdout)]

use elbo_benches::library;
use elbo_benches::moons::training_rows;
use std::time::{Duration, Instant};

/// Draws of the forty weights.
const DRAWS: usize = 500;

fn main() -> Result<(), library::Error> {
    let seconds = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(2.0);
    let total = Duration::from_secs_f64(seconds);
    let model = library::model(&training_rows())?;
    let predictor = model.predictor_in::<f64>("p")?;
    let draws: Vec<f64> = (0..DRAWS * model.dim()).map(|i| (i as f64 * 0.7).sin()).collect();
    println!("| draws | best, ms | median, ms | runs |\n| --- | --- | --- | --- |");
    for count in [1, DRAWS] {
        let mut times = Vec::new();
        let began = Instant::now();
        while began.elapsed() < total {
            let start = Instant::now();
            std::hint::black_box(predictor.at(&draws[..count * model.dim()])?);
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        println!("| {count} | {:.4} | {:.4} | {} |", times[0], times[times.len() / 2], times.len());
    }
    Ok(())
}
