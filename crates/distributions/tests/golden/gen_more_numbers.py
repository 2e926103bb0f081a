"""What the other tables of numbers leave out (HyperGeometric, DiscreteWeibull, OrderedProbit, hurdles, Interpolated): mpmath from the
definitions, gradients by mpmath's own differences at 200 digits. Writes dist_more_numbers.json beside itself; with --check it compares the
log densities with SciPy and PyMC first and prints where they are off by more than 1e-8."""
import json, pathlib, sys
import mpmath as mp

mp.mp.dps = 200
here = pathlib.Path(__file__).parent
f = mp.mpf
INF = mp.inf
cases = []


def out(v):
    v = float(v)
    return v if abs(v) != float("inf") else ("inf" if v > 0 else "-inf")


def slope(logp, x, params, key, at=None):
    """The derivative by a parameter (by one element of a vector), or by the value."""
    if key == "value":
        return mp.diff(lambda t: logp(t, **params), x)
    if at is None:
        return mp.diff(lambda t: logp(x, **{**params, key: t}), params[key])
    old = params[key]
    return mp.diff(lambda t: logp(x, **{**params, key: old[:at] + [t] + old[at + 1:]}), old[at])


def add(dist, logp, params, support, xs, wrt, kinks=(), mean=None, variance=None, entropy=None):
    exact = {k: [f(e) for e in v] if isinstance(v, list) else f(v) for k, v in params.items()}
    row = {"dist": dist, "params": params, "support": [out(s) for s in support], "x": xs, "logp": [], "grad": {k: [] for k in wrt}}
    for x in xs:
        inside = support[0] <= x <= support[1]
        v = logp(f(x), **exact) if inside else -INF
        row["logp"].append(out(v))
        for k in wrt:
            if v == -INF or x in kinks:
                row["grad"][k].append(None)
            elif isinstance(params.get(k), list):
                row["grad"][k].append([out(slope(logp, f(x), exact, k, i)) for i in range(len(params[k]))])
            else:
                row["grad"][k].append(out(slope(logp, f(x), exact, k)))
    for name, v in [("mean", mean), ("variance", variance), ("entropy", entropy)]:
        row[name] = None if v is None else out(v)
    cases.append(row)


def sums(logp, params, xs):
    """Mean, variance, entropy over these values."""
    exact = {k: [f(e) for e in v] if isinstance(v, list) else f(v) for k, v in params.items()}
    with mp.workdps(60):
        logs = [logp(f(x), **exact) for x in xs]
        p = [mp.exp(l) for l in logs]
        assert abs(sum(p) - 1) < f(10) ** -25, sum(p)
        mean = sum(x * w for x, w in zip(xs, p))
        variance = sum((x - mean) ** 2 * w for x, w in zip(xs, p))
        entropy = -sum(w * l for w, l in zip(p, logs) if w > 0)
    return {"mean": mean, "variance": variance, "entropy": entropy}


def hyper(x, N, k, n):
    return mp.log(mp.binomial(k, x)) + mp.log(mp.binomial(N - k, n - x)) - mp.log(mp.binomial(N, n))


for N, k, n in [(20, 7, 12), (50, 5, 10), (300, 250, 200), (10000, 30, 400), (10, 0, 4), (10, 10, 4)]:
    low, high = max(0, n + k - N), min(k, n)
    xs = sorted({low, min(low + 1, high), (low + high) // 2, n * k // N, high} - {x for x in [n * k // N] if not low <= x <= high})
    p = {"N": N, "k": k, "n": n}
    add("HyperGeometric", hyper, p, (low, high), [low - 1.0, *map(float, xs), high + 1.0], [], **sums(hyper, p, range(low, high + 1)))


def weibull(x, q, beta):
    if x != mp.floor(x):
        return -INF
    return mp.log(q ** (x ** beta) - q ** ((x + 1) ** beta))


for q, beta, xs, most in [
    (0.5, 1.0, [0, 1, 2, 7, 60], 400),
    (0.5, 0.5, [0, 1, 2, 9, 100, 10000], 60000),
    (0.999, 2.0, [0, 1, 10, 30, 100, 200], 800),
    (0.1, 3.0, [0, 1, 2, 4], 12),
    (0.9, 1.3, [0, 3, 8, 40, 120], 700),
]:
    p = {"q": q, "beta": beta}
    add("DiscreteWeibull", weibull, p, (0, INF), [-1.0, *map(float, xs)], ["q", "beta"], **sums(weibull, p, range(most)))


def probit(x, eta, cutpoints):
    ends = [-INF, *cutpoints, INF]
    low, high = ends[int(x)] - eta, ends[int(x) + 1] - eta
    if low + high > 0:
        low, high = -high, -low
    with mp.workdps(700):
        return mp.log(mp.ncdf(high) - mp.ncdf(low))


for eta, cuts in [(0.0, [-1.0, 0.5, 2.0]), (2.5, [-4.0, -1.0, 0.0, 0.1, 6.0]), (-30.0, [0.0, 1.0]), (0.25, [-0.001, 0.001]), (1.0, [-1e-6, 1e-6, 12.0])]:
    p = {"eta": eta, "cutpoints": cuts}
    k = len(cuts) + 1
    add("OrderedProbit", probit, p, (0, k - 1), [float(x) for x in range(-1, k + 1)], ["eta", "cutpoints"], **sums(probit, p, range(k)))


def poisson(x, mu):
    return x * mp.log(mu) - mu - mp.loggamma(x + 1)


def negative(x, mu, alpha):
    return mp.loggamma(x + alpha) - mp.loggamma(alpha) - mp.loggamma(x + 1) + alpha * mp.log(alpha / (alpha + mu)) + x * mp.log(mu / (alpha + mu))


def hurdle(inner, at_zero):
    def logp(x, psi, **params):
        if x == 0:
            return mp.log(1 - psi)
        return mp.log(psi) + inner(x, **params) - mp.log(1 - at_zero(**params))
    return logp


of_poisson = hurdle(poisson, lambda mu: mp.exp(-mu))
of_negative = hurdle(negative, lambda mu, alpha: (alpha / (alpha + mu)) ** alpha)
of_gamma = hurdle(lambda x, alpha, beta: alpha * mp.log(beta) - mp.loggamma(alpha) + (alpha - 1) * mp.log(x) - beta * x, lambda alpha, beta: f(0))
of_log_normal = hurdle(lambda x, mu, sigma: -((mp.log(x) - mu) / sigma) ** 2 / 2 - mp.log(x) - mp.log(sigma) - mp.log(2 * mp.pi) / 2, lambda mu, sigma: f(0))

for psi, mu, xs, most in [(0.7, 3.0, [0, 1, 2, 5, 40], 150), (0.05, 40.0, [0, 1, 30, 45, 200], 400), (0.99, 1e-5, [0, 1, 2, 3], 20)]:
    p = {"psi": psi, "mu": mu}
    add("HurdlePoisson", of_poisson, p, (0, INF), [-1.0, *map(float, xs)], ["psi", "mu"], **sums(of_poisson, p, range(most)))
for psi, mu, alpha, xs, most in [(0.7, 3.0, 2.0, [0, 1, 2, 9, 100], 900), (0.3, 20.0, 0.5, [0, 1, 15, 90], 5000), (0.95, 0.001, 100.0, [0, 1, 2, 5], 80)]:
    p = {"psi": psi, "mu": mu, "alpha": alpha}
    add("HurdleNegativeBinomial", of_negative, p, (0, INF), [-1.0, *map(float, xs)], ["psi", "mu", "alpha"], **sums(of_negative, p, range(most)))
# Where the rest is a density the gradient by the value at 0 means nothing.
for psi, a, b in [(0.6, 2.5, 1.5), (0.1, 0.3, 4.0)]:
    mean = f(psi) * f(a) / f(b)
    add("HurdleGamma", of_gamma, {"psi": psi, "alpha": a, "beta": b}, (0, INF), [-1.0, 0.0, 1e-8, 0.3, 1.0, 4.0, 90.0], ["value", "psi", "alpha", "beta"], kinks=(0.0,),
        mean=mean, variance=f(psi) * f(a) * (f(a) + 1) / f(b) ** 2 - mean**2)
for psi, m, s in [(0.6, 0.3, 0.8), (0.2, -2.0, 0.1)]:
    mean = f(psi) * mp.exp(f(m) + f(s) ** 2 / 2)
    add("HurdleLogNormal", of_log_normal, {"psi": psi, "mu": m, "sigma": s}, (0, INF), [-1.0, 0.0, 1e-8, 0.15, 1.0, 4.0, 90.0], ["value", "psi", "mu", "sigma"], kinks=(0.0,),
        mean=mean, variance=f(psi) * mp.exp(2 * f(m) + 2 * f(s) ** 2) - mean**2)


def interpolated(x, x_points, pdf_points):
    a, h = x_points, pdf_points
    area = sum((a[i + 1] - a[i]) * (h[i] + h[i + 1]) / 2 for i in range(len(a) - 1))
    i = max(i for i in range(len(a) - 1) if a[i] <= x)
    height = h[i] + (h[i + 1] - h[i]) * (x - a[i]) / (a[i + 1] - a[i])
    return -INF if height == 0 else mp.log(height / area)


for a, h, xs in [
    ([-1.0, 0.0, 0.5, 2.0], [0.2, 1.0, 0.7, 0.1], [-1.5, -1.0, -0.6, 0.0, 0.2, 1.0, 1.9999, 2.0, 2.5]),
    ([0.0, 1.0, 2.0, 3.0], [0.0, 5.0, 0.0, 2.0], [-1.0, 1e-9, 0.5, 1.5, 1.999, 2.5, 3.0]),
    ([1000.0, 1000.25], [3.0, 3.0], [999.0, 1000.0, 1000.125, 1000.25]),
]:
    e = [f(v) for v in a]
    g = [f(v) for v in h]
    with mp.workdps(60):
        over = lambda of: mp.quad(lambda t: (lambda l: 0 if l == -INF else of(t, l))(interpolated(t, e, g)), e)
        mean = over(lambda t, l: t * mp.exp(l))
        variance = over(lambda t, l: (t - mean) ** 2 * mp.exp(l))
        entropy = over(lambda t, l: -l * mp.exp(l))
    add("Interpolated", interpolated, {"x_points": a, "pdf_points": h}, (a[0], a[-1]), xs, ["value", "x_points", "pdf_points"], kinks=a, mean=mean, variance=variance, entropy=entropy)


def check():
    import numpy as np
    import pymc as pm
    import scipy.stats as st
    for c in cases:
        p, x = c["params"], np.array(c["x"])
        keep = [i for i, l in enumerate(c["logp"]) if not isinstance(l, str)]
        x, want = x[keep], np.array([c["logp"][i] for i in keep])
        found = {}
        d = c["dist"]
        if d == "HyperGeometric":
            found["SciPy"] = st.hypergeom(p["N"], p["k"], p["n"]).logpmf(x)
            theirs = pm.HyperGeometric.dist(N=p["N"], k=p["k"], n=p["n"])
        elif d == "OrderedProbit":
            theirs = pm.OrderedProbit.dist(eta=p["eta"], cutpoints=np.array(p["cutpoints"]))
        elif d == "Interpolated":
            if 0.0 in p["pdf_points"]:
                continue
            theirs = pm.Interpolated.dist(np.array(p["x_points"]), np.array(p["pdf_points"]))
        else:
            theirs = getattr(pm, d).dist(**p)
        whole = d not in ("HurdleGamma", "HurdleLogNormal", "Interpolated")
        try:
            found["PyMC"] = pm.logp(theirs, x.astype(int) if whole else x).eval()
        except Exception as error:
            print(d, p, "PyMC:", type(error).__name__, error)
        for peer, v in found.items():
            off = np.max(np.abs(v - want) / np.maximum(1, np.abs(want)))
            if not off < 1e-8:
                print(d, p, peer, "is off by", off, "at", x[np.argmax(np.abs(v - want))])


if "--check" in sys.argv:
    check()
head = {
    "versions": {"mpmath": mp.__version__, "scipy": "1.17.1", "pymc": "5.28.5"},
    "convention": "as dist_discrete.json and dist_continuous.json; HurdleGamma and HurdleLogNormal have a probability at 0 and a density above",
    "tolerance": "logp rtol 1e-12 + atol 1e-12, gradients rtol 1e-10, moments rtol 1e-12",
}
text = json.dumps(head)[:-1] + ', "cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n"
(here / "dist_more_numbers.json").write_text(text)
