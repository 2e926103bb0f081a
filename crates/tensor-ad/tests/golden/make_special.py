"""Special functions over their whole range: values and gradients from mpmath, each rounded once to float64.

python make_special.py > special_range.json     (mpmath 1.4.1)
"""
import json
import math
import random

import mpmath as mp

M = mp.mpf
mp.mp.dps = 60
rnd = random.Random(20)
cases = []


def spread(lo, hi, n):
    return [math.exp(rnd.uniform(math.log(lo), math.log(hi))) for _ in range(n)]


def number(v):
    if v is None:
        return None
    v = float(v)
    return v if math.isfinite(v) else ("nan" if v != v else "inf" if v > 0 else "-inf")


def add(name, args, value, grad):
    cases.append(dict(f=name, args=list(args), value=number(value), grad=[number(g) for g in grad]))


# --- the error function's kin: scaled tails by the asymptotic series, else directly with digits enough
def scaled(n, x):
    """The n-th derivative of exp(x^2) erfc(x)."""
    x = M(x)
    if x > 30:
        s, c = M(0), M(1)
        for k in range(60):
            t = c * mp.rf(2 * k + 1, n) * x ** (-2 * k - 1 - n)
            s += t
            if abs(t) < abs(s) * M(10) ** -45:
                break
            c *= -M(2 * k + 1) / 2
        return (-1) ** n * s / mp.sqrt(mp.pi)
    with mp.workdps(80 + int(x * x)):
        y = [mp.exp(x * x) * mp.erfc(x)]
        y.append(2 * x * y[0] - 2 / mp.sqrt(mp.pi))
        for k in range(1, n):
            y.append(2 * x * y[k] + 2 * k * y[k - 1])
        return +y[n]


for x in [0.0, 1e-300, 1e-8, 0.75, 3.5, 26.6, 1e4, 1e8, 1.1e8, 1e100, -26.6, -26.64] + [rnd.uniform(-26, 30) for _ in range(20)]:
    add("erfcx", [x], scaled(0, x), [scaled(1, x)])
    if x > -25 and x < 1e60:
        add("erfcx_1", [x], scaled(1, x), [scaled(2, x)])


def phi(x):
    with mp.workdps(500):
        return +mp.exp(-M(x) ** 2 / 2) / mp.sqrt(2 * mp.pi)


def cdf(x):
    with mp.workdps(60 + int(min(x * x, 4000) / 4)):
        return +mp.erfc(-M(x) / mp.sqrt(2)) / 2


for x in [0.0, 1e-300, -1e-300, -37.5, -38.3, 8.0, 37.0] + [rnd.uniform(-37, 9) for _ in range(25)]:
    add("normal_cdf", [x], cdf(x), [phi(x)])
for x in [0.0, 1e-8, -1e-8, 30.0, 36.0, -1.0, -15.0, -38.0, -100.0, -1e4, -1e8, -1e100, -1e154] + [rnd.uniform(-40, 20) for _ in range(25)]:
    with mp.workdps(800 if abs(x) > 1e9 else 80):
        root = mp.sqrt(2)
        value = -M(x) ** 2 / 2 + mp.log(scaled(0, -M(x) / root) / 2) if x < -30 else mp.log1p(-cdf(-x)) if x > 0 else mp.log(cdf(x))
        slope = mp.sqrt(2 / mp.pi) / scaled(0, -M(x) / root) if x < 0 else phi(x) / cdf(x)
        add("normal_log_cdf", [x], value, [slope])


def quantile(p):
    """Newton in the logarithm of the tail."""
    q = min(M(p), 1 - M(p))
    y = -mp.sqrt(-2 * mp.log(q)) if q < 0.1 else mp.sqrt(2) * mp.erfinv(2 * q - 1)
    for _ in range(60):
        t = mp.erfc(-y / mp.sqrt(2)) / 2
        d = (mp.log(t) - mp.log(q)) / (mp.exp(-y * y / 2) / mp.sqrt(2 * mp.pi) / t)
        y -= d
        if abs(d) < M(10) ** -45 * (1 + abs(y)):
            break
    return y if p < 0.5 else -y


P = [5e-324, 2.3e-308, 1e-300, 1e-100, 1e-20, 0.075, 0.0750001, 0.25, 0.5 + 2**-40, 0.925, 1 - 1e-10, 1 - 2**-53] + [rnd.uniform(0, 1) for _ in range(15)] + spread(1e-300, 1, 10)
for p in P:
    y = quantile(p)
    add("normal_quantile", [p], y, [mp.sqrt(2 * mp.pi) * mp.exp(y * y / 2)])
    if p < 0.9 and p > 1e-307:
        y = -quantile(p / 2) / mp.sqrt(2)
        add("erfcinv", [p], y, [-mp.sqrt(mp.pi) / 2 * mp.exp(y * y)])
for x in [1e-310, 1e-300, -1e-20, 1e-8, 0.85, 0.8500001, -0.999, 1 - 2**-53] + [rnd.uniform(-1, 1) for _ in range(15)]:
    y = mp.erfinv(M(x)) if abs(x) > 1e-10 else mp.sqrt(mp.pi) / 2 * (M(x) + mp.pi / 12 * M(x) ** 3)
    add("erfinv", [x], y, [mp.sqrt(mp.pi) / 2 * mp.exp(y * y)])

# --- Bessel functions
for x in [1e-300, 1e-8, 7.75, 29.999, 30.0, 30.001, 500.0, 713.0, -1.0, -40.0] + [rnd.uniform(-60, 60) for _ in range(10)] + spread(0.01, 700, 10):
    X = M(x)
    i = [mp.besseli(n, X) for n in range(4)]
    add("bessel_i0", [x], i[0], [i[1]])
    add("bessel_i1", [x], i[1], [(i[0] + i[2]) / 2])
    with mp.workdps(80):
        e, s = mp.exp(-abs(X)), mp.sign(X)
        add("bessel_i0e", [x], i[0] * e, [(i[1] - s * i[0]) * e])
        add("bessel_i1e", [x], i[1] * e, [((i[0] + i[2]) / 2 - s * i[1]) * e])
        add("log_bessel_i0", [x], mp.log1p(X * X / 4 * mp.hyper([1], [2, 2], X * X / 4)), [i[1] / i[0]])


# --- the gamma family
def lgamma(x):
    return mp.log(abs(mp.gamma(x))) if x < 0 else mp.loggamma(x)


X = [5e-324, 1e-308, 1e-100, 1e-8, 1 - 2**-30, 1 + 2**-30, 2 + 2**-30, 10.0, 1e8, 1e100, 1e305] + spread(1e-3, 1e4, 15)
for x in X + [-1e-8, -0.3, -1.5, -5.2, -20.7, -170.6, -1000.25]:
    add("lgamma", [x], lgamma(M(x)), [mp.psi(0, M(x))])
for x in X[2:] + [1.4616321449683622, -1e-8, -0.3, -5.2, -20.75, -170.625]:
    for n in (0, 1, 2, 3, 5):
        if n > 1 and abs(x) < 1e-50 or n * math.log10(abs(x)) > 300:
            continue
        add(f"polygamma_{n}", [x], mp.psi(n, M(x)), [mp.psi(n + 1, M(x))])
for x in [1e-300, -1e-300, 1e-10, -1e-10, 0.5, 0.50001, -0.5, -0.9, 1.0, 30.0] + [rnd.uniform(-0.9, 3) for _ in range(10)]:
    with mp.workdps(400):
        add("lgamma1p", [x], mp.loggamma(1 + M(x)), [mp.psi(0, 1 + M(x))])
pairs = [(1.0, 1.0), (1e-300, 1e-300), (1e-300, 1e300), (1e15, 3.5), (1e-20, 50.0), (10.0, 10.0), (9.999, 10.0), (1e100, 1e100), (2.0, 1e200)]
pairs += list(zip(spread(1e-3, 100, 15), spread(1e-3, 100, 15))) + list(zip(spread(1e-10, 1e10, 15), spread(1e-10, 1e10, 15)))
for a, b in pairs:
    with mp.workdps(80 + int(2 * abs(math.log10(a / b) if a / b > 0 else 600)) + int(max(0, 2 * math.log10(max(a, b))))):
        A, B = M(a), M(b)
        add("betaln", [a, b], mp.loggamma(A) + mp.loggamma(B) - mp.loggamma(A + B), [mp.psi(0, A) - mp.psi(0, A + B), mp.psi(0, B) - mp.psi(0, A + B)])
for n, k in [(10.0, 3.0), (1e6, 10.0), (1e15, 2.0), (50.5, 20.25), (7.0, 0.0), (1000.0, 500.0)]:
    with mp.workdps(90):
        N, K = M(n), M(k)
        add("ln_binomial", [n, k], mp.loggamma(N + 1) - mp.loggamma(K + 1) - mp.loggamma(N - K + 1), [mp.psi(0, N + 1) - mp.psi(0, N - K + 1), mp.psi(0, N - K + 1) - mp.psi(0, K + 1)])
for x in (2.5, 3.0, 40.0):
    add("multi_lgamma_4", [x], 3 * mp.log(mp.pi) + sum(mp.loggamma(M(x) - M(j) / 2) for j in range(4)), [sum(mp.psi(0, M(x) - M(j) / 2) for j in range(4))])


# --- incomplete gamma and beta: the series with positive terms and its derivative, with digits for the complement; for large shapes the
# integral on the side where the integrand has one sign
def gamma_series(a, x):
    with mp.workdps(90 + int(x) + int(abs(math.log10(min(a, 1))))):
        A, X = M(a), M(x)
        front = mp.exp(A * mp.log(X) - X - mp.loggamma(A + 1))
        f, g, t, h, k = M(1), M(0), M(1), M(0), 1
        while True:
            t *= X / (A + k)
            h += 1 / (A + k)
            f += t
            g += t * h
            if X < A + k and t * (1 + h) < M(10) ** -mp.mp.dps * f:
                break
            k += 1
        return front * f, front * (f * (mp.log(X) - mp.psi(0, A + 1)) - g)


def gamma_quad(a, x):
    """P (x below a) or Q (x above), and their slopes."""
    with mp.workdps(32 + int(math.log10(a))):
        A, X = M(a), M(x)
        psi, lg = mp.psi(0, A), mp.loggamma(A)
        low = x <= a
        h = 1 / (abs(1 - A / X) + 1 / mp.sqrt(A)) * (1 / X if low else 1)
        point = (lambda s: X * mp.exp(-s)) if low else (lambda s: X + s)
        density = (lambda t: mp.exp(A * mp.log(t) - t - lg)) if low else (lambda t: mp.exp((A - 1) * mp.log(t) - t - lg))
        knots = [h * k for k in (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 40, 60, 100)]
        # Of order 1, because the rule stops at an absolute error.
        top = density(X)
        unit = [k / h for k in knots]
        value = top * h * mp.quad(lambda s: density(point(h * s)) / top, unit)
        slope = top * mp.quad(lambda s: density(point(h * s)) / top * (mp.log(point(h * s)) - psi) / h, unit) * h * h
        return (value, 1 - value, slope) if low else (1 - value, value, -slope)


two = [(1.0, 1.0), (1e-300, 1e-3), (1e-20, 0.59), (1e-20, 0.61), (1e-8, 1e-300), (0.999, 0.599), (1.0, 1e-300), (1.0, 700.0), (30.0, 30.0), (37.5, 0.026), (200.0, 3.0), (5.0, 600.0)]
two += list(zip(spread(0.05, 80, 20), spread(0.01, 120, 20))) + list(zip(spread(1e-6, 1, 10), spread(1e-10, 20, 10)))
two += [(a, a * math.exp(rnd.gauss(0, 3) / math.sqrt(a))) for a in spread(1, 290, 15)]
large = [(a, a + z * math.sqrt(a)) for a in (310.0, 1999.0, 2000.0, 1e5, 1e8, 1e12) for z in (-12.0, -1.0, 0.01, 3.0, 15.0)]
for a, x in two + large:
    if a < 3000:
        p, slope = gamma_series(a, x)
        with mp.workdps(90 + int(x) + int(abs(math.log10(min(a, 1))))):
            q = 1 - p
    else:
        p, q, slope = gamma_quad(a, x)
    with mp.workdps(90):
        d = mp.exp((M(a) - 1) * mp.log(M(x)) - M(x) - mp.loggamma(M(a)))
    add("gamma_p", [a, x], p, [slope, d])
    add("gamma_q", [a, x], q, [-slope, -d])


def beta_series(a, b, x):
    A, B, X = M(a), M(b), M(x)
    front = mp.exp(A * mp.log(X) + B * mp.log1p(-X) - (mp.loggamma(A + 1) + mp.loggamma(B) - mp.loggamma(A + B)))
    by_a = mp.log(X) - mp.psi(0, A + 1) + mp.psi(0, A + B)
    by_b = mp.log1p(-X) - mp.psi(0, B) + mp.psi(0, A + B)
    t, f, ha, hb, fa, fb, k = M(1), M(1), M(0), M(0), M(0), M(0), 0
    while True:
        ha += 1 / (A + B + k) - 1 / (A + 1 + k)
        hb += 1 / (A + B + k)
        r = (A + B + k) / (A + 1 + k) * X
        t *= r
        k += 1
        f, fa, fb = f + t, fa + t * ha, fb + t * hb
        if r < 1 and t * (1 + abs(ha) + hb) < M(10) ** -mp.mp.dps * f * (1 - r):
            return front * f, front * (f * by_a + fa), front * (f * by_b + fb)


def beta_alternating(a, b, x):
    """The power series of t^(a-1) (1-t)^(b-1), for small b x."""
    with mp.workdps(mp.mp.dps + 10 + int(0.45 * b * x)):
        A, B, X = M(a), M(b), M(x)
        front = mp.exp(A * mp.log(X) - (mp.loggamma(A) + mp.loggamma(B) - mp.loggamma(A + B)))
        by_a = mp.log(X) - mp.psi(0, A) + mp.psi(0, A + B)
        by_b = mp.psi(0, A + B) - mp.psi(0, B)
        c, cb, s, sa, sb, k = M(1), M(0), 1 / A, -1 / A**2, M(0), 0
        while True:
            k += 1
            cb = cb * X * (k - B) / k - c * X / k
            c = c * X * (k - B) / k
            s, sa, sb = s + c / (A + k), sa - c / (A + k) ** 2, sb + cb / (A + k)
            if k > b * x and abs(c) + abs(cb) < M(10) ** -mp.mp.dps * abs(s):
                return front * s, front * (s * by_a + sa), front * (s * by_b + sb)


def beta_truth(a, b, x):
    x = M(x)
    if x < 0.9 and b * x < 60:
        return beta_alternating(a, b, x)
    if x > 0.1 and a * (1 - x) < 60:
        v = beta_alternating(b, a, 1 - x)
        return 1 - v[0], -v[2], -v[1]
    if x <= (a + 1) / (a + b + 2):
        return beta_series(a, b, x)
    v = beta_series(b, a, 1 - x)
    return 1 - v[0], -v[2], -v[1]


three = [(1.0, 1.0, 0.3), (0.5, 0.5, 0.5), (0.01, 0.01, 0.5), (300.0, 200.0, 0.6), (10.0, 1.0, 1e-8), (1.0, 10.0, 1 - 1e-8), (50.0, 0.5, 0.999)]
three += [(1e-8, 1.0, 0.3), (50.0, 1e-10, 0.999), (1e-20, 2.0, 0.5), (2.0, 1e-20, 0.5), (1e-5, 1e-5, 0.5), (2.0, 3.0, 1e-300), (3.0, 0.1, 1 - 2**-53)]
three += [(1e-10, 1e10, 1e-9), (1e-10, 1e10, 1e-11), (3.0, 1e8, 1e-8), (1e8, 3.0, 1 - 1e-8), (0.5, 1e6, 1e-5)]
three += [(a, b, rnd.uniform(0.001, 0.999)) for a, b in zip(spread(0.05, 60, 20), spread(0.05, 60, 20))]
for a, b in list(zip(spread(1, 499, 12), spread(1, 499, 12))) + list(zip(spread(500, 2e4, 8), spread(500, 2e4, 8))):
    m = a / (a + b)
    x = m + rnd.gauss(0, 3) * math.sqrt(m * (1 - m) / (a + b))
    three.append((a, b, x))
for a, b, x in three:
    if not 0 < x < 1:
        continue
    with mp.workdps(60 + int(2 * abs(math.log10(min(a, b, 1)))) + int(math.log10(max(a, b, 1))) + (10 if max(a, b) > 100 else 0)):
        value, by_a, by_b = beta_truth(a, b, x)
        A, B, X = M(a), M(b), M(x)
        d = mp.exp((A - 1) * mp.log(X) + (B - 1) * mp.log1p(-X) - (mp.loggamma(A) + mp.loggamma(B) - mp.loggamma(A + B)))
        add("beta_inc", [a, b, x], value, [by_a, by_b, d])

print("{")
print('"versions": ' + json.dumps({"mpmath": mp.__version__}) + ",")
print('"tolerance": "see the bounds in the test that reads it",')
print('"note": "grad is in the order of args. erfcx_1: the derivative of erfcx. polygamma_n: order n. gamma_p, gamma_q: [a, x]. beta_inc: I_x(a, b), [a, b, x]. Subnormal results are rounded like any other.",')
print('"cases": [')
print(",\n".join(json.dumps(c) for c in cases))
print("]\n}")
