//! Stores on disk: their structure, their way back, what they refuse to replace, and what the reader refuses.
#![allow(clippy::unwrap_used, clippy::panic)]

mod example;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use elbo_posterior::{Data, Draws, Error, InferenceData};
use serde_json::{Value, json};

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Every file below a folder, by its path from there.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn small() -> InferenceData {
    let mut draws = Draws::new(1, 2);
    draws.push("a", &[], vec![1.0, 2.0]).unwrap();
    InferenceData { posterior: Some(draws), ..Default::default() }
}

#[test]
fn every_array_has_metadata_dimension_names_and_one_chunk_of_the_right_size() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("s");
    example::several_chains().write_zarr(&store).unwrap();
    let files = files(&store);
    let consolidated = json(&store.join(".zmetadata"));
    assert_eq!(consolidated["zarr_consolidated_format"], 1);
    let mut metadata = consolidated["metadata"].as_object().unwrap().clone();
    let mut arrays = 0;
    for path in files.keys() {
        let name = path.file_name().unwrap().to_str().unwrap();
        if [".zgroup", ".zarray", ".zattrs"].contains(&name) {
            let copy = metadata.remove(path.to_str().unwrap());
            assert_eq!(copy, Some(json(&store.join(path))), "{}", path.display());
        }
        if name != ".zarray" {
            continue;
        }
        arrays += 1;
        let array = path.parent().unwrap();
        let meta = json(&store.join(path));
        assert_eq!(meta["zarr_format"], 2);
        assert_eq!(meta["chunks"], meta["shape"]);
        assert!(meta["compressor"].is_null() && meta["filters"].is_null() && meta["fill_value"].is_null());
        let shape: Vec<u64> = meta["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
        let dims = json(&store.join(array).join(".zattrs"));
        assert_eq!(dims["_ARRAY_DIMENSIONS"].as_array().unwrap().len(), shape.len());
        let item = match meta["dtype"].as_str().unwrap() {
            "<f8" | "<i8" => 8,
            "|b1" => 1,
            text => 4 * text.strip_prefix("<U").unwrap().parse::<u64>().unwrap(),
        };
        let chunk = if shape.is_empty() { "0".to_owned() } else { vec!["0"; shape.len()].join(".") };
        let bytes = &files[&array.join(chunk)];
        assert_eq!(bytes.len() as u64, shape.iter().product::<u64>() * item, "{}", array.display());
    }
    assert!(metadata.is_empty(), "in .zmetadata alone: {metadata:?}");
    assert_eq!(arrays, 5 + 6 + 1 + 3 + 2 + 2 + 1 + 2 + 1 + 1 + 2 + 2);
    let bytes = &files[Path::new("posterior/level/0.0.0")];
    let first = example::several_chains().posterior.unwrap().get("level").unwrap().values()[0];
    assert_eq!(bytes[..8], first.to_le_bytes());
}

#[test]
fn the_same_contents_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        example::several_chains().write_zarr(folder.path().join(name)).unwrap();
    }
    assert_eq!(files(&folder.path().join("a")), files(&folder.path().join("b")));
}

#[test]
fn a_store_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    for (name, mut data) in [("three", example::several_chains()), ("one", example::one_chain())] {
        let store = folder.path().join(name);
        data.write_zarr(&store).unwrap();
        let mut back = InferenceData::read_zarr(&store).unwrap();
        // One NaN, which equals nothing: look at it, then compare the rest.
        let (stats, kept) = (back.sample_stats.take().unwrap(), data.sample_stats.take().unwrap());
        assert_eq!(back, data);
        assert_eq!(stats.get("diverging"), kept.get("diverging"));
        let bits =
            |d: &Draws| -> Vec<u64> { d.get("lp").unwrap().values().iter().map(|v| v.to_bits()).collect() };
        assert_eq!(bits(&stats), bits(&kept));
        let order: Vec<_> =
            back.posterior.as_ref().unwrap().variables().map(|v| v.name().to_owned()).collect();
        assert_eq!(order, ["w_in_1", "bias", "a_scale", "level", "unnamed"]);
    }
}

#[test]
fn a_group_without_variables_comes_back_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("s");
    let data = InferenceData {
        posterior: Some(Draws::new(0, 5)),
        observed_data: Some(Data::new()),
        ..Default::default()
    };
    data.write_zarr(&store).unwrap();
    assert_eq!(InferenceData::read_zarr(&store).unwrap(), data);
}

#[test]
fn a_store_of_ours_is_replaced_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("s");
    example::one_chain().write_zarr(&store).unwrap();
    small().write_zarr(&store).unwrap();
    assert_eq!(InferenceData::read_zarr(&store).unwrap(), small());
    assert_eq!(names(folder.path()), ["s"]);
}

#[test]
fn an_empty_folder_is_filled() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("s");
    fs::create_dir(&store).unwrap();
    small().write_zarr(&store).unwrap();
    assert_eq!(InferenceData::read_zarr(&store).unwrap(), small());
}

#[test]
fn a_store_of_another_program_is_replaced_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("s");
    fs::create_dir(&store).unwrap();
    fs::write(store.join(".zgroup"), r#"{"zarr_format":2}"#).unwrap();
    let before = files(&store);
    assert!(matches!(small().write_zarr(&store), Err(Error::InTheWay { .. })));
    assert_eq!(files(&store), before);
    small().replace_zarr(&store).unwrap();
    assert_eq!(InferenceData::read_zarr(&store).unwrap(), small());
    assert_eq!(names(folder.path()), ["s"]);
}

#[test]
fn a_file_or_a_folder_that_is_no_store_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (file, thesis) = (folder.path().join("file"), folder.path().join("thesis"));
    fs::write(&file, "text").unwrap();
    fs::create_dir(&thesis).unwrap();
    fs::write(thesis.join("chapter"), "text").unwrap();
    let before = files(folder.path());
    for path in [&file, &thesis] {
        assert!(matches!(small().write_zarr(path), Err(Error::InTheWay { .. })));
        assert!(matches!(small().replace_zarr(path), Err(Error::InTheWay { .. })));
    }
    assert!(matches!(small().write_zarr("/"), Err(Error::InTheWay { .. })));
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_failed_write_keeps_the_old_store_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("s");
    small().write_zarr(&store).unwrap();
    let mut draws = Draws::new(1, 1);
    // Longer than any file system's names: the array's folder cannot be made.
    draws.push(&"n".repeat(5000), &[], vec![1.0]).unwrap();
    let data = InferenceData { posterior: Some(draws), ..Default::default() };
    assert!(matches!(data.write_zarr(&store), Err(Error::Io { .. })));
    assert_eq!(InferenceData::read_zarr(&store).unwrap(), small());
    assert_eq!(names(folder.path()), ["s"]);
}

#[test]
fn nothing_to_write_and_a_missing_parent_folder_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("s");
    assert!(matches!(InferenceData::default().write_zarr(&store), Err(Error::NoGroups)));
    assert!(matches!(small().write_zarr(folder.path().join("no/s")), Err(Error::Io { .. })));
    let mut data = small();
    data.attrs.insert("creator".to_owned(), "someone".to_owned());
    assert!(matches!(data.write_zarr(&store), Err(Error::Name { .. })));
    assert!(names(folder.path()).is_empty());
}

/// Writes the small store, damages it, and reads it.
fn damaged(damage: impl Fn(&Path)) -> Error {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("s");
    small().write_zarr(&store).unwrap();
    damage(&store);
    InferenceData::read_zarr(&store).unwrap_err()
}

/// Changes one field of an array's metadata.
fn change(array: &str, key: &'static str, value: Value) -> impl Fn(&Path) {
    let file = format!("{array}/.zarray");
    move |store| {
        let path = store.join(&file);
        let mut meta = json(&path);
        meta[key] = value.clone();
        if key == "shape" {
            meta["chunks"] = value.clone();
        }
        fs::write(path, meta.to_string()).unwrap();
    }
}

#[test]
fn a_chunk_cut_short_is_an_error_that_says_how_short() {
    let error = damaged(|store| fs::write(store.join("posterior/a/0.0"), [0; 11]).unwrap());
    assert!(matches!(error, Error::ChunkSize { expected: 16, found: 11, .. }), "{error}");
    let error = damaged(|store| fs::remove_file(store.join("posterior/a/0.0")).unwrap());
    assert!(matches!(error, Error::Io { .. }), "{error}");
}

#[test]
fn a_shape_that_lies_is_an_error_and_not_an_allocation() {
    for shape in [json!([1_u64 << 62, 8]), json!([1, 1_000_000_000_000_u64]), json!([1, 3])] {
        let error = damaged(change("posterior/a", "shape", shape));
        assert!(matches!(error, Error::Store { .. } | Error::ChunkSize { .. }), "{error}");
    }
    let error = damaged(change("posterior/draw", "shape", json!([1_000_000_000_000_u64])));
    assert!(matches!(error, Error::ChunkSize { .. }), "{error}");
    let error = damaged(change("posterior/draw", "dtype", json!("<U4611686018427387904")));
    assert!(matches!(error, Error::Store { .. } | Error::ChunkSize { .. }), "{error}");
}

#[test]
fn what_the_writer_does_not_write_is_an_error() {
    for (key, value) in [
        ("compressor", json!({ "id": "blosc" })),
        ("filters", json!([{ "id": "delta" }])),
        ("chunks", json!([1, 1])),
        ("order", json!("F")),
        ("dtype", json!(">f8")),
        ("zarr_format", json!(3)),
        ("shape", json!("long")),
    ] {
        let error = damaged(change("posterior/a", key, value));
        assert!(matches!(error, Error::Store { .. }), "{key}: {error}");
    }
    let error = damaged(|store| fs::write(store.join("posterior/a/.zattrs"), "{}").unwrap());
    assert!(matches!(error, Error::Store { .. }), "{error}");
    let error = damaged(|store| fs::write(store.join(".zattrs"), "{\"creator\": ").unwrap());
    assert!(matches!(error, Error::Json { .. }), "{error}");
    let error = damaged(|store| fs::rename(store.join("posterior"), store.join("posteriors")).unwrap());
    assert!(matches!(error, Error::Store { .. }), "{error}");
    let error = damaged(|store| fs::remove_dir_all(store.join("posterior/chain")).unwrap());
    assert!(matches!(error, Error::Store { .. }), "{error}");
    assert!(matches!(InferenceData::read_zarr("/no such store"), Err(Error::Io { .. })));
}
