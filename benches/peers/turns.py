"""Commands that print JSON lines, run in turns, and what is made of the lines."""
import json
import subprocess
import sys


def lines(commands, rounds, keep=""):
    """Every line of every command as a dictionary, round after round; written to the file `keep` as well."""
    found = []
    for _ in range(rounds):
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                print(" ".join(command), done.stderr[-500:], file=sys.stderr)
            found += [json.loads(line) for line in done.stdout.splitlines()]
    if keep:
        with open(keep, "w") as f:
            f.write("".join(json.dumps(d) + "\n" for d in found))
    return found


def best(found, key, time):
    """By key and peer the line of the least time."""
    table = {}
    for d in found:
        peers = table.setdefault(key(d), {})
        if d["peer"] not in peers or d[time] < peers[d["peer"]][time]:
            peers[d["peer"]] = d
    return table


def agree(name, peers):
    """Says where a peer's value or gradient is another one than ours."""
    ours = peers["elbo"]
    for peer, d in peers.items():
        for field in ("value", "gradient_norm"):
            if abs(d[field] - ours[field]) > 1e-4 * abs(ours[field]):
                print(f"{peer} and elbo differ in {field} of {name}: {d[field]} {ours[field]}", file=sys.stderr)
