"""Writes matrices.json into the current folder."""
import json

import jax
import jax.numpy as jnp
import jax.scipy.linalg as jsl
import numpy
import scipy
import scipy.linalg

jax.config.update("jax_enable_x64", True)
rng = numpy.random.default_rng(20261)


def lower(a):
    """The symmetric matrix whose lower triangle is given."""
    return jnp.tril(a) + jnp.swapaxes(jnp.tril(a, -1), -1, -2)


def pointed(v):
    """Of the components with at least 3/4 of the largest's size, the first is positive."""
    large = jnp.abs(v) >= 0.75 * jnp.max(jnp.abs(v), axis=-2, keepdims=True)
    first = jnp.argmax(large, axis=-2, keepdims=True)
    return v * jnp.sign(jnp.take_along_axis(v, first, axis=-2))


def triangular(upper, transposed, unit):
    return lambda a, b: jsl.solve_triangular(a, b, trans=int(transposed), lower=not upper, unit_diagonal=unit)


# name: (function for JAX, an independent value by NumPy or SciPy, kind of matrix, has a right-hand side)
functions = {
    "matmul": (jnp.matmul, numpy.matmul, "any", True),
    "cholesky": (lambda a: jnp.linalg.cholesky(lower(a)), numpy.linalg.cholesky, "definite", False),
    "cho_logdet": (lambda a: jnp.linalg.slogdet(lower(a))[1], lambda a: numpy.linalg.slogdet(a)[1], "definite", False),
    "cho_solve": (lambda a, b: jnp.linalg.solve(lower(a), b), scipy.linalg.solve, "definite", True),
    "solve": (jnp.linalg.solve, scipy.linalg.solve, "any", True),
    "inverse": (jnp.linalg.inv, scipy.linalg.inv, "any", False),
    "slogdet": (lambda a: jnp.stack(jnp.linalg.slogdet(a)), lambda a: numpy.stack(numpy.linalg.slogdet(a)), "any", False),
    "det": (jnp.linalg.det, scipy.linalg.det, "any", False),
    "trace": (jnp.trace, numpy.trace, "any", False),
    "eigvalsh": (lambda a: jnp.linalg.eigh(lower(a))[0], scipy.linalg.eigvalsh, "apart", False),
    "eigh": (
        lambda a: pointed(jnp.linalg.eigh(lower(a))[1]),
        lambda a: numpy.asarray(pointed(jnp.asarray(scipy.linalg.eigh(a)[1]))),
        "apart",
        False,
    ),
    "mahalanobis": (
        lambda a, b: jnp.sum(b * jnp.linalg.solve(lower(a), b), axis=0),
        lambda a, b: numpy.sum(b * scipy.linalg.solve(a, b), axis=0),
        "definite",
        True,
    ),
    "quadratic_form": (lambda a, b: jnp.sum(b * (a @ b), axis=0), lambda a, b: numpy.sum(b * (a @ b), axis=0), "any", True),
}
for upper in (False, True):
    for transposed in (False, True):
        for unit in (False, True):
            name = "triangular" + " upper" * upper + " transposed" * transposed + " unit" * unit
            by_scipy = lambda a, b, u=upper, t=transposed, d=unit: scipy.linalg.solve_triangular(
                a, b, trans=int(t), lower=not u, unit_diagonal=d
            )
            functions[name] = (triangular(upper, transposed, unit), by_scipy, "large diagonal", True)

cases = []
for name, (f, independent, kind, two) in functions.items():
    for n in (1, 2, 5, 8):
        a = rng.uniform(-1, 1, (n, n))
        if kind == "definite":
            a = a @ a.T + 0.5 * numpy.eye(n)
        elif kind == "apart":
            a = 0.5 * (a + a.T) + numpy.diag(numpy.arange(n))
        elif kind == "large diagonal":
            a = a + 2 * numpy.eye(n)
        arguments = [a] + [rng.uniform(-1, 1, (n, 3))] * two
        value = numpy.asarray(f(*arguments))
        numpy.testing.assert_allclose(value, independent(*arguments), rtol=1e-10, atol=1e-12)
        weights = 0.5 + 0.3 * numpy.arange(value.size).reshape(value.shape)
        total = lambda *x: jnp.sum(weights * f(*x))
        gradients = jax.grad(total, argnums=tuple(range(len(arguments))))(*arguments)
        flat = lambda x: numpy.asarray(x).ravel().tolist()
        case = {"f": name, "n": n, "a": flat(a), "value": flat(value), "da": flat(gradients[0])}
        if two:
            case |= {"b": flat(arguments[1]), "db": flat(gradients[1])}
        cases.append(case)

head = {
    "made_with": f"JAX {jax.__version__} in float64; values held against NumPy {numpy.__version__} and SciPy {scipy.__version__} by the script",
    "note": "Functions of an n by n matrix a and, where there is a b, n by 3 right-hand sides, row-major. da and db are the gradients of "
    "sum_k (0.5 + 0.3 k) value_k, k counting row-major. cholesky, cho_*, mahalanobis, eigvalsh and eigh see the symmetric matrix with a's lower "
    "triangle. slogdet is [sign, log]. eigh gives the vectors as columns, the first component of at least 3/4 of the largest's size positive.",
    "tolerance": "1e-9 of the largest element of each list",
}
with open("matrices.json", "w") as out:
    out.write("{\n")
    for key, text in head.items():
        out.write(json.dumps(key) + ": " + json.dumps(text) + ",\n")
    out.write('"cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n")
print(len(cases))
