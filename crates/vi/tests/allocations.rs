//! A step allocates nothing: counted by the allocator of this test.
// The trait of allocators is unsafe to implement; this one hands every call on to the system's.
#![allow(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod targets;

use core::ops::ControlFlow;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use elbo_tensor_ad::Real;
use elbo_vi::observer::{Interrupt, Observer, ParameterChange, Progress, Seen};
use elbo_vi::rule::{Optimiser, Schedule, Scheduled, TotalNorm};
use elbo_vi::{Advi, Estimator, Sampling, Stop};
use targets::Regression;

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

/// Remembers the count of allocations at the third step and at the last.
#[derive(Default)]
struct Count {
    third: u64,
    last: u64,
}

impl<T: Real> Observer<T> for Count {
    fn observe(&mut self, seen: &mut Seen<'_, T>) -> ControlFlow<Stop> {
        self.last = COUNT.with(Cell::get);
        if seen.step() == 3 {
            self.third = self.last;
        }
        ControlFlow::Continue(())
    }
}

fn allocates_nothing<T: Real>(what: &str, advi: Advi<'_, Regression, T>) {
    let mut count = Count::default();
    let fit = advi
        .steps(500)
        .observe(ParameterChange::new().tolerance(0.0))
        .observe(Interrupt::new(Default::default()))
        .observe(Progress::new(|_| {}))
        .observe(&mut count)
        .run()
        .unwrap();
    assert_eq!(fit.report().steps, 500);
    assert!(count.third > 0);
    assert_eq!(count.last - count.third, 0, "{what}: allocations in 497 steps");
}

#[test]
fn no_step_allocates_with_any_rule_estimator_or_sampling() {
    for name in Optimiser::NAMES {
        let rule = name.parse::<Optimiser>().unwrap().learning_rate(1e-3);
        allocates_nothing::<f64>(name, Advi::new(Regression::small(20)).rule(rule));
        allocates_nothing::<f32>(name, Advi::new(Regression::small(20)).rule(rule).batches(7));
    }
    for estimator in [Estimator::ClosedEntropy, Estimator::StickingTheLanding, Estimator::MonteCarlo] {
        let advi = Advi::new(Regression::small(20)).estimator(estimator).draws_per_step(3);
        allocates_nothing::<f64>("estimator", advi.batches(6).sampling(Sampling::WithReplacement));
    }
    let rule: Optimiser = "adam".parse().unwrap();
    let rule = TotalNorm::new(Scheduled::new(rule, Schedule::WarmUp { steps: 10 }), 1.0);
    allocates_nothing::<f64>("wrapped", Advi::new(Regression::small(20)).rule(rule));
}
