//! Families of approximations: distributions that are drawn by a path from standard normals.

mod mean_field;

use core::fmt::Debug;

use elbo_tensor_ad::Real;

pub use mean_field::MeanField;

/// A family of distributions `q(z; λ)` over `dim` coordinates, drawn by a path `z = z(ε; λ)` from
/// standard normals `ε`.
///
/// A family is *set* at parameters `λ` once ([`set`](Self::set) does the work that all draws share) and
/// then asked about that one member. All slices are flat; none of the methods allocates.
/// Methods named `add_...` add `weight` times their result to `gradient`, which has
/// [`parameters`](Self::parameters) entries.
pub trait Family: Clone + Debug {
    /// `f64` or `f32`.
    type Number: Real;

    /// The number of coordinates of `z`.
    fn dim(&self) -> usize;

    /// The number of parameters `λ`.
    fn parameters(&self) -> usize;

    /// The number of standard normals in a draw. Default: [`dim`](Self::dim).
    fn noise(&self) -> usize {
        self.dim()
    }

    /// Writes the parameters of the member that a fit begins with, centred on `start`.
    fn init(&self, start: &[Self::Number], parameters: &mut [Self::Number]);

    /// Makes this the member with these parameters.
    fn set(&mut self, parameters: &[Self::Number]);

    /// Writes the draw `z(ε; λ)`.
    fn path(&self, noise: &[Self::Number], z: &mut [Self::Number]);

    /// The log density of `z`, in nats.
    fn log_density(&self, z: &[Self::Number]) -> Self::Number;

    /// The log density of the draw `z` that came from `noise`. Families that know a form without
    /// cancellation override it. Default: [`log_density`](Self::log_density).
    fn draw_log_density(&self, noise: &[Self::Number], z: &[Self::Number]) -> Self::Number {
        let _ = noise;
        self.log_density(z)
    }

    /// Writes `∇_z log q(z; λ)` at the draw `z` that came from `noise`.
    fn draw_gradient(&self, noise: &[Self::Number], z: &[Self::Number], gradient: &mut [Self::Number]);

    /// Adds the score `∇_λ log q(z; λ)`, with `z` held fixed, at the draw that came from `noise`.
    fn add_score(
        &self,
        noise: &[Self::Number],
        z: &[Self::Number],
        weight: Self::Number,
        gradient: &mut [Self::Number],
    );

    /// The entropy `-E[log q]`, in nats.
    fn entropy(&self) -> Self::Number;

    /// Adds `∇_λ` of the entropy.
    fn add_entropy_gradient(&self, weight: Self::Number, gradient: &mut [Self::Number]);

    /// Pulls a gradient with respect to the draw back along the path: adds `(∂z/∂λ)ᵀ upstream`.
    fn add_pull_back(
        &self,
        noise: &[Self::Number],
        upstream: &[Self::Number],
        weight: Self::Number,
        gradient: &mut [Self::Number],
    );

    /// Writes the mean and the standard deviation of each coordinate.
    fn moments(&self, mean: &mut [Self::Number], sd: &mut [Self::Number]);

    /// What parameter `i` is: the name of its kind, and the coordinate that it belongs to, if it is one.
    fn parameter(&self, i: usize) -> (&'static str, Option<usize>);
}
