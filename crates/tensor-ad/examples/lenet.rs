//! The time that a gradient step of a LeNet-style network takes, by default 64 images of 28 by 28: `lenet [batch] [max|avg] [fixed]`.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use elbo_tensor_ad::{Binding, Dim, Error, Expr, Plan, Real, Sliding, grad};

fn network(batch: Dim, max: bool) -> Result<Vec<Expr>, Error> {
    let input = |name: &str, shape: &[usize]| Expr::input(name, shape);
    let images = Expr::input("images", [batch.clone(), Dim::Fixed(28), Dim::Fixed(28), Dim::Fixed(1)]);
    let labels = Expr::input("labels", [batch.clone()]);
    let weights: Vec<Expr> = [
        ("c1", &[5, 5, 1, 6][..]),
        ("b1", &[6]),
        ("c2", &[5, 5, 6, 16]),
        ("b2", &[16]),
        ("d1", &[256, 120]),
        ("b3", &[120]),
        ("d2", &[120, 84]),
        ("b4", &[84]),
        ("d3", &[84, 10]),
        ("b5", &[10]),
    ]
    .iter()
    .map(|(name, shape)| input(name, shape))
    .collect();
    let valid = [Sliding::valid(); 2];
    let halves = valid.map(|s| s.stride(2));
    let pool = |x: Expr| match max {
        true => x.max_pool(&[1, 2], &[2, 2], &halves),
        false => x.avg_pool(&[1, 2], &[2, 2], &halves),
    };
    let first = pool((images.conv2d(&weights[0], valid) + &weights[1]).tanh());
    let second = pool((first.conv2d(&weights[2], valid) + &weights[3]).tanh());
    let flat = second.reshape([batch, Dim::Fixed(256)]);
    let third = (flat.matmul(&weights[4]) + &weights[5]).tanh();
    let fourth = (third.matmul(&weights[6]) + &weights[7]).tanh();
    let scores = fourth.matmul(&weights[8]) + &weights[9];
    let loss = -(scores.log_softmax(1) * labels.one_hot(10)).sum_axes(&[1]).mean();
    let mut outputs = grad(&loss, &weights)?;
    outputs.insert(0, loss);
    Ok(outputs)
}

fn measure<T: Real>(outputs: &[Expr], batch: usize) -> Result<(), Error> {
    let start = Instant::now();
    let plan = Plan::<T>::compile(outputs)?;
    let compiled = start.elapsed();
    let shapes: Vec<Vec<usize>> = plan
        .inputs()
        .iter()
        .map(|i| i.shape.dims().iter().map(|d| d.fixed().unwrap_or(batch)).collect())
        .collect();
    let bindings: Vec<Binding<'_>> = shapes.iter().map(|s| Binding::row_major(s)).collect();
    let start = Instant::now();
    let mut workspace = plan.bind(&bindings)?;
    let bound = start.elapsed();
    let number = |name: &str, i: usize| match name {
        "labels" => (i * 7 % 10) as f64,
        "images" => (i as f64 * 0.37).sin().abs(),
        _ => (i as f64 * 0.7 + 0.1).sin() * 0.1,
    };
    let data: Vec<Vec<T>> = plan
        .inputs()
        .iter()
        .zip(&shapes)
        .map(|(input, s)| (0..s.iter().product()).map(|i| T::from_f64(number(&input.name, i))).collect())
        .collect();
    let slices: Vec<&[T]> = data.iter().map(Vec::as_slice).collect();
    let mut found: Vec<Vec<T>> =
        workspace.output_shapes().iter().map(|s| vec![T::from_f64(0.0); s.iter().product()]).collect();
    let mut targets: Vec<&mut [T]> = found.iter_mut().map(Vec::as_mut_slice).collect();
    let mut best = f64::INFINITY;
    for _ in 0..60 {
        let start = Instant::now();
        workspace.run(&slices, &mut targets)?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!(
        "{}: loss {}, {:.3} ms a step; compile {:.1} ms, bind {:.1} ms, {} listing lines, {:.1} MB, streaming over {:?}",
        T::NAME,
        targets[0][0].to_f64(),
        best * 1e3,
        compiled.as_secs_f64() * 1e3,
        bound.as_secs_f64() * 1e3,
        workspace.to_string().lines().count(),
        workspace.bytes() as f64 / 1e6,
        plan.streamed_axis(),
    );
    Ok(())
}

fn main() -> Result<(), Error> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let batch = args.first().and_then(|a| a.parse().ok()).unwrap_or(64);
    let fixed = args.iter().any(|a| a == "fixed");
    let dim = if fixed { Dim::Fixed(batch) } else { "batch".into() };
    let outputs = network(dim, args.iter().any(|a| a == "max"))?;
    measure::<f64>(&outputs, batch)?;
    measure::<f32>(&outputs, batch)
}
