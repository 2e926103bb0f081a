//! Moons, circles, blobs, scaling, splits, grids and CSV: scikit-learn numbers, bit for bit where arithmetic allows.
