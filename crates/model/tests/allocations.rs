//! Evaluations and equal-sized selections allocate nothing: counted by the allocator of this test.
// The trait of allocators is unsafe to implement; this one hands every call on to the system's.
#![allow(unsafe_code)]
#![allow(clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use elbo_distributions::{Bernoulli, HalfNormal, Normal};
use elbo_model::{LogDensity, Model, RowBatches};
use elbo_tensor_ad::{Array, Real};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every method passes its arguments on to `System` unchanged, which keeps the contract; the count is a
// plain thread-local number whose access does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> u64 {
    let before = COUNT.with(Cell::get);
    work();
    COUNT.with(Cell::get) - before
}

/// A network with a look-up and a positive variable, so that every kind of operation takes part.
fn model(n: usize) -> Model {
    let x = Array::new([n, 2], (0..2 * n).map(|i| (i as f64 * 0.7).sin()).collect()).unwrap();
    let group = Array::vector((0..n).map(|i| (i % 4) as f64).collect());
    let y = Array::vector((0..n).map(|i| f64::from(i % 3 == 0)).collect());
    Model::build(|m| {
        m.dim("hidden", 5);
        m.dim("group", 4);
        let x = m.data("x", &x, ["obs", "feature"]);
        let group_of = m.data("group_of", &group, "obs");
        let w = m.sample("w", Normal::standard(), ["feature", "hidden"]);
        let v = m.sample("v", Normal::standard(), "hidden");
        let spread = m.sample("spread", HalfNormal::new(1.0), ());
        let shift = m.sample("shift", Normal::new(0.0, spread), "group");
        let logit = x.matmul(&w).tanh().matmul(&v) + shift.take(&group_of);
        m.observe("y", Bernoulli::logits(logit), &y);
    })
    .unwrap()
}

fn nothing_is_allocated<T: Real>() {
    let model = model(300);
    let mut density = model.density_in::<T>().unwrap();
    let z = vec![T::from_f64(0.1); model.dim()];
    let mut g = z.clone();
    assert_eq!(
        allocations(|| {
            for _ in 0..20 {
                density.value_and_gradient(&z, &mut g).unwrap();
                density.value(&z).unwrap();
            }
        }),
        0,
        "all rows"
    );
    let mut rows: Vec<usize> = (0..50).collect();
    assert!(allocations(|| density.select_rows(&rows).unwrap()) > 0, "the count counts");
    assert_eq!(
        allocations(|| {
            for step in 0..20 {
                rows.iter_mut().enumerate().for_each(|(i, r)| *r = (i * 7 + step) % 300);
                density.select_rows(&rows).unwrap();
                density.value_and_gradient(&z, &mut g).unwrap();
                density.value(&z).unwrap();
                density.select_all();
                density.value_and_gradient(&z, &mut g).unwrap();
            }
        }),
        0,
        "batches"
    );
}

#[test]
fn neither_evaluations_nor_selections_of_the_same_size_allocate() {
    nothing_is_allocated::<f64>();
    nothing_is_allocated::<f32>();
}
