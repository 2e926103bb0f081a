#!/usr/bin/env python3
"""Times the `elbo` binary and its peers in turns, in one run, and prints a Markdown table of medians and ratios.

    cargo build --release
    PEERS_PYTHON=VENV/bin/python python3 benches/peers/run.py --rounds 3 > peers.md

The peers' interpreter is PEERS_PYTHON, or ELBO_PYTHON, or the one that runs this. It needs
pymc, numpyro, jax, scikit-learn. Every process's JSON line goes to --lines.
"""

import argparse
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PEERS = [
    ("peer_pymc.py", "full", ""),
    ("peer_numpyro.py", "full", ""),
    ("peer_pymc.py", "batch", ""),
    ("peer_numpyro.py", "batch", "gather"),
    ("peer_numpyro.py", "batch", "plate"),
    ("peer_pymc.py", "predict", ""),
    ("peer_numpyro.py", "predict", ""),
]


def cpu():
    """Seconds that all cores together have been busy; nothing where there is no /proc."""
    try:
        v = list(map(int, open("/proc/stat").readline().split()[1:9]))
        return (sum(v) - v[3] - v[4]) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return None


def timed(command, folder, timeout):
    """Runs a command; its output, or what went wrong, its wall seconds, and the share that others had of the cores."""
    before, own0, t0 = cpu(), os.times(), time.time()
    env = dict(os.environ, PEERS_T0=repr(t0))
    try:
        p = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=timeout)
        failed = None if p.returncode == 0 else f"status {p.returncode}: " + " ".join(p.stderr.split())[-300:]
        out = p.stdout
    except subprocess.TimeoutExpired:
        out, failed = "", f"stopped after {timeout} s"
    except OSError as e:
        out, failed = "", str(e)
    wall, own1, after = time.time() - t0, os.times(), cpu()
    own = own1.children_user + own1.children_system - own0.children_user - own0.children_system
    other = None if before is None else round(min(1.0, max(0.0, (after - before - own) / wall / os.cpu_count())), 3)
    return out, failed, wall, other


def dicts(node, name=""):
    """Every object in a JSON tree, with the key or the `name` that it goes by."""
    if isinstance(node, dict):
        yield str(node.get("name", name)), node
        for k, v in node.items():
            yield from dicts(v, k)
    elif isinstance(node, list):
        for v in node:
            yield from dicts(v, name)


def read_summary(path):
    """One record a job from the binary's summary.json, whichever way it nests them."""
    records = []
    for name, d in dicts(json.load(open(path))):
        if {"elbo", "steps", "seconds"} <= d.keys():
            job = "batch" if "batch" in name.lower().replace("full_batch", "").replace("full-batch", "") else "full"
            keep = {k: d[k] for k in ("elbo", "elbo_mcse", "accuracy", "log_loss", "steps") if k in d}
            records.append(dict(peer="elbo", job=job, seconds_fit=d["seconds"], **keep))
        if "seconds_500x500" in d:
            keep = {k: d[k] for k in ("seconds_500x500", "seconds_500x10000") if k in d}
            records.append(dict(peer="elbo", job="predict", **keep))
    return records


def run_elbo(a, seed):
    with tempfile.TemporaryDirectory() as folder:
        command = [a.elbo] + shlex.split(a.elbo_args.format(seed=seed))
        _, failed, wall, other = timed(command, folder, a.timeout)
        records = [dict(peer="elbo", job="-", failed=failed)] if failed else []
        path = os.path.join(folder, "out", "summary.json")
        if not failed and os.path.exists(path):
            records = read_summary(path)
        elif not failed:
            records = [dict(peer="elbo", job="-", failed="it wrote no out/summary.json")]
        return [dict(r, seed=seed, seconds_process=round(wall, 3), other_cpu=other) for r in records]


def run_peer(a, script, job, variant, seed):
    command = [a.python, os.path.join(HERE, script), job, "--seed", str(seed), "--dtype", a.dtype]
    command += (["--variant", variant] if variant else []) + (["--steps", str(a.steps)] if a.steps else [])
    out, failed, wall, other = timed(command, HERE, a.timeout)
    records = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    if failed or not records:
        records = [dict(peer=script[5:-3], job=job, failed=failed or "it printed no result")]
    return [dict(r, seed=seed, seconds_process=round(wall, 3), other_cpu=other) for r in records]


def median(records, key):
    v = [r[key] for r in records if isinstance(r.get(key), (int, float))]
    return statistics.median(v) if v else None


def show(x, digits=3):
    return "" if x is None else f"{x:,.{digits}f}"


def ratio(x, base):
    return "" if x is None or not base else f"{x / base:,.1f}"


def table(records):
    good = [r for r in records if not r.get("failed")]
    groups = {}
    for r in good:
        groups.setdefault((r["job"], r["peer"]), []).append(r)
    lines = []
    for job, title in (("full", "All 500 rows, 30,000 steps"), ("batch", "Batches of 50, 40,000 steps")):
        base = median(groups.get((job, "elbo"), []), "seconds_fit")
        lines += [f"\n### {title}\n",
                  "| | runs | steps | fit s | with compilation s | whole process s | fit, times elbo | with compilation, times elbo | ELBO | accuracy | log loss | other CPU |",
                  "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
        for (j, peer), rs in sorted(groups.items()):
            if j != job:
                continue
            fit, compiled = median(rs, "seconds_fit"), median(rs, "seconds_compile")
            both = None if compiled is None or fit is None else fit + compiled
            lines.append(f"| {peer} | {len(rs)} | {rs[0].get('steps', '')} | {show(fit)} | {show(both)} | {show(median(rs, 'seconds_process'), 1)} | {ratio(fit, base)} | {ratio(both, base)} | "
                         f"{show(median(rs, 'elbo'), 1)} | {show(median(rs, 'accuracy'))} | {show(median(rs, 'log_loss'))} | {show(median(rs, 'other_cpu'), 2)} |")
    base = groups.get(("predict", "elbo"), [])
    lines += ["\n### Predictor\n", "| | runs | 500 draws x 500 rows, ms | 500 draws x 10,000 rows, ms | times elbo | times elbo | other CPU |",
              "| --- | --- | --- | --- | --- | --- | --- |"]
    for (j, peer), rs in sorted(groups.items()):
        if j == "predict":
            small, large = median(rs, "seconds_500x500"), median(rs, "seconds_500x10000")
            ms = lambda x: None if x is None else 1e3 * x
            lines.append(f"| {peer} | {len(rs)} | {show(ms(small), 2)} | {show(ms(large), 1)} | {ratio(small, median(base, 'seconds_500x500'))} | "
                         f"{ratio(large, median(base, 'seconds_500x10000'))} | {show(median(rs, 'other_cpu'), 2)} |")
    failures = [r for r in records if r.get("failed")]
    if failures:
        lines += ["\n### Did not finish\n"] + [f"- {r['peer']}, {r['job']}, seed {r['seed']}: {r['failed']}" for r in failures]
    return "\n".join(lines)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--rounds", type=int, default=3, help="each with a seed of its own")
    ap.add_argument("--steps", type=int, default=None, help="fewer steps for the peers: a trial run, not a result")
    ap.add_argument("--dtype", default="float64", choices=["float32", "float64"], help="of the peers")
    ap.add_argument("--only", default="", help="peers whose 'script job variant' contains this")
    ap.add_argument("--timeout", type=float, default=1200.0, help="seconds a process")
    ap.add_argument("--elbo", default=os.environ.get("ELBO_BIN", os.path.join(ROOT, "target", "release", "elbo")))
    ap.add_argument("--elbo-args", default=os.environ.get("ELBO_ARGS", "--seed {seed}"))
    ap.add_argument("--lines", default="peers.jsonl")
    a = ap.parse_args()
    a.elbo = os.path.abspath(a.elbo)
    a.python = os.environ.get("PEERS_PYTHON") or os.environ.get("ELBO_PYTHON") or sys.executable
    if os.sep in a.python:  # the peers run in their own folder
        a.python = os.path.abspath(a.python)
    records = []
    with open(a.lines, "a") as lines:
        for seed in range(a.rounds):
            for script, job, variant in PEERS:
                if a.only not in f"{script} {job} {variant}":
                    continue
                for r in run_elbo(a, seed) + run_peer(a, script, job, variant, seed):
                    records.append(r)
                    lines.write(json.dumps(r) + "\n")
                    lines.flush()
                    print(json.dumps(r), file=sys.stderr, flush=True)
    versions = sorted({f"{r['peer'].split()[0]} {r['version']} ({r['backend']}, {r['optimiser']})" for r in records if "version" in r})
    print(f"Medians of {a.rounds} rounds in one run, elbo before each peer; peers in {a.dtype}. {platform.machine()}, {os.cpu_count()} cores. " + "; ".join(versions) + ".")
    if a.steps:
        print(f"\n**A trial run with {a.steps} steps for the peers: not a result.**")
    print(table(records))


main()
