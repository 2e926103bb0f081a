//! The divergence estimated from draws.

use elbo_tensor_ad::{Dim, Expr};

use super::Estimate;
use crate::{Distribution, Noise};

/// The mean of `ln q - ln p` over draws of `q`, along the path where there is one, else with the score in the gradient.
pub(super) fn estimate(q: &dyn Distribution, p: &dyn Distribution, draws: usize) -> Estimate {
    let shape: Vec<Dim> =
        std::iter::once(draws.into()).chain(q.initial_value().shape().dims().iter().cloned()).collect();
    let input = Expr::input("kl_noise", shape);
    match (q.noise(), q.pathwise(&input)) {
        (Some(noise), Some(x)) => {
            let value = (q.log_density(&x) - p.log_density(&x)).mean_axes(&[0]);
            Estimate { value, input, noise }
        }
        _ => {
            let log_q = q.log_density(&input);
            let ratio = &log_q - p.log_density(&input);
            // Of the expectation's gradient this is the part that the ratio itself does not have (Glynn 1990); its value is 0.
            let score = ratio.stop_gradient() * (&log_q - log_q.stop_gradient());
            Estimate { value: (ratio + score).mean_axes(&[0]), input, noise: Noise::Draw }
        }
    }
}
