//! Distributions made from others: truncated, censored, mixed, transformed, zero-inflated.

use elbo_distributions::{
    Bijector, Censored, Exponential, Folded, Hurdle, HurdleNegativeBinomial, HurdlePoisson, Inner,
    Interpolated, Logistic, Mixture, MixtureSameFamily, NegativeBinomial, Normal, Poisson, StudentT,
    Transformed, Truncated, ZeroInflatedBinomial, ZeroInflatedNegativeBinomial, ZeroInflatedPoisson,
};

use super::entry::Entry;
use super::entry::Range::{
    Above, Fixed, Positive, Positives, Probability, Real, Reals, Rising, Simplex, Whole,
};

pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "Truncated_Normal",
        parameters: &[
            ("mu", Real(-1.0, 1.0)),
            ("sigma", Positive(0.5, 2.0)),
            ("lower", Real(-2.0, 1.0)),
            ("upper", Above("lower", 0.5, 5.0)),
        ],
        build: |p| Box::new(Truncated::new(Normal::new(p("mu"), p("sigma")), p("lower"), p("upper"))),
    },
    Entry {
        name: "Truncated_Logistic_above",
        parameters: &[("mu", Real(-2.0, 2.0)), ("s", Positive(0.3, 3.0)), ("lower", Real(-3.0, 5.0))],
        build: |p| Box::new(Truncated::new(Logistic::new(p("mu"), p("s")), p("lower"), f64::INFINITY)),
    },
    Entry {
        name: "Truncated_Poisson",
        parameters: &[("mu", Positive(0.3, 90.0)), ("lower", Whole(0, 6)), ("upper", Fixed(6060.0))],
        build: |p| Box::new(Truncated::new(Poisson::new(p("mu")), p("lower"), p("upper"))),
    },
    Entry {
        name: "Censored_Poisson",
        parameters: &[("mu", Positive(0.3, 30.0))],
        build: |p| Box::new(Censored::new(Poisson::new(p("mu")), 2.0, 11.0)),
    },
    Entry {
        name: "Folded_Normal",
        parameters: &[("mu", Real(-3.0, 3.0)), ("sigma", Positive(0.2, 5.0))],
        build: |p| Box::new(Folded::new(Normal::new(p("mu"), p("sigma")))),
    },
    Entry {
        name: "Transformed_affine",
        parameters: &[("nu", Positive(2.5, 50.0)), ("shift", Real(-3.0, 3.0)), ("scale", Positive(0.2, 5.0))],
        build: |p| {
            let affine = Bijector::Affine { shift: p("shift"), scale: p("scale") };
            Box::new(Transformed::new(StudentT::new(p("nu"), 0.0, 1.0), affine))
        },
    },
    Entry {
        name: "Transformed_falling",
        parameters: &[("mu", Real(-1.0, 1.0)), ("sigma", Positive(0.2, 2.0)), ("upper", Real(-3.0, 3.0))],
        build: |p| {
            Box::new(Transformed::new(
                Normal::new(p("mu"), p("sigma")),
                Bijector::Below { upper: p("upper") },
            ))
        },
    },
    Entry {
        name: "Transformed_sigmoid",
        parameters: &[("mu", Real(-2.0, 2.0)), ("sigma", Positive(0.3, 2.0))],
        build: |p| Box::new(Transformed::new(Normal::new(p("mu"), p("sigma")), Bijector::Sigmoid)),
    },
    Entry {
        name: "Mixture",
        parameters: &[
            ("w", Simplex(3)),
            ("mu", Real(-5.0, 5.0)),
            ("sigma", Positive(0.3, 3.0)),
            ("nu", Positive(2.5, 30.0)),
            ("lam", Positive(0.2, 5.0)),
        ],
        build: |p| {
            let parts: Vec<Inner> = vec![
                Normal::new(p("mu"), p("sigma")).into(),
                StudentT::new(p("nu"), 1.0, 1.0).into(),
                Normal::new(2.0, p("lam")).into(),
            ];
            Box::new(Mixture::new(p("w"), parts))
        },
    },
    Entry {
        name: "Mixture_counts",
        parameters: &[("w", Simplex(2)), ("mu", Positive(0.3, 9.0)), ("alpha", Positive(0.4, 20.0))],
        build: |p| {
            let parts: Vec<Inner> =
                vec![Poisson::new(p("mu")).into(), NegativeBinomial::new(20.0, p("alpha")).into()];
            Box::new(Mixture::new(p("w"), parts))
        },
    },
    Entry {
        name: "NormalMixture",
        parameters: &[("w", Simplex(3)), ("mu", Reals(3, -5.0, 5.0)), ("sigma", Positives(3, 0.3, 3.0))],
        build: |p| Box::new(MixtureSameFamily::new(p("w"), Normal::new(p("mu"), p("sigma")))),
    },
    Entry {
        name: "ExponentialMixture",
        parameters: &[("w", Simplex(2)), ("lam", Positives(2, 0.2, 5.0))],
        build: |p| Box::new(MixtureSameFamily::new(p("w"), Exponential::new(p("lam")))),
    },
    Entry {
        name: "ZeroInflatedPoisson",
        parameters: &[("psi", Probability), ("mu", Positive(0.03, 300.0))],
        build: |p| Box::new(ZeroInflatedPoisson::new(p("psi"), p("mu"))),
    },
    Entry {
        name: "ZeroInflatedBinomial",
        parameters: &[("psi", Probability), ("n", Whole(1, 90)), ("p", Probability)],
        build: |p| Box::new(ZeroInflatedBinomial::new(p("psi"), p("n"), p("p"))),
    },
    Entry {
        name: "ZeroInflatedNegativeBinomial",
        parameters: &[("psi", Probability), ("mu", Positive(0.03, 300.0)), ("alpha", Positive(0.1, 1000.0))],
        build: |p| Box::new(ZeroInflatedNegativeBinomial::new(p("psi"), p("mu"), p("alpha"))),
    },
    Entry {
        name: "HurdlePoisson",
        parameters: &[("psi", Probability), ("mu", Positive(0.03, 300.0))],
        build: |p| Box::new(HurdlePoisson::new(p("psi"), p("mu"))),
    },
    Entry {
        name: "HurdleNegativeBinomial",
        parameters: &[("psi", Probability), ("mu", Positive(0.03, 300.0)), ("alpha", Positive(0.1, 1000.0))],
        build: |p| Box::new(HurdleNegativeBinomial::new(p("psi"), p("mu"), p("alpha"))),
    },
    Entry {
        name: "Hurdle_of_whole_normal",
        parameters: &[("psi", Probability), ("mu", Positive(0.5, 40.0)), ("n", Fixed(60.0))],
        build: |p| {
            let counts = Truncated::new(Poisson::new(p("mu")), 0.0, p("n"));
            Box::new(Hurdle::new(counts, p("psi")))
        },
    },
    Entry {
        name: "Interpolated",
        parameters: &[("x_points", Rising(5, 0.1, 3.0)), ("pdf_points", Positives(5, 0.05, 5.0))],
        build: |p| Box::new(Interpolated::new(p("x_points"), p("pdf_points"))),
    },
];
