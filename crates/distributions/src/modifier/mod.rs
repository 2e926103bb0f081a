//! Distributions made from any other: parts, mixtures, images.

mod censored;
mod folded;
mod hurdle;
mod independent;
mod interpolated;
mod line_map;
mod mixture;
mod mixture_same_family;
mod named;
mod peaks;
mod symmetric;
mod transformed;
mod truncated;
mod zero_inflated;

pub use censored::Censored;
pub use folded::Folded;
pub use hurdle::Hurdle;
pub use independent::Independent;
pub use interpolated::Interpolated;
pub use mixture::Mixture;
pub use mixture_same_family::MixtureSameFamily;
pub use named::{
    HurdleGamma, HurdleLogNormal, HurdleNegativeBinomial, HurdlePoisson, ZeroInflatedBinomial,
    ZeroInflatedNegativeBinomial, ZeroInflatedPoisson,
};
pub use transformed::Transformed;
pub use truncated::Truncated;
pub use zero_inflated::ZeroInflated;
