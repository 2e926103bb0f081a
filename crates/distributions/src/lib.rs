//! Log densities, samplers, supports and bijectors, differentiable in the value and in every parameter.
