"""Log densities and their gradients over 10,000 values in PyMC (PyTensor, its default linker), a JSON line each.

densities_pymc.py [seconds a figure] [f32 | f64] [part of a name]
"""
import json
import os
import sys

seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
number = sys.argv[2] if len(sys.argv) > 2 else ""
part = sys.argv[3] if len(sys.argv) > 3 else ""
os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt

from densities import ROWS, values
from graphs import windows

BUILD = {
    "Normal": lambda p: pm.Normal.dist(p["mu"], p["sigma"]),
    "StudentT": lambda p: pm.StudentT.dist(nu=p["nu"], mu=p["mu"], sigma=p["sigma"]),
    "Laplace": lambda p: pm.Laplace.dist(p["mu"], p["b"]),
    "VonMises": lambda p: pm.VonMises.dist(p["mu"], p["kappa"]),
    "LogNormal": lambda p: pm.LogNormal.dist(p["mu"], p["sigma"]),
    "Gamma": lambda p: pm.Gamma.dist(alpha=p["alpha"], beta=p["beta"]),
    "Weibull": lambda p: pm.Weibull.dist(alpha=p["alpha"], beta=p["beta"]),
    "Beta": lambda p: pm.Beta.dist(alpha=p["alpha"], beta=p["beta"]),
    "Poisson": lambda p: pm.Poisson.dist(p["mu"]),
    "NegativeBinomial": lambda p: pm.NegativeBinomial.dist(mu=p["mu"], alpha=p["alpha"]),
}

for name, (parameters, kind) in ROWS.items():
    # One precision: PyTensor's is a setting of the process.
    if part not in name or number == "f32":
        continue
    p = {k: pt.dscalar(k) for k in parameters}
    x = pt.lvector("x") if kind == "counts" else pt.dvector("x")
    value = pm.logp(BUILD[name](p), x).sum()
    wrt = list(p.values()) + ([] if kind == "counts" else [x])
    f = pytensor.function(list(p.values()) + [x], [value] + pytensor.grad(value, wrt))
    f.trust_input = True
    given = [np.asarray(v, np.float64) for v in parameters.values()]
    given.append(values(kind).astype(np.int64 if kind == "counts" else np.float64))
    found = f(*given)
    norm = float(np.sqrt(sum(np.sum(np.square(s)) for s in found[1:])))
    best, median = windows(seconds, lambda: f(*given))
    print(json.dumps({"peer": "pymc", "name": name, "number": "f64", "us": best, "us_median": median,
                      "value": float(found[0]), "gradient_norm": norm}), flush=True)
