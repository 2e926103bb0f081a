"""Processes: log density with gradients. Truth: mpmath, 50 digits, by the definitions (conditional by conditional, or a dense matrix). Writes dist_more_processes.json here."""
import json, os
import mpmath as mp, numpy as np
mp.mp.dps = 50
M, log, pi = mp.mpf, mp.log, mp.pi
rng = np.random.default_rng(20240611)
cases = []
normal = lambda x, m, s: -log(s) - log(2*pi)/2 - ((x-m)/s)**2/2

def add(dist, fixed, params, x, f):
    """f(params, x) -> logp; params: dict of numbers or lists, fixed: structure"""
    P = {k: ([M(t) for t in v] if isinstance(v, list) else M(v)) for k, v in params.items()}
    X = [M(t) for t in x]
    g = {}
    for k, v in P.items():
        if isinstance(v, list):
            g[k] = [float(mp.diff(lambda t: f({**P, k: v[:i]+[t]+v[i+1:]}, X), v[i])) for i in range(len(v))]
        else:
            g[k] = float(mp.diff(lambda t: f({**P, k: t}, X), v))
    g["value"] = [float(mp.diff(lambda t: f(P, X[:i]+[t]+X[i+1:]), X[i])) for i in range(len(X))]
    cases.append(dict(dist=dist, **fixed, params=params, x=x, logp=float(f(P, X)), grad=g))

r = lambda n, s=1.0: [round(float(t), 3) for t in rng.normal(0, s, n)]
for steps in (1, 4, 9):
    for mu, sigma, m0, s0 in ((0.0, 1.0, 0.0, 100.0), (-0.3, 0.05, 2.0, 0.5), (10.0, 1e3, 0.0, 1e-3)):
        add("GaussianRandomWalk", dict(steps=steps), dict(mu=mu, sigma=sigma, init_mu=m0, init_sigma=s0), r(steps+1, 2.0),
            lambda p, x: normal(x[0], p["init_mu"], p["init_sigma"]) + sum(normal(b-a, p["mu"], p["sigma"]) for a, b in zip(x, x[1:])))
def ar(p, x):
    k = len(p["rho"])
    l = sum(normal(t, p["init_mu"], p["init_sigma"]) for t in x[:k])
    return l + sum(normal(x[t], p["constant"] + sum(p["rho"][j]*x[t-1-j] for j in range(k)), p["sigma"]) for t in range(k, len(x)))
for rho in ([0.7], [0.5, -0.3], [1.2, -0.5, 0.1]):
    for c, sigma, m0, s0 in ((0.0, 1.0, 0.0, 100.0), (0.4, 0.1, 1.0, 2.0)):
        add("AR", dict(steps=6), dict(rho=rho, sigma=sigma, constant=c, init_mu=m0, init_sigma=s0), r(len(rho)+6), ar)
def garch(p, y):
    v, l = p["initial_vol"]**2, M(0)
    for t in y:
        l += normal(t, 0, mp.sqrt(v)); v = p["omega"] + p["alpha_1"]*t**2 + p["beta_1"]*v
    return l
for w, a, b, v in ((0.2, 0.1, 0.8, 1.0), (1e-4, 0.9, 0.3, 0.05), (5.0, 0.0, 0.0, 3.0)):
    for steps in (1, 6):
        add("GARCH11", dict(steps=steps), dict(omega=w, alpha_1=a, beta_1=b, initial_vol=v), r(steps+1), garch)
ring = lambda n: [[1.0 if (i-j) % n in (1, n-1) else 0.0 for j in range(n)] for i in range(n)]
path = [[0, 1, 0, 0.5], [1, 0, 2, 0], [0, 2, 0, 1], [0.5, 0, 1, 0]]
for W in (ring(5), path):
    n = len(W); Wm = mp.matrix(W); D = mp.diag([sum(Wm[i, j] for j in range(n)) for i in range(n)])
    def car(p, x):
        Q = p["tau"]*(D - p["alpha"]*Wm); d = mp.matrix([a-b for a, b in zip(x, p["mu"])])
        return (log(mp.det(Q)) - n*log(2*pi) - (d.T*Q*d)[0])/2
    for alpha, tau in ((0.5, 2.0), (-0.9, 0.1), (0.999, 1.0)):
        add("CAR", dict(W=W), dict(mu=r(n), alpha=alpha, tau=tau), r(n), car)
    lam = sorted(mp.eigsy(D-Wm)[0])[1:]
    def icar(p, x):
        q = sum(Wm[i, j]*(x[i]-x[j])**2 for i in range(n) for j in range(i))
        return -q/(2*p["sigma"]**2) - (n-1)*(log(p["sigma"]) + log(2*pi)/2) + sum(log(l) for l in lam)/2
    for sigma in (1.0, 0.03, 20.0):
        x = np.array(r(n)); x = (x - x.mean()).tolist()
        add("ICAR", dict(W=W), dict(sigma=sigma), x, icar)
# Gaussian processes: the marginal of a sum and a product of kernels, jitter 1e-6.
def kern(name, p, a, b):
    d = [(s-t)/p["length"] for s, t in zip(a, b)] if "length" in p else None
    r2 = sum(t*t for t in d) if d is not None else None
    q = mp.sqrt(r2) if r2 is not None else None
    return {"ExpQuad": lambda: mp.exp(-r2/2), "Matern12": lambda: mp.exp(-q), "Matern32": lambda: (1+mp.sqrt(3)*q)*mp.exp(-mp.sqrt(3)*q),
            "Matern52": lambda: (1+mp.sqrt(5)*q+5*r2/3)*mp.exp(-mp.sqrt(5)*q), "RationalQuadratic": lambda: (1+r2/(2*p["alpha"]))**-p["alpha"],
            "Periodic": lambda: mp.exp(-sum((mp.sin(pi*(s-t)/p["period"])/p["length"])**2 for s, t in zip(a, b))/2),
            "Linear": lambda: sum((s-p["centre"])*(t-p["centre"]) for s, t in zip(a, b)), "Constant": lambda: p["level"],
            "White": lambda: p["sigma"]**2 if a == b else M(0)}[name]()
pts = [[0.0, 0.3], [0.5, -1.0], [1.7, 0.2], [2.0, 2.0], [-0.4, 0.9]]
for name, p in (("ExpQuad", dict(length=0.7)), ("Matern12", dict(length=1.3)), ("Matern32", dict(length=0.5)), ("Matern52", dict(length=2.0)),
                ("RationalQuadratic", dict(length=0.8, alpha=1.5)), ("Periodic", dict(length=0.6, period=1.9)), ("Linear", dict(centre=0.4)),
                ("Constant", dict(level=1.4)), ("White", dict(sigma=0.6))):
    X = [[M(t) for t in q] for q in pts]; n = len(X)
    def gp(p, y):
        K = mp.matrix(n, n)
        for i in range(n):
            for j in range(n): K[i, j] = p["scale"]*kern(name, p, X[i], X[j]) + ((p["noise"]**2 + M(1e-6)) if i == j else 0)
        d = mp.matrix([t-p["mean"] for t in y])
        return -((d.T*K**-1*d)[0] + log(mp.det(K)) + n*log(2*pi))/2
    add("GaussianProcess", dict(kernel=name, points=pts), dict(p, scale=1.7, noise=0.3, mean=0.2), r(n), gp)
head = dict(versions=dict(mpmath=mp.__version__), tolerance="logp rtol 1e-11; gradients rtol 1e-9",
            note="rho: nearest past first. CAR, ICAR: W is not differentiated. GaussianProcess: log density of y at the points under mean + sqrt(scale) f + noise, jitter 1e-6 on the diagonal.")
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "dist_more_processes.json"), "w") as f:
    f.write(json.dumps(head)[:-1] + ', "cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n")
