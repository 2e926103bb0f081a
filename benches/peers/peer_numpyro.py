"""NumPyro: SVI with AutoNormal over all rows or over minibatches, and prediction. Prints one JSON line.

Adam(1e-2), Trace_ELBO with one draw, guides started at prior draws, the whole fit one compiled lax.scan.
Minibatches with --variant plate: numpyro.plate(subsample_size=...), the documented way; with --variant gather:
uniform random rows gathered by hand, what a user writes when the plate is too slow.
"""

import time

import workloads as W

a = W.args()
t_import = time.perf_counter()
import jax

jax.config.update("jax_enable_x64", a.dtype == "float64")
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from jax import lax, random
from numpyro import handlers
from numpyro.infer import SVI, Predictive, Trace_ELBO
from numpyro.infer.autoguide import AutoNormal
from numpyro.infer.initialization import init_to_sample

t_import = time.perf_counter() - t_import


def weights():
    return [numpyro.sample(k, dist.Normal(jnp.zeros(s), jnp.ones(s)).to_event(len(s))) for k, s in W.SHAPES.items()]


def net(w, X):
    return jnp.tanh(jnp.tanh(X @ w[0]) @ w[1]) @ w[2]


def model(X, y=None):
    f = numpyro.deterministic("f", net(weights(), X))
    with numpyro.plate("obs", X.shape[0]):
        numpyro.sample("out", dist.Bernoulli(logits=f), obs=y)


def model_plate(X, y):
    w = weights()
    with numpyro.plate("obs", X.shape[0], subsample_size=a.batch) as rows:
        numpyro.sample("out", dist.Bernoulli(logits=net(w, X[rows])), obs=y[rows])


def make(X, y):
    """The guide, a compiled run of a tenth of the steps, its first state, and how to find the SVI state in it."""
    n, tenth, key = X.shape[0], max(1, a.steps // 10), random.PRNGKey(a.seed)
    if a.batch and a.variant != "plate":

        def scaled(X, y):
            f = net(weights(), X)
            with handlers.scale(scale=n / a.batch):
                numpyro.sample("out", dist.Bernoulli(logits=f).to_event(1), obs=y)

        guide = AutoNormal(scaled, init_loc_fn=init_to_sample)
        svi = SVI(scaled, guide, numpyro.optim.Adam(1e-2), Trace_ELBO())
        state = (svi.init(key, X[: a.batch], y[: a.batch]), random.PRNGKey(a.seed + 100))

        def step(carry, _, X, y):
            inner, key = carry
            key, sub = random.split(key)
            rows = random.randint(sub, (a.batch,), 0, n)
            inner, loss = svi.update(inner, X[rows], y[rows])
            return (inner, key), loss

        pick = lambda state: state[0]
    else:
        m = model_plate if a.batch else model
        guide = AutoNormal(m, init_loc_fn=init_to_sample)
        svi = SVI(m, guide, numpyro.optim.Adam(1e-2), Trace_ELBO())
        state = svi.init(key, X, y)
        step = lambda carry, _, X, y: svi.update(carry, X, y)
        pick = lambda state: state

    def run(state, X, y):
        return lax.scan(lambda carry, x: step(carry, x, X, y), state, None, length=tenth)

    return svi, guide, jax.jit(run).lower(state, X, y).compile(), state, pick, tenth


def main():
    X, y, Xte, yte = W.moons(a.dtype)
    X, y = jnp.asarray(X), jnp.asarray(y)
    t0 = time.perf_counter()
    svi, guide, run, state, pick, tenth = make(X, y)
    t1 = time.perf_counter()
    for _ in range(-(-a.steps // tenth)):
        state, losses = jax.block_until_ready(run(state, X, y))
    t2 = time.perf_counter()
    params = svi.get_params(pick(state))
    record = dict(
        peer="numpyro" + (f" ({a.variant or 'gather'})" if a.batch else ""), version=numpyro.__version__,
        backend=f"jax {jax.__version__}", job=a.job, dtype=a.dtype, seed=a.seed, optimiser="adam(1e-2)",
        steps=tenth * -(-a.steps // tenth), seconds_import=t_import, seconds_compile=t1 - t0, seconds_fit=t2 - t1,
    )
    if a.job == "predict":
        key, G, Xte = random.PRNGKey(a.seed), jnp.asarray(W.grid(a.dtype)), jnp.asarray(Xte)
        predict = Predictive(model, guide=guide, params=params, num_samples=500, parallel=True)
        fast = jax.jit(lambda key, X: jax.nn.sigmoid(predict(key, X)["f"]))
        call = lambda X: np.asarray(fast(key, X))
        out = call(Xte)
        assert out.shape == (500, 500), out.shape
        record.update(
            how="Predictive, jitted",
            accuracy=round(float(((out.mean(0) > 0.5) == (yte > 0.5)).mean()), 4),
            seconds_500x500=W.median_time(lambda: call(Xte)),
            seconds_500x10000=W.median_time(lambda: call(G)),
        )
    else:
        mu = np.concatenate([np.asarray(params[f"{k}_auto_loc"]).ravel() for k in W.SHAPES])
        sd = np.concatenate([np.asarray(params[f"{k}_auto_scale"]).ravel() for k in W.SHAPES])
        record.update(W.score(mu, sd, a.seed))
    W.emit(**record)


main()
