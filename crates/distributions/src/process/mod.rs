//! Distributions over sequences, over regions of a map, and over functions.

mod autoregressive;
mod garch;
mod gaussian_process;
mod kernel;
mod mean_function;
mod neighbours;
mod random_walk;

pub use autoregressive::AR;
pub use garch::GARCH11;
pub use gaussian_process::GaussianProcess;
pub use kernel::Kernel;
pub use mean_function::MeanFunction;
pub use neighbours::{CAR, ICAR};
pub use random_walk::GaussianRandomWalk;

use elbo_tensor_ad::Expr;

use crate::multivariate::event::last;

/// Time, which is the last axis, brought to the front: what a scan runs over.
fn time_first(e: &Expr) -> Expr {
    let order: Vec<usize> = std::iter::once(last(e)).chain(0..last(e)).collect();
    e.permute(&order)
}

/// The first axis brought to the end.
fn time_last(e: &Expr) -> Expr {
    let order: Vec<usize> = (1..e.rank()).chain(0..e.rank().min(1)).collect();
    e.permute(&order)
}
