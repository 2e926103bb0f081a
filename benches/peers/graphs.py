"""The numbers that the functions of benches/src/graphs.rs are evaluated at, and the clock."""
import time

import numpy as np


def wave(stream, shape, scale):
    n = int(np.prod(shape, dtype=int))
    step = 0.7 * (1.0 + 0.01 * stream)
    return (scale * np.sin(0.1 + step * np.arange(1, n + 1))).reshape(shape)


def network(name, widths, rows):
    parameters = {}
    for i, (a, b) in enumerate(zip(widths, widths[1:])):
        parameters[f"w{i}"] = wave(2 * i + 1, (a, b), 1 / np.sqrt(a))
        parameters[f"b{i}"] = wave(2 * i + 2, (b,), 0.1)
    last = widths[-1]
    if last == 1:
        y = (np.arange(rows) % 3 == 0).astype(float)
    else:
        i = np.arange(rows * last)
        y = (i % last == (i // last * 7) % last).astype(float).reshape(rows, last)
    data = {"x": wave(0, (rows, widths[0]), 1.0), "y": y}
    return {"name": name, "kind": "network", "last": last, "parameters": parameters, "data": data}


def hierarchical(name, groups, rows):
    parameters = {
        "intercept": wave(2, (groups,), 0.5), "slope": wave(3, (groups,), 0.3),
        "means": wave(4, (2,), 0.1), "log_scales": wave(5, (3,), 0.2),
    }
    data = {"x": wave(0, (rows,), 1.0), "y": wave(1, (rows,), 2.0), "group": np.arange(rows) * 7919 % groups}
    return {"name": name, "kind": "hierarchical", "last": 0, "parameters": parameters, "data": data}


def mvnormal(name, n):
    i = np.arange(n)
    covariance = np.exp(-0.5 * ((i[:, None] - i[None, :]) / 10.0) ** 2) + 0.1 * np.eye(n)
    parameters = {"covariance": covariance, "mean": wave(1, (n,), 0.1)}
    return {"name": name, "kind": "mvnormal", "last": 0, "parameters": parameters, "data": {"x": wave(0, (n,), 1.0)}}


def lenet(name, rows):
    shapes = {"k0": (5, 5, 1, 6), "c0": (6,), "k1": (5, 5, 6, 16), "c1": (16,), "w0": (256, 120), "b0": (120,),
              "w1": (120, 84), "b1": (84,), "w2": (84, 10), "b2": (10,)}
    parameters = {}
    for i, (k, s) in enumerate(shapes.items()):
        parameters[k] = wave(i + 1, s, 0.1 if len(s) == 1 else 1 / np.sqrt(np.prod(s[:-1])))
    i = np.arange(rows * 10)
    y = (i % 10 == (i // 10 * 7) % 10).astype(float).reshape(rows, 10)
    return {"name": name, "kind": "lenet", "last": 10, "parameters": parameters,
            "data": {"x": wave(0, (rows, 28, 28, 1), 1.0), "y": y}}


def functions():
    return [
        network("mlp 2-5-5-1, 500 rows", [2, 5, 5, 1], 500),
        network("mlp 20-64-64-1, 512 rows", [20, 64, 64, 1], 512),
        network("mlp 20-64-64-1, 100,000 rows", [20, 64, 64, 1], 100_000),
        network("mlp 784-400-400-10, 128 rows", [784, 400, 400, 10], 128),
        hierarchical("hierarchical, 1,000 groups, 100,000 rows", 1_000, 100_000),
        mvnormal("mvnormal, 200 dimensions", 200),
        lenet("lenet, 64 images", 64),
    ]


def windows(seconds, call):
    """Microseconds a call, best and median of windows of about a millisecond; as benches/src/windows.rs."""
    clock, calls, start = time.perf_counter, 0, time.perf_counter()
    while clock() - start < seconds / 10 or calls == 0:
        call()
        calls += 1
    each = (clock() - start) / calls
    count = max(1, int(1e-3 / each))
    times, start = [], clock()
    while clock() - start < seconds or not times:
        t = clock()
        for _ in range(count):
            call()
        times.append((clock() - t) / count * 1e6)
    times.sort()
    return times[0], times[len(times) // 2]
