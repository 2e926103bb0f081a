"""Opens a store with ArviZ and holds every group, name, dimension, coordinate and value against what Rust says it wrote.

Usage: check_arviz.py STORE EXPECTED.json. Prints what it compared; exit status 1 at the first difference.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import arviz as az

store, expected_path = sys.argv[1:3]
expected = json.load(open(expected_path, encoding="utf-8"))


def same(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: found {found!r}, expected {wanted!r}")


def number(x):
    return {"nan": np.nan, "inf": np.inf, "-inf": -np.inf}[x] if isinstance(x, str) else x


idata = az.from_zarr(store)
if hasattr(idata, "groups") and callable(idata.groups):
    names, dataset = list(idata.groups()), lambda g: idata[g]
else:  # ArviZ 1: an xarray DataTree
    names, dataset = list(idata.children), lambda g: idata[g].to_dataset()

same("groups", sorted(names), sorted(expected["groups"]))
for key, value in expected["attrs"].items():
    same(f"attribute {key}", idata.attrs[key], value)
count = 0
for group, contents in expected["groups"].items():
    ds = dataset(group)
    same(f"{group}: variables", sorted(ds.data_vars), sorted(contents["variables"]))
    same(f"{group}: coordinates", sorted(ds.coords), sorted(contents["coords"]))
    for dim, wanted in contents["coords"].items():
        found = ds.coords[dim]
        same(f"{group}/{dim}: dims", list(found.dims), [dim])
        same(f"{group}/{dim}", found.values.tolist(), wanted)
    for name, wanted in contents["variables"].items():
        found = ds[name]
        same(f"{group}/{name}: dims", list(found.dims), wanted["dims"])
        same(f"{group}/{name}: shape", list(found.shape), wanted["shape"])
        same(f"{group}/{name}: dtype", found.dtype.kind, wanted["kind"])
        values = np.array([number(x) for x in wanted["values"]]).reshape(wanted["shape"])
        if not np.array_equal(found.values, values, equal_nan=values.dtype.kind == "f"):
            sys.exit(f"{group}/{name}: values differ")
        count += values.size
for coordinates in expected["selections"]:
    found = dataset(coordinates["group"])[coordinates["variable"]].sel(coordinates["where"]).item()
    same(f"selection {coordinates}", found, coordinates["value"])

table = az.summary(dataset("posterior"), round_to="none")
same("summary: rows", sorted(table.index), sorted(row["name"] for row in expected["summary"]))
for row in expected["summary"]:
    for column in ("mean", "sd", "hdi_3%", "hdi_97%", "mcse_mean", "mcse_sd", "ess_bulk", "ess_tail", "r_hat"):
        if column not in table.columns:  # ArviZ 1 names and chooses its columns differently
            continue
        found, wanted = float(table.loc[row["name"], column]), number(row[column])
        if not np.isclose(found, wanted, rtol=1e-8, atol=1e-12, equal_nan=True):
            sys.exit(f"summary of {row['name']}, {column}: ArviZ {found!r}, ours {wanted!r}")
print(f"ArviZ {az.__version__}: {len(names)} groups, {count} values, {len(table)} summary rows agree")
