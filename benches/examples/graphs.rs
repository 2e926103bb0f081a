//! Prints a JSON line for each function of `graphs`: time to build and compile, of one value and gradient, and memory.
//!
//! `cargo run --release -p elbo-benches --example graphs [seconds a figure] [f32 | f64] [part of a name]`
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use elbo_benches::graphs::{Function, functions};
use elbo_benches::windows::windows;
use elbo_tensor_ad::{Array, Binding, Error, Layout, Plan, Real, grad};

fn time<T: Real>(f: &Function, total: Duration) -> Result<(), Error> {
    let start = Instant::now();
    let mut outputs = vec![f.value.clone()];
    outputs.extend(grad(&f.value, &f.parameters)?);
    let differentiated = start.elapsed();
    let plan = Plan::<T>::compile(&outputs)?;
    let compiled = start.elapsed();
    // Data lie column by column, as a model keeps them; parameters row-major.
    let layout = |name: &str| if matches!(name, "x" | "y") { Layout::Columns } else { Layout::RowMajor };
    let mut arrays = Vec::new();
    for input in plan.inputs() {
        if let Some((name, a)) = f.inputs.iter().find(|(name, _)| **name == *input.name) {
            arrays.push((layout(name), if layout(name) == Layout::Columns { columns(a) } else { a.cast() }));
        }
    }
    let bindings: Vec<Binding<'_>> =
        arrays.iter().map(|(layout, a)| Binding { shape: a.shape(), layout: *layout }).collect();
    let mut workspace = plan.bind(&bindings)?;
    let bound = start.elapsed();
    let mut results: Vec<Array<T>> =
        workspace.output_shapes().iter().map(|s| Array::zeros(s.clone())).collect();
    let given: Vec<&[T]> = arrays.iter().map(|(_, a)| a.data()).collect();
    let mut slots: Vec<&mut [T]> = results.iter_mut().map(Array::data_mut).collect();
    let mut failed = None;
    let w = windows(total, || {
        if let Err(e) = workspace.run(&given, &mut slots) {
            failed = Some(e);
        }
    });
    if let Some(e) = failed {
        return Err(e);
    }
    let norm: f64 = results[1..].iter().flat_map(|a| a.data()).map(|x| x.to_f64().powi(2)).sum();
    println!(
        r#"{{"peer":"elbo","name":"{}","number":"{}","us":{:.3},"us_median":{:.3},"differentiate_ms":{:.3},"compile_ms":{:.3},"bind_ms":{:.3},"bytes":{},"value":{:e},"gradient_norm":{:e}}}"#,
        f.name,
        T::NAME,
        w.best / 1e3,
        w.median / 1e3,
        differentiated.as_secs_f64() * 1e3,
        (compiled - differentiated).as_secs_f64() * 1e3,
        (bound - compiled).as_secs_f64() * 1e3,
        workspace.bytes(),
        results[0].data()[0].to_f64(),
        norm.sqrt(),
    );
    Ok(())
}

/// The numbers column by column, under the same shape.
fn columns<T: Real>(a: &Array<f64>) -> Array<T> {
    let (rows, width) = (a.rows(), a.row_len());
    let mut out = Array::zeros(a.shape());
    for (i, slot) in out.data_mut().iter_mut().enumerate() {
        *slot = T::from_f64(a.data()[i % rows * width + i / rows]);
    }
    out
}

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|s| s.parse().ok()).unwrap_or(2.0);
    let number = arguments.next().unwrap_or_default();
    let part = arguments.next().unwrap_or_default();
    let total = Duration::from_secs_f64(seconds);
    for f in functions()?.iter().filter(|f| f.name.contains(&part)) {
        if number != "f32" {
            time::<f64>(f, total)?;
        }
        if number != "f64" {
            time::<f32>(f, total)?;
        }
    }
    Ok(())
}
