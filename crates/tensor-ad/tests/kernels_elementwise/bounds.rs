//! Stated error bounds, against mpmath and libm.

use super::ulps::{above, ulps_f32, ulps_f64};
use super::{Stream, golden, number, one};
use elbo_tensor_ad::kernels::{Binary, Element, Operand, Processor, Unary};

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
