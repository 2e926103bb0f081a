//! Random programs on random data and bindings, right and wrong: a typed error or the reference's answer, never a panic.
//!
//! The same generator as the fuzz target in `fuzz/`. `SOAK=100000 cargo test --release --test fuzz` runs that many cases from seed 0 on;
//! `SOAK_FROM` is another first seed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod grown;

use std::panic::catch_unwind;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |s| s.parse().unwrap())
}

#[test]
fn random_programs_never_panic_and_give_the_references_answer() {
    let (cases, from) = (number("SOAK", 500), number("SOAK_FROM", 0));
    let (mut compared, mut refused) = (0, 0);
    let mut failures = Vec::new();
    for seed in from..from + cases {
        let outcome =
            catch_unwind(|| grown::case(&grown::bytes_of(seed)).and_then(|case| grown::hold(&case)));
        match outcome {
            Ok(Ok(tally)) => {
                compared += tally.compared;
                refused += tally.refused;
            }
            Ok(Err(what)) => failures.push(format!("seed {seed}: {what}")),
            Err(_) => failures.push(format!("seed {seed}: panicked")),
        }
        if failures.len() >= 12 {
            break;
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    // The generator still makes what it is meant to make.
    assert!(compared as u64 > cases && refused as u64 > cases / 4, "{compared} compared, {refused} refused");
}
