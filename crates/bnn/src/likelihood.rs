//! `Likelihood`: how the output of a network explains the observations.

/// The distribution of an observation given the output of the network.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Likelihood {
    /// Two classes, labels 0 and 1; the one output is the log odds of 1. The model's `p` is the
    /// probability of 1, shape `[obs]`.
    Bernoulli,
    /// Classes `0..k`; the `k` outputs are unnormalised log probabilities. The model's `p` holds the
    /// probabilities, shape `[obs, k]`.
    Categorical,
    /// A real number with a known standard deviation (above 0); the one output is its mean, the model's `mu`.
    Normal {
        /// The standard deviation of the noise.
        sd: f64,
    },
    /// A real number with an unknown standard deviation, the latent variable `sigma`, half-normal with this
    /// scale (above 0); the one output is its mean, the model's `mu`.
    NormalWithNoise {
        /// The scale of the prior of the noise's standard deviation.
        scale: f64,
    },
}
