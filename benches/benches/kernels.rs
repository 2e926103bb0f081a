//! Times every transcendental kernel beside the standard library's function (libm's where that has none), in `f64` and `f32`.
//! On a busy machine the example `kernels` is to be preferred.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use elbo_benches::transcendental::{COUNT, EXPONENT, functions, plain};
use elbo_tensor_ad::kernels::Processor;

fn kernels(c: &mut Criterion) {
    let p = Processor::detect();
    for f in functions() {
        let mut group = c.benchmark_group(f.name);
        group.throughput(Throughput::Elements(COUNT as u64));
        let x = f.arguments();
        let mut out = vec![0.0; COUNT];
        group.bench_function("f64/kernel", |b| b.iter(|| f.run(p, &x, EXPONENT, &mut out)));
        if let Some(wide) = f.wide {
            group.bench_function("f64/libm", |b| b.iter(|| plain(wide, &x, &mut out)));
        }
        let x: Vec<f32> = x.iter().map(|&v| v as f32).collect();
        let mut out = vec![0.0; COUNT];
        group.bench_function("f32/kernel", |b| b.iter(|| f.run(p, &x, EXPONENT as f32, &mut out)));
        if let Some(narrow) = f.narrow {
            group.bench_function("f32/libm", |b| b.iter(|| plain(narrow, &x, &mut out)));
        }
        group.finish();
    }
}

criterion_group!(benches, kernels);
criterion_main!(benches);
