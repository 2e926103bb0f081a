//! Priors of one weight.

use elbo_distributions::{NormalScaleMixture, SpikeAndSlab};

use super::entry::Entry;
use super::entry::Range::{Positive, Positives, Probability, Simplex};

pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "SpikeAndSlab",
        parameters: &[("pi", Probability), ("sigma1", Positive(0.3, 10.0)), ("sigma2", Positive(0.03, 1.0))],
        build: |p| Box::new(SpikeAndSlab::new(p("pi"), p("sigma1"), p("sigma2"))),
    },
    Entry {
        name: "NormalScaleMixture",
        parameters: &[("w", Simplex(3)), ("sigma", Positives(3, 0.1, 10.0))],
        build: |p| Box::new(NormalScaleMixture::new(p("w"), p("sigma"))),
    },
];
