"""Writes gamma_zeros.json into the current folder: ln Gamma and digamma about their zeros among the positive numbers."""
from mpmath import mp, mpf, loggamma, digamma, findroot
import json, math, random, struct
mp.dps = 60
random.seed(14616)
def single(x):
    return struct.unpack('f', struct.pack('f', x))[0]
def about(zero):
    xs = []
    for step in (1, 2, 5, 40):
        below = above = zero
        for _ in range(step):
            below, above = math.nextafter(below, -math.inf), math.nextafter(above, math.inf)
        xs += [below, above]
    for k in range(1, 16):
        for sign in (-1, 1):
            x = zero + sign * random.uniform(1, 9) * 10.0**-k
            xs += [x, single(x)]
    return [x for x in xs if abs(x - zero) < 0.5 and x != zero]
cases = []
zero = float(findroot(digamma, mpf('1.46')))
for x in [zero] + about(zero):
    cases.append({'f': 'digamma', 'x': x, 'value': float(digamma(mpf(x)))})
for zero in (1.0, 2.0):
    for x in [zero] + about(zero):
        cases.append({'f': 'lgamma', 'x': x, 'value': float(loggamma(mpf(x)))})
head = {'made_with': 'mpmath 1.4.1 at 60 digits, rounded once to float64',
        'tolerance': 'relative 1e-13 for float64: the values are small, not their relative accuracy'}
with open('gamma_zeros.json', 'w') as out:
    out.write('{\n' + ''.join(f'{json.dumps(k)}: {json.dumps(v)},\n' for k, v in head.items()))
    out.write('"cases": [\n' + ',\n'.join(json.dumps(c) for c in cases) + '\n]}\n')
