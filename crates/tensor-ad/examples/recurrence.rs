//! The time that the value and the gradient of two recurrences take: a GARCH(1, 1) likelihood of 10,000 returns, and a gated recurrent
//! unit of 32 over 200 steps of 16 numbers.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use elbo_tensor_ad::{Binding, Dim, Error, Expr, Plan, grad};

fn garch() -> Result<Vec<Expr>, Error> {
    let (theta, r) = (Expr::input("theta", [3]), Expr::input("r", ["time"]));
    let (omega, alpha, beta) =
        (theta.index(0, 0).exp(), theta.index(0, 1).sigmoid(), theta.index(0, 2).sigmoid());
    let h = omega.scan(std::slice::from_ref(&r), |h, r| &omega + &alpha * r[0].square() + &beta * h);
    let value = -0.5 * (h.ln() + r.square() / h).sum();
    let slope = grad(&value, &[theta])?.remove(0);
    Ok(vec![value, slope])
}

fn gru() -> Result<Vec<Expr>, Error> {
    let (u, w) = (Expr::input("u", [3, 16, 32]), Expr::input("w", [3, 32, 32]));
    let (start, x) = (Expr::input("start", [32]), Expr::input("x", ["time".into(), Dim::Fixed(16)]));
    let states = start.scan(std::slice::from_ref(&x), |h, x| {
        let gate = |i: usize| (x[0].matmul(&u.index(0, i)), h.matmul(&w.index(0, i)));
        let (z, r, n) = (gate(0), gate(1), gate(2));
        let (z, r) = ((z.0 + z.1).sigmoid(), (r.0 + r.1).sigmoid());
        let n = (n.0 + r * n.1).tanh();
        (1.0 - &z) * n + z * h
    });
    let value = states.square().sum();
    let mut outputs = grad(&value, &[u, w, start])?;
    outputs.insert(0, value);
    Ok(outputs)
}

fn measure(name: &str, outputs: &[Expr], steps: usize) -> Result<(), Error> {
    let plan = Plan::<f64>::compile(outputs)?;
    let shapes: Vec<Vec<usize>> = plan
        .inputs()
        .iter()
        .map(|i| i.shape.dims().iter().map(|d| d.fixed().unwrap_or(steps)).collect())
        .collect();
    let mut workspace = plan.bind(&shapes.iter().map(|s| Binding::row_major(s)).collect::<Vec<_>>())?;
    let data: Vec<Vec<f64>> = shapes
        .iter()
        .map(|s| (0..s.iter().product()).map(|i: usize| (i as f64 * 0.7 + 0.1).sin() * 0.2).collect())
        .collect();
    let slices: Vec<&[f64]> = data.iter().map(Vec::as_slice).collect();
    let mut found: Vec<Vec<f64>> =
        workspace.output_shapes().iter().map(|s| vec![0.0; s.iter().product()]).collect();
    let mut targets: Vec<&mut [f64]> = found.iter_mut().map(Vec::as_mut_slice).collect();
    let mut best = f64::INFINITY;
    for _ in 0..60 {
        let start = Instant::now();
        workspace.run(&slices, &mut targets)?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!(
        "{name}: {}, {:.3} ms, {:.2} MB, {} lines",
        targets[0][0],
        best * 1e3,
        workspace.bytes() as f64 / 1e6,
        workspace.to_string().lines().count()
    );
    Ok(())
}

fn main() -> Result<(), Error> {
    measure("GARCH(1, 1) of 10,000", &garch()?, 10_000)?;
    measure("gated unit of 32 over 200", &gru()?, 200)
}
