#!/usr/bin/env python3
"""Times log densities with their gradients over 10,000 values in elbo, NumPyro (jit) and PyMC, and samplers in elbo and NumPy, in turns;
prints two Markdown tables.

    cargo build --release -p elbo-benches --example densities
    PEERS_PYTHON=VENV/bin/python python3 benches/peers/run_densities.py --rounds 3

Best window of all rounds, one thread each, pinned to one core. Values and gradient norms must agree to 1e-4.
"""
import argparse
import json
import os
import subprocess
import sys

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
    densities, samplers, lines = {}, {}, []
    for _ in range(args.rounds):
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                print(" ".join(command), done.stderr[-500:], file=sys.stderr)
            for line in done.stdout.splitlines():
                lines.append(line)
                d = json.loads(line)
                if "sampler" in d:
                    samplers.setdefault(d["sampler"], {}).setdefault(d["peer"], []).append(d["ns"])
                else:
                    densities.setdefault((d["name"], d["number"]), {}).setdefault(d["peer"], []).append(d)
    if args.lines:
        with open(args.lines, "w") as f:
            f.write("\n".join(lines) + "\n")
    print("| log density and gradient | number | elbo, µs | NumPyro, µs | PyMC, µs | NumPyro / elbo | PyMC / elbo |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for (name, number), peers in densities.items():
        best = {k: min(v, key=lambda d: d["us"]) for k, v in peers.items()}
        e = best.get("elbo")
        if e is None:
            continue
        for k, d in best.items():
            for field in ("value", "gradient_norm"):
                if abs(d[field] - e[field]) > 1e-4 * abs(e[field]):
                    print(f"{k} and elbo differ in {field} of {name} {number}: {d[field]} {e[field]}", file=sys.stderr)
        us = lambda k: f"{best[k]['us']:,.1f}" if k in best else "-"
        ratio = lambda k: f"{best[k]['us'] / e['us']:.2f}" if k in best else "-"
        print(f"| {name} | {number} | {us('elbo')} | {us('numpyro')} | {us('pymc')} | {ratio('numpyro')} | {ratio('pymc')} |")
    print()
    print("| sampler, ns a draw | elbo | NumPy | NumPy / elbo |")
    print("| --- | ---: | ---: | ---: |")
    for name, peers in samplers.items():
        best = {k: min(v) for k, v in peers.items()}
        if "elbo" in best and "numpy" in best:
            print(f"| {name} | {best['elbo']:.1f} | {best['numpy']:.1f} | {best['numpy'] / best['elbo']:.2f} |")


if __name__ == "__main__":
    main()
