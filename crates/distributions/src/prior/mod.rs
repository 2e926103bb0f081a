//! Priors for weights: of one weight by itself, or of weights and their scales together.

mod horseshoe;
mod r2d2;
mod relevance;
mod scale_mixture;

pub use horseshoe::{Horseshoe, RegularizedHorseshoe};
pub use r2d2::R2D2;
pub use relevance::AutomaticRelevance;
pub use scale_mixture::{NormalScaleMixture, SpikeAndSlab};
