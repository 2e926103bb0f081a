#!/usr/bin/env python3
"""Times value and gradient of the same functions in elbo, JAX (jit) and PyTorch, in turns, and prints a Markdown table.

    cargo build --release -p elbo-benches --example graphs
    JAX_PYTHON=VENV/bin/python TORCH_PYTHON=VENV/bin/python python3 benches/peers/run_graphs.py --rounds 3

Best window of all rounds, one thread each, pinned to one core. Values and gradient norms must agree to 1e-4.
"""
import argparse
import os
import sys

import turns

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Multiply-adds of a forward pass, for a share of the machine's peak; value and gradient take three times as many,
# less the gradient with respect to the data.
PRODUCTS = {
    "mlp 20-64-64-1, 512 rows": (512, [20, 64, 64, 1]),
    "mlp 20-64-64-1, 100,000 rows": (100_000, [20, 64, 64, 1]),
    "mlp 784-400-400-10, 128 rows": (128, [784, 400, 400, 10]),
}


def operations(name):
    if name not in PRODUCTS:
        return None
    rows, widths = PRODUCTS[name]
    pairs = list(zip(widths, widths[1:]))
    forward = sum(a * b for a, b in pairs)
    return 2 * rows * (3 * forward - pairs[0][0] * pairs[0][1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", default="1.0")
    parser.add_argument("--part", default="", help="only functions whose name has this in it")
    parser.add_argument("--elbo", default=os.environ.get("ELBO_GRAPHS", f"{ROOT}/target/release/examples/graphs"))
    parser.add_argument("--lines", default="", help="also write every JSON line here")
    args = parser.parse_args()
    jax = os.environ.get("JAX_PYTHON", sys.executable)
    torch = os.environ.get("TORCH_PYTHON", sys.executable)
    tail = [args.seconds, "", args.part]
    core = str(sorted(os.sched_getaffinity(0))[0])
    commands = [
        ["taskset", "-c", core, args.elbo, *tail],
        [jax, f"{HERE}/graphs_jax.py", *tail, "1"],
        [torch, f"{HERE}/graphs_torch.py", *tail, "1"],
    ]
    found = turns.best(turns.lines(commands, args.rounds, args.lines), lambda d: (d["name"], d["number"]), "us")
    print("| function | number | elbo, µs | JAX, µs | PyTorch, µs | JAX / elbo | PyTorch / elbo | GFLOP/s | "
          "elbo: build + differentiate + compile + bind, ms | JAX: compile, ms | elbo: workspace, KiB | JAX: temporaries, KiB |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for (name, number), best in found.items():
        if "elbo" not in best:
            continue
        e = best["elbo"]
        turns.agree(f"{name} {number}", best)
        us = lambda k: f"{best[k]['us']:,.1f}" if k in best else "-"
        ratio = lambda k: f"{best[k]['us'] / e['us']:.2f}" if k in best else "-"
        work = operations(name)
        rate = f"{work / e['us'] / 1e3:.0f}" if work else "-"
        build = e["differentiate_ms"] + e["compile_ms"] + e["bind_ms"]
        j = best.get("jax", {})
        print(f"| {name} | {number} | {us('elbo')} | {us('jax')} | {us('torch')} | {ratio('jax')} | {ratio('torch')} | {rate} | "
              f"{build:.2f} | {j.get('compile_ms', 0):.0f} | {e['bytes'] / 1024:,.0f} | {(j.get('temp_bytes') or 0) / 1024:,.0f} |")


if __name__ == "__main__":
    main()
