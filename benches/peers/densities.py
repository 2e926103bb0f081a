"""The log densities and samplers of benches/src/densities.rs: names, parameters, values."""
import numpy as np

VALUES = 10_000
ROWS = {
    "Normal": ({"mu": 0.3, "sigma": 1.2}, "line"),
    "StudentT": ({"nu": 4.0, "mu": 0.3, "sigma": 1.2}, "line"),
    "Laplace": ({"mu": 0.3, "b": 1.2}, "line"),
    "VonMises": ({"mu": 0.3, "kappa": 2.0}, "line"),
    "LogNormal": ({"mu": 0.3, "sigma": 1.2}, "positive"),
    "Gamma": ({"alpha": 2.5, "beta": 1.2}, "positive"),
    "Weibull": ({"alpha": 1.5, "beta": 2.0}, "positive"),
    "Beta": ({"alpha": 2.5, "beta": 1.2}, "unit"),
    "Poisson": ({"mu": 4.0}, "counts"),
    "NegativeBinomial": ({"mu": 4.0, "alpha": 2.5}, "counts"),
}


def values(kind):
    u = 0.001 + 0.998 * np.modf(0.6180339887498949 * np.arange(1, VALUES + 1))[0]
    return {"line": 6 * u - 3, "positive": 0.05 + 4 * u, "unit": u, "counts": np.floor(12 * u)}[kind]


# NumPy's Generator in the same parameters.
SAMPLERS = {
    "Normal": lambda r, n: r.normal(0.3, 1.2, n),
    "StudentT": lambda r, n: 0.3 + 1.2 * r.standard_t(4.0, n),
    "Laplace": lambda r, n: r.laplace(0.3, 1.2, n),
    "VonMises": lambda r, n: r.vonmises(0.3, 2.0, n),
    "LogNormal": lambda r, n: r.lognormal(0.3, 1.2, n),
    "Gamma": lambda r, n: r.gamma(2.5, 1 / 1.2, n),
    "Weibull": lambda r, n: 2.0 * r.weibull(1.5, n),
    "Beta": lambda r, n: r.beta(2.5, 1.2, n),
    "Poisson": lambda r, n: r.poisson(4.0, n),
    "NegativeBinomial": lambda r, n: r.negative_binomial(2.5, 2.5 / 6.5, n),
}
