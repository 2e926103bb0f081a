#!/usr/bin/env python3
"""Times log densities with their gradients over 10,000 values in elbo, NumPyro (jit) and PyMC, and samplers in elbo and NumPy, in turns;
prints two Markdown tables.

    cargo build --release -p elbo-benches --example densities
    PEERS_PYTHON=VENV/bin/python python3 benches/peers/run_densities.py --rounds 3

Best window of all rounds, one thread each, pinned to one core. Values and gradient norms must agree to 1e-4.
"""
import argparse
import os
import sys

import turns

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", default="0.3")
    parser.add_argument("--part", default="", help="only densities whose name has this in it")
    parser.add_argument("--elbo", default=os.environ.get("ELBO_DENSITIES", f"{ROOT}/target/release/examples/densities"))
    parser.add_argument("--lines", default="", help="also write every JSON line here")
    args = parser.parse_args()
    python = os.environ.get("PEERS_PYTHON", sys.executable)
    tail = [args.seconds, "", args.part]
    core = str(sorted(os.sched_getaffinity(0))[0])
    commands = [
        ["taskset", "-c", core, args.elbo, *tail],
        [python, f"{HERE}/densities_numpyro.py", *tail],
        [python, f"{HERE}/densities_pymc.py", *tail],
    ]
    found = turns.lines(commands, args.rounds, args.lines)
    densities = turns.best([d for d in found if "name" in d], lambda d: (d["name"], d["number"]), "us")
    samplers = turns.best([d for d in found if "sampler" in d], lambda d: d["sampler"], "ns")
    print("| log density and gradient | number | elbo, µs | NumPyro, µs | PyMC, µs | NumPyro / elbo | PyMC / elbo |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for (name, number), best in densities.items():
        if "elbo" not in best:
            continue
        e = best["elbo"]
        turns.agree(f"{name} {number}", best)
        us = lambda k: f"{best[k]['us']:,.1f}" if k in best else "-"
        ratio = lambda k: f"{best[k]['us'] / e['us']:.2f}" if k in best else "-"
        print(f"| {name} | {number} | {us('elbo')} | {us('numpyro')} | {us('pymc')} | {ratio('numpyro')} | {ratio('pymc')} |")
    print()
    print("| sampler, ns a draw | elbo | NumPy | NumPy / elbo |")
    print("| --- | ---: | ---: | ---: |")
    for name, best in samplers.items():
        if "elbo" in best and "numpy" in best:
            ours, theirs = best["elbo"]["ns"], best["numpy"]["ns"]
            print(f"| {name} | {ours:.1f} | {theirs:.1f} | {theirs / ours:.2f} |")


if __name__ == "__main__":
    main()
