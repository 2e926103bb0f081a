//! `Interrupt`: a flag that ends a fit from outside, for Ctrl-C.

use core::ops::ControlFlow;
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use elbo_tensor_ad::Real;

use super::{Observer, Seen, Stop};

/// Ends the fit, with everything kept, at the step after its flag is raised.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicBool, Ordering};
/// use elbo_vi::observer::Interrupt;
///
/// let flag = Arc::new(AtomicBool::new(false));
/// let observer = Interrupt::new(flag.clone());
/// // in a signal handler or another thread:
/// flag.store(true, Ordering::Relaxed);
/// # let _: &dyn elbo_vi::observer::Observer = &observer;
/// ```
#[derive(Debug, Clone)]
pub struct Interrupt {
    flag: Arc<AtomicBool>,
}

impl Interrupt {
    /// Watches this flag.
    #[must_use]
    pub fn new(flag: Arc<AtomicBool>) -> Self {
        Interrupt { flag }
    }
}

impl<T: Real> Observer<T> for Interrupt {
    fn observe(&mut self, _seen: &mut Seen<'_, T>) -> ControlFlow<Stop> {
        if self.flag.load(Ordering::Relaxed) {
            return ControlFlow::Break(Stop::Interrupted);
        }
        ControlFlow::Continue(())
    }
}
