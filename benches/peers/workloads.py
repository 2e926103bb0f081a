"""The job that every peer does, and the one function that scores them all.

A network of 2-5-5-1 tanh units without biases, N(0, 1) priors on its 40 weights and a Bernoulli likelihood, on
half of scikit-learn's moons (scaled, then split with random_state=42). Weights are w0, w1, w2, each row-major.
"""

import argparse
import json
import os
import platform
import resource
import time

import numpy as np

SHAPES = {"w0": (2, 5), "w1": (5, 5), "w2": (5,)}
# name: steps, rows a batch
SPECS = {"full": (30_000, None), "batch": (40_000, 50), "predict": (30_000, None)}


def moons(dtype="float64"):
    from sklearn.datasets import make_moons
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import scale

    X, y = make_moons(noise=0.2, random_state=0, n_samples=1000)
    Xtr, Xte, ytr, yte = train_test_split(scale(X).astype(dtype), y.astype(dtype), test_size=0.5, random_state=42)
    return Xtr, ytr, Xte, yte


def init_weights(seed, dtype="float64"):
    """Standard normal draws."""
    rng = np.random.default_rng(9927 + seed)
    return {k: rng.standard_normal(s).astype(dtype) for k, s in SHAPES.items()}


def grid(dtype="float64"):
    """10,000 points."""
    g = np.mgrid[-3:3:100j, -3:3:100j]
    return np.ascontiguousarray(g.reshape(2, -1).T).astype(dtype)


def logits(z, X):
    w0, w1, w2 = z[:10].reshape(2, 5), z[10:35].reshape(5, 5), z[35:]
    return np.tanh(np.tanh(X @ w0) @ w1) @ w2


def score(mu, sd, seed=0, draws=1000):
    """A fresh ELBO in nats on all training rows (the KL to the prior is exact, the rest a mean over draws) with its
    Monte Carlo error, and accuracy and log loss of the mean of 500 predictive draws on the held-out rows."""
    Xtr, ytr, Xte, yte = moons()
    mu, sd = np.asarray(mu, "float64").ravel(), np.asarray(sd, "float64").ravel()
    Z = mu + np.random.default_rng(1234 + seed).standard_normal((draws, mu.size)) * sd
    kl = 0.5 * float((sd**2).sum() + mu @ mu - mu.size) - float(np.log(sd).sum())
    ll = np.array([(ytr * f - np.logaddexp(0.0, f)).sum() for f in (logits(z, Xtr) for z in Z)])
    p = np.clip(np.mean([1.0 / (1.0 + np.exp(-logits(z, Xte))) for z in Z[:500]], axis=0), 1e-12, 1 - 1e-12)
    return dict(
        elbo=round(float(ll.mean()) - kl, 3),
        elbo_mcse=round(float(ll.std(ddof=1) / draws**0.5), 3),
        accuracy=round(float(((p > 0.5) == (yte > 0.5)).mean()), 4),
        log_loss=round(float(-(yte * np.log(p) + (1 - yte) * np.log1p(-p)).mean()), 4),
    )


def median_time(fn, least=3, budget=20.0):
    """Median seconds of fn() after one warm-up call."""
    fn()
    times, end = [], time.perf_counter() + budget
    while len(times) < least or (len(times) < 30 and time.perf_counter() < end):
        t = time.perf_counter()
        fn()
        times.append(time.perf_counter() - t)
    return float(np.median(times))


def emit(**record):
    record["peak_rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    record["python"] = platform.python_version()
    if os.environ.get("PEERS_T0"):
        record["seconds_since_start"] = time.time() - float(os.environ["PEERS_T0"])
    for k, v in record.items():
        if isinstance(v, float) and k.startswith("seconds"):
            record[k] = round(v, 5)
    print(json.dumps(record), flush=True)


def args():
    ap = argparse.ArgumentParser()
    ap.add_argument("job", choices=list(SPECS))
    ap.add_argument("--dtype", default="float64", choices=["float32", "float64"])
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--variant", default="", help="NumPyro: plate or gather; PyMC: adam")
    ap.add_argument("--steps", type=int, default=None, help="fewer steps, for a trial run")
    a = ap.parse_args()
    a.usual_steps, a.batch = SPECS[a.job]
    a.steps = a.steps or a.usual_steps
    return a
