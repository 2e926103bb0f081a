//! The continuous distributions over numbers.

use elbo_distributions::{Gamma, HalfNormal, Normal, StudentT};

use super::entry::Entry;
use super::entry::Range::{Positive, Real};

pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "Normal",
        parameters: &[("mu", Real(-5.0, 5.0)), ("sigma", Positive(0.03, 30.0))],
        build: |p| Box::new(Normal::new(p("mu"), p("sigma"))),
    },
    Entry {
        name: "HalfNormal",
        parameters: &[("sigma", Positive(0.03, 30.0))],
        build: |p| Box::new(HalfNormal::new(p("sigma"))),
    },
    Entry {
        name: "StudentT",
        parameters: &[
            ("nu", Positive(0.5, 1000.0)),
            ("mu", Real(-5.0, 5.0)),
            ("sigma", Positive(0.03, 30.0)),
        ],
        build: |p| Box::new(StudentT::new(p("nu"), p("mu"), p("sigma"))),
    },
    Entry {
        name: "Gamma",
        parameters: &[("alpha", Positive(0.2, 100.0)), ("beta", Positive(0.03, 30.0))],
        build: |p| Box::new(Gamma::new(p("alpha"), p("beta"))),
    },
];
