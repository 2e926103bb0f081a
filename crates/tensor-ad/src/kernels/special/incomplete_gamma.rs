//! The regularised incomplete gamma functions `P(a, x)` and `Q(a, x)`, their slope in the shape `a`, and the gamma density.
//!
//! A power series below the mean, Legendre's continued fraction above it, and Temme's uniform expansion (DLMF 8.12) where
//! both need many terms. The slope is the same series differentiated term by term: on each side of the mean every term
//! has one sign, so nothing cancels.

use core::f64::consts::PI;

use super::beta::{lgamma_1p, log_defect, stirling};
use super::error::erfcx;
use super::gamma::digamma;

/// From this shape on the uniform expansion is used: five terms reach 1e-17 there.
const UNIFORM: f64 = 2000.0;
/// Beyond it the smaller of P and Q is zero.
const FARTHEST: f64 = 750.0;

/// `P`, `Q` and `dQ/da`.
struct Parts {
    lower: f64,
    upper: f64,
    slope: f64,
}

impl Parts {
    fn constant(lower: f64) -> Parts {
        Parts { lower, upper: 1.0 - lower, slope: 0.0 }
    }
}

/// `P(a, x) = 1/Gamma(a) int_0^x t^(a-1) e^-t dt`; NaN for negative `a` or `x`.
pub(crate) fn gamma_p(a: f64, x: f64) -> f64 {
    parts::<false>(a, x).lower
}

/// `Q(a, x) = 1 - P(a, x)`, with its own relative accuracy.
pub(crate) fn gamma_q(a: f64, x: f64) -> f64 {
    parts::<false>(a, x).upper
}

/// `dP/da`, never positive.
pub(crate) fn gamma_p_slope(a: f64, x: f64) -> f64 {
    -parts::<true>(a, x).slope
}

/// `x^(a-1) e^-x / Gamma(a)`, the density of the gamma distribution and the derivative of [`gamma_p`] in `x`.
pub(crate) fn gamma_density(a: f64, x: f64) -> f64 {
    if !(a >= 0.0 && x >= 0.0) {
        return f64::NAN;
    }
    if x == 0.0 {
        return match a.partial_cmp(&1.0) {
            Some(core::cmp::Ordering::Less) if a > 0.0 => f64::INFINITY,
            Some(core::cmp::Ordering::Equal) => 1.0,
            _ => 0.0,
        };
    }
    if a == 0.0 || x == f64::INFINITY || a == f64::INFINITY {
        return 0.0;
    }
    if a >= STIRLING_FROM {
        return term(a, x) * (a / x);
    }
    if x > 3000.0 {
        return 0.0;
    }
    let half = libm::exp(-0.5 * x);
    if a < 1.0 {
        a * (libm::pow(x, a) * half * half / libm::tgamma(1.0 + a)) / x
    } else {
        libm::pow(x, a - 1.0) * half * half / libm::tgamma(a)
    }
}

/// From this shape on `Gamma(a)` is taken from Stirling's series.
const STIRLING_FROM: f64 = 30.0;

/// `x^a e^-x / Gamma(a + 1)` for finite positive `a` and `x`.
fn term(a: f64, x: f64) -> f64 {
    if a >= STIRLING_FROM {
        let distance = a * defect(a, x);
        if distance > FARTHEST + 0.5 * libm::log(a) {
            return 0.0;
        }
        return libm::exp(-distance - stirling(a)) / (2.0 * PI * a).sqrt();
    }
    if x > 3000.0 {
        return 0.0;
    }
    let half = libm::exp(-0.5 * x);
    libm::pow(x, a) * half * half / libm::tgamma(1.0 + a)
}

/// `x/a - 1 - ln(x/a)`.
fn defect(a: f64, x: f64) -> f64 {
    let t = (x - a) / a;
    // Far below a, x/a is what keeps its digits.
    if t < -0.5 { t - libm::log(x / a) } else { log_defect(t) }
}

fn parts<const SLOPE: bool>(a: f64, x: f64) -> Parts {
    if !(a >= 0.0 && x >= 0.0) || a == 0.0 && x == 0.0 || a == f64::INFINITY && x == f64::INFINITY {
        return Parts { lower: f64::NAN, upper: f64::NAN, slope: f64::NAN };
    }
    if x == 0.0 || a == f64::INFINITY {
        return Parts::constant(0.0);
    }
    if x == f64::INFINITY {
        return Parts::constant(1.0);
    }
    if a == 0.0 {
        // The limit: Q(a, x) is a E1(x) to first order.
        let slope = if x < 0.6 { series::<SLOPE>(0.0, x).slope } else { fraction::<SLOPE>(0.0, x).slope };
        return Parts { slope, ..Parts::constant(1.0) };
    }
    if a >= UNIFORM {
        return uniform(a, x);
    }
    if a < 1.0 {
        if x < 0.6 { small::<SLOPE>(a, x) } else { fraction::<SLOPE>(a, x) }
    } else if x < a {
        series::<SLOPE>(a, x)
    } else {
        fraction::<SLOPE>(a, x)
    }
}

/// `P = x^a e^-x / Gamma(a+1) sum_k x^k / ((a+1)...(a+k))`.
fn series<const SLOPE: bool>(a: f64, x: f64) -> Parts {
    let (mut t, mut sum, mut harmonic, mut weighted) = (1.0, 1.0, 0.0, 0.0);
    let mut k = 1.0;
    loop {
        let factor = x / (a + k);
        t *= factor;
        sum += t;
        if SLOPE {
            harmonic += 1.0 / (a + k);
            weighted += t * harmonic;
        }
        // What is left is at most a geometric series.
        if t * factor < 1e-18 * sum * (1.0 - factor) {
            break;
        }
        k += 1.0;
    }
    let front = term(a, x);
    let lower = front * sum;
    let slope = if SLOPE { front * (weighted - sum * (libm::log(x) - digamma(a + 1.0))) } else { 0.0 };
    Parts { lower, upper: 1.0 - lower, slope }
}

/// Both near 0, where `Q` is a small difference: `Q = 1 - e^E - e^E a sum_(k>=1) (-x)^k / (k! (a+k))`,
/// `E = a ln x - ln Gamma(1+a)`.
fn small<const SLOPE: bool>(a: f64, x: f64) -> Parts {
    let below = series::<SLOPE>(a, x);
    let exponent = f64::mul_add(a, libm::log(x), -lgamma_1p(a));
    let (mut power, mut sum) = (1.0, 0.0);
    for k in 1..=24 {
        power *= -x / f64::from(k);
        sum += power / (a + f64::from(k));
    }
    Parts { upper: -libm::expm1(exponent) - libm::exp(exponent) * a * sum, ..below }
}

/// `Q = x^a e^-x / Gamma(a) / (x+1-a - 1(1-a)/(x+3-a - 2(2-a)/(x+5-a - ...)))`, by Lentz's method, with the derivative
/// in `a` carried along.
fn fraction<const SLOPE: bool>(a: f64, x: f64) -> Parts {
    let front = term(a, x);
    if front == 0.0 {
        return Parts::constant(1.0);
    }
    let mut b = x + 1.0 - a;
    let mut d = 1.0 / b;
    let mut c = f64::INFINITY;
    let mut value = d;
    // Derivatives in a of d, 1/c and ln value.
    let (mut dd, mut dc, mut dv) = (d * d, 0.0, d);
    for i in 1..10_000 {
        let i = f64::from(i);
        let up = -i * (i - a);
        b += 2.0;
        let next_d = 1.0 / (b + up * d);
        let next_c = b + up / c;
        let ratio = next_c * next_d;
        value *= ratio;
        let mut change = 0.0;
        if SLOPE {
            // up' = i, b' = -1.
            let slope_d = -next_d * next_d * (-1.0 + i * d + up * dd);
            let slope_c = -1.0 + i / c - up * dc / (c * c);
            change = slope_c / next_c + slope_d / next_d;
            dv += change;
            dd = slope_d;
            dc = slope_c;
        }
        d = next_d;
        c = next_c;
        if (ratio - 1.0).abs() < 2e-16 && change.abs() <= 1e-16 * dv.abs() {
            break;
        }
    }
    let upper = front * a * value;
    let slope = if SLOPE { front * value * (a * (libm::log(x) - digamma(a + 1.0) + dv) + 1.0) } else { 0.0 };
    Parts { lower: 1.0 - upper, upper, slope }
}

/// Temme's expansion: `Q = erfc(eta sqrt(a/2)) / 2 + e^(-a eta^2 / 2) / sqrt(2 pi a) sum_k C_k(eta) / a^k` with
/// `eta^2 / 2 = x/a - 1 - ln(x/a)`.
fn uniform(a: f64, x: f64) -> Parts {
    let t = (x - a) / a;
    let defect = defect(a, x);
    let distance = a * defect;
    if distance > FARTHEST {
        return Parts::constant(if t < 0.0 { 0.0 } else { 1.0 });
    }
    let eta = (2.0 * defect).sqrt().copysign(t);
    let inverse = 1.0 / a;
    let (mut s, mut s_eta, mut s_a) = (0.0, 0.0, 0.0);
    let mut power = 1.0;
    for (k, coefficients) in [&C0[..], &C1, &C2, &C3, &C4].into_iter().enumerate() {
        let (mut value, mut slope) = (0.0, 0.0);
        for &c in coefficients.iter().rev() {
            slope = slope * eta + value;
            value = value * eta + c;
        }
        s += value * power;
        s_eta += slope * power;
        s_a -= k as f64 * value * power * inverse;
        power *= inverse;
    }
    let spread = 1.0 / (2.0 * PI * a).sqrt();
    let bell = libm::exp(-distance);
    let of_erfc = 0.5 * erfcx(distance.sqrt());
    let (lower, upper) = if t < 0.0 {
        let lower = bell * (of_erfc - spread * s);
        (lower, 1.0 - lower)
    } else {
        let upper = bell * (of_erfc + spread * s);
        (1.0 - upper, upper)
    };
    // d eta / da = -t / (a eta); ln(x/a) / eta and t / eta are 1 at the mean.
    let log = libm::log1p(t);
    let (log_by_eta, t_by_eta) = if eta == 0.0 { (1.0, 1.0) } else { (log / eta, t / eta) };
    let inner = log_by_eta + log * s - 0.5 * s * inverse + s_a - t_by_eta * inverse * s_eta;
    Parts { lower, upper, slope: bell * spread * inner }
}

// The coefficients of C_0, ..., C_4 by powers of eta, from exact rational arithmetic (DLMF 8.12.10 and 8.12.11).
const C0: [f64; 31] = [
    -0.3333333333333333,
    0.08333333333333333,
    -0.014814814814814815,
    0.0011574074074074073,
    0.0003527336860670194,
    -0.0001787551440329218,
    3.919263178522438e-05,
    -2.185448510679992e-06,
    -1.85406221071516e-06,
    8.296711340953087e-07,
    -1.7665952736826078e-07,
    6.707853543401498e-09,
    1.0261809784240309e-08,
    -4.382036018453353e-09,
    9.14769958223679e-10,
    -2.5514193994946248e-11,
    -5.830772132550426e-11,
    2.4361948020667415e-11,
    -5.0276692801141755e-12,
    1.1004392031956135e-13,
    3.371763262400985e-13,
    -1.392388722418162e-13,
    2.8534893807047445e-14,
    -5.139111834242572e-16,
    -1.9752288294349442e-15,
    8.099521156704561e-16,
    -1.6522531216398162e-16,
    2.5305430097478883e-18,
    1.1686939738559576e-17,
    -4.770037049820485e-18,
    9.699126059056237e-19,
];
const C1: [f64; 28] = [
    -0.001851851851851852,
    -0.003472222222222222,
    0.0026455026455026454,
    -0.0009902263374485596,
    0.00020576131687242798,
    -4.018775720164609e-07,
    -1.8098550334489977e-05,
    7.64916091608111e-06,
    -1.6120900894563446e-06,
    4.647127802807434e-09,
    1.378633446915721e-07,
    -5.752545603517705e-08,
    1.1951628599778148e-08,
    -1.7543241719747647e-11,
    -1.0091543710600413e-09,
    4.162792991842583e-10,
    -8.56390702649298e-11,
    6.067215101604758e-14,
    7.1624989648114856e-12,
    -2.933186643771437e-12,
    5.996696365683689e-13,
    -2.1671786527323313e-16,
    -4.978339972369262e-14,
    2.0291628823713425e-14,
    -4.13125571381061e-15,
    8.286516239883097e-19,
    3.4100308869333327e-16,
    -1.3854195302893971e-16,
];
const C2: [f64; 23] = [
    0.004133597883597883,
    -0.0026813271604938273,
    0.0007716049382716049,
    2.0093878600823047e-06,
    -0.0001073665322636516,
    5.2923448829120125e-05,
    -1.2760635188618728e-05,
    3.423578734096138e-08,
    1.3721957309062934e-06,
    -6.298992138380055e-07,
    1.4280614206064242e-07,
    -2.0477098421990866e-10,
    -1.409252991086752e-08,
    6.228974084922022e-09,
    -1.3670488396617114e-09,
    9.428356159014678e-13,
    1.2872252400089318e-10,
    -5.5645956134363323e-11,
    1.197593554636698e-11,
    -4.1689782251838634e-15,
    -1.0940640427884595e-12,
    4.662239946390136e-13,
    -9.905105763906907e-14,
];
const C3: [f64; 17] = [
    0.0006494341563786008,
    0.00022947209362139917,
    -0.0004691894943952557,
    0.00026772063206283885,
    -7.561801671883977e-05,
    -2.396505113867297e-07,
    1.1082654115347302e-05,
    -5.6749528269915965e-06,
    1.4230900732435883e-06,
    -2.7861080291528143e-11,
    -1.6958404091930278e-07,
    8.099464905388083e-08,
    -1.9111168485973655e-08,
    2.3928620439808118e-12,
    2.0620131815488797e-09,
    -9.460496661855133e-10,
    2.1541049775774907e-10,
];
const C4: [f64; 11] = [
    -0.0008618882909167117,
    0.0007840392217200666,
    -0.0002990724803031902,
    -1.4638452578843418e-06,
    6.641498215465122e-05,
    -3.968365047179435e-05,
    1.1375726970678419e-05,
    2.507497226237533e-10,
    -1.6954149536558305e-06,
    8.907507532205309e-07,
    -2.292934834000805e-07,
];
