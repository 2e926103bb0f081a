"""PyMC: mean-field ADVI over all rows or over minibatches, and prediction. Prints one JSON line.

As pip installs it, with its default optimiser (adagrad_window, 1e-3), or Adam(1e-2) with --variant adam.
"""

import logging
import os
import time
import warnings

import workloads as W

a = W.args()
os.environ["PYTENSOR_FLAGS"] = ",".join(filter(None, [os.environ.get("PYTENSOR_FLAGS"), f"floatX={a.dtype}"]))
warnings.filterwarnings("ignore")

t_import = time.perf_counter()
import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt

logging.getLogger("pymc").setLevel(logging.ERROR)
t_import = time.perf_counter() - t_import


def build(X, y):
    start = W.init_weights(a.seed, a.dtype)
    with pm.Model() as model:
        if a.batch:
            x_in, y_in = pm.Minibatch(X, y, batch_size=a.batch)
        else:
            x_in, y_in = pm.Data("ann_input", X), pm.Data("ann_output", y)
        w0, w1, w2 = (pm.Normal(k, 0, sigma=1, initval=start[k], shape=s) for k, s in W.SHAPES.items())
        p = pm.math.sigmoid(pm.math.dot(pm.math.tanh(pm.math.dot(pm.math.tanh(pm.math.dot(x_in, w0)), w1)), w2))
        pm.Bernoulli("out", p, observed=y_in, **({"total_size": len(X)} if a.batch else {}))
    return model, p


def main():
    X, y, Xte, yte = W.moons(a.dtype)
    t0 = time.perf_counter()
    model, p = build(X, y)
    optimiser = {"obj_optimizer": pm.adam(learning_rate=1e-2)} if a.variant == "adam" else {}
    with model:
        fit = pm.ADVI(random_seed=a.seed)
        fit.fit(1, progressbar=False, **optimiser)  # compiles, one step
        t1 = time.perf_counter()
        fit.refine(a.steps - 1, progressbar=False)
    t2 = time.perf_counter()
    record = dict(
        peer="pymc", version=pm.__version__, backend=f"pytensor {pytensor.__version__}", job=a.job, dtype=a.dtype,
        seed=a.seed, optimiser="adam(1e-2)" if a.variant == "adam" else "adagrad_window(1e-3)", steps=a.steps,
        seconds_import=t_import, seconds_compile=t1 - t0, seconds_fit=t2 - t1,
    )
    if a.job == "predict":
        x, n = pt.matrix("X"), pt.iscalar("n")
        node = fit.approx.sample_node(p, size=n, more_replacements={model["ann_input"]: x})
        call, G = pytensor.function([x, n], node), W.grid(a.dtype)
        out = call(Xte, 500)
        assert out.shape == (500, 500), out.shape
        record.update(
            how="sample_node, compiled",
            accuracy=round(float(((out.mean(0) > 0.5) == (yte > 0.5)).mean()), 4),
            seconds_500x500=W.median_time(lambda: call(Xte, 500)),
            seconds_500x10000=W.median_time(lambda: call(G, 500)),
        )
    else:
        group = fit.approx.groups[0]
        assert [name.split("_")[0] for name in group.ordering] == list(W.SHAPES), group.ordering
        record.update(W.score(fit.approx.mean.eval(), fit.approx.std.eval(), a.seed))
    W.emit(**record)


main()
