//! A run that threads share allocates nothing inside their pool, counted on all threads. From outside, `rayon` alone allocates: a
//! block of its queue for every sixty or so tasks that are handed in.
#![allow(clippy::unwrap_used, clippy::panic)]
// A global allocator can only be written with unsafe code; this one adds a counter to the system's.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use elbo_tensor_ad::{Array, Binding, Dim, Expr, Plan, Workspace, grad};

struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on unchanged to the system's allocator, which keeps the contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A network's value, its gradient and its rows, bound: with so many rows, of this width.
fn network(rows: usize, width: usize) -> (Workspace<f64>, Vec<Array<f64>>) {
    let x = Expr::input("x", ["rows".into(), Dim::Fixed(width)]);
    let w = Expr::input("w", [width, width]);
    let layer = x.matmul(&w).tanh();
    let value = layer.square().sum();
    let slope = grad(&value, &[w]).unwrap().remove(0);
    let plan = Plan::<f64>::compile(&[value, slope, layer]).unwrap();
    let numbers = |shape: [usize; 2]| {
        Array::new(shape, (0..shape[0] * shape[1]).map(|i| (i as f64 * 0.37).sin()).collect()).unwrap()
    };
    let data = vec![numbers([rows, width]), numbers([width, width])];
    let bindings: Vec<Binding<'_>> = data.iter().map(|a| Binding::row_major(a.shape())).collect();
    (plan.bind(&bindings).unwrap(), data)
}

// One test: all threads of the process are counted.
#[test]
fn a_run_that_threads_share_allocates_nothing_in_steady_state() {
    let before = COUNT.load(Ordering::Relaxed);
    drop(std::hint::black_box(vec![1u8; 10]));
    assert!(COUNT.load(Ordering::Relaxed) > before, "the counter counts");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    // Groups of rows, some of which are stored; and products in panels, where faer is compiled in.
    for (rows, width) in [(20_000, 8), (128, 300)] {
        let (workspace, data) = network(rows, width);
        let slices: Vec<&[f64]> = data.iter().map(Array::data).collect();
        let found: Vec<Vec<f64>> =
            workspace.output_shapes().iter().map(|s| vec![0.0; s.iter().product()]).collect();
        let run = |workspace: &mut Workspace<f64>, found: &mut [&mut [f64]], times: usize| {
            (0..times).for_each(|_| workspace.run(&slices, found).unwrap());
        };
        // Each thread's first: faer keeps a packing buffer for each.
        pool.broadcast(|_| {
            let (mut workspace, mut found) = (workspace.clone(), found.clone());
            run(&mut workspace, &mut found.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(), 5);
        });
        let (mut workspace, mut found) = (workspace, found);
        let mut found: Vec<&mut [f64]> = found.iter_mut().map(Vec::as_mut_slice).collect();
        pool.install(|| {
            run(&mut workspace, &mut found, 5);
            let before = COUNT.load(Ordering::Relaxed);
            run(&mut workspace, &mut found, 100);
            let count = COUNT.load(Ordering::Relaxed) - before;
            assert_eq!(count, 0, "{count} allocations inside the pool, {rows} rows");
        });
        // From outside, into the pool of all threads.
        run(&mut workspace, &mut found, 5);
        let before = COUNT.load(Ordering::Relaxed);
        run(&mut workspace, &mut found, 100);
        let count = COUNT.load(Ordering::Relaxed) - before;
        assert!(count <= 20, "{count} allocations from outside, {rows} rows");
    }
}
