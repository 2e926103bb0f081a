//! The continuous distributions over numbers.

use elbo_distributions::{
    AsymmetricLaplace, Beta, Cauchy, ChiSquared, ExGaussian, Exponential, Gamma, Gumbel, HalfCauchy,
    HalfNormal, HalfStudentT, InverseGamma, Kumaraswamy, Laplace, LogNormal, Logistic, LogitNormal, Moyal,
    Normal, Pareto, Rice, SkewNormal, StudentT, Triangular, TruncatedNormal, Uniform, VonMises, Wald,
    Weibull,
};

use super::entry::Entry;
use super::entry::Range::{Above, Between, Middle, Positive, Real};

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
    Entry {
        name: "LogNormal",
        parameters: &[("mu", Real(-5.0, 5.0)), ("sigma", Positive(0.1, 2.0))],
        build: |p| Box::new(LogNormal::new(p("mu"), p("sigma"))),
    },
    Entry {
        name: "Cauchy",
        parameters: &[("alpha", Real(-5.0, 5.0)), ("beta", Positive(0.03, 30.0))],
        build: |p| Box::new(Cauchy::new(p("alpha"), p("beta"))),
    },
    Entry {
        name: "HalfCauchy",
        parameters: &[("beta", Positive(0.03, 30.0))],
        build: |p| Box::new(HalfCauchy::new(p("beta"))),
    },
    Entry {
        name: "Laplace",
        parameters: &[("mu", Real(-5.0, 5.0)), ("b", Positive(0.03, 30.0))],
        build: |p| Box::new(Laplace::new(p("mu"), p("b"))),
    },
    Entry {
        name: "AsymmetricLaplace",
        parameters: &[("kappa", Positive(0.2, 5.0)), ("mu", Real(-5.0, 5.0)), ("b", Positive(0.1, 10.0))],
        build: |p| Box::new(AsymmetricLaplace::new(p("kappa"), p("mu"), p("b"))),
    },
    Entry {
        name: "Logistic",
        parameters: &[("mu", Real(-5.0, 5.0)), ("s", Positive(0.03, 30.0))],
        build: |p| Box::new(Logistic::new(p("mu"), p("s"))),
    },
    Entry {
        name: "LogitNormal",
        parameters: &[("mu", Real(-3.0, 3.0)), ("sigma", Positive(0.1, 3.0))],
        build: |p| Box::new(LogitNormal::new(p("mu"), p("sigma"))),
    },
    Entry {
        name: "Exponential",
        parameters: &[("lam", Positive(0.03, 30.0))],
        build: |p| Box::new(Exponential::new(p("lam"))),
    },
    Entry {
        name: "Weibull",
        parameters: &[("alpha", Positive(0.4, 20.0)), ("beta", Positive(0.03, 30.0))],
        build: |p| Box::new(Weibull::new(p("alpha"), p("beta"))),
    },
    Entry {
        name: "Pareto",
        parameters: &[("alpha", Positive(0.5, 50.0)), ("m", Positive(0.03, 30.0))],
        build: |p| Box::new(Pareto::new(p("alpha"), p("m"))),
    },
    Entry {
        name: "Gumbel",
        parameters: &[("mu", Real(-5.0, 5.0)), ("beta", Positive(0.03, 30.0))],
        build: |p| Box::new(Gumbel::new(p("mu"), p("beta"))),
    },
    Entry {
        name: "Kumaraswamy",
        parameters: &[("a", Positive(0.3, 30.0)), ("b", Positive(0.3, 30.0))],
        build: |p| Box::new(Kumaraswamy::new(p("a"), p("b"))),
    },
    Entry {
        name: "Uniform",
        parameters: &[("lower", Real(-5.0, 5.0)), ("upper", Above("lower", 0.03, 30.0))],
        build: |p| Box::new(Uniform::new(p("lower"), p("upper"))),
    },
    Entry {
        name: "Triangular",
        parameters: &[
            ("lower", Real(-5.0, 5.0)),
            ("upper", Above("lower", 0.03, 30.0)),
            ("c", Between("lower", "upper")),
        ],
        build: |p| Box::new(Triangular::new(p("lower"), p("c"), p("upper"))),
    },
    Entry {
        name: "Moyal",
        parameters: &[("mu", Real(-5.0, 5.0)), ("sigma", Positive(0.03, 30.0))],
        build: |p| Box::new(Moyal::new(p("mu"), p("sigma"))),
    },
    Entry {
        name: "HalfStudentT",
        parameters: &[("nu", Positive(0.5, 1000.0)), ("sigma", Positive(0.03, 30.0))],
        build: |p| Box::new(HalfStudentT::new(p("nu"), p("sigma"))),
    },
    Entry {
        name: "InverseGamma",
        parameters: &[("alpha", Positive(0.5, 100.0)), ("beta", Positive(0.03, 30.0))],
        build: |p| Box::new(InverseGamma::new(p("alpha"), p("beta"))),
    },
    Entry {
        name: "ChiSquared",
        parameters: &[("nu", Positive(0.4, 200.0))],
        build: |p| Box::new(ChiSquared::new(p("nu"))),
    },
    Entry {
        name: "Beta",
        parameters: &[("alpha", Positive(0.2, 100.0)), ("beta", Positive(0.2, 100.0))],
        build: |p| Box::new(Beta::new(p("alpha"), p("beta"))),
    },
    Entry {
        name: "Beta_mean_nu",
        parameters: &[("mu", Middle), ("nu", Positive(4.0, 500.0))],
        build: |p| Box::new(Beta::mean_nu(p("mu"), p("nu"))),
    },
    Entry {
        // The standard deviation as a share of half the largest that the mean allows.
        name: "Beta_mean_sd",
        parameters: &[("mu", Middle), ("share", Middle)],
        build: |p| {
            let (mu, share) = (p("mu"), p("share"));
            // One that underflows to 0 is none.
            let sigma = (0.5 * share * (&mu * (1.0 - &mu)).sqrt()).max(1e-300);
            Box::new(Beta::mean_sd(mu, sigma))
        },
    },
    Entry {
        name: "TruncatedNormal",
        parameters: &[
            ("mu", Real(-5.0, 5.0)),
            ("sigma", Positive(0.03, 30.0)),
            ("lower", Real(-5.0, 5.0)),
            ("upper", Above("lower", 0.03, 30.0)),
        ],
        build: |p| Box::new(TruncatedNormal::new(p("mu"), p("sigma"), p("lower"), p("upper"))),
    },
    Entry {
        name: "SkewNormal",
        parameters: &[("mu", Real(-5.0, 5.0)), ("sigma", Positive(0.03, 30.0)), ("alpha", Real(-8.0, 8.0))],
        build: |p| Box::new(SkewNormal::new(p("mu"), p("sigma"), p("alpha"))),
    },
    Entry {
        name: "ExGaussian",
        parameters: &[("mu", Real(-5.0, 5.0)), ("sigma", Positive(0.1, 10.0)), ("nu", Positive(0.1, 10.0))],
        build: |p| Box::new(ExGaussian::new(p("mu"), p("sigma"), p("nu"))),
    },
    Entry {
        name: "Wald",
        parameters: &[("mu", Positive(0.1, 10.0)), ("lam", Positive(0.1, 30.0))],
        build: |p| Box::new(Wald::new(p("mu"), p("lam"))),
    },
    Entry {
        name: "Rice",
        parameters: &[("nu", Positive(0.1, 20.0)), ("sigma", Positive(0.3, 10.0))],
        build: |p| Box::new(Rice::new(p("nu"), p("sigma"))),
    },
    Entry {
        name: "VonMises",
        parameters: &[("mu", Real(-3.0, 3.0)), ("kappa", Positive(0.05, 300.0))],
        build: |p| Box::new(VonMises::new(p("mu"), p("kappa"))),
    },
];
