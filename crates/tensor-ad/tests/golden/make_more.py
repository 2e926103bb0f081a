"""Writes special_more.json into the current folder: gamma functions far below zero and of higher orders, and what is composed of them."""
import json, math, random
from mpmath import mp, mpf, binomial, erfc, erfinv, findroot, gamma, log, loggamma, pi, polygamma, psi

mp.dps = 60
random.seed(93)
power = lambda low, high: 10.0 ** random.uniform(low, high)
cases = []


def add(f, args, value, gradient):
    cases.append({'f': f, 'args': args, 'value': float(value), 'grad': [float(g) for g in gradient]})


def ln_gamma(x):
    return log(abs(gamma(x))) if x < 0 and x > -1e5 else loggamma(x).real


negative = [-(10.0**k) - r for k in range(0, 7) for r in (0.5, 0.3, 0.9990234375, 2.0**-20)] + [-random.uniform(0, 200) for _ in range(60)]
for x in negative:
    if x != math.floor(x):
        add('lgamma', [x], ln_gamma(mpf(x)), [psi(0, mpf(x))])
        add('polygamma_0', [x], psi(0, mpf(x)), [psi(1, mpf(x))])
for n in (1, 2, 3, 5, 12):
    for x in [power(-18, 18) for _ in range(30)] + [random.uniform(0.1, 40) for _ in range(30)] + [-random.uniform(0, 60) for _ in range(20)]:
        value, slope = psi(n, mpf(x)), psi(n + 1, mpf(x))
        if 1e-290 < abs(value) < 1e290 and 1e-290 < abs(slope) < 1e290:
            add(f'polygamma_{n}', [x], value, [slope])
for d in (1, 2, 4, 10):
    low = (d - 1) / 2
    for x in [low + power(-9, 9) for _ in range(30)] + [low + random.uniform(0.01, 5) for _ in range(15)]:
        y = mpf(x)
        value = mpf(d * (d - 1)) / 4 * log(pi) + sum(loggamma(y - mpf(j) / 2) for j in range(d))
        add(f'multi_lgamma_{d}', [x], value, [sum(psi(0, y - mpf(j) / 2) for j in range(d))])
for _ in range(80):
    n = power(0, 15)
    n, k = random.choice([(math.floor(n), math.floor(n * random.random())), (n, n * random.random()), (math.floor(n) + 2.0, 1.0), (n, 0.0)])
    a, b = mpf(n), mpf(k)
    value = loggamma(a + 1) - loggamma(b + 1) - loggamma(a - b + 1)
    add('ln_binomial', [float(n), float(k)], value, [psi(0, a + 1) - psi(0, a - b + 1), psi(0, a - b + 1) - psi(0, b + 1)])
for p in [power(-300, 0) for _ in range(25)] + [2 - power(-15, 0) for _ in range(15)] + [random.uniform(0.1, 1.9) for _ in range(15)]:
    q = mpf(p)
    if q < 0.1:
        guess = mp.sqrt(-log(q * mp.sqrt(pi * -log(q))))
        x = findroot(lambda t: log(erfc(t)) - log(q), guess)
    else:
        x = erfinv(1 - q)
    add('erfcinv', [p], x, [-mp.sqrt(pi) / 2 * mp.exp(x * x)])
head = {'made_with': 'mpmath 1.4.1 at 60 digits, rounded once to float64', 'tolerance': 'that of the page of each function'}
with open('special_more.json', 'w') as out:
    out.write('{\n' + ''.join(f'{json.dumps(k)}: {json.dumps(v)},\n' for k, v in head.items()))
    out.write('"cases": [\n' + ',\n'.join(json.dumps(c) for c in cases) + '\n]}\n')
