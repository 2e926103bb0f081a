"""Writes reductions.json and movement.json into the current folder: NumPy and SciPy for values, JAX in float64 for gradients."""
import json
import jax
import jax.numpy as jnp
import numpy as np
import scipy
import scipy.special as sp

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(20261123)


def num(v):
    v = float(v)
    return "nan" if np.isnan(v) else "inf" if v == np.inf else "-inf" if v == -np.inf else v


def arr(a):
    a = np.asarray(a, dtype=np.float64)
    return {"shape": list(a.shape), "data": [num(v) for v in a.ravel()]}


# op -> (NumPy or SciPy on x with the axes and the argument, the same in JAX or None where there is no gradient)
ax = lambda a: tuple(a)
one = lambda a: a[0]
ops = {
    "sum": (lambda x, a, p: np.sum(x, ax(a)), lambda x, a, p: jnp.sum(x, ax(a))),
    "prod": (lambda x, a, p: np.prod(x, ax(a)), lambda x, a, p: jnp.prod(x, ax(a))),
    "max": (lambda x, a, p: np.max(x, ax(a)), lambda x, a, p: jnp.max(x, ax(a))),
    "min": (lambda x, a, p: np.min(x, ax(a)), lambda x, a, p: jnp.min(x, ax(a))),
    "mean": (lambda x, a, p: np.mean(x, ax(a)), lambda x, a, p: jnp.mean(x, ax(a))),
    "var": (lambda x, a, p: np.var(x, ax(a), ddof=int(p)), lambda x, a, p: jnp.var(x, ax(a), ddof=int(p))),
    "std": (lambda x, a, p: np.std(x, ax(a), ddof=int(p)), lambda x, a, p: jnp.std(x, ax(a), ddof=int(p))),
    "norm": (
        lambda x, a, p: np.linalg.norm(x, ord=p, axis=one(a)),
        lambda x, a, p: jnp.linalg.norm(x, ord=p, axis=one(a)),
    ),
    "argmax": (lambda x, a, p: np.argmax(x, one(a)), None),
    "argmin": (lambda x, a, p: np.argmin(x, one(a)), None),
    "any": (lambda x, a, p: np.any(x, ax(a)), None),
    "all": (lambda x, a, p: np.all(x, ax(a)), None),
    "logsumexp": (lambda x, a, p: sp.logsumexp(x, axis=ax(a)), lambda x, a, p: jax.nn.logsumexp(x, axis=ax(a))),
    "softmax": (lambda x, a, p: sp.softmax(x, axis=one(a)), lambda x, a, p: jax.nn.softmax(x, axis=one(a))),
    "log_softmax": (
        lambda x, a, p: sp.log_softmax(x, axis=one(a)),
        lambda x, a, p: jax.nn.log_softmax(x, axis=one(a)),
    ),
    "cumsum": (lambda x, a, p: np.cumsum(x, one(a)), lambda x, a, p: jnp.cumsum(x, one(a))),
    "cumprod": (lambda x, a, p: np.cumprod(x, one(a)), lambda x, a, p: jnp.cumprod(x, one(a))),
    "logcumsumexp": (
        lambda x, a, p: np.logaddexp.accumulate(x, one(a)),
        lambda x, a, p: jax.lax.cumlogsumexp(x, one(a)),
    ),
    "flip": (lambda x, a, p: np.flip(x, ax(a)), lambda x, a, p: jnp.flip(x, ax(a))),
    "roll": (lambda x, a, p: np.roll(x, int(p), one(a)), lambda x, a, p: jnp.roll(x, int(p), one(a))),
    "repeat": (lambda x, a, p: np.repeat(x, int(p), one(a)), lambda x, a, p: jnp.repeat(x, int(p), one(a))),
}
# Ties and an even spread of signs; no zeros, where JAX's gradients of products and powers differ from the truth.
plain = np.round(rng.normal(size=(3, 4, 5)), 3)
scores = {
    "large": np.array([[1000.0, 1000.5, 998.0, -1e4], [700.0, 710.0, 709.9, 1.0], [-800.0, -801.0, -799.5, -1e6]]),
    "bottom": np.array([[-np.inf, 0.0, 1.0, -np.inf], [2.0, -np.inf, -np.inf, -3.0]]),
}
few = np.round(rng.normal(size=(4, 6)))
special = np.array([[1.0, np.nan, 3.0, np.nan], [2.0, 2.0, -np.inf, 2.0], [np.inf, 0.0, np.inf, -0.0]])
tables = [("plain", plain)] + list(scores.items()) + [("few", few), ("special", special)]
params = {"var": [0, 1], "std": [0, 1], "norm": [1, 2, 3.5, np.inf, -np.inf], "roll": [1, -7], "repeat": [2]}
single = {"norm", "argmax", "argmin", "softmax", "log_softmax", "cumsum", "cumprod", "logcumsumexp", "roll", "repeat"}
with_gradient = {"plain": None, "large": {"logsumexp", "softmax", "log_softmax", "logcumsumexp"}}
wanted = {
    "plain": set(ops),
    "large": {"logsumexp", "softmax", "log_softmax", "logcumsumexp", "max", "argmin"},
    "bottom": {"logsumexp", "softmax", "log_softmax", "logcumsumexp", "max", "min"},
    "few": {"argmax", "argmin", "any", "all", "max", "prod", "cumprod"},
    "special": {"argmax", "argmin", "any", "all", "max", "min", "sum", "cumsum"},
}
cases = []
np.seterr(all="ignore")
for name, x in tables:
    for op, (f, g) in ops.items():
        if op not in wanted[name]:
            continue
        axes = [[a] for a in range(x.ndim)]
        if op not in single and x.ndim == 3:
            axes += [[0, 2], [1, 2], [0, 1, 2]]
        for a in axes:
            for p in params.get(op, [0]):
                y = f(x, a, p)
                case = {"op": op, "axes": a, "p": num(p), "x": name, "value": arr(y)}
                if g is not None and name in with_gradient and (with_gradient[name] is None or op in with_gradient[name]):
                    w = 0.5 + 0.25 * np.arange(np.asarray(y).size, dtype=np.float64).reshape(np.asarray(y).shape)
                    case["gradient"] = arr(jax.grad(lambda z: jnp.sum(g(z, a, p) * w))(jnp.asarray(x)))
                cases.append(case)
def write(name, cases, head):
    with open(name, "w") as o:
        o.write("{\n")
        for k, v in head.items():
            o.write(json.dumps(k) + ": " + json.dumps(v) + ",\n")
        o.write('"cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n")
    print(name, len(cases))


made = f"NumPy {np.__version__}, SciPy {scipy.__version__}, JAX {jax.__version__} in float64"
note = "The gradient is that of the sum over the elements of the result, row-major, of (0.5 + 0.25 i) times the element."
write(
    "reductions.json",
    cases,
    {
        "made_with": made,
        "tolerance": "1e-12 relative to 1 + |expected|, for values and gradients",
        "arrays": {name: arr(x) for name, x in tables},
        "note": "x names one of the arrays, row-major; p is ddof, the order of the norm, the places rolled or the number of repeats. "
        + note,
    },
)

# Look-ups and what goes where: numbers is what the operation takes besides the index.
moves = []


def move(op, axis, numbers, index, f):
    y = f(jnp.asarray(plain))
    w = 0.5 + 0.25 * np.arange(y.size, dtype=np.float64).reshape(y.shape)
    slope = jax.grad(lambda z: jnp.sum(f(z) * w))(jnp.asarray(plain))
    case = {"op": op, "axis": axis, "numbers": numbers, "value": arr(y), "gradient": arr(slope)}
    if index is not None:
        case["index"] = arr(index)
    moves.append(case)


def at_axis(a, i):
    return (slice(None),) * a + (i,)


for a in range(3):
    n = plain.shape[a]
    along = list(plain.shape)
    along[a] = 2
    i = rng.integers(0, n, along)
    move("gather", a, [], i, lambda x: jnp.take_along_axis(x, i, a))
    one = [2 if k == a else 1 for k in range(3)]
    j = rng.integers(0, n, one)
    move("gather", a, [], j, lambda x: jnp.take_along_axis(x, j, a))
    k = rng.integers(0, n, (2, 3))
    move("take", a, [], k, lambda x: jnp.take(x, k, a))
    m = rng.integers(0, 4, n)
    shape = list(plain.shape)
    shape[a] = 4
    move("scatter_add", a, [4], m, lambda x: jnp.zeros(shape).at[at_axis(a, m)].add(x))
    u = rng.integers(0, 4, plain.shape)
    grid = list(np.indices(plain.shape))
    grid[a] = u
    move("scatter_along", a, [4], u, lambda x: jnp.zeros(shape).at[tuple(grid)].add(x))
    for start, stop, step in [(0, n, 2), (1, n, 3), (n - 1, None, -1), (n - 1, 0, -2)]:
        cut = slice(start, stop, step)
        length = len(range(*cut.indices(n)))
        move("slice_by", a, [start, length, step], None, lambda x: x[at_axis(a, cut)])
    for before, after, between in [(1, 2, 0), (0, 1, 2), (2, 0, 1)]:
        spread = [(before, after, between) if k == a else (0, 0, 0) for k in range(3)]
        move("pad_between", a, [before, after, between], None, lambda x: jax.lax.pad(x, 0.0, spread))
    move("tile", a, [2], None, lambda x: jnp.tile(x, [2 if k == a else 1 for k in range(3)]))
write(
    "movement.json",
    moves,
    {
        "made_with": made,
        "tolerance": "1e-12 relative to 1 + |expected|, for values and gradients",
        "x": arr(plain),
        "note": "Of x, row-major. " + note,
    },
)
