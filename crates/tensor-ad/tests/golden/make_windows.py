"""Reference values for convolutions, pooling and recurrences, from JAX in float64. Writes windows_scans.json beside itself."""

import json
import pathlib
import sys

import jax
import numpy as np

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
from jax import lax


def fill(shape, seed):
    """Numbers that the tests compute by the same formula: sin(seed + 0.7 i + 0.003 i i)."""
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    return jnp.asarray(np.sin(seed + 0.7 * i + 0.003 * i * i).reshape(shape))


def numbers(a):
    return [float(v) for v in np.asarray(a).ravel()]


def with_gradients(f, *args):
    value, back = jax.vjp(f, *args)
    return numbers(value), [numbers(g) for g in back(fill(value.shape, 3.0))], list(value.shape)


cases = []


def convolution(x, w, stride, dilation, padding, groups=1):
    spatial = "HW"[: len(stride)]
    spec = ("N" + spatial + "C", spatial + "IO", "N" + spatial + "C")
    f = lambda x, w: lax.conv_general_dilated(
        x, w, stride, padding, rhs_dilation=dilation, dimension_numbers=spec, feature_group_count=groups)
    value, (dx, dw), shape = with_gradients(f, fill(x, 1.0), fill(w, 2.0))
    cases.append({"f": f"conv{len(stride)}d", "x": x, "w": w, "stride": stride, "dilation": dilation,
                  "padding": padding, "groups": groups, "shape": shape, "value": value, "dx": dx, "dw": dw})


convolution([2, 7, 2], [3, 2, 3], [1], [1], [[0, 0]])
convolution([2, 8, 1], [3, 1, 2], [2], [2], [[1, 3]])
convolution([1, 9, 2], [4, 2, 2], [3], [1], "SAME")
convolution([2, 5, 6, 2], [3, 2, 2, 3], [1, 1], [1, 1], [[0, 0], [0, 0]])
convolution([1, 7, 6, 2], [3, 2, 2, 2], [2, 1], [1, 2], [[1, 2], [0, 1]])
convolution([2, 6, 5, 1], [3, 4, 1, 2], [2, 3], [2, 1], "SAME")
convolution([1, 3, 3, 3], [1, 1, 3, 2], [1, 1], [1, 1], [[0, 0], [0, 0]])
convolution([2, 4, 4, 4], [2, 3, 2, 6], [1, 1], [1, 1], "SAME", groups=2)
convolution([2, 4, 3, 3], [2, 2, 1, 3], [1, 2], [1, 1], [[1, 0], [0, 0]], groups=3)


def pooling(kind, x, size, stride, dilation, padding):
    one, all_dims = (1,), lambda v: (1,) + tuple(v) + (1,)
    if padding == "SAME":
        pads = "SAME"
    else:
        pads = [(0, 0)] + [tuple(p) for p in padding] + [(0, 0)]
    start, op = (-np.inf, lax.max) if kind == "max_pool" else (0.0, lax.add)
    def f(x):
        y = lax.reduce_window(x, start, op, all_dims(size), all_dims(stride), pads, window_dilation=all_dims(dilation))
        return y if kind == "max_pool" else y / np.prod(size)
    # JAX has no gradient of a dilated maximum: values only there.
    x0 = fill(x, 1.0)
    if kind == "max_pool" and any(d > 1 for d in dilation):
        value = f(x0)
        case = {"shape": list(value.shape), "value": numbers(value)}
    else:
        value, (dx,), shape = with_gradients(f, x0)
        case = {"shape": shape, "value": value, "dx": dx}
    cases.append({"f": kind, "x": x, "size": size, "stride": stride, "dilation": dilation, "padding": padding} | case)


for kind in ["max_pool", "avg_pool"]:
    pooling(kind, [2, 8, 2], [2], [2], [1], [[0, 0]])
    pooling(kind, [1, 7, 6, 2], [3, 2], [2, 2], [1, 1], [[1, 1], [0, 1]])
    pooling(kind, [1, 7, 5, 1], [2, 3], [3, 1], [1, 1], "SAME")
    pooling(kind, [1, 9, 2], [3], [1], [2], [[0, 0]])


def recurrence(name, f, *shapes):
    args = [fill(s, 1.0 + i) for i, s in enumerate(shapes)]
    value, gradients, shape = with_gradients(f, *args)
    cases.append({"f": name, "shapes": shapes, "shape": shape, "value": value, "gradients": gradients})


def gru(start, xs, u, w):
    def step(h, x):
        z = jax.nn.sigmoid(x @ u[0] + h @ w[0])
        r = jax.nn.sigmoid(x @ u[1] + h @ w[1])
        n = jnp.tanh(x @ u[2] + r * (h @ w[2]))
        h = (1 - z) * n + z * h
        return h, h
    return lax.scan(step, start, xs)[1]


def garch(returns, theta):
    omega, alpha, beta = jnp.exp(theta[0]), jax.nn.sigmoid(theta[1]), jax.nn.sigmoid(theta[2])
    def step(h, r):
        h = omega + alpha * r * r + beta * h
        return h, h
    return lax.scan(step, omega, returns)[1]


def backwards(start, xs, a):
    def step(c, x):
        c = jnp.sin(a * c + x)
        return c, c
    return lax.scan(step, start, xs, reverse=True)[1]


recurrence("gru", gru, [3], [5, 2], [3, 2, 3], [3, 3, 3])
recurrence("garch", garch, [12], [3])
recurrence("backwards", backwards, [2], [6, 2], [])

here = pathlib.Path(__file__).parent
with open(here / "windows_scans.json", "w") as out:
    head = {
        "versions": {"python": sys.version.split()[0], "jax": jax.__version__, "numpy": np.__version__},
        "tolerance": "rtol 1e-12 of the largest number of a row: sums in another order",
        "note": "Arguments are sin(seed + 0.7 i + 0.003 i i), row-major, seeds 1, 2, ..; the gradients are for cotangents of seed 3.",
    }
    out.write("{\n" + "".join(f"{json.dumps(k)}: {json.dumps(v)},\n" for k, v in head.items()) + '"cases": [\n')
    out.write(",\n".join(json.dumps(c) for c in cases))
    out.write("\n]\n}\n")
