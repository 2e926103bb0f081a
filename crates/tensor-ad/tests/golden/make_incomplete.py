"""Writes incomplete_shapes.json into the current folder: the regularised incomplete gamma and beta functions and their gradients for shapes from 1e-6 to 1e8.

Series (DLMF 8.7.1) and continued fractions (8.9.2, 8.17.22) at 60 digits; slopes in the shapes are differences at steps of 1e-16 of them.
"""
import json, math, random
from mpmath import mp, mpf

mp.dps = 60
END = mpf(10) ** -58
TINY = mpf(10) ** -200
random.seed(92)


def series(a, x):
    """P(a, x)."""
    s, t, n = mpf(1), mpf(1), 0
    while t >= END * s or n <= x - a:
        n += 1
        t *= x / (a + n)
        s += t
    return s * mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1))


def fraction(a, x):
    """Q(a, x), by Lentz's method."""
    b = x + 1 - a
    c, d, i = 1 / TINY, 1 / (b or TINY), 0
    h, step = d, 0
    while abs(step - 1) >= END:
        i += 1
        n = -i * (i - a)
        b += 2
        d = 1 / (n * d + b or TINY)
        c = b + n / c or TINY
        step = c * d
        h *= step
    return h * mp.exp(a * mp.log(x) - x - mp.loggamma(a))


def gamma(a, x):
    """P, Q, dP/da and the density."""
    h = a * mpf(10) ** -16
    density = mp.exp((a - 1) * mp.log(x) - x - mp.loggamma(a))
    if x < a + 1:
        p = series(a, x)
        return p, 1 - p, (series(a + h, x) - series(a - h, x)) / (2 * h), density
    q = fraction(a, x)
    return 1 - q, q, -(fraction(a + h, x) - fraction(a - h, x)) / (2 * h), density


def lower(a, b, x):
    """I_x(a, b) below the mean, by Lentz's method."""
    c, d = mpf(1), 1 / (1 - (a + b) * x / (a + 1) or TINY)
    h, step, m = d, 0, 0
    while abs(step - 1) >= END:
        m += 1
        for n in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1 / (1 + n * d or TINY)
            c = 1 + n / c or TINY
            step = c * d
            h *= step
    front = a * mp.log(x) + b * mp.log(1 - x) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b)
    return h * mp.exp(front) / a


def beta(a, b, x):
    """I, dI/da, dI/db and the density."""
    h, k = a * mpf(10) ** -16, b * mpf(10) ** -16
    below = x < (a + 1) / (a + b + 2)
    of = lower if below else lambda a, b, x: -lower(b, a, 1 - x)
    density = mp.exp((a - 1) * mp.log(x) + (b - 1) * mp.log(1 - x) + mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b))
    by_a, by_b = of(a + h, b, x) - of(a - h, b, x), of(a, b + k, x) - of(a, b - k, x)
    return of(a, b, x) + (0 if below else 1), by_a / (2 * h), by_b / (2 * k), density


SIGMAS = [-37, -20, -6, -1, -0.01, 0, 0.01, 1, 6, 20, 37]
power = lambda low, high: 10.0 ** random.uniform(low, high)
gammas = set()
for a in [1e-6, 1e-4, 1e-2, 0.3, 0.9, 1.0, 1.5, 5.0, 9.9, 10.1, 30.0, 300.0, 1e4, 1e6, 1e8]:
    gammas |= {(a, x) for x in [1e-300, 1e-20, 1e-7, a * 1e-3, 0.1 * a, 1e-2, 0.1, 1.0, 10.0, 100.0, 700.0]}
    gammas |= {(a, a + z * math.sqrt(a)) for z in SIGMAS}
for _ in range(150):
    a = power(-6, 8)
    gammas.add((a, a + random.uniform(-20, 20) * math.sqrt(a) if a > 1 else power(-10, 2)))
betas = set()
SHAPES = [1e-6, 1e-2, 0.5, 1.0, 20.0, 1e3, 1e5, 1e8]
draws = [(power(-6, 8), power(-6, 8)) for _ in range(150)]
for a, b in [(a, b) for a in SHAPES for b in SHAPES]:
    mean, sigma = a / (a + b), math.sqrt(a / (a + b) * b / (a + b) / (a + b + 1))
    betas |= {(a, b, x) for x in [1e-300, 1e-9, 0.01, 0.5, 0.99, 1 - 2.0**-40, 1 - 2.0**-53]}
    betas |= {(a, b, mean + z * sigma) for z in SIGMAS}
for a, b in draws:
    mean, sigma = a / (a + b), math.sqrt(a / (a + b) * b / (a + b) / (a + b + 1))
    betas.add((a, b, mean + random.uniform(-20, 20) * sigma if min(a, b) > 1 else random.random()))

cases = []
for a, x in sorted(gammas):
    if x > 0:
        p, q, slope, density = gamma(mpf(a), mpf(x))
        if density * x > mpf(10) ** -300:
            cases.append({'f': 'gamma_p', 'args': [a, x], 'value': float(p), 'grad': [float(slope), float(density)]})
            cases.append({'f': 'gamma_q', 'args': [a, x], 'value': float(q), 'grad': [float(-slope), float(-density)]})
for a, b, x in sorted(betas):
    if 0 < x < 1:
        value, *gradient = beta(mpf(a), mpf(b), mpf(x))
        if gradient[-1] * x * (1 - mpf(x)) > mpf(10) ** -300:
            cases.append({'f': 'beta_inc', 'args': [a, b, x], 'value': float(value), 'grad': [float(g) for g in gradient]})
head = {'made_with': 'mpmath 1.4.1 at 60 digits, rounded once to float64',
        'tolerance': 'reference evaluator: value and gradient relative 1e-12; kernels: value 1e-12, gradient 1e-11'}
with open('incomplete_shapes.json', 'w') as out:
    out.write('{\n' + ''.join(f'{json.dumps(k)}: {json.dumps(v)},\n' for k, v in head.items()))
    out.write('"cases": [\n' + ',\n'.join(json.dumps(c) for c in cases) + '\n]}\n')
