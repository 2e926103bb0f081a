"""Writes beta_steps.json into the current folder: ln B(a, b) and psi(a + b) - psi(a) where their kernels change branch, and anywhere."""
from mpmath import mp, mpf, loggamma, digamma
import json, math, random, struct
mp.dps = 400
random.seed(88)
def single(x):
    return struct.unpack('f', struct.pack('f', x))[0]
edges = [v for c in (0.5, 1.5, 2.5, 7.5, 8.0, 8.5) for v in (math.nextafter(c, 0), c, math.nextafter(c, 99))]
ends = [1e-101, 1e-100, 1e-99, 1e-20, 1e20, 1e29, 1e31, 1e99, 1e100, 1e101]
points = [(a, b) for a in edges for b in (0.3, 1.0, 8.0, 8.5, 40.0)]
points += [(a, b) for a in ends for b in (0.3, 3.0, 12.0, 1e-60, 1e60)]
points += [(a, a) for a in edges + ends]
power = lambda low, high: 10.0 ** random.uniform(low, high)
points += [(power(-2, 2), power(-2, 2)) for _ in range(120)] + [(power(-90, 90), power(-90, 90)) for _ in range(60)]
points += [(power(-1, 3), float(random.randrange(1, 400))) for _ in range(60)]
points += [(single(power(-3, 3)), single(power(-3, 3))) for _ in range(60)]
cases = []
for a, b in points:
    x, y = mpf(a), mpf(b)
    cases.append({'a': a, 'b': b, 'ln_beta': float(loggamma(x) + loggamma(y) - loggamma(x + y)), 'step': float(digamma(x + y) - digamma(x))})
head = {'made_with': 'mpmath 1.4.1 at 400 digits, rounded once to float64',
        'tolerance': 'ln_beta 2e-15 of the value or of 1; step relative 1e-14'}
with open('beta_steps.json', 'w') as out:
    out.write('{\n' + ''.join(f'{json.dumps(k)}: {json.dumps(v)},\n' for k, v in head.items()))
    out.write('"cases": [\n' + ',\n'.join(json.dumps(c) for c in cases) + '\n]}\n')
