//! Reads a golden table, from the folder that `ELBO_GOLDEN` names or from the copy beside this file.
#![allow(dead_code, unreachable_pub)]

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The cases of a table.
pub fn cases(name: &str) -> Vec<Value> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let path = std::env::var_os("ELBO_GOLDEN")
        .map(|folder| PathBuf::from(folder).join(name))
        .filter(|path| path.exists())
        .unwrap_or(own);
    let table: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    table["cases"].as_array().unwrap().clone()
}

/// A number, `"inf"`, `"-inf"` or `"nan"`; `None` for null.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Null => None,
        Value::String(s) => Some(s.parse().unwrap()),
        other => Some(other.as_f64().unwrap()),
    }
}

/// A list of numbers, or one number as a list; an entry is `None` where the table has null.
pub fn list(value: &Value) -> Vec<Option<f64>> {
    match value.as_array() {
        Some(values) => values.iter().map(number).collect(),
        None => vec![number(value)],
    }
}

/// True when the two are the same infinity, both NaN, or within `rtol |want| + atol`.
pub fn close(found: f64, want: f64, rtol: f64, atol: f64) -> bool {
    found == want || found.is_nan() && want.is_nan() || (found - want).abs() <= rtol * want.abs() + atol
}
