//! Elementwise functions and their gradients against mpmath, over their whole range, in both number types.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use elbo_tensor_ad::{Array, Expr, Plan, Real, vjp};
use serde_json::Value;

/// A function by name, and how far its value and gradient may lie from the truth.
struct Function {
    name: &'static str,
    f: fn(&[Expr]) -> Expr,
    /// Of the value in f64 and f32, in ulp, and one more for each unit of `tail`.
    value: [f64; 2],
    /// The same of the gradient.
    gradient: f64,
    /// What makes the errors of the value and of the gradient grow: the size of an exponent that is itself rounded.
    tail: [fn(&[f64]) -> f64; 2],
    zero: [f64; 2],
    floor: [f64; 2],
}

fn none(_: &[f64]) -> f64 {
    0.0
}

fn square(x: &[f64]) -> f64 {
    x[0] * x[0]
}

fn cubic(x: &[f64]) -> f64 {
    4.0 * x[0].abs() + 0.2 * x[0].abs().powi(3)
}

fn apart(x: &[f64]) -> f64 {
    (x[0] - x[1]).abs()
}

const fn of(name: &'static str, f: fn(&[Expr]) -> Expr, value: [f64; 2], gradient: f64) -> Function {
    Function { name, f, value, gradient, tail: [none; 2], zero: [0.0; 2], floor: [0.0; 2] }
}

impl Function {
    /// Errors grow with this.
    fn tail(self, tail: fn(&[f64]) -> f64) -> Function {
        Function { tail: [tail; 2], ..self }
    }
    /// Errors of the gradient alone do.
    fn gradient_tail(self, tail: fn(&[f64]) -> f64) -> Function {
        Function { tail: [none, tail], ..self }
    }
    /// The value's error is measured against this where the value is smaller: in f64, in f32.
    fn zero(self, double: f64, single: f64) -> Function {
        Function { zero: [double, single], ..self }
    }
    /// The gradient's, the same.
    fn floor(self, double: f64, single: f64) -> Function {
        Function { floor: [double, single], ..self }
    }
}

fn functions() -> Vec<Function> {
    vec![
        of("cbrt", |x| x[0].cbrt(), [1.0, 1.0], 4.0),
        of("rsqrt", |x| x[0].rsqrt(), [1.5, 1.5], 4.0),
        of("log2", |x| x[0].log2(), [3.0, 3.0], 2.0),
        of("log10", |x| x[0].log10(), [3.0, 3.0], 2.0),
        of("exp2", |x| x[0].exp2(), [1.0, 1.0], 2.0),
        of("sin", |x| x[0].sin(), [1.0, 1.0], 1.0),
        of("cos", |x| x[0].cos(), [1.0, 1.0], 1.0),
        of("tan", |x| x[0].tan(), [3.0, 3.0], 4.0),
        of("asin", |x| x[0].asin(), [2.0, 2.0], 3.0),
        of("acos", |x| x[0].acos(), [3.0, 3.0], 3.0),
        of("atan", |x| x[0].atan(), [2.0, 2.0], 2.0),
        of("sinh", |x| x[0].sinh(), [3.0, 3.0], 2.0),
        of("cosh", |x| x[0].cosh(), [3.0, 3.0], 2.0),
        of("asinh", |x| x[0].asinh(), [4.0, 4.0], 3.0).floor(1e-19, 1e-19),
        of("acosh", |x| x[0].acosh(), [4.0, 4.0], 3.0).floor(1e-19, 1e-19),
        of("atanh", |x| x[0].atanh(), [4.0, 4.0], 3.0),
        of("tanh", |x| x[0].tanh(), [4.0, 4.0], 4.0).floor(1.0, 1.0),
        of("sigmoid", |x| x[0].sigmoid(), [3.0, 3.0], 4.0).floor(1.0, 1.0),
        of("softplus", |x| x[0].softplus(), [4.0, 4.0], 3.0),
        of("log_sigmoid", |x| x[0].log_sigmoid(), [4.0, 4.0], 3.0),
        of("logit", |x| x[0].logit(), [4.0, 4.0], 4.0),
        // Zero at ln 2.
        of("softplus_inverse", |x| x[0].softplus_inverse(), [4.0, 4.0], 4.0).zero(1.0, 1.0),
        of("relu", |x| x[0].relu(), [0.0, 0.0], 0.0),
        of("leaky_relu", |x| x[0].leaky_relu(0.125), [0.0, 0.0], 0.0),
        of("elu", |x| x[0].elu(1.5), [4.0, 4.0], 4.0).floor(1.0, 1.0),
        of("gelu", |x| x[0].gelu(), [4.0, 4.0], 16.0).tail(square).zero(1e-300, 1e-37).floor(1.0, 1.0),
        of("gelu_tanh", |x| x[0].gelu_tanh(), [4.0, 4.0], 32.0)
            .tail(cubic)
            .zero(1e-300, 1e-37)
            .floor(1.0, 1.0),
        of("silu", |x| x[0].silu(), [4.0, 4.0], 8.0).zero(1e-300, 1e-36).floor(1.0, 1.0),
        of("log1mexp", |x| x[0].log1mexp(), [4.0, 4.0], 4.0),
        of("erf", |x| x[0].erf(), [2.0, 2.0], 4.0).gradient_tail(square),
        of("erfc", |x| x[0].erfc(), [4.0, 4.0], 4.0).gradient_tail(square),
        // Zeros at 1 and 2 and among the negative numbers.
        of("lgamma", |x| x[0].lgamma(), [4.0, 4.0], 4.0).zero(1.0, 1.0).floor(1.0, 1.0),
        of("digamma", |x| x[0].digamma(), [4.0, 4.0], 8.0).zero(1.0, 1.0),
        of("pow", |x| x[0].pow(&x[1]), [1.0, 1.0], 16.0).floor(1e-300, 1e-34),
        of("atan2", |x| x[0].atan2(&x[1]), [3.0, 3.0], 4.0),
        // Zero where e^a + e^b is 1.
        of("logaddexp", |x| x[0].logaddexp(&x[1]), [4.0, 4.0], 8.0).zero(1.0, 1.0).gradient_tail(apart),
        of("log_diff_exp", |x| x[0].log_diff_exp(&x[1]), [4.0, 4.0], 8.0).gradient_tail(apart),
        of("xlogy", |x| x[0].xlogy(&x[1]), [2.0, 2.0], 2.0),
        of("xlog1py", |x| x[0].xlog1py(&x[1]), [3.0, 3.0], 3.0),
    ]
}

struct Row {
    x: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

fn golden() -> BTreeMap<String, Vec<Row>> {
    let copy = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/elementwise.json");
    let path = std::env::var_os("ELBO_GOLDEN")
        .map(|folder| std::path::Path::new(&folder).join("elementwise.json"))
        .filter(|path| path.exists())
        .unwrap_or(copy);
    let table: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let number = |v: &Value| v.as_f64().unwrap_or_else(|| v.as_str().unwrap().parse().unwrap());
    let numbers = |v: &Value| v.as_array().unwrap().iter().map(number).collect::<Vec<_>>();
    let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for case in table["cases"].as_array().unwrap() {
        let row = Row {
            x: numbers(&case["x"]),
            value: number(&case["value"]),
            gradient: numbers(&case["gradient"]),
        };
        rows.entry(case["f"].as_str().unwrap().to_owned()).or_default().push(row);
    }
    rows
}

/// The distance in units in the last place of `expected`, or of `least` where that is larger; `digits` bits and smallest
/// exponent `low`. An infinity is right where the truth is past the largest number.
fn ulps(found: f64, expected: f64, least: f64, (digits, low, largest): (i32, i32, f64)) -> f64 {
    if found == expected || expected.abs() > largest && found.abs() >= largest && found * expected > 0.0 {
        return 0.0;
    }
    if !found.is_finite() || !expected.is_finite() {
        return f64::INFINITY;
    }
    let size = expected.abs().max(least);
    let exponent = if size == 0.0 { low } else { libm::ilogb(size).max(low) };
    // In two steps: the unit itself may be below the smallest number.
    libm::ldexp(libm::ldexp(found, -exponent) - libm::ldexp(expected, -exponent), digits - 1).abs()
}

const DOUBLE: (i32, i32, f64) = (53, -1022, f64::MAX);
const SINGLE: (i32, i32, f64) = (24, -126, f32::MAX as f64);

/// The value and the gradient by each argument, at every row.
fn evaluate<T: Real>(f: &Function, rows: &[&Row]) -> Vec<Vec<f64>> {
    let names = ["a", "b"];
    let arity = rows[0].x.len();
    let x: Vec<Expr> = names[..arity].iter().map(|n| Expr::input(n, ["n"])).collect();
    let y = (f.f)(&x);
    let mut outputs = vjp(std::slice::from_ref(&y), &[Expr::constant(1.0)], &x).unwrap();
    outputs.insert(0, y);
    let at: Vec<Array<T>> =
        (0..arity).map(|i| Array::vector(rows.iter().map(|r| T::from_f64(r.x[i])).collect())).collect();
    let plan = Plan::<T>::compile(&outputs).unwrap();
    let given: Vec<(&str, &Array<T>)> =
        names.iter().copied().zip(&at).filter(|(n, _)| plan.input(n).is_some()).collect();
    plan.call(&given).unwrap().iter().map(|a| a.data().iter().map(|v| v.to_f64()).collect()).collect()
}

fn check<T: Real>(kind: usize, format: (i32, i32, f64)) {
    let table = golden();
    let mut wrong = Vec::new();
    let mut worst = Vec::new();
    for f in functions() {
        let rows: Vec<&Row> =
            table[f.name].iter().filter(|r| r.x.iter().all(|&x| T::from_f64(x).to_f64() == x)).collect();
        assert!(rows.len() > 20, "{}: {} rows", f.name, rows.len());
        let found = evaluate::<T>(&f, &rows);
        let mut most = [0.0_f64; 2];
        for (i, row) in rows.iter().enumerate() {
            let tail = f.tail.map(|t| t(&row.x));
            let allowed = f.value[kind] + tail[0];
            let error = ulps(found[0][i], row.value, f.zero[kind], format);
            most[0] = most[0].max(error / (1.0 + tail[0]));
            if error.is_nan() || error > allowed {
                wrong.push(format!(
                    "{}{:?} = {:e}, expected {:e}: {error} ulp",
                    f.name, row.x, found[0][i], row.value
                ));
            }
            for (k, &expected) in row.gradient.iter().enumerate() {
                let error = ulps(found[1 + k][i], expected, f.floor[kind], format);
                most[1] = most[1].max(error / (1.0 + tail[1]));
                if error.is_nan() || error > f.gradient + tail[1] {
                    let found = found[1 + k][i];
                    wrong.push(format!(
                        "d {}{:?} by {k} = {found:e}, expected {expected:e}: {error}",
                        f.name, row.x
                    ));
                }
            }
        }
        worst.push(format!("{}: {:.2} {:.2}", f.name, most[0], most[1]));
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}\nthe largest errors:\n{}",
        wrong.len(),
        T::NAME,
        wrong.join("\n"),
        worst.join("\n")
    );
}

#[test]
fn functions_and_gradients_are_within_their_bounds_of_mpmath_in_f64() {
    check::<f64>(0, DOUBLE);
}

#[test]
fn functions_and_gradients_are_within_their_bounds_of_mpmath_in_f32() {
    check::<f32>(1, SINGLE);
}
