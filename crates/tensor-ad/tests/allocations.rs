//! A run allocates nothing: counted by an allocator of this test's own.
#![allow(clippy::unwrap_used, clippy::panic)]
// A global allocator can only be written with unsafe code; this one adds a counter to the system's.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use elbo_tensor_ad::{Array, Binding, Expr, Plan, Real, conformance, grad};

struct Counting;

thread_local! {
    // Const-initialised and without a destructor: reading it allocates nothing.
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on unchanged to the system's allocator, which keeps the contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|c| c.set(c.get() + 1));
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The allocations that `work` makes on this thread.
fn allocations(work: impl FnOnce()) -> usize {
    let before = COUNT.with(Cell::get);
    work();
    COUNT.with(Cell::get) - before
}

fn runs_without_allocating<T: Real>(name: &str, outputs: &[Expr], inputs: &[(String, Array<f64>)]) {
    let plan = Plan::<T>::compile(outputs).unwrap();
    let data: Vec<Array<T>> =
        plan.inputs().iter().map(|i| inputs.iter().find(|(n, _)| **n == *i.name).unwrap().1.cast()).collect();
    let bindings: Vec<Binding<'_>> = data.iter().map(|a| Binding::row_major(a.shape())).collect();
    let Ok(mut workspace) = plan.bind(&bindings) else { return };
    let slices: Vec<&[T]> = data.iter().map(Array::data).collect();
    let mut found: Vec<Vec<T>> =
        workspace.output_shapes().iter().map(|s| vec![T::ZERO; s.iter().product()]).collect();
    let mut targets: Vec<&mut [T]> = found.iter_mut().map(Vec::as_mut_slice).collect();
    let count = allocations(|| {
        for _ in 0..2 {
            workspace.run(&slices, &mut targets).unwrap();
        }
    });
    assert_eq!(count, 0, "{name} in {}", T::NAME);
}

#[test]
fn the_counter_counts() {
    assert!(allocations(|| drop(std::hint::black_box(vec![1u8; 10]))) >= 1);
}

#[test]
fn every_conformance_case_runs_without_allocating() {
    for case in conformance::cases() {
        runs_without_allocating::<f64>(&case.name, &case.outputs, &case.inputs);
        runs_without_allocating::<f32>(&case.name, &case.outputs, &case.inputs);
    }
}

#[test]
fn a_gradient_step_of_the_network_does_not_allocate() {
    let x = Expr::input("x", ["obs".into(), elbo_tensor_ad::Dim::Fixed(2)]);
    let z = Expr::input("z", [15]);
    let (w1, w2) = (z.slice(0, 0, 10).reshape([2, 5]), z.slice(0, 10, 5));
    let f = x.matmul(&w1).tanh().matmul(&w2);
    let value = (Expr::input("y", ["obs"]) * &f - f.softplus()).sum() - 0.5 * z.square().sum();
    let slope = grad(&value, &[z]).unwrap().remove(0);
    let numbers = |n: usize| (0..n).map(|i| (i as f64 * 0.37).sin()).collect::<Vec<_>>();
    for rows in [1, 50, 500, 5000] {
        let inputs = [
            ("x".to_string(), Array::new([rows, 2], numbers(2 * rows)).unwrap()),
            ("y".to_string(), Array::vector(numbers(rows))),
            ("z".to_string(), Array::vector(numbers(15))),
        ];
        runs_without_allocating::<f64>("network", &[value.clone(), slope.clone()], &inputs);
        runs_without_allocating::<f32>("network", &[value.clone(), slope.clone()], &inputs);
    }
}

/// faer keeps a packing buffer for each thread, made at its first product; after that nothing is allocated.
#[test]
fn large_products_do_not_allocate_after_a_threads_first() {
    let x = Expr::input("x", ["obs".into(), elbo_tensor_ad::Dim::Fixed(64)]);
    let (v, w) = (Expr::input("v", [64, 64]), Expr::input("w", [64, 48]));
    let value = x.matmul(&v).tanh().matmul(&w).square().sum();
    let mut outputs = grad(&value, &[v, w]).unwrap();
    outputs.push(value);
    let numbers = |n: usize| (0..n).map(|i| (i as f64 * 0.37).sin()).collect::<Vec<_>>();
    let inputs = [
        ("x".to_string(), Array::new([300, 64], numbers(300 * 64)).unwrap()),
        ("v".to_string(), Array::new([64, 64], numbers(64 * 64)).unwrap()),
        ("w".to_string(), Array::new([64, 48], numbers(64 * 48)).unwrap()),
    ];
    let by_name: Vec<(&str, &Array<f64>)> = inputs.iter().map(|(n, a)| (n.as_str(), a)).collect();
    Plan::<f64>::compile(&outputs).unwrap().call(&by_name).unwrap();
    runs_without_allocating::<f64>("wide network", &outputs, &inputs);
    let single: Vec<Array<f32>> = inputs.iter().map(|(_, a)| a.cast()).collect();
    let by_name: Vec<(&str, &Array<f32>)> =
        inputs.iter().zip(&single).map(|((n, _), a)| (n.as_str(), a)).collect();
    Plan::<f32>::compile(&outputs).unwrap().call(&by_name).unwrap();
    runs_without_allocating::<f32>("wide network", &outputs, &inputs);
}

/// The memory that faer's factorisations work in is made when the plan is bound; its products keep theirs from a thread's first.
#[test]
fn large_factorisations_do_not_allocate_after_a_threads_first() {
    let n = 260;
    let (a, b) = (Expr::input("a", [n, n]), Expr::input("b", [n, 20]));
    let l = a.cholesky();
    let value = l.cho_logdet() + l.cho_solve(&b).sum() + a.solve(&b).sum() + a.logdet() + a.eigvalsh().sum();
    let mut outputs = grad(&value, &[a, b]).unwrap();
    outputs.push(value);
    let entry = |k: usize| {
        let (i, j) = (k / n, k % n);
        if i == j { 3.0 + i as f64 } else { ((i * j) as f64 * 0.37).sin() / n as f64 }
    };
    let inputs = [
        ("a".to_string(), Array::new([n, n], (0..n * n).map(entry).collect()).unwrap()),
        ("b".to_string(), Array::new([n, 20], (0..n * 20).map(|i| (i as f64).cos()).collect()).unwrap()),
    ];
    let by_name: Vec<(&str, &Array<f64>)> = inputs.iter().map(|(n, a)| (n.as_str(), a)).collect();
    Plan::<f64>::compile(&outputs).unwrap().call(&by_name).unwrap();
    runs_without_allocating::<f64>("factorisations", &outputs, &inputs);
    let single: Vec<Array<f32>> = inputs.iter().map(|(_, a)| a.cast()).collect();
    let by_name: Vec<(&str, &Array<f32>)> =
        inputs.iter().zip(&single).map(|((n, _), a)| (n.as_str(), a)).collect();
    Plan::<f32>::compile(&outputs).unwrap().call(&by_name).unwrap();
    runs_without_allocating::<f32>("factorisations", &outputs, &inputs);
}
