"""Value and gradient of the functions of benches/src/graphs.rs in PyTorch (eager), a JSON line each.

graphs_torch.py [seconds a figure] [f32 | f64] [part of a name] [threads]
"""
import json
import os
import sys

seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
number = sys.argv[2] if len(sys.argv) > 2 else ""
part = sys.argv[3] if len(sys.argv) > 3 else ""
threads = int(sys.argv[4]) if len(sys.argv) > 4 else 1
if threads == 1:
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})

import numpy as np
import torch
import torch.nn.functional as F

import graphs

torch.set_num_threads(threads)


def network(p, d, last):
    layer = d["x"]
    depth = len(p) // 2
    for i in range(depth):
        layer = torch.addmm(p[f"b{i}"], layer, p[f"w{i}"])
        if i + 1 < depth:
            layer = torch.tanh(layer)
    if last == 1:
        z = layer[:, 0]
        return torch.sum(d["y"] * z - F.softplus(z))
    return torch.sum(d["y"] * layer) - torch.sum(torch.logsumexp(layer, 1))


def hierarchical(p, d, _):
    g, ln = d["group"], p["log_scales"]
    normal = lambda r, l: -0.5 * (r * torch.exp(-l)) ** 2 - l
    mean = p["intercept"][g] + p["slope"][g] * d["x"]
    return (
        normal(d["y"] - mean, ln[0]).sum()
        + normal(p["intercept"] - p["means"][0], ln[1]).sum()
        + normal(p["slope"] - p["means"][1], ln[2]).sum()
    )


def mvnormal(p, d, _):
    chol = torch.linalg.cholesky(p["covariance"])
    z = torch.linalg.solve_triangular(chol, (d["x"] - p["mean"])[:, None], upper=False)
    return -0.5 * (z**2).sum() - torch.log(torch.diagonal(chol)).sum()


def lenet(p, d, _):
    # The same layout as the others at both ends; inside, PyTorch's own (channels first).
    conv = lambda x, w: F.conv2d(x, w.permute(3, 2, 0, 1))
    h = d["x"].permute(0, 3, 1, 2)
    h = F.avg_pool2d(torch.tanh(conv(h, p["k0"]) + p["c0"][:, None, None]), 2)
    h = F.avg_pool2d(torch.tanh(conv(h, p["k1"]) + p["c1"][:, None, None]), 2)
    h = h.permute(0, 2, 3, 1).reshape(h.shape[0], -1)
    for i in range(3):
        h = torch.addmm(p[f"b{i}"], h, p[f"w{i}"])
        if i < 2:
            h = torch.tanh(h)
    return (d["y"] * h).sum() - torch.logsumexp(h, 1).sum()


KINDS = {"network": network, "hierarchical": hierarchical, "mvnormal": mvnormal, "lenet": lenet}

for f in graphs.functions():
    if part not in f["name"]:
        continue
    for kind in ["f64", "f32"]:
        if number not in ("", kind):
            continue
        dtype = torch.float64 if kind == "f64" else torch.float32
        cast = lambda a: torch.from_numpy(a) if a.dtype.kind == "i" else torch.tensor(a, dtype=dtype)
        p = {k: cast(v).requires_grad_() for k, v in f["parameters"].items()}
        d = {k: cast(v) for k, v in f["data"].items()}
        wrt = list(p.values())

        def call():
            value = KINDS[f["kind"]](p, d, f["last"])
            return value, torch.autograd.grad(value, wrt)

        value, gradient = call()
        norm = float(torch.sqrt(sum((g.double() ** 2).sum() for g in gradient)))
        best, median = graphs.windows(seconds, call)
        print(json.dumps({
            "peer": "torch", "threads": threads, "name": f["name"], "number": kind, "us": best, "us_median": median,
            "value": float(value), "gradient_norm": norm,
        }), flush=True)
