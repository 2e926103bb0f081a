//! Times factorisations, and the log density of a multivariate normal distribution with its gradient, best of many windows.
//!
//! `cargo run --release -p elbo-tensor-ad --example matrices -- routines [seconds]` prints a table of microseconds; run it with
//! `--no-default-features` too for the loops without faer. `-- density 200 [seconds]` prints one JSON line.
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use elbo_tensor_ad::kernels::{Element, Processor, Routine};
use elbo_tensor_ad::{Array, Binding, Error, Expr, Plan, Triangle, grad};

/// Microseconds a call in the fastest and in the median window of about a millisecond.
fn windows(total: Duration, mut call: impl FnMut()) -> [f64; 2] {
    let (start, mut calls) = (Instant::now(), 0u32);
    while start.elapsed() < total / 10 || calls == 0 {
        call();
        calls += 1;
    }
    let each = start.elapsed().as_secs_f64() / f64::from(calls);
    let per_window = (1e-3 / each).clamp(1.0, 1e6) as u32;
    let (start, mut times) = (Instant::now(), Vec::new());
    while start.elapsed() < total || times.is_empty() {
        let window = Instant::now();
        (0..per_window).for_each(|_| call());
        times.push(window.elapsed().as_secs_f64() * 1e6 / f64::from(per_window));
    }
    times.sort_by(f64::total_cmp);
    [times[0], times[times.len() / 2]]
}

/// A positive definite matrix that looks random.
fn matrix(n: usize) -> Vec<f64> {
    let at = |i: usize, j: usize| ((i * 31 + j * 17) as f64 * 0.731).sin() / n as f64;
    (0..n * n).map(|k| at(k / n, k % n) + at(k % n, k / n) + if k / n == k % n { 3.0 } else { 0.0 }).collect()
}

fn routine(routine: Routine, size: [usize; 2], total: Duration) -> f64 {
    let a = matrix(size[0]);
    let b: Vec<f64> = (0..size[0] * size[1]).map(|i| (i as f64 * 0.37).cos()).collect();
    let (mut out, mut spare) = (vec![0.0; routine.output_len(size)], vec![0.0; routine.spare_len(size)]);
    let mut scratch = f64::scratch(&[(routine, size)]);
    let p = Processor::detect();
    windows(total, || {
        let _ = f64::dense(p, routine, size, &a, &b, &mut out, &mut spare, &mut scratch);
    })[0]
}

fn routines(total: Duration) {
    println!(
        "| n | cholesky | lower, 1 side | lower, n sides | transposed, n sides | solve, 1 side | solve, n sides | eigen |"
    );
    for n in [2, 5, 10, 16, 20, 24, 32, 40, 50, 64, 80, 100, 128, 200, 300] {
        let lower = Routine::TriangularSolve(Triangle::LOWER);
        let turned = Routine::TriangularSolve(Triangle::LOWER.transposed());
        let cells = [
            (Routine::Cholesky, 0),
            (lower, 1),
            (lower, n),
            (turned, n),
            (Routine::Solve, 1),
            (Routine::Solve, n),
            (Routine::EigenSymmetric, 0),
        ]
        .map(|(r, m)| format!("{:.3}", routine(r, [n, m], total)));
        println!("| {n} | {} |", cells.join(" | "));
    }
}

/// `ln N(x; μ, Σ)` by way of the Cholesky factor, and its gradient by μ and Σ.
fn density(n: usize, total: Duration) -> Result<(), Error> {
    let (x, mean, covariance) =
        (Expr::input("x", [n]), Expr::input("mean", [n]), Expr::input("covariance", [n, n]));
    let l = covariance.cholesky();
    let constant = n as f64 * (2.0 * std::f64::consts::PI).ln();
    let value = -0.5 * (l.mahalanobis(&(&x - &mean)) + l.cho_logdet() + constant);
    let mut outputs = grad(&value, &[mean, covariance])?;
    outputs.insert(0, value);
    let plan = Plan::<f64>::compile(&outputs)?;
    let data = |name: &str| match name {
        "covariance" => Array::new([n, n], matrix(n)),
        "mean" => Ok(Array::vector(vec![0.0; n])),
        _ => Ok(Array::vector((0..n).map(|i| (i as f64).sin()).collect())),
    };
    let data = plan.inputs().iter().map(|i| data(&i.name)).collect::<Result<Vec<_>, _>>()?;
    let bindings: Vec<Binding<'_>> = data.iter().map(|a| Binding::row_major(a.shape())).collect();
    let mut workspace = plan.bind(&bindings)?;
    let slices: Vec<&[f64]> = data.iter().map(Array::data).collect();
    let mut found: Vec<Array<f64>> =
        workspace.output_shapes().iter().map(|s| Array::zeros(s.clone())).collect();
    let mut outputs: Vec<&mut [f64]> = found.iter_mut().map(Array::data_mut).collect();
    workspace.run(&slices, &mut outputs)?;
    let [best, median] = windows(total, || {
        let _ = workspace.run(&slices, &mut outputs);
    });
    let size: f64 = found[2].data().iter().map(|x| x * x).sum();
    println!(
        "{{\"n\": {n}, \"best_us\": {best:.2}, \"median_us\": {median:.2}, \"value\": {}, \"gradient_norm\": {}}}",
        found[0].data()[0],
        size.sqrt()
    );
    Ok(())
}

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let mut number = |default: f64| arguments.next().and_then(|a| a.parse().ok()).unwrap_or(default);
    if what == "density" {
        let n = number(200.0) as usize;
        density(n, Duration::from_secs_f64(number(1.0)))
    } else {
        routines(Duration::from_secs_f64(number(0.1)));
        Ok(())
    }
}
