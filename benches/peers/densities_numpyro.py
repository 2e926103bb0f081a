"""Log densities and their gradients over 10,000 values in NumPyro (jit), a JSON line each.

densities_numpyro.py [seconds a figure] [f32 | f64] [part of a name]
"""
import json
import os
import sys

seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
number = sys.argv[2] if len(sys.argv) > 2 else ""
part = sys.argv[3] if len(sys.argv) > 3 else ""
os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
import numpy as np
import numpyro.distributions as dist

from densities import ROWS, SAMPLERS, VALUES, values
from graphs import windows

jax.config.update("jax_enable_x64", True)

BUILD = {
    "Normal": lambda p: dist.Normal(p["mu"], p["sigma"]),
    "StudentT": lambda p: dist.StudentT(p["nu"], p["mu"], p["sigma"]),
    "Laplace": lambda p: dist.Laplace(p["mu"], p["b"]),
    "VonMises": lambda p: dist.VonMises(p["mu"], p["kappa"]),
    "LogNormal": lambda p: dist.LogNormal(p["mu"], p["sigma"]),
    "Gamma": lambda p: dist.Gamma(p["alpha"], p["beta"]),
    "Weibull": lambda p: dist.Weibull(p["beta"], p["alpha"]),
    "Beta": lambda p: dist.Beta(p["alpha"], p["beta"]),
    "Poisson": lambda p: dist.Poisson(p["mu"]),
    "NegativeBinomial": lambda p: dist.NegativeBinomial2(p["mu"], p["alpha"]),
}

for name, (parameters, kind) in ROWS.items():
    if part not in name:
        continue
    for n, t in (("f64", jnp.float64), ("f32", jnp.float32)):
        if number not in ("", n):
            continue
        p = {k: jnp.asarray(v, t) for k, v in parameters.items()}
        x = jnp.asarray(values(kind), jnp.int64 if kind == "counts" else t)
        f = lambda p, x: jnp.sum(BUILD[name](p).log_prob(x))
        g = jax.jit(jax.value_and_grad(f, 0 if kind == "counts" else (0, 1)))
        value, slopes = g(p, x)
        norm = float(np.sqrt(sum(np.sum(np.asarray(s, np.float64) ** 2) for s in jax.tree.leaves(slopes))))
        best, median = windows(seconds, lambda: jax.block_until_ready(g(p, x)))
        print(json.dumps({"peer": "numpyro", "name": name, "number": n, "us": best, "us_median": median,
                          "value": float(value), "gradient_norm": norm}), flush=True)
rng = np.random.default_rng(1)
for name, draw in SAMPLERS.items():
    if part in name:
        best, median = windows(seconds, lambda: draw(rng, VALUES))
        print(json.dumps({"peer": "numpy", "sampler": name, "ns": best * 1e3 / VALUES, "ns_median": median * 1e3 / VALUES}), flush=True)
