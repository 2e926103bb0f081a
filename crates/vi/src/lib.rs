//! Variational inference over any log density: families, estimators, operators, optimiser rules, one fitting loop.
