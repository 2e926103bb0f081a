//! Variational inference for Rust: models as ordinary code, ADVI, honest uncertainty, one binary.
