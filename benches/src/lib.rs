//! Hand-written floors that the benches hold the library against, and the data both sides are timed on.
//!
//! A floor is the least time in which this machine was made to do a job by hand, for one fixed model, with
//! nothing of the library under it. The benches time the library beside it, so that a claim such as "within
//! 1.5 times of hand-written code" is measured in one run and not remembered.
//!
//! - [`floor`]: one step of mean-field ADVI on a 2-5-5-1 network, over any [`lanes::Lanes`].
//! - [`library`]: the same step as a user of the library takes it.
//! - [`function`]: what the next two are lists of, and their clock.
//! - [`densities`]: log densities that NumPyro and PyMC compile too, and samplers that NumPy has.
//! - [`graphs`]: functions whose value and gradient JAX and PyTorch compute too.
//! - [`lanes`]: the vector operations a floor is written in, for AVX-512, AVX2 with FMA, and plain scalars.
//! - [`curves`]: tanh, the logistic likelihood and softplus, as short rational functions.
//! - [`moons`]: the training rows.
//! - [`normals`]: standard normal draws, behind [`lanes::Lanes::normals`].
//! - [`transcendental`]: the functions whose kernels are timed beside the platform's.
//! - [`windows`]: timing on a machine that is not quiet.

// Kernels loop over indices: an adaptor's closure is a function of its own, without the instruction set of the
// code around it, and each vector operation in it would become a call.
#![allow(clippy::needless_range_loop)]

pub mod curves;
pub mod densities;
pub mod floor;
pub mod function;
pub mod graphs;
pub mod lanes;
pub mod library;
pub mod moons;
pub mod normals;
pub mod transcendental;
pub mod windows;
