//! Where a store goes: beside its place first, then into it, and never over what is not a store.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::format::{ATTRS, CREATOR, GROUP, OURS};
use crate::Error;

/// Runs `fill` on a new folder beside `path`, then puts that folder in the place of `path`. After an error,
/// `path` is as it was and the new folder is gone.
pub(super) fn put(
    path: &Path,
    any_store: bool,
    fill: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<(), Error> {
    // A link to a store stays a link: its target is what is replaced.
    let path = match fs::canonicalize(path) {
        Ok(real) => real,
        Err(e) if e.kind() == ErrorKind::NotFound => path.to_owned(),
        Err(e) => return Err(io(path, e)),
    };
    let occupied = check(&path, any_store)?;
    let fresh = sibling(&path, "new")?;
    let old = sibling(&path, "old")?;
    fs::create_dir(&fresh).map_err(|e| io(&fresh, e))?;
    let placed = fill(&fresh).and_then(|()| {
        if !occupied {
            return fs::rename(&fresh, &path).map_err(|e| io(&path, e));
        }
        fs::rename(&path, &old).map_err(|e| io(&path, e))?;
        fs::rename(&fresh, &path).map_err(|e| {
            // The way back is the rename just done, reversed; if even that fails, the old store is beside its
            // place.
            let _ = fs::rename(&old, &path);
            io(&path, e)
        })
    });
    if placed.is_err() {
        let _ = fs::remove_dir_all(&fresh);
        return placed;
    }
    if occupied {
        fs::remove_dir_all(&old).map_err(|e| io(&old, e))?;
    }
    Ok(())
}

/// Whether something replaceable lies at `path`; an error if something else does.
fn check(path: &Path, any_store: bool) -> Result<bool, Error> {
    let in_the_way = |found| Err(Error::InTheWay { path: path.to_owned(), found });
    let kind = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(io(path, e)),
    };
    if !kind.is_dir() {
        return in_the_way("it is not a folder");
    }
    if fs::read_dir(path).map_err(|e| io(path, e))?.next().is_none() {
        return Ok(true);
    }
    let store = path.join(GROUP).is_file() || path.join("zarr.json").is_file();
    if !store {
        return in_the_way("it is a folder that is not a Zarr store");
    }
    if any_store || is_ours(path) {
        return Ok(true);
    }
    in_the_way("it is a Zarr store that another program wrote")
}

fn is_ours(path: &Path) -> bool {
    fs::read(path.join(ATTRS))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok())
        .is_some_and(|attrs| attrs[CREATOR] == OURS)
}

/// A free name beside `path`: on the same file system, so that a rename is all it takes.
fn sibling(path: &Path, what: &str) -> Result<PathBuf, Error> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let Some(name) = path.file_name() else {
        return Err(Error::InTheWay { path: path.to_owned(), found: "it does not end in a name" });
    };
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut file = std::ffi::OsString::from(".");
    file.push(name);
    file.push(format!(".{what}-{}-{count}", std::process::id()));
    Ok(path.with_file_name(file))
}

pub(super) fn io(path: &Path, source: std::io::Error) -> Error {
    Error::Io { path: path.to_owned(), source }
}
