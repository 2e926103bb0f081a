//! Zarr stores of format 2, as much of them as an InferenceData needs: folders, JSON and raw chunks.

mod format;
mod place;
mod read;
mod write;

pub(crate) use read::read;
pub(crate) use write::write;
