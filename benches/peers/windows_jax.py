"""Value and gradient of a LeNet-style network and of two recurrences in JAX, one thread: `windows_jax.py [f32]`.

The same as `crates/tensor-ad/examples/lenet.rs` and `recurrence.rs`, at the same numbers.
"""

import os
import sys
import time

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import numpy as np

single = "f32" in sys.argv[1:]
jax.config.update("jax_enable_x64", not single)
import jax.numpy as jnp
from jax import lax

number = np.float32 if single else np.float64


def fill(shape, scale):
    i = np.arange(int(np.prod(shape)))
    return jnp.asarray((np.sin(i * 0.7 + 0.1) * scale).reshape(shape).astype(number))


def measure(name, f, *args):
    step = jax.jit(jax.value_and_grad(f))
    value, _ = jax.block_until_ready(step(*args))
    best = np.inf
    for _ in range(40):
        start = time.perf_counter()
        jax.block_until_ready(step(*args))
        best = min(best, time.perf_counter() - start)
    print(f"{name}: {float(value)}, {best * 1e3:.3f} ms")


def lenet(pool):
    conv = lambda x, w: lax.conv_general_dilated(x, w, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    window = ((1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    if pool == "max":
        pooled = lambda x: lax.reduce_window(x, -jnp.inf, lax.max, *window)
    else:
        pooled = lambda x: lax.reduce_window(x, 0.0, lax.add, *window) * 0.25

    def loss(w, x, y):
        h = pooled(jnp.tanh(conv(x, w[0]) + w[1]))
        h = pooled(jnp.tanh(conv(h, w[2]) + w[3])).reshape(x.shape[0], 256)
        h = jnp.tanh(jnp.tanh(h @ w[4] + w[5]) @ w[6] + w[7])
        scores = jax.nn.log_softmax(h @ w[8] + w[9])
        return -jnp.mean(jnp.take_along_axis(scores, y[:, None], 1))

    return loss


shapes = [(5, 5, 1, 6), (6,), (5, 5, 6, 16), (16,), (256, 120), (120,), (120, 84), (84,), (84, 10), (10,)]
images = np.abs(np.sin(np.arange(64 * 784) * 0.37)).reshape(64, 28, 28, 1).astype(number)
labels = jnp.asarray(np.arange(64) * 7 % 10)
for pool in ["avg", "max"]:
    measure(f"LeNet, 64 images, {pool}", lenet(pool), [fill(s, 0.1) for s in shapes], jnp.asarray(images), labels)


def garch(theta, r):
    omega, alpha, beta = jnp.exp(theta[0]), jax.nn.sigmoid(theta[1]), jax.nn.sigmoid(theta[2])

    def step(h, r):
        h = omega + alpha * r * r + beta * h
        return h, h

    h = lax.scan(step, omega, r)[1]
    return -0.5 * jnp.sum(jnp.log(h) + r * r / h)


def gru(p, x):
    u, w, start = p

    def step(h, x):
        z = jax.nn.sigmoid(x @ u[0] + h @ w[0])
        r = jax.nn.sigmoid(x @ u[1] + h @ w[1])
        n = jnp.tanh(x @ u[2] + r * (h @ w[2]))
        h = (1 - z) * n + z * h
        return h, h

    return jnp.sum(lax.scan(step, start, x)[1] ** 2)


measure("GARCH(1, 1) of 10,000", garch, fill((3,), 0.2), fill((10000,), 0.2))
measure("gated unit of 32 over 200", gru, (fill((3, 16, 32), 0.2), fill((3, 32, 32), 0.2), fill((32,), 0.2)), fill((200, 16), 0.2))
