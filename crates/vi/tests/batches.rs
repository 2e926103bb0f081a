//! Batches of rows: every row as often as every other, in an order that the seed decides.
#![allow(clippy::unwrap_used, clippy::panic)]

mod targets;

use elbo_vi::{Advi, Error, Minibatches, Sampling};
use proptest::prelude::*;
use targets::Regression;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_row_is_seen_once_in_every_epoch(rows in 1usize..60, share in 0.0f64..1.0, seed: u64) {
        let size = 1 + (share * (rows - 1) as f64) as usize;
        let mut batches = Minibatches::new(rows, size, Sampling::Epochs, seed).unwrap();
        // As many batches as make a whole number of epochs.
        let stream: Vec<usize> = (0..rows).flat_map(|_| batches.draw().to_vec()).collect();
        prop_assert_eq!(stream.len(), rows * size);
        for epoch in stream.chunks_exact(rows) {
            let mut epoch = epoch.to_vec();
            epoch.sort_unstable();
            prop_assert!(epoch.iter().copied().eq(0..rows));
        }
    }

    #[test]
    fn all_batches_have_the_size_that_was_asked_for_and_rows_that_exist(
        rows in 1usize..40, share in 0.0f64..1.0, seed: u64,
    ) {
        let size = 1 + (share * (rows - 1) as f64) as usize;
        for sampling in [Sampling::Epochs, Sampling::WithReplacement] {
            let mut batches = Minibatches::new(rows, size, sampling, seed).unwrap();
            for _ in 0..20 {
                let batch = batches.draw();
                prop_assert_eq!(batch.len(), size);
                prop_assert!(batch.iter().all(|&row| row < rows));
            }
        }
    }
}

#[test]
fn epochs_are_shuffled_anew() {
    let mut batches = Minibatches::new(50, 50, Sampling::Epochs, 3).unwrap();
    let first = batches.draw().to_vec();
    let second = batches.draw().to_vec();
    assert_ne!(first, second);
    assert_ne!(first, (0..50).collect::<Vec<_>>());
}

#[test]
fn permutations_are_uniform() {
    // All 24 orders of 4 rows, 48,000 epochs, cut into batches of 3 so that batches straddle epochs. Chi-square with 23 degrees of
    // freedom is above 62.9 once in 70,000.
    let mut batches = Minibatches::new(4, 3, Sampling::Epochs, 12).unwrap();
    let stream: Vec<usize> = (0..64_000).flat_map(|_| batches.draw().to_vec()).collect();
    let mut counts = std::collections::HashMap::new();
    for epoch in stream.chunks_exact(4) {
        *counts.entry(epoch.to_vec()).or_insert(0u32) += 1;
    }
    assert_eq!(counts.len(), 24);
    let chi: f64 = counts.values().map(|&n| (f64::from(n) - 2000.0).powi(2) / 2000.0).sum();
    assert!(chi < 62.9, "{chi}");
}

#[test]
fn rows_with_replacement_are_uniform_and_independent_of_each_other() {
    // Pairs of consecutive rows: 9 cells, 90,000 pairs. Chi-square with 8 degrees of freedom is above 37 once in 90,000.
    let mut batches = Minibatches::new(3, 2, Sampling::WithReplacement, 4).unwrap();
    let mut counts = [0u32; 9];
    for _ in 0..90_000 {
        let batch = batches.draw();
        counts[3 * batch[0] + batch[1]] += 1;
    }
    let chi: f64 = counts.iter().map(|&n| (f64::from(n) - 10_000.0).powi(2) / 10_000.0).sum();
    assert!(chi < 37.0, "{chi}");
}

#[test]
fn a_batch_with_replacement_may_repeat_a_row_and_a_dividing_epoch_never_does() {
    let mut with = Minibatches::new(10, 10, Sampling::WithReplacement, 0).unwrap();
    let mut batch = with.draw().to_vec();
    batch.sort_unstable();
    batch.dedup();
    assert!(batch.len() < 10);
    let mut without = Minibatches::new(10, 5, Sampling::Epochs, 0).unwrap();
    for _ in 0..100 {
        let mut batch = without.draw().to_vec();
        batch.sort_unstable();
        batch.dedup();
        assert_eq!(batch.len(), 5);
    }
}

#[test]
fn a_batch_of_none_or_of_more_than_all_rows_is_refused() {
    for sampling in [Sampling::Epochs, Sampling::WithReplacement] {
        let more = Minibatches::new(10, 11, sampling, 0).unwrap_err();
        assert_eq!(more, Error::Batch { batch: 11, rows: 10 });
        assert!(more.to_string().contains("11") && more.to_string().contains("10"));
        assert!(matches!(Minibatches::new(10, 0, sampling, 0), Err(Error::Setting { name: "batch", .. })));
    }
    let failed = Advi::<_, f64>::new(Regression::small(20)).batches(21).run().unwrap_err();
    assert_eq!(failed.error, Error::Batch { batch: 21, rows: 20 });
    assert!(failed.partial.is_none());
}
