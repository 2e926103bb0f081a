//! The transforms of the reference table written as expressions: values, the log determinant of the Jacobian, and its gradient.
//!
//! The determinant is not a formula written here: it is that of [`jacobian`], and its gradient that of a second derivative.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::{Array, Expr, Plan, free_inputs, grad, jacobian};
use serde_json::Value;

fn table() -> Value {
    let copy = include_str!("golden/transforms.json").to_string();
    let elsewhere = std::env::var("ELBO_GOLDEN").map(|folder| format!("{folder}/transforms.json"));
    let text = elsewhere.ok().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or(copy);
    serde_json::from_str(&text).unwrap()
}

fn number(v: &Value) -> f64 {
    match v {
        Value::String(s) => s.parse().unwrap(),
        other => other.as_f64().unwrap(),
    }
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(number).collect()
}

/// The elements of a vector as scalars.
fn parts(y: &Expr, n: usize) -> Vec<Expr> {
    (0..n).map(|i| y.index(0, i)).collect()
}

/// The constrained values, and which of them have the Jacobian that is meant.
fn transform(name: &str, args: &Value, y: &Expr, n: usize) -> (Vec<Expr>, Vec<usize>) {
    let y = parts(y, n);
    let bound = |k: &str| number(&args[k]);
    let x: Vec<Expr> = match name {
        "log" => vec![y[0].exp()],
        "logodds" => vec![y[0].sigmoid()],
        "log_exp_m1" => vec![y[0].softplus()],
        "interval" => vec![bound("lower") + (bound("upper") - bound("lower")) * y[0].sigmoid()],
        "interval_lower_only" => vec![bound("lower") + y[0].exp()],
        "interval_upper_only" => vec![bound("upper") - y[0].exp()],
        "circular" => vec![y[0].sin().atan2(y[0].cos())],
        "ordered" => {
            let mut x = vec![y[0].clone()];
            for step in &y[1..] {
                x.push(&x[x.len() - 1] + step.exp());
            }
            x
        }
        "simplex" => {
            let last = -Expr::stack(&y, 0).sum();
            let all: Vec<Expr> = y.iter().cloned().chain([last]).collect();
            parts(&Expr::stack(&all, 0).log_softmax(0).exp(), n + 1)
        }
        "stick_breaking_stan" => {
            let (mut x, mut left) = (Vec::new(), Expr::constant(1.0));
            for (k, y) in y.iter().enumerate() {
                let break_at = y - ((n - k) as f64).ln();
                x.push(&left * break_at.sigmoid());
                left = left * (-break_at).sigmoid();
            }
            x.push(left);
            x
        }
        "cholesky_cov_packed" => {
            let diagonal = |i: usize| (1..=n).any(|row| row * (row + 1) / 2 == i + 1);
            y.iter().enumerate().map(|(i, y)| if diagonal(i) { y.exp() } else { y.clone() }).collect()
        }
        "cholesky_corr_stan" => {
            let mut y = y.into_iter();
            let (mut x, mut row) = (vec![Expr::constant(1.0)], 1);
            while y.len() > 0 {
                let mut left = Expr::constant(1.0);
                for y in y.by_ref().take(row) {
                    x.push(y.tanh() * left.sqrt());
                    // 1 - tanh², without cancellation.
                    left = left * 4.0 * (&y * 2.0).sigmoid() * (&y * -2.0).sigmoid();
                }
                x.push(left.sqrt());
                row += 1;
            }
            x
        }
        "zero_sum" => {
            let (count, total) = ((n + 1) as f64, Expr::stack(&y, 0).sum());
            let mean = &total / (count.sqrt() + count);
            let last = &mean - total / count.sqrt();
            y.iter().map(|y| y - &mean).chain([last - &mean]).collect()
        }
        other => panic!("{other}"),
    };
    let free = match name {
        "simplex" | "stick_breaking_stan" => (0..n).collect(),
        "cholesky_corr_stan" => {
            // Strictly below the diagonal.
            let diagonal = |i: &usize| (1..=x.len()).any(|row| row * (row + 1) / 2 == i + 1);
            (0..x.len()).filter(|i| !diagonal(i)).collect()
        }
        _ => (0..x.len()).collect(),
    };
    (x, free)
}

#[test]
fn transforms_have_the_values_and_the_jacobians_of_the_table() {
    let mut held = 0;
    for case in table()["cases"].as_array().unwrap() {
        let name = case["transform"].as_str().unwrap();
        let at = numbers(&case["y"]);
        let y = Expr::input("y", [at.len()]);
        let (x, free) = transform(name, &case["args"], &y, at.len());
        let value = Expr::stack(&x, 0);
        let rows: Vec<Expr> = free.iter().map(|&i| x[i].clone()).collect();
        let matrix = jacobian(&Expr::stack(&rows, 0), std::slice::from_ref(&y)).unwrap().remove(0);
        let volume = if rows.len() == at.len() {
            matrix.slogdet().1
        } else {
            // Of a map into more dimensions, the length, area, ...
            matrix.transpose().matmul(&matrix).slogdet().1 * 0.5
        };
        let slope = grad(&volume, std::slice::from_ref(&y)).unwrap().remove(0);
        let point = Array::vector(at.clone());
        let run = |outputs: &[Expr]| {
            let plan = Plan::<f64>::compile(outputs).unwrap();
            // A constant Jacobian depends on nothing.
            let given = [("y", &point)];
            plan.call(if free_inputs(outputs).is_empty() { &[] } else { &given }).unwrap()
        };
        let near = |what: &str, found: &[f64], expected: &[f64], relative: f64, absolute: f64| {
            assert_eq!(found.len(), expected.len());
            for (f, e) in found.iter().zip(expected) {
                assert!(
                    (f - e).abs() <= relative * e.abs() + absolute || f == e,
                    "{name} {} at {at:?}: {what} {e}, found {f}",
                    case["args"]
                );
            }
        };
        let width = case["args"].get("upper").zip(case["args"].get("lower"));
        let width = width.map_or(1.0, |(u, l)| (number(u) - number(l)).max(number(u).abs()));
        near("value", run(&[value])[0].data(), &numbers(&case["x"]), 1e-13, 4e-16 * width);
        // A slope that has lost its digits, or itself, to rounding (1 - tanh² for large arguments) has no better logarithm.
        let largest = at.iter().fold(0.0f64, |m, y| m.max(y.abs()));
        if largest <= 5.0 {
            let found = run(&[volume, slope]);
            near("ln |det J|", found[0].data(), &[number(&case["log_abs_det_jac"])], 1e-11, 1e-11);
            near("its gradient", found[1].data(), &numbers(&case["grad_log_abs_det_jac"]), 1e-9, 1e-9);
            held += 1;
        }
    }
    assert!(held > 100, "{held}");
}
