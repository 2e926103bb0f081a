"""Far tails of continuous distributions, and Rice: mpmath, 50 digits. Writes dist_tails.json and dist_more_continuous.json beside itself."""
import json, pathlib
import mpmath as mp

mp.mp.dps = 50
here = pathlib.Path(__file__).parent
f = mp.mpf


def out(v):
    v = float(v)
    return v if abs(v) != float("inf") else ("inf" if v > 0 else "-inf")


def tail(logp, a, b):
    """ln of the integral of exp(logp) from a to b, the larger end of the density at whichever end it is."""
    top = max(logp(a) if mp.isfinite(a) else -mp.inf, logp(b) if mp.isfinite(b) else -mp.inf)
    at = a if mp.isfinite(a) and logp(a) == top else b
    h = f(10) ** -20
    rate = abs((logp(at + h) - logp(at - h)) / (2 * h)) + f("0.1")
    sign = 1 if at == a else -1
    length = abs(b - a)
    cuts = [f(0)] + [c for c in (f(k) / rate for k in (1, 3, 8, 20, 60, 150)) if c < length]
    cuts.append(min(length, f(400) / rate))
    cuts = sorted(set(c for c in cuts if c <= min(length, f(400) / rate)))
    total = mp.quad(lambda r: mp.exp(logp(at + sign * r) - top), cuts)
    return top + mp.log(total)


def npdf(z):
    return -z * z / 2 - mp.log(2 * mp.pi) / 2


cases = []


def add(dist, params, x, side, value):
    cases.append({"dist": dist, "params": params, "x": float(x), "side": side, "value": out(value)})


for a, b, x in [(2.0, 1.0, 1e-200), (0.3, 4.0, 400.0), (1000.0, 1.0, 50.0), (5000.0, 2.0, 5000.0), (50000.0, 1.0, 45000.0)]:
    lower = x * b < a
    v = mp.log(mp.gammainc(f(a), 0, f(b) * f(x), regularized=True)) if lower else mp.log(mp.gammainc(f(a), f(b) * f(x), mp.inf, regularized=True))
    add("Gamma", {"alpha": a, "beta": b}, x, "log_cdf" if lower else "log_survival", v)
for a, b, x in [(3.0, 2.0, 1e-150), (2000.0, 3.0, 0.5), (500.0, 700.0, 0.02), (0.5, 300.0, 0.97)]:
    lower = x < a / (a + b)
    mp.mp.dps = 600
    v = mp.log(mp.betainc(f(a), f(b), 0, f(x), regularized=True)) if lower else mp.log(mp.betainc(f(a), f(b), f(x), 1, regularized=True))
    mp.mp.dps = 50
    add("Beta", {"alpha": a, "beta": b}, x, "log_cdf" if lower else "log_survival", v)
for nu, x in [(3.0, 1e120), (0.7, 1e300), (40.0, 1e20), (2000.0, 90.0), (30000.0, 12.0), (30000.0, 200.0), (1e6, 5.0)]:
    def logt(z, nu=f(nu)):
        return mp.loggamma((nu + 1) / 2) - mp.loggamma(nu / 2) - mp.log(nu * mp.pi) / 2 - (nu + 1) / 2 * mp.log1p(z * z / nu)
    if x > 1e15:
        v = logt(f(x)) + mp.log(f(x) / f(nu))
    else:
        v = tail(logt, f(x), mp.inf)
    add("StudentT", {"nu": nu, "mu": 0.0, "sigma": 1.0}, x, "log_survival", v)
for a, x in [(2.0, -30.0), (6.0, -0.5), (-6.0, 2.0), (0.7, -3.0), (-1.5, 40.0)]:
    lp = lambda z, a=f(a): mp.log(2) + npdf(z) + mp.log(mp.ncdf(a * z))
    mp.mp.dps = 80
    v = tail(lp, f(x), mp.inf) if x > 0 else tail(lambda r: lp(-r), -f(x), mp.inf)
    mp.mp.dps = 50
    add("SkewNormal", {"mu": 0.0, "sigma": 1.0, "alpha": a}, x, "log_survival" if x > 0 else "log_cdf", v)
for s, nu, x in [(1.0, 1.0, -30.0), (0.4, 6.3, -2.5), (1.0, 1e5, -8.0), (1.0, 0.04, 40.0), (0.3, 5.0, 4000.0)]:
    mp.mp.dps = 400
    u, v_ = f(x) / f(s), f(s) / f(nu)
    other = mp.exp(-u * v_ + v_ * v_ / 2) * mp.ncdf(u - v_)
    v = mp.log(mp.ncdf(u) - other) if x < 0 else mp.log(mp.ncdf(-u) + other)
    add("ExGaussian", {"mu": 0.0, "sigma": s, "nu": nu}, x, "log_cdf" if x < 0 else "log_survival", v)
    mp.mp.dps = 50
for mu, lam, x in [(1.0, 1.0, 1e-4), (3.0, 20.0, 900.0), (0.5, 0.2, 1e4), (1.0, 1e4, 1.5), (1.0, 1e-3, 1.0)]:
    mp.mp.dps = 1200
    root, times = mp.sqrt(f(lam) / f(x)), mp.sqrt(f(lam) / f(x)) * f(x) / f(mu)
    other = mp.exp(2 * f(lam) / f(mu)) * mp.ncdf(-times - root)
    v = mp.log(mp.ncdf(times - root) + other) if x < mu else mp.log(mp.ncdf(root - times) - other)
    add("Wald", {"mu": mu, "lam": lam}, x, "log_cdf" if x < mu else "log_survival", v)
    mp.mp.dps = 50
for m, s, lo, hi, x in [(0.0, 1.0, 30.0, 31.0, 30.5), (0.0, 1.0, -3.0, 40.0, 20.0), (0.0, 1e-3, 1.0, 2.0, 1.001), (5.0, 2.0, 4.0, 4.0001, 4.00002)]:
    p = lambda x, m=f(m), s=f(s): npdf((x - m) / s)
    side = tail(p, f(lo), f(x)) - tail(p, f(lo), f(hi)) if lo > m or hi < m else None
    up = tail(p, f(x), f(hi)) - (tail(p, f(lo), f(hi)) if side is not None else mp.log((mp.ncdf((f(hi) - f(m)) / f(s)) - mp.ncdf((f(lo) - f(m)) / f(s))) * f(s)))
    add("TruncatedNormal", {"mu": m, "sigma": s, "lower": lo, "upper": hi}, x, "log_survival", up)
for mu, k, x in [(0.0, 60.0, -2.0), (0.0, 1e4, -1.0), (0.0, 0.5, -3.0), (0.0, 2000.0, 3.0), (1.0, 5.0, -2.5), (-2.5, 20.0, 2.9)]:
    lp = lambda d, k=f(k), mu=f(mu): k * mp.cos(d - mu) - mp.log(2 * mp.pi) - mp.log(mp.besseli(0, k))
    pi = f(float(mp.pi))
    n = 40
    if mu == 0 and k > 100:
        v = tail(lp, -mp.pi, f(x)) if x < mu else tail(lp, f(x), mp.pi)
    elif x < mu:
        v = mp.log(mp.quad(lambda t: mp.exp(lp(t)), mp.linspace(-mp.pi, f(x), n)))
    else:
        v = mp.log(mp.quad(lambda t: mp.exp(lp(t)), mp.linspace(f(x), mp.pi, n)))
    add("VonMises", {"mu": mu, "kappa": k}, x, "log_cdf" if x < mu else "log_survival", v)
rice = lambda x, nu, s: mp.log(x) - 2 * mp.log(s) - (x * x + nu * nu) / (2 * s * s) + mp.log(mp.besseli(0, x * nu / s**2))
for nu, s, x in [(0.1, 0.3, 1e-6), (20.0, 1.0, 1.0), (20.0, 1.0, 60.0), (3.0, 1.0, 30.0), (1.0, 2.0, 0.5)]:
    lp = lambda t: rice(t, f(nu), f(s))
    if x < max(nu, s):
        v = mp.log(mp.quad(lambda t: mp.exp(lp(t)), mp.linspace(f(10) ** -60, f(x), 12)))
    else:
        v = tail(lp, f(x), mp.inf)
    add("Rice", {"nu": nu, "sigma": s}, x, "log_cdf" if x < max(nu, s) else "log_survival", v)

head = {"versions": {"mpmath": mp.__version__}, "convention": "PyMC 5 names. ln P(X <= x) or ln P(X > x) at one point, inputs exact doubles.", "tolerance": "1e-10 of the value, or absolutely where it is below 1"}
text = json.dumps(head)[:-1] + ', "cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n"
(here / "dist_tails.json").write_text(text)

rows = []
for nu, s in [(0.5, 1.0), (4.0, 0.3), (0.0, 2.0), (30.0, 5.0)]:
    xs = [-1.0, 1e-6 * s, 0.2 * s, s, nu + 0.5 * s, nu + 2 * s, nu + 9 * s]
    n, g = f(nu), f(s)
    row = {"dist": "Rice", "params": {"nu": nu, "sigma": s}, "support": [0, "inf"], "x": xs, "logp": [], "grad": {"value": [], "nu": [], "sigma": []}}
    for x in xs:
        if x < 0:
            row["logp"].append("-inf")
            [row["grad"][k].append(None) for k in row["grad"]]
            continue
        x = f(x)
        row["logp"].append(out(rice(x, n, g)))
        ratio = mp.besseli(1, x * n / g**2) / mp.besseli(0, x * n / g**2)
        row["grad"]["value"].append(out(1 / x - x / g**2 + ratio * n / g**2))
        row["grad"]["nu"].append(out(-n / g**2 + ratio * x / g**2))
        row["grad"]["sigma"].append(out(-2 / g + (x * x + n * n) / g**3 - 2 * ratio * x * n / g**3))
    q = n * n / (4 * g * g)
    mean = g * mp.sqrt(mp.pi / 2) * mp.exp(-q) * ((1 + 2 * q) * mp.besseli(0, q) + 2 * q * mp.besseli(1, q))
    row["mean"], row["variance"] = out(mean), out(2 * g * g + n * n - mean**2)
    row["entropy"] = None
    rows.append(row)
head["convention"] = "as dist_continuous.json"
head["tolerance"] = "logp 1e-12, gradients 1e-10, moments 1e-12"
text = json.dumps(head)[:-1] + ', "cases": [\n' + ",\n".join(json.dumps(c) for c in rows) + "\n]}\n"
(here / "dist_more_continuous.json").write_text(text)
