//! Prints a JSON line for each function of `graphs`: time to build and compile, of one value and gradient, and memory.
//!
//! `cargo run --release -p elbo-benches --example graphs [seconds a figure] [f32 | f64] [part of a name]`
#![allow(clippy::print_stdout)]

use std::time::Duration;

use elbo_benches::graphs::functions;
use elbo_tensor_ad::Error;

fn main() -> Result<(), Error> {
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
    Ok(())
}
