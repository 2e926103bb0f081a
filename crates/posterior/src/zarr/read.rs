//! The reader of the stores that the writer makes; whatever it would not write is an error.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::format::{self, ARRAY, ATTRS, GROUP};
use super::place::io;
use crate::frame::{AXES, Frame};
use crate::{Coord, Data, Draws, Dtype, Error, InferenceData};

/// Reads a whole store.
pub(crate) fn read(path: &Path) -> Result<InferenceData, Error> {
    json(&path.join(GROUP))?;
    let mut data = InferenceData::default();
    let attrs_path = path.join(ATTRS);
    let attrs = json(&attrs_path)?;
    for (key, value) in attrs.as_object().into_iter().flatten() {
        if key == format::CREATOR || key == format::CREATOR_VERSION {
            continue;
        }
        let text = value.as_str().ok_or_else(|| store(&attrs_path, "attributes that are text", value))?;
        data.attrs.insert(key.clone(), text.to_owned());
    }
    for name in folders(path)? {
        let folder = path.join(&name);
        if let Some(slot) = data.draws_slot(&name) {
            *slot = Some(Draws { frame: frame(&folder, true)? });
        } else if let Some(slot) = data.data_slot(&name) {
            *slot = Some(Data { frame: frame(&folder, false)? });
        } else {
            return Err(store(&folder, "one of the eight groups of InferenceData", name));
        }
    }
    Ok(data)
}

/// Reads one group.
fn frame(folder: &Path, axes: bool) -> Result<Frame, Error> {
    json(&folder.join(GROUP))?;
    let order = json(&folder.join(ATTRS))?[format::ORDER].clone();
    let mut arrays: Vec<Array> =
        folders(folder)?.iter().map(|name| Array::open(folder, name)).collect::<Result<_, _>>()?;
    let place =
        |name: &str| order.as_array().and_then(|o| o.iter().position(|v| v == name)).unwrap_or(usize::MAX);
    arrays.sort_by_key(|a| place(&a.name));
    let (coords, variables): (Vec<Array>, Vec<Array>) =
        arrays.into_iter().partition(|a| a.dims.len() == 1 && a.dims[0] == a.name);
    let coords: Vec<(String, Coord)> =
        coords.into_iter().map(|a| Ok((a.name.clone(), a.coord()?))).collect::<Result<_, Error>>()?;

    let mut frame = if axes {
        let size = |axis: &str| {
            let found = coords.iter().find(|(name, _)| name == axis).map(|(_, coord)| coord.len());
            found.ok_or_else(|| {
                store(folder, "the coordinates chain and draw", format!("no array named {axis}"))
            })
        };
        Frame::of_draws(size(AXES[0])?, size(AXES[1])?)
    } else {
        Frame::of_data()
    };
    for (name, coord) in coords {
        frame.set_coords(&name, coord)?;
    }
    for array in variables {
        let lead = if axes { AXES.len() } else { 0 };
        if axes && !(array.dims.iter().take(2).eq(AXES) && array.shape[..2] == [frame.chains, frame.draws]) {
            let found = format!("dimensions {:?} of sizes {:?}", array.dims, array.shape);
            return Err(store(&array.path, "an array over chain and draw", found));
        }
        let (values, dtype) = array.values()?;
        let dims: Vec<(&str, usize)> =
            array.dims.iter().map(String::as_str).zip(array.shape.iter().copied()).skip(lead).collect();
        frame.push(&array.name, &dims, values, dtype)?;
    }
    Ok(frame)
}

/// An array's metadata, checked against what the writer writes.
struct Array {
    path: PathBuf,
    name: String,
    dims: Vec<String>,
    shape: Vec<usize>,
    dtype: String,
}

impl Array {
    fn open(group: &Path, name: &str) -> Result<Array, Error> {
        let path = group.join(name);
        let file = path.join(ARRAY);
        let meta = json(&file)?;
        let shape: Option<Vec<usize>> = meta["shape"]
            .as_array()
            .and_then(|s| s.iter().map(|n| n.as_u64().and_then(|n| n.try_into().ok())).collect());
        let (Some(shape), Some(dtype)) = (shape, meta["dtype"].as_str()) else {
            return Err(store(&file, "a shape and a dtype", &meta));
        };
        let dtype = dtype.to_owned();
        let ours = format::array_metadata(&shape, &dtype);
        for key in ["zarr_format", "chunks", "compressor", "filters", "order", "dimension_separator"] {
            if meta[key] != ours[key] {
                return Err(store(&file, "one uncompressed chunk in C order, format 2", &meta));
            }
        }
        let file = path.join(ATTRS);
        let attrs = json(&file)?;
        let dims: Option<Vec<String>> = attrs[format::DIMENSIONS]
            .as_array()
            .and_then(|d| d.iter().map(|n| n.as_str().map(str::to_owned)).collect());
        match dims {
            Some(dims) if dims.len() == shape.len() => {
                Ok(Array { path, name: name.to_owned(), dims, shape, dtype })
            }
            _ => Err(store(&file, "one dimension name for each axis", &attrs)),
        }
    }

    /// The chunk's bytes: as many as the shape says, or an error. Nothing is allocated by the metadata's word
    /// alone.
    fn bytes(&self, item: usize) -> Result<Vec<u8>, Error> {
        if self.shape.contains(&0) {
            return Ok(Vec::new());
        }
        let path = self.path.join(format::chunk_name(self.shape.len()));
        let bytes = fs::read(&path).map_err(|e| io(&path, e))?;
        let expected = self.shape.iter().try_fold(item as u64, |size, &n| size.checked_mul(n as u64));
        let (expected, found) = (expected.unwrap_or(u64::MAX), bytes.len() as u64);
        if expected == found { Ok(bytes) } else { Err(Error::ChunkSize { path, expected, found }) }
    }

    fn values(&self) -> Result<(Vec<f64>, Dtype), Error> {
        match self.dtype.as_str() {
            "<f8" => Ok((self.floats()?, Dtype::Float)),
            "<i8" => Ok((self.ints()?.into_iter().map(|v| v as f64).collect(), Dtype::Int)),
            "|b1" => {
                Ok((self.bytes(1)?.into_iter().map(|b| f64::from(u8::from(b != 0))).collect(), Dtype::Bool))
            }
            other => Err(store(&self.path, "dtype <f8, <i8 or |b1", other)),
        }
    }

    fn coord(&self) -> Result<Coord, Error> {
        let unknown = || store(&self.path, "a coordinate of dtype <f8, <i8 or <U", &self.dtype);
        match self.dtype.as_str() {
            "<f8" => Ok(Coord::Floats(self.floats()?)),
            "<i8" => Ok(Coord::Ints(self.ints()?)),
            text => {
                let width: usize = text
                    .strip_prefix("<U")
                    .and_then(|w| w.parse().ok())
                    .filter(|w| (1..=usize::MAX / 4).contains(w))
                    .ok_or_else(unknown)?;
                let bytes = self.bytes(4 * width)?;
                let label = |item: &[u8]| -> Option<String> {
                    let codes = item.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]]));
                    codes.take_while(|&c| c != 0).map(char::from_u32).collect()
                };
                let labels: Option<Vec<String>> = bytes.chunks_exact(4 * width).map(label).collect();
                labels
                    .map(Coord::Labels)
                    .ok_or_else(|| store(&self.path, "Unicode text", "a code that is no character"))
            }
        }
    }

    fn floats(&self) -> Result<Vec<f64>, Error> {
        let bytes = self.bytes(8)?;
        Ok(bytes.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect())
    }

    fn ints(&self) -> Result<Vec<i64>, Error> {
        let bytes = self.bytes(8)?;
        Ok(bytes.as_chunks::<8>().0.iter().map(|b| i64::from_le_bytes(*b)).collect())
    }
}

/// The names of the folders in a folder, sorted.
fn folders(path: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(|e| io(path, e))? {
        let entry = entry.map_err(|e| io(path, e))?;
        if entry.path().is_dir() {
            let name = entry
                .file_name()
                .into_string()
                .map_err(|name| store(path, "folder names in UTF-8", name.to_string_lossy()))?;
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn json(path: &Path) -> Result<Value, Error> {
    let bytes = fs::read(path).map_err(|e| io(path, e))?;
    serde_json::from_slice(&bytes).map_err(|source| Error::Json { path: path.to_owned(), source })
}

fn store(path: &Path, expected: &'static str, found: impl ToString) -> Error {
    Error::Store { path: path.to_owned(), expected, found: found.to_string() }
}
