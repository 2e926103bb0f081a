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

/// Every number in a value, lists within lists in row-major order.
pub fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(flat).collect(),
        Value::String(s) => vec![s.parse().unwrap()],
        other => vec![other.as_f64().unwrap()],
    }
}
