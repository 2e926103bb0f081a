#!/usr/bin/env python3
"""The log density of a multivariate normal distribution and its gradient by mean and covariance, f64, one thread: the library beside
JAX (jit, CPU), in turns, in one run.

    cargo build --release -p elbo-tensor-ad --example matrices
    python3 benches/peers/mvnormal.py target/release/examples/matrices [n]

Prints the best window of about a millisecond of each, the median, and the ratio. JAX has its inputs on its device already and hands over
nothing; the gradient by the covariance is symmetric there and lower triangular here, which is the same numbers.
"""

import json
import os
import subprocess
import sys
import time

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"
import jax
import jax.numpy as jnp
import jax.scipy.linalg as jsl
import numpy

jax.config.update("jax_enable_x64", True)
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
binary, n = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200

i, j = numpy.indices((n, n))
at = numpy.sin((i * 31 + j * 17) * 0.731) / n
covariance = jnp.asarray(at + at.T + 3 * numpy.eye(n))
x, mean = jnp.sin(jnp.arange(n, dtype=float)), jnp.zeros(n)


def density(mean, covariance):
    factor = jnp.linalg.cholesky(covariance)
    white = jsl.solve_triangular(factor, x - mean, lower=True)
    return -0.5 * jnp.sum(white**2) - jnp.sum(jnp.log(jnp.diag(factor))) - 0.5 * n * jnp.log(2 * jnp.pi)


step = jax.jit(jax.value_and_grad(density, argnums=(0, 1)))
value, (by_mean, by_covariance) = jax.block_until_ready(step(mean, covariance))
below = numpy.tril(by_covariance + by_covariance.T, -1) + numpy.diag(numpy.diag(by_covariance))


def windows(seconds):
    """Microseconds a call in windows of about a millisecond, of one call at least: as long as the library's."""
    begin = time.perf_counter()
    for _ in range(10):
        jax.block_until_ready(step(mean, covariance))
    calls = max(1, int(1e-3 / ((time.perf_counter() - begin) / 10)))
    times, start = [], time.perf_counter()
    while time.perf_counter() - start < seconds:
        begin = time.perf_counter()
        for _ in range(calls):
            result = step(mean, covariance)
        jax.block_until_ready(result)
        times.append((time.perf_counter() - begin) / calls * 1e6)
    return times


ours, theirs = [], []
for _ in range(5):
    ours.append(json.loads(subprocess.run([binary, "density", str(n), "1"], capture_output=True, text=True, check=True).stdout))
    theirs += windows(1.0)
assert abs(ours[0]["value"] - value) < 1e-9 * abs(value), (ours[0]["value"], value)
norm = numpy.linalg.norm(below)
assert abs(ours[0]["gradient_norm"] - norm) < 1e-9 * norm, (ours[0]["gradient_norm"], norm)
best = min(o["best_us"] for o in ours), min(theirs)
median = sorted(o["median_us"] for o in ours)[2], sorted(theirs)[len(theirs) // 2]
print(f"| n | library best us | median | JAX {jax.__version__} best us | median | ratio of the best |")
print(f"| {n} | {best[0]:.0f} | {median[0]:.0f} | {best[1]:.0f} | {median[1]:.0f} | {best[1] / best[0]:.2f} |")
