//! Arrays of other kinds and [`Array`](crate::Array): nested arrays and NumPy's `.npy` always, other libraries behind features.

#[cfg(feature = "faer-interop")]
mod faer;
#[cfg(feature = "ndarray")]
mod ndarray;
mod nested;
mod npy;
#[cfg(feature = "npz")]
mod npz;
#[cfg(feature = "serde")]
mod serde;
