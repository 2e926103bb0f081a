//! Prints a JSON line for each log density of `densities` (value and gradient over 10,000 values) and for each of its samplers.
//!
//! `cargo run --release -p elbo-benches --example densities [seconds a figure] [f32 | f64] [part of a name]`
#![allow(clippy::print_stdout)]

use std::time::Duration;

use elbo_benches::densities::functions;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|s| s.parse().ok()).unwrap_or(2.0);
    let number = arguments.next().unwrap_or_default();
    let part = arguments.next().unwrap_or_default();
    let total = Duration::from_secs_f64(seconds);
    for f in functions()?.iter().filter(|f| f.name.contains(&part)) {
        if number != "f32" {
            println!("{}", f.measure::<f64>(total)?);
        }
        if number != "f64" {
            println!("{}", f.measure::<f32>(total)?);
        }
    }
    for line in elbo_benches::densities::samplers(total, &part)? {
        println!("{line}");
    }
    Ok(())
}
