//! The distributions over whole numbers.

use elbo_distributions::{
    Bernoulli, BetaBinomial, Binomial, Categorical, DiscreteUniform, DiscreteWeibull, Geometric,
    HyperGeometric, NegativeBinomial, OrderedLogistic, OrderedProbit, Poisson,
};

use super::entry::Entry;
use super::entry::Range::{Positive, Probability, Real, Reals, Rising, Simplex, Whole};

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
    Entry {
        name: "Binomial",
        parameters: &[("n", Whole(0, 300)), ("p", Probability)],
        build: |p| Box::new(Binomial::probability(p("n"), p("p"))),
    },
    Entry {
        name: "Binomial_logit",
        parameters: &[("n", Whole(0, 300)), ("logit_p", Real(-9.0, 9.0))],
        build: |p| Box::new(Binomial::logit(p("n"), p("logit_p"))),
    },
    Entry {
        name: "BetaBinomial",
        parameters: &[
            ("n", Whole(0, 200)),
            ("alpha", Positive(0.05, 300.0)),
            ("beta", Positive(0.05, 300.0)),
        ],
        build: |p| Box::new(BetaBinomial::new(p("n"), p("alpha"), p("beta"))),
    },
    Entry {
        name: "Poisson",
        parameters: &[("mu", Positive(0.003, 3000.0))],
        build: |p| Box::new(Poisson::new(p("mu"))),
    },
    Entry {
        name: "Poisson_log",
        parameters: &[("log_mu", Real(-8.0, 8.0))],
        build: |p| Box::new(Poisson::log_rate(p("log_mu"))),
    },
    Entry {
        name: "NegativeBinomial",
        parameters: &[("mu", Positive(0.03, 300.0)), ("alpha", Positive(0.1, 1000.0))],
        build: |p| Box::new(NegativeBinomial::new(p("mu"), p("alpha"))),
    },
    Entry {
        name: "NegativeBinomial_trials",
        parameters: &[("n", Positive(0.1, 30.0)), ("p", Probability)],
        build: |p| Box::new(NegativeBinomial::trials(p("n"), p("p"))),
    },
    Entry {
        name: "Geometric",
        parameters: &[("p", Probability)],
        build: |p| Box::new(Geometric::new(p("p"))),
    },
    Entry {
        name: "HyperGeometric",
        parameters: &[("N", Whole(250, 300)), ("k", Whole(0, 250)), ("n", Whole(0, 250))],
        // No larger than the population, wherever the ranges lead.
        build: |p| Box::new(HyperGeometric::new(p("N"), p("k").min(p("N")), p("n").min(p("N")))),
    },
    Entry {
        name: "DiscreteUniform",
        parameters: &[("lower", Whole(0, 20)), ("upper", Whole(20_000, 20_400))],
        build: |p| Box::new(DiscreteUniform::new(p("lower"), p("upper"))),
    },
    Entry {
        name: "DiscreteWeibull",
        parameters: &[("q", Probability), ("beta", Positive(0.6, 4.0))],
        build: |p| Box::new(DiscreteWeibull::new(p("q"), p("beta"))),
    },
    Entry {
        name: "OrderedLogistic",
        parameters: &[("eta", Real(-5.0, 5.0)), ("cutpoints", Rising(4, 0.01, 5.0))],
        build: |p| Box::new(OrderedLogistic::new(p("eta"), p("cutpoints"))),
    },
    Entry {
        name: "OrderedProbit",
        parameters: &[("eta", Real(-5.0, 5.0)), ("cutpoints", Rising(4, 0.01, 3.0))],
        build: |p| Box::new(OrderedProbit::new(p("eta"), p("cutpoints"))),
    },
];
