//! Elementwise kernels against reference values, at the edges, at every length, on every processor.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::kernels::{Binary, Element, Operand, Processor, Ternary, Unary};
use serde_json::Value;

/// The vectorised functions and the bounds that their documentation states, in ulp of the result.
const BOUNDED: [(Unary, &str, f64); 8] = [
    (Unary::Exp, "exp", 1.5),
    (Unary::Expm1, "expm1", 3.0),
    (Unary::Ln, "ln", 1.5),
    (Unary::Ln1p, "ln1p", 2.0),
    (Unary::Tanh, "tanh", 4.0),
    (Unary::Sigmoid, "sigmoid", 3.0),
    (Unary::LogSigmoid, "log_sigmoid", 4.0),
    (Unary::Softplus, "softplus", 4.0),
];

/// The vectorised functions whose mpmath values are in `elementwise.json`, in ulp of the result or of the last number, where that
/// is larger: `lgamma` and `digamma` cross zero.
const MORE: [(Unary, &str, f64, f64); 15] = [
    (Unary::Sin, "sin", 1.0, 0.0),
    (Unary::Cos, "cos", 1.0, 0.0),
    (Unary::Tan, "tan", 3.0, 0.0),
    (Unary::Asin, "asin", 2.0, 0.0),
    (Unary::Acos, "acos", 3.0, 0.0),
    (Unary::Atan, "atan", 2.0, 0.0),
    (Unary::Sinh, "sinh", 3.0, 0.0),
    (Unary::Cosh, "cosh", 3.0, 0.0),
    (Unary::Asinh, "asinh", 4.0, 0.0),
    (Unary::Acosh, "acosh", 4.0, 0.0),
    (Unary::Cbrt, "cbrt", 1.0, 0.0),
    (Unary::Erf, "erf", 2.0, 0.0),
    (Unary::Erfc, "erfc", 4.0, 0.0),
    (Unary::Lgamma, "lgamma", 4.0, 1.0),
    (Unary::Digamma, "digamma", 4.0, 1.0),
];

const ALL: [Unary; 45] = [
    Unary::Neg,
    Unary::Abs,
    Unary::Sign,
    Unary::Recip,
    Unary::Square,
    Unary::Sqrt,
    Unary::Rsqrt,
    Unary::Exp,
    Unary::Expm1,
    Unary::Ln,
    Unary::Ln1p,
    Unary::Tanh,
    Unary::Sigmoid,
    Unary::LogSigmoid,
    Unary::Softplus,
    Unary::Sin,
    Unary::Cos,
    Unary::Floor,
    Unary::Round,
    Unary::Cbrt,
    Unary::Tan,
    Unary::Asin,
    Unary::Acos,
    Unary::Atan,
    Unary::Sinh,
    Unary::Cosh,
    Unary::Asinh,
    Unary::Acosh,
    Unary::Lgamma,
    Unary::Digamma,
    Unary::Polygamma(0),
    Unary::Polygamma(1),
    Unary::Polygamma(2),
    Unary::Erf,
    Unary::Erfc,
    Unary::LogNormalCdf,
    Unary::Erfcx(0),
    Unary::Erfcx(1),
    Unary::Erfinv,
    Unary::NormalCdf,
    Unary::NormalQuantile,
    Unary::Lgamma1p,
    Unary::BesselI(0),
    Unary::BesselI0e(1),
    Unary::BesselI1e,
];

/// The table of this name, from the folder that `ELBO_GOLDEN` names or from the copy beside the tests.
fn golden(name: &str) -> Vec<(String, f64, Value)> {
    let copy = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let path = std::env::var_os("ELBO_GOLDEN")
        .map(|folder| std::path::Path::new(&folder).join(name))
        .filter(|path| path.exists())
        .unwrap_or(copy);
    let table: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = table["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    cases
        .iter()
        .map(|case| {
            (case["f"].as_str().unwrap().to_owned(), number(&case["x"]).unwrap(), case["value"].clone())
        })
        .collect()
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    }
}

fn one<T: Element>(f: Unary, x: T) -> T {
    let mut out = [x];
    T::unary(Processor::detect(), f, &[x], &mut out);
    out[0]
}

/// The distance in units in the last place of `expected`, for a format of `digits` bits and smallest exponent `low`.
fn ulps(found: f64, expected: f64, digits: i32, low: i32) -> f64 {
    if found == expected || (found.is_nan() && expected.is_nan()) {
        return 0.0;
    }
    if !found.is_finite() || !expected.is_finite() {
        return f64::INFINITY;
    }
    let exponent = if expected == 0.0 { low } else { libm::ilogb(expected).max(low) };
    let ulp = exponent - digits + 1;
    libm::ldexp(found, -ulp.max(-1000)) * libm::ldexp(1.0, -(ulp - ulp.max(-1000)))
        - libm::ldexp(expected, -ulp.max(-1000)) * libm::ldexp(1.0, -(ulp - ulp.max(-1000)))
}

fn ulps_f64(found: f64, expected: f64) -> f64 {
    ulps(found, expected, 53, -1022).abs()
}

fn ulps_f32(found: f32, expected: f64) -> f64 {
    // Past the largest f32 an infinity is right, and so is the largest number just before it.
    if expected.abs() > f64::from(f32::MAX) && f64::from(found).abs() >= f64::from(f32::MAX) {
        return 0.0;
    }
    ulps(f64::from(found), expected, 24, -126).abs()
}

/// A cheap stream of numbers in `[0, 1)`.
struct Stream(u64);
impl Stream {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / 9_007_199_254_740_992.0
    }
}

/// What a function is in `f64`, good to about an ulp of `f64`: plenty to judge `f32`.
fn reference(f: Unary, x: f64) -> f64 {
    match f {
        Unary::Exp => libm::exp(x),
        Unary::Expm1 => libm::expm1(x),
        Unary::Ln => libm::log(x),
        Unary::Ln1p => libm::log1p(x),
        Unary::Tanh => libm::tanh(x),
        Unary::Sigmoid => 1.0 / (1.0 + libm::exp(-x)),
        Unary::LogSigmoid => x.min(0.0) - libm::log1p(libm::exp(-x.abs())),
        Unary::Softplus => x.max(0.0) + libm::log1p(libm::exp(-x.abs())),
        Unary::Sin => libm::sin(x),
        Unary::Cos => libm::cos(x),
        Unary::Tan => libm::tan(x),
        Unary::Asin => libm::asin(x),
        Unary::Acos => libm::acos(x),
        Unary::Atan => libm::atan(x),
        Unary::Sinh => libm::sinh(x),
        Unary::Cosh => libm::cosh(x),
        Unary::Asinh => libm::asinh(x),
        Unary::Acosh if x < 1.0 => f64::NAN,
        Unary::Acosh => libm::acosh(x),
        Unary::Cbrt => libm::cbrt(x),
        Unary::Erf => libm::erf(x),
        Unary::Erfc => libm::erfc(x),
        Unary::Lgamma => libm::lgamma(x),
        other => panic!("no reference for {other:?}"),
    }
}

#[test]
fn f64_functions_are_within_their_bounds_of_mpmath() {
    let table = golden("elementary_unary.json");
    for (f, name, bound) in BOUNDED {
        let mut seen = 0;
        for (_, x, value) in table.iter().filter(|case| case.0 == name) {
            let expected = number(value).unwrap();
            let found = one(f, *x);
            let error = ulps_f64(found, expected);
            assert!(error <= bound, "{name}({x:e}) = {found:e}, expected {expected:e}: {error} ulp");
            seen += 1;
        }
        assert!(seen > 50, "{name}: {seen} cases");
    }
}

#[test]
fn f64_functions_agree_with_libm_on_dense_points() {
    let mut stream = Stream(1);
    for (f, name, bound) in BOUNDED {
        // The reference is itself off by an ulp (two for the composed ones).
        let slack = if matches!(f, Unary::Sigmoid | Unary::LogSigmoid | Unary::Softplus) { 2.0 } else { 1.0 };
        for i in 0..200_000 {
            let width = [1e-3, 1.0, 4.0, 40.0, 700.0][i % 5];
            let mut x = (stream.next() * 2.0 - 1.0) * width;
            if matches!(f, Unary::Ln | Unary::Ln1p) {
                x = x.abs();
            }
            let (found, expected) = (one(f, x), reference(f, x));
            let error = ulps_f64(found, expected);
            assert!(error <= bound + slack, "{name}({x:e}) = {found:e}, libm {expected:e}: {error} ulp");
        }
    }
}

#[test]
fn f32_functions_are_within_their_bounds_over_all_exponents() {
    for (f, name, bound) in BOUNDED {
        // Every 997th of the 2^32 numbers.
        let mut bits = 0_u32;
        loop {
            let x = f32::from_bits(bits);
            if !x.is_nan() {
                let expected = reference(f, f64::from(x));
                let found = one(f, x);
                if expected.is_nan() {
                    assert!(found.is_nan(), "{name}({x:e}) = {found:e}, expected NaN");
                } else {
                    let error = ulps_f32(found, expected);
                    assert!(error <= bound, "{name}({x:e}) = {found:e}, expected {expected:e}: {error} ulp");
                }
            }
            let Some(next) = bits.checked_add(997) else { break };
            bits = next;
        }
    }
}

/// The error against the larger of the result and `least`, in ulp.
fn above(error: f64, expected: f64, least: f64) -> f64 {
    if expected.abs() >= least {
        return error;
    }
    // An ulp of the result is this much smaller.
    let smaller = libm::ilogb(least) - if expected == 0.0 { -1022 } else { libm::ilogb(expected).max(-1022) };
    libm::ldexp(error, -smaller)
}

#[test]
fn further_functions_agree_with_libm_on_dense_points() {
    let mut stream = Stream(3);
    let mut worst = Vec::new();
    for (f, name, bound, least) in MORE {
        if f == Unary::Digamma {
            continue;
        }
        let mut most = (0.0_f64, 0.0_f64);
        for i in 0..300_000 {
            let width = [1e-3, 1.0, 3.0, 12.0, 40.0, 700.0, 1e6][i % 7];
            let mut x = (stream.next() * 2.0 - 1.0) * width;
            match f {
                Unary::Asin | Unary::Acos => x = x.clamp(-1.0, 1.0),
                Unary::Lgamma => x = x.abs(),
                Unary::Acosh => x = x.abs() + 1.0,
                _ => {}
            }
            let (found, expected) = (one(f, x), reference(f, x));
            let error = above(ulps_f64(found, expected), expected, least);
            if error > most.0 {
                most = (error, x);
            }
        }
        // libm is itself off by an ulp.
        if most.0 > bound + 1.0 {
            worst.push(format!("{name}({:e}): {} ulp", most.1, most.0));
        }
    }
    assert!(worst.is_empty(), "{}", worst.join("\n"));
}

#[test]
fn further_f32_functions_are_within_their_bounds_over_all_exponents() {
    let mut worst = Vec::new();
    for (f, name, bound, least) in MORE {
        if f == Unary::Digamma {
            continue;
        }
        // Every 1499th of the 2^32 numbers.
        let (mut bits, mut most) = (0_u32, (0.0_f64, 0.0_f32));
        loop {
            let x = f32::from_bits(bits);
            // Negative numbers of lgamma are done one by one in f64.
            let alone = f == Unary::Lgamma && x < 0.0;
            if !x.is_nan() && !alone {
                let (expected, found) = (reference(f, f64::from(x)), one(f, x));
                if expected.is_nan() {
                    assert!(found.is_nan(), "{name}({x:e}) = {found:e}, expected NaN");
                } else {
                    let error = above(ulps_f32(found, expected), expected, least);
                    if error > most.0 {
                        most = (error, x);
                    }
                }
            }
            let Some(next) = bits.checked_add(1499) else { break };
            bits = next;
        }
        if most.0 > bound {
            worst.push(format!("{name}({:e}): {} ulp", most.1, most.0));
        }
    }
    assert!(worst.is_empty(), "{}", worst.join("\n"));
}

#[test]
fn powers_are_within_their_bounds_of_libm() {
    let mut stream = Stream(5);
    let mut most = [(0.0_f64, 0.0, 0.0); 2];
    for i in 0..300_000 {
        let a = [1e-3, 1.0, 3.0, 1e3, 1e300][i % 5] * stream.next();
        let b = (stream.next() * 2.0 - 1.0) * [1.0, 7.0, 40.0, 300.0][i % 4];
        let b = if i % 3 == 0 { b.round() } else { b };
        let a = if i % 6 == 0 { -a } else { a };
        let (mut wide, mut narrow) = ([0.0], [0.0_f32]);
        f64::binary(Processor::detect(), Binary::Pow, Operand::Scalar(a), Operand::Scalar(b), &mut wide);
        let error = ulps_f64(wide[0], libm::pow(a, b));
        if error > most[0].0 {
            most[0] = (error, a, b);
        }
        let (a, b) = (a as f32, b as f32);
        f32::binary(Processor::detect(), Binary::Pow, Operand::Scalar(a), Operand::Scalar(b), &mut narrow);
        let error = ulps_f32(narrow[0], libm::pow(a.into(), b.into()));
        if error > most[1].0 {
            most[1] = (error, a.into(), b.into());
        }
    }
    assert!(most[0].0 <= 2.0 && most[1].0 <= 1.0, "{most:?}");
}

#[test]
fn powers_and_angles_have_the_special_values_of_c() {
    let special = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        2.0,
        -2.0,
        0.5,
        -0.5,
        3.0,
        1e300,
        -1e300,
        5e-324,
        1e-310,
        f64::MAX,
        1e17,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        4.0,
        -3.0,
        1.0 + f64::EPSILON,
    ];
    for p in Processor::available() {
        for a in special {
            for b in special {
                let mut out = [0.0];
                let same = |x: f64, y: f64| x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan();
                f64::binary(p, Binary::Pow, Operand::Scalar(a), Operand::Scalar(b), &mut out);
                let expected = libm::pow(a, b);
                assert!(
                    same(out[0], expected)
                        || (out[0] - expected).abs() <= 2.0 * f64::EPSILON * expected.abs(),
                    "pow({a:e}, {b:e}) = {:e}, expected {expected:e}",
                    out[0]
                );
                f64::binary(p, Binary::Atan2, Operand::Scalar(a), Operand::Scalar(b), &mut out);
                let expected = libm::atan2(a, b);
                assert!(
                    same(out[0], expected)
                        || (out[0] - expected).abs() <= 2.0 * f64::EPSILON * expected.abs()
                            && expected != 0.0,
                    "atan2({a:e}, {b:e}) = {:e}, expected {expected:e}",
                    out[0]
                );
            }
        }
    }
}

/// The special values of C's `math.h`, for both types.
macro_rules! special_values {
    ($name:ident, $t:ident) => {
        #[test]
        fn $name() {
            const INF: $t = $t::INFINITY;
            let tiny = $t::from_bits(1);
            let cases: [(Unary, $t, $t); 83] = [
                (Unary::Sin, 0.0, 0.0),
                (Unary::Sin, -0.0, -0.0),
                (Unary::Sin, tiny, tiny),
                (Unary::Sin, -tiny, -tiny),
                (Unary::Cos, 0.0, 1.0),
                (Unary::Cos, -0.0, 1.0),
                (Unary::Tan, 0.0, 0.0),
                (Unary::Tan, -0.0, -0.0),
                (Unary::Tan, -tiny, -tiny),
                (Unary::Asin, -0.0, -0.0),
                (Unary::Asin, -tiny, -tiny),
                (Unary::Acos, 1.0, 0.0),
                (Unary::Atan, -0.0, -0.0),
                (Unary::Atan, -tiny, -tiny),
                (Unary::Atan, INF, core::$t::consts::FRAC_PI_2),
                (Unary::Atan, -INF, -core::$t::consts::FRAC_PI_2),
                (Unary::Sinh, -0.0, -0.0),
                (Unary::Sinh, -tiny, -tiny),
                (Unary::Sinh, INF, INF),
                (Unary::Sinh, -INF, -INF),
                (Unary::Sinh, $t::MIN, -INF),
                (Unary::Cosh, -0.0, 1.0),
                (Unary::Cosh, -INF, INF),
                (Unary::Cosh, $t::MAX, INF),
                (Unary::Asinh, -0.0, -0.0),
                (Unary::Asinh, -tiny, -tiny),
                (Unary::Asinh, INF, INF),
                (Unary::Asinh, -INF, -INF),
                (Unary::Acosh, 1.0, 0.0),
                (Unary::Acosh, INF, INF),
                (Unary::Cbrt, -0.0, -0.0),
                (Unary::Cbrt, INF, INF),
                (Unary::Cbrt, -27.0, -3.0),
                (Unary::Erf, -0.0, -0.0),
                (Unary::Erf, -INF, -1.0),
                (Unary::Erfc, INF, 0.0),
                (Unary::Erfc, -INF, 2.0),
                (Unary::Lgamma, INF, INF),
                (Unary::Exp, INF, INF),
                (Unary::Exp, -INF, 0.0),
                (Unary::Exp, 0.0, 1.0),
                (Unary::Exp, -0.0, 1.0),
                (Unary::Exp, $t::MAX, INF),
                (Unary::Exp, $t::MIN, 0.0),
                (Unary::Expm1, INF, INF),
                (Unary::Expm1, -INF, -1.0),
                (Unary::Expm1, 0.0, 0.0),
                (Unary::Expm1, -0.0, -0.0),
                (Unary::Expm1, tiny, tiny),
                (Unary::Expm1, -tiny, -tiny),
                (Unary::Expm1, $t::MAX, INF),
                (Unary::Ln, 0.0, -INF),
                (Unary::Ln, -0.0, -INF),
                (Unary::Ln, 1.0, 0.0),
                (Unary::Ln, INF, INF),
                (Unary::Ln1p, 0.0, 0.0),
                (Unary::Ln1p, -0.0, -0.0),
                (Unary::Ln1p, tiny, tiny),
                (Unary::Ln1p, -tiny, -tiny),
                (Unary::Ln1p, -1.0, -INF),
                (Unary::Ln1p, INF, INF),
                (Unary::Tanh, INF, 1.0),
                (Unary::Tanh, -INF, -1.0),
                (Unary::Tanh, 0.0, 0.0),
                (Unary::Tanh, -0.0, -0.0),
                (Unary::Tanh, tiny, tiny),
                (Unary::Tanh, -tiny, -tiny),
                (Unary::Sigmoid, INF, 1.0),
                (Unary::Sigmoid, -INF, 0.0),
                (Unary::Sigmoid, 0.0, 0.5),
                (Unary::Softplus, INF, INF),
                (Unary::Softplus, -INF, 0.0),
                (Unary::Softplus, $t::MAX, $t::MAX),
                (Unary::LogSigmoid, INF, 0.0),
                (Unary::LogSigmoid, -INF, -INF),
                (Unary::LogSigmoid, $t::MIN, $t::MIN),
                (Unary::Recip, -0.0, -INF),
                (Unary::Rsqrt, 0.0, INF),
                (Unary::Rsqrt, INF, 0.0),
                (Unary::Sign, -0.0, -0.0),
                (Unary::Sign, -3.0, -1.0),
                (Unary::Floor, -0.5, -1.0),
                (Unary::Sqrt, -0.0, -0.0),
            ];
            for (f, x, expected) in cases {
                let found = one(f, x);
                let same = if expected == 0.0 && matches!(f, Unary::LogSigmoid) {
                    found == 0.0
                } else {
                    found.to_bits() == expected.to_bits()
                };
                assert!(same, "{f:?}({x:e}) = {found:e}, expected {expected:e}");
            }
            for f in
                [Unary::Ln, Unary::Ln1p, Unary::Sqrt, Unary::Rsqrt, Unary::Asin, Unary::Acos, Unary::Acosh]
            {
                assert!(one::<$t>(f, -2.0).is_nan() && one(f, -INF).is_nan(), "{f:?} of a negative number");
            }
            for f in ALL {
                assert!(one(f, $t::NAN).is_nan(), "{f:?} of NaN");
                assert!(one(f, -$t::NAN).is_nan(), "{f:?} of -NaN");
            }
        }
    };
}
special_values!(special_values_are_right_in_f64, f64);
special_values!(special_values_are_right_in_f32, f32);

/// Random numbers of all sizes, and the awkward ones.
fn awkward(n: usize) -> Vec<f64> {
    let edges = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -0.5,
        1e-310,
        -1e-310,
        5e-324,
        1e-40,
        1e300,
        -1e300,
        709.7,
        -745.1,
        88.7,
        -103.9,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        22.0,
        -22.0,
        1e10,
        -3e22,
        0.7,
        -0.9,
        7.3,
        -7.5,
        1e-9,
        2.0,
        3.0,
    ];
    let mut stream = Stream(7);
    (0..n)
        .map(|i| {
            if i % 3 == 0 {
                edges[(i / 3) % edges.len()]
            } else {
                (stream.next() * 2.0 - 1.0) * [1.0, 30.0][i % 2]
            }
        })
        .collect()
}

macro_rules! same_bits {
    ($name:ident, $t:ident) => {
        #[test]
        fn $name() {
            let x: Vec<$t> = awkward(1000).iter().map(|&v| v as $t).collect();
            let y: Vec<$t> = x.iter().rev().copied().collect();
            let z: Vec<$t> = x.iter().skip(1).chain(&x[..1]).copied().collect();
            let same = |a: &[$t], b: &[$t], what: &str| {
                for (i, (a, b)) in a.iter().zip(b).enumerate() {
                    let equal = a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
                    assert!(equal, "{what}, element {i} of {}: {a:e} and {b:e}", x[i]);
                }
            };
            for f in ALL {
                // One element at a time on the portable level: no vector, no tail.
                let mut expected = vec![0.0; x.len()];
                for i in 0..x.len() {
                    $t::unary(Processor::portable(), f, &x[i..=i], &mut expected[i..=i]);
                }
                for p in Processor::available() {
                    for n in (0..=33).chain([x.len()]) {
                        let mut out = vec![0.0; n];
                        $t::unary(p, f, &x[..n], &mut out);
                        same(&out, &expected[..n], &format!("{f:?} on {p:?}, {n} long"));
                        let mut out = x[..n].to_vec();
                        $t::unary_in_place(p, f, &mut out);
                        same(&out, &expected[..n], &format!("{f:?} in place on {p:?}, {n} long"));
                    }
                }
            }
            let two = [
                Binary::Add,
                Binary::Sub,
                Binary::Mul,
                Binary::Div,
                Binary::Pow,
                Binary::Atan2,
                Binary::Max,
                Binary::Min,
                Binary::Lt,
                Binary::Le,
                Binary::Eq,
                Binary::TanhPullback,
                Binary::SigmoidPullback,
            ];
            for f in two {
                let mut expected = vec![0.0; x.len()];
                for i in 0..x.len() {
                    let (a, b) = (Operand::Scalar(x[i]), Operand::Scalar(y[i]));
                    $t::binary(Processor::portable(), f, a, b, &mut expected[i..=i]);
                }
                for p in Processor::available() {
                    for n in (0..=33).chain([x.len()]) {
                        let mut out = vec![0.0; n];
                        $t::binary(p, f, Operand::Slice(&x[..n]), Operand::Slice(&y[..n]), &mut out);
                        same(&out, &expected[..n], &format!("{f:?} on {p:?}"));
                        let mut out = x[..n].to_vec();
                        $t::binary_in_place(p, f, &mut out, Operand::Slice(&y[..n]));
                        same(&out, &expected[..n], &format!("{f:?} in place on {p:?}"));
                    }
                    // A number on either side is the same as a slice full of it.
                    let full = vec![x[4]; x.len()];
                    let (mut one, mut other) = (vec![0.0; x.len()], vec![0.0; x.len()]);
                    $t::binary(p, f, Operand::Scalar(x[4]), Operand::Slice(&y), &mut one);
                    $t::binary(p, f, Operand::Slice(&full), Operand::Slice(&y), &mut other);
                    same(&one, &other, &format!("{f:?} with a number first"));
                    $t::binary(p, f, Operand::Slice(&y), Operand::Scalar(x[4]), &mut one);
                    $t::binary(p, f, Operand::Slice(&y), Operand::Slice(&full), &mut other);
                    same(&one, &other, &format!("{f:?} with a number second"));
                    let mut out = y.clone();
                    $t::binary_in_place(p, f, &mut out, Operand::Scalar(x[4]));
                    same(&out, &one, &format!("{f:?} in place with a number"));
                }
            }
            for f in [Ternary::MulAdd, Ternary::NegMulAdd, Ternary::MulSub, Ternary::Select] {
                let mut expected = vec![0.0; x.len()];
                for i in 0..x.len() {
                    expected[i] = match f {
                        Ternary::MulAdd => x[i].mul_add(y[i], z[i]),
                        Ternary::NegMulAdd => (-x[i]).mul_add(y[i], z[i]),
                        Ternary::MulSub => x[i].mul_add(y[i], -z[i]),
                        _ => {
                            if x[i] == 0.0 {
                                z[i]
                            } else {
                                y[i]
                            }
                        }
                    };
                }
                for p in Processor::available() {
                    for kind in 0..8_usize {
                        // Slices full of one number stand for the scalars.
                        let pick = |bit: usize, from: &[$t]| {
                            if kind >> bit & 1 == 1 { vec![from[5]; from.len()] } else { from.to_vec() }
                        };
                        let (a, b, c) = (pick(0, &x), pick(1, &y), pick(2, &z));
                        let operand = |bit: usize, full: &'_ [$t]| -> Option<$t> {
                            (kind >> bit & 1 == 1).then(|| full[0])
                        };
                        let mut out = vec![0.0; x.len()];
                        let mut slices = vec![0.0; x.len()];
                        let wrap = |scalar: Option<$t>, slice| match scalar {
                            Some(v) => Operand::Scalar(v),
                            None => Operand::Slice(slice),
                        };
                        $t::ternary(
                            p,
                            f,
                            wrap(operand(0, &a), &a),
                            wrap(operand(1, &b), &b),
                            wrap(operand(2, &c), &c),
                            &mut out,
                        );
                        $t::ternary(
                            p,
                            f,
                            Operand::Slice(&a),
                            Operand::Slice(&b),
                            Operand::Slice(&c),
                            &mut slices,
                        );
                        same(&out, &slices, &format!("{f:?} of kind {kind} on {p:?}"));
                        if kind == 0 {
                            same(&out, &expected, &format!("{f:?} on {p:?}"));
                        }
                    }
                }
            }
            for p in Processor::available() {
                for n in 0..=33 {
                    let mut out = y[..n].to_vec();
                    $t::axpy(p, 1.7, &x[..n], &mut out);
                    let expected: Vec<$t> = (0..n).map(|i| x[i].mul_add(1.7, y[i])).collect();
                    same(&out, &expected, "axpy");
                    $t::affine(p, &x[..n], 1.7, -0.3, &mut out);
                    let expected: Vec<$t> = (0..n).map(|i| x[i].mul_add(1.7, -0.3)).collect();
                    same(&out, &expected, "affine");
                }
            }
        }
    };
}
same_bits!(every_processor_and_every_length_gives_the_same_bits_in_f64, f64);
same_bits!(every_processor_and_every_length_gives_the_same_bits_in_f32, f32);

#[test]
fn binary_functions_are_what_they_say() {
    let p = Processor::detect();
    let at = |f, a: f64, b: f64| {
        let mut out = [0.0];
        f64::binary(p, f, Operand::Scalar(a), Operand::Scalar(b), &mut out);
        out[0]
    };
    assert_eq!(at(Binary::Add, 2.0, 3.0), 5.0);
    assert_eq!(at(Binary::Sub, 2.0, 3.0), -1.0);
    assert_eq!(at(Binary::Mul, 2.0, 3.0), 6.0);
    assert_eq!(at(Binary::Div, 2.0, 4.0), 0.5);
    assert_eq!(at(Binary::Pow, 2.0, 10.0), 1024.0);
    assert_eq!((at(Binary::Max, 2.0, 3.0), at(Binary::Max, 3.0, 2.0)), (3.0, 3.0));
    assert_eq!((at(Binary::Min, 2.0, 3.0), at(Binary::Min, 3.0, 2.0)), (2.0, 2.0));
    for f in [Binary::Max, Binary::Min] {
        assert!(at(f, f64::NAN, 1.0).is_nan() && at(f, 1.0, f64::NAN).is_nan());
    }
    assert_eq!((at(Binary::Lt, 1.0, 2.0), at(Binary::Lt, 2.0, 2.0)), (1.0, 0.0));
    assert_eq!((at(Binary::Le, 2.0, 2.0), at(Binary::Le, 3.0, 2.0)), (1.0, 0.0));
    assert_eq!((at(Binary::Eq, 2.0, 2.0), at(Binary::Eq, f64::NAN, f64::NAN)), (1.0, 0.0));
    assert_eq!(at(Binary::TanhPullback, 4.0, 0.5), 3.0);
    assert_eq!(at(Binary::SigmoidPullback, 4.0, 0.25), 0.75);
}

#[test]
fn special_functions_agree_with_mpmath() {
    let mut seen = 0;
    for (name, x, value) in golden("special_unary.json") {
        let (f, x) = match name.as_str() {
            "lgamma" => (Unary::Lgamma, x),
            "digamma" => (Unary::Digamma, x),
            "trigamma" => (Unary::Polygamma(1), x),
            "erf" => (Unary::Erf, x),
            "erfc" => (Unary::Erfc, x),
            "log_ndtr" => (Unary::LogNormalCdf, x),
            "sigmoid" => (Unary::Sigmoid, x),
            "log_sigmoid" => (Unary::LogSigmoid, x),
            "softplus" => (Unary::Softplus, x),
            _ => continue,
        };
        let Some(expected) = number(&value) else { continue };
        let found = one(f, x);
        let close = found == expected || (found - expected).abs() <= 1e-13 * expected.abs() + 1e-15;
        assert!(close, "{name}({x:e}) = {found:e}, expected {expected:e}");
        seen += 1;
    }
    assert!(seen > 300, "{seen} cases");
}

#[test]
fn polygamma_satisfies_its_recurrence_and_its_known_values() {
    let near = |found: f64, expected: f64, what: &str| {
        assert!(
            (found - expected).abs() <= 2e-13 * expected.abs(),
            "{what}: {found:e}, expected {expected:e}"
        );
    };
    // psi'(1) = pi^2/6, psi''(1) = -2 zeta(3), psi'''(1) = pi^4/15.
    near(one(Unary::Polygamma(1), 1.0), 1.644_934_066_848_226_4, "trigamma(1)");
    near(one(Unary::Polygamma(2), 1.0), -2.404_113_806_319_188_6, "polygamma(2, 1)");
    near(one(Unary::Polygamma(3), 1.0), 6.493_939_402_266_829, "polygamma(3, 1)");
    for n in 1..=8 {
        let sign = if n % 2 == 1 { 1.0 } else { -1.0 };
        let factorial: f64 = (1..=n).map(f64::from).product();
        for x in [0.1, 0.7, 1.3, 3.5, 9.9, 14.2, -0.3, -1.7, -4.45] {
            let (a, b) = (one(Unary::Polygamma(n), x), one(Unary::Polygamma(n), x + 1.0));
            let step = -sign * factorial / libm::pow(x, f64::from(n) + 1.0);
            let size = a.abs().max(b.abs()).max(step.abs());
            assert!((b - a - step).abs() <= 1e-12 * size, "n = {n}, x = {x}: {a:e}, {b:e}, {step:e}");
        }
    }
}

macro_rules! both_curves {
    ($($name:ident, $t:ident;)*) => {$(
        #[test]
        fn $name() {
            let special = [$t::NAN, $t::INFINITY, $t::NEG_INFINITY, 0.0, -0.0, $t::MAX, $t::MIN, $t::MIN_POSITIVE];
            for n in 0..=70 {
                let x: Vec<$t> = (0..n)
                    .map(|i| if i % 9 == 8 { special[i / 9 % 8] } else { (i as $t * 0.7).sin() * 30.0 })
                    .collect();
                for p in Processor::available() {
                    let (mut softplus, mut sigmoid) = (vec![0.0; n], vec![0.0; n]);
                    let (mut expected_softplus, mut expected_sigmoid) = (vec![0.0; n], vec![0.0; n]);
                    $t::softplus_and_sigmoid(p, &x, &mut softplus, &mut sigmoid);
                    $t::unary(p, Unary::Softplus, &x, &mut expected_softplus);
                    $t::unary(p, Unary::Sigmoid, &x, &mut expected_sigmoid);
                    let same = |a: &[$t], b: &[$t]| {
                        a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan())
                    };
                    assert!(same(&softplus, &expected_softplus), "softplus of {n} on {p:?}");
                    assert!(same(&sigmoid, &expected_sigmoid), "sigmoid of {n} on {p:?}");
                }
            }
        }
    )*};
}
both_curves! {
    both_logistic_curves_together_are_the_bits_of_each_alone_in_f64, f64;
    both_logistic_curves_together_are_the_bits_of_each_alone_in_f32, f32;
}
