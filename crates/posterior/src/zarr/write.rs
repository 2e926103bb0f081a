//! The writer: an InferenceData as a folder of metadata and raw chunks.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::format::{self, ARRAY, ATTRS, CONSOLIDATED, GROUP};
use super::place::{self, io};
use crate::frame::{AXES, Frame};
use crate::{Coord, Dtype, Error, InferenceData, Variable};

/// Writes the whole store at `path`, which it may replace if it is a store of ours, or any store where
/// `any_store`.
pub(crate) fn write(data: &InferenceData, path: &Path, any_store: bool) -> Result<(), Error> {
    let groups = data.groups();
    if groups.is_empty() {
        return Err(Error::NoGroups);
    }
    let mut attrs = Map::new();
    for (key, value) in &data.attrs {
        if key == format::CREATOR || key == format::CREATOR_VERSION {
            let reason = "the store keeps its creator under this name";
            return Err(Error::Name { name: key.clone(), reason });
        }
        attrs.insert(key.clone(), json!(value));
    }
    attrs.insert(format::CREATOR.to_owned(), json!(format::OURS));
    attrs.insert(format::CREATOR_VERSION.to_owned(), json!(env!("CARGO_PKG_VERSION")));
    place::put(path, any_store, |root| {
        let mut store = Store { root: root.to_owned(), metadata: Map::new() };
        store.group("", &Value::Object(attrs))?;
        for (name, frame) in groups {
            store.frame(name, frame)?;
        }
        store.consolidate()
    })
}

/// A store being written: its folder, and the metadata that the consolidated file repeats.
struct Store {
    root: PathBuf,
    metadata: Map<String, Value>,
}

impl Store {
    fn json(&self, key: &str, value: &Value) -> Result<(), Error> {
        let path = self.root.join(key);
        // A JSON value with text keys always serialises; `{:#}` is serde_json's indented form.
        fs::write(&path, format!("{value:#}\n")).map_err(|e| io(&path, e))
    }

    fn metadata(&mut self, folder: &str, file: &str, value: Value) -> Result<(), Error> {
        let key = if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") };
        self.json(&key, &value)?;
        self.metadata.insert(key, value);
        Ok(())
    }

    fn group(&mut self, folder: &str, attrs: &Value) -> Result<(), Error> {
        let path = self.root.join(folder);
        fs::create_dir_all(&path).map_err(|e| io(&path, e))?;
        self.metadata(folder, GROUP, json!({ "zarr_format": 2 }))?;
        self.metadata(folder, ATTRS, attrs.clone())
    }

    fn frame(&mut self, group: &str, frame: &Frame) -> Result<(), Error> {
        let order: Vec<&str> = frame.variables.iter().map(Variable::name).collect();
        // An empty list has no type in other formats, to which a reader may convert the attributes.
        self.group(group, &if order.is_empty() { json!({}) } else { json!({ format::ORDER: order }) })?;
        for (dim, coord) in &frame.coords {
            self.coord(group, dim, coord)?;
        }
        for variable in &frame.variables {
            let (mut shape, mut dims) = (Vec::new(), Vec::new());
            if frame.axes {
                shape.extend([frame.chains, frame.draws]);
                dims.extend(AXES);
            }
            shape.extend(&variable.shape);
            dims.extend(variable.dims.iter().map(String::as_str));
            let dtype = format::dtype_name(variable.dtype);
            self.array(group, &variable.name, &dims, &shape, dtype, |out| match variable.dtype {
                Dtype::Float => variable.values.iter().try_for_each(|v| out.write_all(&v.to_le_bytes())),
                // Both were checked to be exact when the variable was pushed.
                Dtype::Int => {
                    variable.values.iter().try_for_each(|&v| out.write_all(&(v as i64).to_le_bytes()))
                }
                Dtype::Bool => variable.values.iter().try_for_each(|&v| out.write_all(&[u8::from(v != 0.0)])),
            })?;
        }
        Ok(())
    }

    fn coord(&mut self, group: &str, dim: &str, coord: &Coord) -> Result<(), Error> {
        let shape = [coord.len()];
        match coord {
            Coord::Ints(v) => self.array(group, dim, &[dim], &shape, "<i8", |out| {
                v.iter().try_for_each(|x| out.write_all(&x.to_le_bytes()))
            }),
            Coord::Floats(v) => self.array(group, dim, &[dim], &shape, "<f8", |out| {
                v.iter().try_for_each(|x| out.write_all(&x.to_le_bytes()))
            }),
            Coord::Labels(v) => {
                // NumPy's fixed-width text: UTF-32, filled up with NUL.
                let width = v.iter().map(|s| s.chars().count()).max().unwrap_or(0).max(1);
                self.array(group, dim, &[dim], &shape, &format!("<U{width}"), |out| {
                    v.iter().try_for_each(|s| {
                        let codes = s.chars().map(u32::from).chain(std::iter::repeat(0)).take(width);
                        codes.into_iter().try_for_each(|c| out.write_all(&c.to_le_bytes()))
                    })
                })
            }
        }
    }

    fn array(
        &mut self,
        group: &str,
        name: &str,
        dims: &[&str],
        shape: &[usize],
        dtype: &str,
        fill: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
    ) -> Result<(), Error> {
        let folder = format!("{group}/{name}");
        let path = self.root.join(&folder);
        fs::create_dir(&path).map_err(|e| io(&path, e))?;
        self.metadata(&folder, ARRAY, format::array_metadata(shape, dtype))?;
        self.metadata(&folder, ATTRS, json!({ format::DIMENSIONS: dims }))?;
        if shape.contains(&0) {
            return Ok(()); // an array without elements has no chunk
        }
        let path = path.join(format::chunk_name(shape.len()));
        let written = File::create_new(&path).map(BufWriter::new).and_then(|mut out| {
            fill(&mut out)?;
            out.flush()
        });
        written.map_err(|e| io(&path, e))
    }

    fn consolidate(&self) -> Result<(), Error> {
        let metadata = Value::Object(self.metadata.clone());
        self.json(CONSOLIDATED, &json!({ "zarr_consolidated_format": 1, "metadata": metadata }))
    }
}
