"""Writes elementwise.json into the current folder: values and gradients of elementwise functions by mpmath."""
import json
import math
import random
import struct

import mpmath
from mpmath import mp, mpf

mp.dps = 60
random.seed(20261123)


def narrow(x):
    """The nearest number that single precision has too, if it has one."""
    if x == 0 or not 1e-37 < abs(x) < 3e38:
        return x
    return struct.unpack("f", struct.pack("f", x))[0]


def sign(x):
    return (x > 0) - (x < 0)


def cbrt(x):
    return sign(x) * mpmath.cbrt(abs(x))


def phi(x):
    return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)


def cdf(x):
    if abs(x) > 1000:
        return mpf(x > 0)
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


GATE = 2 * mpmath.sqrt(2 / mpmath.pi)
CUBE = mpf(0.044715)

SMALL = [(-1, 1), (-1e-3, 1e-3), (-30, 30)]
ANGLES = [(-1, 1), (-1e-3, 1e-3), (-30, 30), (-1e5, 1e5)]
QUADRANTS = [k * math.pi / 2 for k in (1, 2, 3, 4, 7, 22, 355, 710, 51819)] + [
    1e6, 3e8, 1e15, 6381956970095103.0 * 2.0**797, 1e22, 1e300, 1.7976931348623157e308, -5e10, 1048576.0, 16777216.0]
TINY = [5e-324, -1e-310, 2.2250738585072014e-308, 1e-300, -1e-20, 1e-9, 1e-40, 3e-38]
UNIT = [(0.999, 1), (-1, -0.99), (0.45, 0.55)]
NEAR_ONE = [1 - 2.0**-24, 1 - 2.0**-53, -1 + 2.0**-30]

# name: value, slope, ranges, further points
UNARY = {
    "cbrt": (cbrt, lambda x: 1 / (3 * cbrt(x) ** 2), SMALL + [(-1e5, 1e5)], TINY + [8.0, 27.0, 1e300, 3e38]),
    "rsqrt": (lambda x: 1 / mpmath.sqrt(x), lambda x: -1 / (2 * x * mpmath.sqrt(x)), [(0, 1), (0, 1e5)],
              [1e-300, 5e-324, 1e300, 4.0]),
    "log2": (lambda x: mpmath.log(x, 2), lambda x: 1 / (x * mpmath.log(2)), [(0, 1), (0, 1e5), (0.99, 1.01)],
             [5e-324, 1e300, 8.0, 1024.0]),
    "log10": (mpmath.log10, lambda x: 1 / (x * mpmath.log(10)), [(0, 1), (0, 1e5), (0.99, 1.01)],
              [5e-324, 1e300, 1000.0]),
    "exp2": (lambda x: mpf(2) ** x, lambda x: mpf(2) ** x * mpmath.log(2), SMALL + [(-1000, 1000), (-126, 127)],
             [1023.5, -1073.0, 1e-20, 10.0]),
    "sin": (mpmath.sin, mpmath.cos, ANGLES, QUADRANTS + TINY),
    "cos": (mpmath.cos, lambda x: -mpmath.sin(x), ANGLES, QUADRANTS + TINY),
    "tan": (mpmath.tan, lambda x: 1 + mpmath.tan(x) ** 2, ANGLES, QUADRANTS + TINY),
    "asin": (mpmath.asin, lambda x: 1 / mpmath.sqrt(1 - x * x), SMALL[:2] + UNIT, TINY + NEAR_ONE + [0.5, -0.5]),
    "acos": (mpmath.acos, lambda x: -1 / mpmath.sqrt(1 - x * x), SMALL[:2] + UNIT, TINY + NEAR_ONE + [0.5, -0.5]),
    "atan": (mpmath.atan, lambda x: 1 / (1 + x * x), SMALL + [(-1e4, 1e4), (0.3, 3)], TINY + [1.0, -1.0, 1e300, 1e18]),
    "sinh": (mpmath.sinh, mpmath.cosh, SMALL + [(-700, 700), (-88, 88)], TINY + [710.4, -710.4, 88.9, 0.3, 22.0]),
    "cosh": (mpmath.cosh, mpmath.sinh, SMALL + [(-700, 700), (-88, 88)], [710.4, -710.4, 88.9, 0.3, 22.0]),
    "asinh": (mpmath.asinh, lambda x: 1 / mpmath.sqrt(1 + x * x), SMALL + [(-1e5, 1e5)], TINY + [1e150, 1e18, -1e300]),
    "acosh": (mpmath.acosh, lambda x: 1 / mpmath.sqrt(x * x - 1), [(1, 2), (1, 1.001), (1, 1e5)],
              [1 + 2.0**-52, 1 + 2.0**-23, 1e150, 1e18, 1e300]),
    "atanh": (mpmath.atanh, lambda x: 1 / (1 - x * x), SMALL[:2] + UNIT, TINY + NEAR_ONE),
    "tanh": (mpmath.tanh, lambda x: 1 / mpmath.cosh(x) ** 2, SMALL, TINY),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x), SMALL + [(-700, 40)], [-740.0, -85.0]),
    "softplus": (lambda x: mpmath.log1p(mpmath.exp(x)), sigmoid, SMALL + [(-700, 700)], [-740.0, 1e300]),
    "log_sigmoid": (lambda x: -mpmath.log1p(mpmath.exp(-x)), lambda x: sigmoid(-x), SMALL + [(-700, 700)],
                    [740.0, -1e300]),
    "logit": (lambda p: mpmath.log(p) - mpmath.log1p(-p), lambda p: 1 / (p * (1 - p)),
              [(0, 1), (0, 1e-3), (0.999, 1), (0.499, 0.501), (0.2, 0.3)],
              [5e-324, 1e-300, 1e-38, 0.25, 0.24999999999999997, 1 - 2.0**-53, 1 - 2.0**-24, 0.5 + 2.0**-52]),
    "softplus_inverse": (lambda y: mpmath.log(mpmath.expm1(y)), lambda y: 1 / -mpmath.expm1(-y),
                         [(0, 0.5), (0, 1e-3), (0.9, 30), (30, 800), (1.9, 2.1)], [5e-324, 1e-300, 1e300, 1e-38, 2.0, 40.0]),
    "relu": (lambda x: max(x, 0), lambda x: mpf(x > 0), SMALL, TINY + [1e300, -1e300]),
    "leaky_relu": (lambda x: x if x > 0 else mpf(0.125) * x, lambda x: mpf(1 if x > 0 else 0.125), SMALL, [1e300, -1e300]),
    "elu": (lambda x: x if x > 0 else mpf(1.5) * mpmath.expm1(x), lambda x: mpf(1) if x > 0 else mpf(1.5) * mpmath.exp(x),
            SMALL + [(-700, 700)], TINY + [1e300, -1e300]),
    "gelu": (lambda x: x * cdf(x), lambda x: cdf(x) + x * phi(x), SMALL + [(-37, 0), (-12, 0)], TINY + [50.0, -60.0, 1e300, -1e300]),
    "gelu_tanh": (lambda x: x * sigmoid(GATE * (x + CUBE * x**3)),
                  lambda x: sigmoid(GATE * (x + CUBE * x**3)) * (1 + x * sigmoid(-GATE * (x + CUBE * x**3)) * GATE * (1 + 3 * CUBE * x * x)),
                  SMALL[:2] + [(-9, 30), (-20, -9)], TINY + [50.0, -60.0, 1e300, -1e300]),
    "silu": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * sigmoid(-x)), SMALL + [(-700, 700)],
             TINY + [-740.0, 1000.0, -1000.0, 1e300, -1e300]),
    "log1mexp": (lambda x: mpmath.log(-mpmath.expm1(x)), lambda x: -1 / mpmath.expm1(-x),
                 [(-1, 0), (-1e-3, 0), (-30, 0), (-700, 0), (-80, 0)], [-5e-324, -1e-300, -740.0, -0.6931471805599453, -1e300]),
    "erf": (mpmath.erf, lambda x: 2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-x * x), SMALL[:2] + [(-6, 6), (0.8, 1.3)], TINY + [30.0]),
    "erfc": (mpmath.erfc, lambda x: -2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-x * x),
             SMALL[:2] + [(-6, 6), (0, 27), (0.8, 1.3), (0, 9)], [1e-20, -30.0, 26.5, 27.2, 10.0, 30.0]),
    "lgamma": (lambda x: mpmath.log(abs(mpmath.gamma(x))) if abs(x) < 1e4 else mpmath.loggamma(x).real, mpmath.digamma,
               [(0, 1), (0, 4), (0, 30), (0.99, 1.01), (1.99, 2.01), (-1, 0), (-20, 0), (30, 1e5)],
               [1e-300, 1e-20, 1e10, 1e100, 1e305, 0.5, 7.0, 8.0, 1 + 2.0**-52, 2 - 2.0**-52, -2.4570247382208006, -1e-10]),
    "digamma": (mpmath.digamma, lambda x: mpmath.polygamma(1, x),
                [(0, 1), (0, 4), (0, 30), (1.4, 1.5), (-1, 0), (-20, 0), (30, 1e5)],
                [1e-150, 1e-20, 1e10, 1e100, 1e300, 1.4616321449683622, 0.5, -0.5, -1e-10]),
}

POWERS = [(2.0, 0.5), (10.0, 300.0), (10.0, -300.0), (1 + 2.0**-40, 1e13), (1 - 2.0**-52, 1e17), (0.5, 1074.0), (1e-300, 1.01),
          (1e300, 1.02), (0.7, 2000.0), (1.5, 1000.0), (3.0, 2.0), (-3.0, 3.0), (-2.5, -4.0), (-1.7, 101.0), (1e10, 1e-10), (5e-324, 0.7),
          (1e-310, -0.9), (2.0, -1074.0), (0.9999999, -1e8), (1.0000001, 5e8), (7.0, 0.0), (1.0, 1e300)]


def logaddexp(a, b):
    return max(a, b) + mpmath.log1p(mpmath.exp(-abs(a - b)))


BINARY = {
    "pow": (lambda a, b: mpmath.power(a, b) if a > 0 else mpf(a) ** int(b),
            lambda a, b: (b * mpmath.power(a, b - 1) if a > 0 else b * mpf(a) ** int(b - 1),
                          mpmath.power(a, b) * mpmath.log(a) if a > 0 else mpf(0)),
            [((0, 1), (-10, 10)), ((0, 100), (-20, 20)), ((0.99, 1.01), (-3e4, 3e4)), ((0.5, 2), (-1000, 1000)), ((0, 1e5), (-7, 7))],
            POWERS),
    "atan2": (mpmath.atan2, lambda a, b: (b / (a * a + b * b), -a / (a * a + b * b)),
              [((-1, 1), (-1, 1)), ((-1e-3, 1e-3), (-10, 10)), ((-10, 10), (-1e-3, 1e-3)), ((-1, 1), (0.9, 1.1))],
              [(1e300, 1e300), (-1e300, 1e-300), (1e-300, -1e-300), (1e-300, 1e300), (3.0, 0.0), (-3.0, 0.0), (0.0, 2.0), (5e-324, 1.0), (0.0, -2.0)]),
    "logaddexp": (logaddexp, lambda a, b: (sigmoid(mpf(a) - b), sigmoid(mpf(b) - a)),
                  [((-1, 1), (-1, 1)), ((-30, 30), (-30, 30)), ((-700, 700), (-700, 700))],
                  [(1e300, 1e300), (1e300, -1e300), (-1e300, 2.0), (3.0, 3.0), (1000.0, 1000.5), (-1000.0, -1000.5)]),
    "log_diff_exp": (lambda a, b: a + mpmath.log(-mpmath.expm1(mpf(b) - a)),
                     lambda a, b: (1 / -mpmath.expm1(mpf(b) - a), -1 / mpmath.expm1(mpf(a) - b)),
                     [((3, 4), (1, 2)), ((10, 30), (-30, 5)), ((500, 700), (0, 499)), ((-500, -400), (-700, -501))],
                     [(1e300, -1e300), (2.0, -1e300), (1000.0, 999.875), (-1000.0, -1000.5)]),
    "xlogy": (lambda x, y: x * mpmath.log(y), lambda x, y: (mpmath.log(y), x / y),
              [((-1, 1), (0, 1)), ((-10, 10), (0, 1e5)), ((-10, 10), (0.99, 1.01))], [(2.0, 5e-324), (-3.0, 1e300), (0.0, 3.0), (1e-300, 1e-300)]),
    "xlog1py": (lambda x, y: x * mpmath.log1p(y), lambda x, y: (mpmath.log1p(y), x / (1 + y)),
                [((-1, 1), (-1, 1)), ((-10, 10), (0, 1e5)), ((-10, 10), (-1e-3, 1e-3))],
                [(2.0, 5e-324), (-3.0, 1e300), (0.0, 3.0), (2.0, -1e-20), (2.0, -1 + 2.0**-53)]),
}


def plain(v):
    f = float(v)
    return f if math.isfinite(f) else ("inf" if f > 0 else "-inf")


def digits(*xs):
    """Enough for an argument of any size that is reduced, and for what cancels near 1."""
    return 480 + max(0 if x == 0 else int(abs(math.log10(abs(x)))) for x in xs)


cases = []
for name, (value, slope, ranges, more) in UNARY.items():
    xs = list(more)
    for low, high in ranges:
        points = [random.uniform(low, high) for _ in range(18)]
        xs += points[:6] + [narrow(x) for x in points[6:]]
    for x in xs:
        mp.dps = digits(x)
        cases.append({"f": name, "x": [x], "value": plain(value(mpf(x))), "gradient": [plain(slope(mpf(x)))]})
for name, (value, slopes, boxes, more) in BINARY.items():
    points = list(more)
    for (a, b), (c, d) in boxes:
        box = [(random.uniform(a, b), random.uniform(c, d)) for _ in range(24)]
        points += box[:9] + [(narrow(x), narrow(y)) for x, y in box[9:]]
    for x, y in points:
        mp.dps = digits(x, y)
        by = slopes(mpf(x), mpf(y))
        cases.append({"f": name, "x": [x, y], "value": plain(value(mpf(x), mpf(y))), "gradient": [plain(by[0]), plain(by[1])]})

with open("elementwise.json", "w") as out:
    out.write("{\n")
    out.write(f'"made_with": "mpmath {mpmath.__version__} at 480 or more digits, rounded once to float64",\n')
    out.write('"note": "x: the arguments; gradient: the derivative by each. More than half of the arguments are numbers of '
              'single precision, so that a kernel in f32 can be held against the same values. leaky_relu has slope 0.125, elu alpha 1.5.",\n')
    out.write('"tolerance": "the number of ulp that each function documents",\n"cases": [\n')
    out.write(",\n".join(json.dumps(c) for c in cases) + "\n]}\n")
print(len(cases))
