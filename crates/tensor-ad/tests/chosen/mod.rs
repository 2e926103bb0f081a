//! The same choices at every run, unless `ELBO_SEED` names others.
#![allow(clippy::unwrap_used)]

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;

/// So many choices, or as many as `SOAK` names.
pub(crate) fn cases(count: u32) -> ProptestConfig {
    let number = |name: &str| std::env::var(name).ok().map(|s| s.parse::<u64>().unwrap());
    ProptestConfig {
        cases: number("SOAK").map_or(count, |n| n as u32),
        rng_seed: RngSeed::Fixed(number("ELBO_SEED").unwrap_or(0)),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
