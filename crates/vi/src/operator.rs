//! `Operator`: which divergence is made small, as a way to combine the draws of a step.

use elbo_tensor_ad::Real;

/// How the draws of a step become one objective.
///
/// An operator sees the log ratios `rₛ = log p(zₛ) - log q(zₛ)` of the draws and answers with the value of
/// the objective and a weight for the gradient of each draw. Rényi's bound (weights `softmax((1 - α) r)`)
/// fits in here as a further variant; Stein's operator, which looks at all pairs of draws, is an [`Objective`](crate::Objective)
/// of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Operator {
    /// `KL(q ‖ p)`: the objective is the ELBO, the mean of the ratios, and every draw has weight `1 / S`.
    #[default]
    Kl,
}

impl Operator {
    /// Writes a weight for each draw's gradient and returns the value of the objective, in nats.
    pub(crate) fn combine<T: Real>(self, ratios: &[T], weights: &mut [T]) -> T {
        match self {
            Operator::Kl => {
                let weight = T::from_f64(1.0 / ratios.len() as f64);
                weights.fill(weight);
                let mut value = T::ZERO;
                for &r in ratios {
                    value += r * weight;
                }
                value
            }
        }
    }
}
