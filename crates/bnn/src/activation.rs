//! `Activation`: the function between two layers.

use elbo_tensor_ad::Expr;

/// The elementwise function applied to every hidden layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[non_exhaustive]
pub enum Activation {
    /// `tanh x`.
    #[default]
    Tanh,
    /// `max(x, 0)`; its gradient at 0 is 1/2.
    Relu,
    /// `1 / (1 + e⁻ˣ)`.
    Sigmoid,
    /// `x / (1 + e⁻ˣ)`.
    Silu,
    /// `ln(1 + eˣ)`.
    Softplus,
    /// `x`: the network is linear.
    Identity,
}

impl Activation {
    /// The function applied to an expression.
    #[track_caller]
    #[must_use]
    pub fn apply(self, x: &Expr) -> Expr {
        match self {
            Activation::Tanh => x.tanh(),
            Activation::Relu => x.max(0.0),
            Activation::Sigmoid => x.sigmoid(),
            Activation::Silu => x * x.sigmoid(),
            Activation::Softplus => x.softplus(),
            Activation::Identity => x.clone(),
        }
    }
}
