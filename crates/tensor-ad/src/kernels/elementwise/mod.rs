//! One number in, or two, or three; one number out: the loops over slices.
//!
//! Every loop runs over the shortest of its slices.

mod binary;
mod functions;
mod loops;
mod single;
mod source;
mod ternary;
mod unary;

pub(super) use binary::{axpy, binary, binary_in_place};
pub(super) use functions::{BetaDensity, BetaInc, BetaIncSlopeA, BetaIncSlopeB, Function3, Select};
pub(super) use single::{single_binary, single_ternary, single_unary};
pub(super) use ternary::ternary;
pub(crate) use unary::softplus_and_sigmoid;
pub(super) use unary::{affine, unary, unary_in_place};

/// How much of a slice the long functions copy when they work in place.
const STRIP: usize = 256;
