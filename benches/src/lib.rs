//! Hand-written floors that the benches hold the library against.
