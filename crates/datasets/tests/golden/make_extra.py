"""Writes sklearn_extra.json: make_blobs, StandardScaler and np.mgrid. Run with a path to write to; needs numpy and scikit-learn."""
import json, platform, sys
import numpy as np, sklearn
from sklearn.datasets import make_blobs
from sklearn.preprocessing import StandardScaler

cases = []
for kw in [dict(n_samples=100, random_state=0),
           dict(n_samples=50, n_features=3, centers=4, cluster_std=0.5, center_box=[-2.0, 5.0], random_state=42),
           dict(n_samples=31, centers=[[0.0, 0.0, 1.0], [5.0, -5.0, 2.0]], cluster_std=[0.3, 2.0], shuffle=False, random_state=7),
           dict(n_samples=[5, 12, 9], cluster_std=1.5, random_state=3)]:
    pass_on = {k: tuple(v) if k == "center_box" else v for k, v in kw.items()}
    X, y = make_blobs(**pass_on)
    cases.append(dict(maker="make_blobs", args=kw, X=X.tolist(), y=y.tolist()))
r = np.random.RandomState(11)
X = r.standard_normal((15, 4)) * [1, 1e-3, 1e4, 1] + [0, 5, -1e5, 0]
X[:, 3] = 0.1
T = r.standard_normal((4, 4))
s = StandardScaler().fit(X)
cases.append(dict(scaler="StandardScaler, column 3 constant", X=X.tolist(), mean=s.mean_.tolist(), scale=s.scale_.tolist(),
                  X_scaled=s.transform(X).tolist(), T=T.tolist(), T_scaled=s.transform(T).tolist()))
for x0, x1, y0, y1, n in [(-3.0, 3.0, -3.0, 3.0, 100), (-1.7, 2.3, 0.1, 0.7, 13)]:
    g = np.mgrid[x0:x1:n * 1j, y0:y1:n * 1j].reshape(2, -1).T
    cases.append(dict(grid=[x0, x1, y0, y1], n=n, x=g[::n, 0].tolist(), y=g[:n, 1].tolist()))

head = dict(versions=dict(python=platform.python_version(), numpy=np.__version__, sklearn=sklearn.__version__),
            tolerance="labels: exact. Blobs: atol 4e-15 + rtol 1e-15 (the normals' logarithm may differ by an ulp). Scaler: rtol/atol 1e-12. Grid: exact.")
with open(sys.argv[1], "w") as f:
    lines = ",\n".join(json.dumps(c) for c in cases)
    f.write(json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}\n")
