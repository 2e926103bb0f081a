//! The distributions over whole numbers.

use elbo_distributions::{Bernoulli, Categorical};

use super::entry::Entry;
use super::entry::Range::{Probability, Real, Reals, Simplex};

pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "Bernoulli",
        parameters: &[("p", Probability)],
        build: |p| Box::new(Bernoulli::probabilities(p("p"))),
    },
    Entry {
        name: "Bernoulli_logit",
        parameters: &[("logit_p", Real(-20.0, 20.0))],
        build: |p| Box::new(Bernoulli::logits(p("logit_p"))),
    },
    Entry {
        name: "Categorical",
        parameters: &[("p", Simplex(4))],
        build: |p| Box::new(Categorical::probabilities(p("p"))),
    },
    Entry {
        name: "Categorical_logit",
        parameters: &[("logit_p", Reals(4, -8.0, 8.0))],
        build: |p| Box::new(Categorical::logits(p("logit_p"))),
    },
];
