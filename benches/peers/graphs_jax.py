"""Value and gradient of the functions of benches/src/graphs.rs in JAX, a JSON line each.

graphs_jax.py [seconds a figure] [f32 | f64] [part of a name] [threads]
"""
import json
import os
import sys
import time

seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
number = sys.argv[2] if len(sys.argv) > 2 else ""
part = sys.argv[3] if len(sys.argv) > 3 else ""
threads = int(sys.argv[4]) if len(sys.argv) > 4 else 1
if threads == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np

import graphs

jax.config.update("jax_enable_x64", True)


def network(p, d, last):
    layer = d["x"]
    depth = len(p) // 2
    for i in range(depth):
        layer = layer @ p[f"w{i}"] + p[f"b{i}"]
        if i + 1 < depth:
            layer = jnp.tanh(layer)
    if last == 1:
        z = layer[:, 0]
        return jnp.sum(d["y"] * z - jax.nn.softplus(z))
    return jnp.sum(d["y"] * layer) - jnp.sum(jax.nn.logsumexp(layer, axis=1))


def hierarchical(p, d, _):
    g = d["group"]
    ln = p["log_scales"]
    normal = lambda r, l: -0.5 * (r * jnp.exp(-l)) ** 2 - l
    mean = p["intercept"][g] + p["slope"][g] * d["x"]
    return (
        jnp.sum(normal(d["y"] - mean, ln[0]))
        + jnp.sum(normal(p["intercept"] - p["means"][0], ln[1]))
        + jnp.sum(normal(p["slope"] - p["means"][1], ln[2]))
    )


def mvnormal(p, d, _):
    chol = jnp.linalg.cholesky(p["covariance"])
    z = jax.scipy.linalg.solve_triangular(chol, d["x"] - p["mean"], lower=True)
    return -0.5 * jnp.sum(z**2) - jnp.sum(jnp.log(jnp.diag(chol)))


def lenet(p, d, _):
    conv = lambda x, w: jax.lax.conv_general_dilated(x, w, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    pool = lambda x: jax.lax.reduce_window(x, 0.0, jax.lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "VALID") / 4
    h = pool(jnp.tanh(conv(d["x"], p["k0"]) + p["c0"]))
    h = pool(jnp.tanh(conv(h, p["k1"]) + p["c1"]))
    h = h.reshape(h.shape[0], -1)
    for i in range(3):
        h = h @ p[f"w{i}"] + p[f"b{i}"]
        if i < 2:
            h = jnp.tanh(h)
    return jnp.sum(d["y"] * h) - jnp.sum(jax.nn.logsumexp(h, axis=1))


KINDS = {"network": network, "hierarchical": hierarchical, "mvnormal": mvnormal, "lenet": lenet}

for f in graphs.functions():
    if part not in f["name"]:
        continue
    for kind in ["f64", "f32"]:
        if number not in ("", kind):
            continue
        dtype = np.float64 if kind == "f64" else np.float32
        cast = lambda a: jnp.asarray(a if a.dtype.kind == "i" else a.astype(dtype))
        p = {k: cast(v) for k, v in f["parameters"].items()}
        d = {k: cast(v) for k, v in f["data"].items()}
        function = jax.jit(jax.value_and_grad(lambda p, d: KINDS[f["kind"]](p, d, f["last"])))
        start = time.perf_counter()
        compiled = function.lower(p, d).compile()
        compile_ms = (time.perf_counter() - start) * 1e3
        call = lambda: jax.block_until_ready(function(p, d))
        value, gradient = call()
        memory = compiled.memory_analysis()
        norm = float(np.sqrt(sum(np.sum(np.asarray(g, dtype=np.float64) ** 2) for g in gradient.values())))
        best, median = graphs.windows(seconds, call)
        print(json.dumps({
            "peer": "jax", "threads": threads, "name": f["name"], "number": kind, "us": best, "us_median": median,
            "compile_ms": compile_ms, "temp_bytes": getattr(memory, "temp_size_in_bytes", None),
            "value": float(value), "gradient_norm": norm,
        }), flush=True)
