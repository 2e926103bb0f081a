"""Opens a store with ArviZ and holds every group, name, dimension, coordinate and value against what Rust says it wrote.

Usage: check_arviz.py STORE EXPECTED.json. Prints what it compared; exit status 1 at the first difference.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import arviz as az
import pandas as pd
import xarray as xr

store, expected_path = sys.argv[1:3]
expected = json.load(open(expected_path, encoding="utf-8"))


def same(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: found {found!r}, expected {wanted!r}")


def number(x):
    return {"nan": np.nan, "inf": np.inf, "-inf": -np.inf}[x] if isinstance(x, str) else x


def opened():
    """The store as this Python's packages open it: ArviZ below 1.0 has a Zarr reader for zarr below 3 alone."""
    try:
        return az.from_zarr(store), "az.from_zarr"
    except (AttributeError, ImportError, TypeError):
        tree = xr.open_datatree(store, engine="zarr")
        if az.__version__.startswith("0."):
            return az.InferenceData.from_datatree(tree), "xarray.open_datatree"
        return tree, "xarray.open_datatree"


idata, how = opened()
if not isinstance(idata, getattr(xr, "DataTree", ())):
    names, dataset = list(idata.groups()), lambda g: idata[g]
else:
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

# One variable at a time: the summary of ArviZ 1.3 puts the rows of a matrix under wrong labels where a variable before it has
# the matrix's last dimension.
posterior = dataset("posterior")
table = pd.concat([pd.DataFrame(az.summary(posterior[[name]], round_to="none")) for name in posterior.data_vars])
same("summary: rows", sorted(table.index), sorted(row["name"] for row in expected["summary"]))
for row in expected["summary"]:
    for column in ("mean", "sd", "hdi_3%", "hdi_97%", "mcse_mean", "mcse_sd", "ess_bulk", "ess_tail", "r_hat"):
        # ArviZ 1 names its intervals differently and takes other quantiles for the tails.
        if column not in table.columns or (column == "ess_tail" and not az.__version__.startswith("0.")):
            continue
        found, wanted = float(table.loc[row["name"], column]), number(row[column])
        if not np.isclose(found, wanted, rtol=1e-8, atol=1e-12, equal_nan=True):
            sys.exit(f"summary of {row['name']}, {column}: ArviZ {found!r}, ours {wanted!r}")
print(f"ArviZ {az.__version__} by {how}: {len(names)} groups, {count} values, {len(table)} summary rows agree")
