//! Moments hold a few blocks of draws at a time: counted by the allocator of this test.
// The trait of allocators is unsafe to implement; this one hands every call on to the system's.
#![allow(unsafe_code)]
#![allow(clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use elbo_distributions::Normal;
use elbo_model::Model;
use elbo_tensor_ad::Array;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: both methods pass their arguments on to `System` unchanged, which keeps the contract; the counts are atomic
// numbers, whose access does not allocate. `realloc` and `alloc_zeroed` are the trait's own, over these two.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(live, Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn moments_take_no_more_memory_for_more_draws() {
    let n = 1000;
    let model = Model::build(|m| {
        let x = m.data("x", &Array::zeros([n]), "obs");
        let w = m.sample("w", Normal::standard(), ());
        let mu = m.deterministic("mu", x * w);
        m.observe("y", Normal::new(mu, 1.0), &Array::zeros([n]));
    })
    .unwrap();
    let predictor = model.predictor("mu").unwrap();
    let draws = vec![0.5; 20_000];
    predictor.moments(&draws[..200]).unwrap(); // starts the threads
    let peak = |draws: &[f64]| {
        let before = LIVE.load(Relaxed);
        PEAK.store(before, Relaxed);
        predictor.moments(draws).unwrap();
        PEAK.load(Relaxed) - before
    };
    let (few, many) = (peak(&draws[..500]), peak(&draws));
    // The draws' own values would be 160 MB.
    assert!(many < 2 * few && many < 4_000_000, "{few} {many} bytes");
}
