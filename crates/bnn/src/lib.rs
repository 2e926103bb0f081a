//! Bayesian neural networks: networks with priors on their weights, as ordinary elbo models.
