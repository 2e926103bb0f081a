//! The `elbo` binary.
fn main() {}
