//! A store as Python's ArviZ sees it, where there is a Python with `arviz` and `zarr`: the interpreter that
//! the environment variable `ELBO_PYTHON` names (then it must work), or `python3` (then its absence is
//! reported). The structure of the files is checked in `tests/store.rs` in any case.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod example;

use std::path::Path;
use std::process::Command;

use elbo_posterior::{Coord, Dtype, InferenceData, Variable};
use serde_json::{Map, Value, json};

fn number(x: f64) -> Value {
    if x.is_finite() { json!(x) } else { json!(format!("{x}").to_lowercase()) }
}

fn variable(variable: &Variable, axes: Option<(usize, usize)>) -> Value {
    let (mut dims, mut shape) = (Vec::new(), Vec::new());
    if let Some((chains, draws)) = axes {
        dims.extend(["chain", "draw"]);
        shape.extend([chains, draws]);
    }
    dims.extend(variable.dims().iter().map(String::as_str));
    shape.extend(variable.shape());
    let values: Vec<Value> = match variable.dtype() {
        Dtype::Int => variable.values().iter().map(|v| json!(*v as i64)).collect(),
        Dtype::Bool => variable.values().iter().map(|v| json!(*v != 0.0)).collect(),
        _ => variable.values().iter().map(|v| number(*v)).collect(),
    };
    let kind = match variable.dtype() {
        Dtype::Int => "i",
        Dtype::Bool => "b",
        _ => "f",
    };
    json!({ "dims": dims, "shape": shape, "kind": kind, "values": values })
}

fn group<'a>(
    variables: impl Iterator<Item = &'a Variable>,
    coord: impl Fn(&str) -> Option<Coord>,
    axes: Option<(usize, usize)>,
) -> Value {
    let (mut coords, mut arrays) = (Map::new(), Map::new());
    let axis_names = ["chain".to_owned(), "draw".to_owned()];
    for v in variables {
        for dim in v.dims().iter().chain(axis_names.iter().filter(|_| axes.is_some())) {
            let text = match coord(dim).unwrap() {
                Coord::Labels(v) => json!(v),
                Coord::Ints(v) => json!(v),
                Coord::Floats(v) => json!(v),
                other => panic!("a new kind of coordinate: {other:?}"),
            };
            coords.insert(dim.clone(), text);
        }
        arrays.insert(v.name().to_owned(), variable(v, axes));
    }
    json!({ "variables": arrays, "coords": coords })
}

/// Everything that the store must give back, as `check_arviz.py` wants it.
fn expectation(data: &InferenceData) -> Value {
    let mut groups = Map::new();
    for (name, draws) in [
        ("posterior", &data.posterior),
        ("posterior_predictive", &data.posterior_predictive),
        ("log_likelihood", &data.log_likelihood),
        ("sample_stats", &data.sample_stats),
        ("prior", &data.prior),
        ("prior_predictive", &data.prior_predictive),
    ] {
        if let Some(d) = draws {
            let axes = Some((d.chains(), d.draws()));
            groups.insert(name.to_owned(), group(d.variables(), |dim| d.coord(dim).cloned(), axes));
        }
    }
    for (name, arrays) in [("observed_data", &data.observed_data), ("constant_data", &data.constant_data)] {
        if let Some(d) = arrays {
            groups.insert(name.to_owned(), group(d.variables(), |dim| d.coord(dim).cloned(), None));
        }
    }
    let posterior = data.posterior.as_ref().unwrap();
    let summary: Vec<Value> = posterior
        .summary()
        .rows
        .iter()
        .map(|r| {
            json!({
                "name": r.name, "mean": number(r.mean), "sd": number(r.sd), "hdi_3%": number(r.hdi_3),
                "hdi_97%": number(r.hdi_97), "mcse_mean": number(r.mcse_mean), "mcse_sd": number(r.mcse_sd),
                "ess_bulk": number(r.ess_bulk), "ess_tail": number(r.ess_tail), "r_hat": number(r.r_hat),
            })
        })
        .collect();
    let w = posterior.get("w_in_1").unwrap();
    let selections = json!([{
        "group": "posterior", "variable": "w_in_1", "value": w.at(posterior.chains() - 1, 2)[3 + 2],
        "where": { "chain": posterior.chains() - 1, "draw": 2, "feature": "größe", "hidden_1": 2 },
    }]);
    json!({ "groups": groups, "attrs": data.attrs, "selections": selections, "summary": summary })
}

/// Fails in a Python whose packages do not fit together, as zarr below 3 beside an xarray that has given it
/// up: one that cannot read back a store of its own says nothing about ours.
const PROBE: &str = "
import tempfile, arviz, zarr, xarray
with tempfile.TemporaryDirectory() as folder:
    xarray.Dataset({'x': ('d', [1.0])}).to_zarr(folder + '/s')
    xarray.open_zarr(folder + '/s').load()
";

/// The Python to use, or why there is none.
fn python() -> Result<String, String> {
    let named = std::env::var("ELBO_PYTHON").ok();
    let python = named.clone().unwrap_or_else(|| "python3".to_owned());
    let problem = match Command::new(&python).args(["-W", "ignore", "-c", PROBE]).output() {
        Ok(output) if output.status.success() => return Ok(python),
        Ok(output) => {
            String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or("it failed").to_owned()
        }
        Err(error) => error.to_string(),
    };
    assert!(named.is_none(), "ELBO_PYTHON is set, but {python} cannot use arviz and zarr: {problem}");
    Err(format!("{python}: {problem}"))
}

fn check(python: &str, data: &InferenceData) {
    let folder = tempfile::tempdir().unwrap();
    let (store, expected) = (folder.path().join("fit.zarr"), folder.path().join("expected.json"));
    data.write_zarr(&store).unwrap();
    std::fs::write(&expected, expectation(data).to_string()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check_arviz.py");
    let output = Command::new(python).arg(script).arg(&store).arg(&expected).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    println!("{}", out.trim_end());
}

#[test]
fn arviz_opens_the_store_with_groups_names_dims_coords_and_values_intact() {
    match python() {
        Ok(python) => {
            check(&python, &example::several_chains());
            check(&python, &example::one_chain());
        }
        Err(why) => println!("ArviZ was NOT asked ({why}); the store is tested by its structure alone"),
    }
}
