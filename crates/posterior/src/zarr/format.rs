//! What a store's files say: file names, number types and metadata, for writer and reader alike.

use serde_json::{Value, json};

use crate::Dtype;

/// The file that makes a folder a group.
pub(super) const GROUP: &str = ".zgroup";
/// The file that makes a folder an array.
pub(super) const ARRAY: &str = ".zarray";
/// The attributes of a group or an array.
pub(super) const ATTRS: &str = ".zattrs";
/// All of the above in one file, at the root.
pub(super) const CONSOLIDATED: &str = ".zmetadata";
/// xarray's attribute for the names of an array's dimensions.
pub(super) const DIMENSIONS: &str = "_ARRAY_DIMENSIONS";
/// The root attribute by which we know our own stores.
pub(super) const CREATOR: &str = "creator";
/// Its value.
pub(super) const OURS: &str = "elbo-posterior";
/// The root attribute with this crate's version.
pub(super) const CREATOR_VERSION: &str = "creator_version";
/// The group attribute with the variables in their own order, which a folder listing would lose.
pub(super) const ORDER: &str = "variable_order";

pub(super) fn dtype_name(dtype: Dtype) -> &'static str {
    match dtype {
        Dtype::Float => "<f8",
        Dtype::Int => "<i8",
        Dtype::Bool => "|b1",
    }
}

/// An array's metadata: one chunk, no compression. The fill value is null, because xarray would turn every
/// value equal to it into a missing one.
pub(super) fn array_metadata(shape: &[usize], dtype: &str) -> Value {
    let chunks: Vec<usize> = shape.iter().map(|&n| n.max(1)).collect();
    json!({
        "zarr_format": 2,
        "shape": shape,
        "chunks": chunks,
        "dtype": dtype,
        "compressor": null,
        "filters": null,
        "fill_value": null,
        "order": "C",
        "dimension_separator": ".",
    })
}

/// The file name of the only chunk.
pub(super) fn chunk_name(rank: usize) -> String {
    vec!["0"; rank.max(1)].join(".")
}
