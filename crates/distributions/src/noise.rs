//! `Noise`: what a differentiable draw is made from.

use elbo_tensor_ad::Expr;

use crate::Distribution;

/// What [`Distribution::pathwise`](crate::Distribution::pathwise) takes beside the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Noise {
    /// Independent standard normal numbers, in the shape of the draw.
    Normal,
    /// Independent numbers uniform on the open interval `(0, 1)`, in the shape of the draw.
    Uniform,
    /// Draws of the distribution itself at the same parameters ([`sample`](crate::Distribution::sample)). The value is passed
    /// through; its gradient is the implicit one, `dx/dθ = -(∂F(x; θ)/∂θ) / p(x; θ)` (Figurnov, Mohamed and Mnih 2018, eq. 5).
    Draw,
}

/// A draw whose value is `draw` and whose gradient is the implicit one, from the distribution function.
pub(crate) fn implicit(distribution: &dyn Distribution, draw: &Expr) -> Option<Expr> {
    let below = distribution.cdf(draw)?;
    let density = distribution.log_density(draw).exp().stop_gradient();
    // The difference is 0, its gradient is not.
    Some(draw + (below.stop_gradient() - below) / density)
}
