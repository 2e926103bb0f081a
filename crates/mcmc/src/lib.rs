//! Hamiltonian Monte Carlo (NUTS, through nuts-rs) over the same log densities that the variational crates fit.
