//! `Grid`: evenly spaced points over a rectangle, for surfaces.

use elbo_tensor_ad::Array;

use crate::Error;

/// `n` by `n` evenly spaced points over the rectangle `x` × `y`, both ends of each range included.
///
/// The same numbers as `np.mgrid[x0:x1:n*1j, y0:y1:n*1j].reshape(2, -1).T` in NumPy 2.4, bit for bit:
/// coordinate `i` is `i * (x1 - x0) / (n - 1) + x0`, so the last one may miss `x1` by an ulp. For other
/// numbers of points on the two axes see [`Grid::new`].
///
/// ```
/// use elbo_datasets::grid;
///
/// let g = grid([-3.0, 3.0], [-3.0, 3.0], 100)?;
/// assert_eq!(g.points.shape(), [10_000, 2]);
/// assert_eq!(g.points.row(1)?, [-3.0, g.y[1]]); // y varies fastest
/// # Ok::<(), elbo_datasets::Error>(())
/// ```
///
/// # Errors
/// Those of [`Grid::new`].
pub fn grid(x: [f64; 2], y: [f64; 2], n: usize) -> Result<Grid, Error> {
    Grid::new(x, y, [n, n])
}

/// The points of a rectangular grid and its two axes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Grid {
    /// The points, `[x.len() * y.len(), 2]`: point `i * y.len() + j` is `(x[i], y[j])`.
    pub points: Array<f64>,
    /// The coordinates along the first axis, ascending.
    pub x: Vec<f64>,
    /// The coordinates along the second axis, ascending.
    pub y: Vec<f64>,
}

impl Grid {
    /// `n[0]` by `n[1]` points over the rectangle `x` × `y`; see [`grid`].
    ///
    /// # Errors
    /// [`Error::Setting`] unless both ranges are finite and ascending and both numbers of points are at least
    /// 2.
    pub fn new(x: [f64; 2], y: [f64; 2], n: [usize; 2]) -> Result<Self, Error> {
        let x = axis("x", x, n[0])?;
        let y = axis("y", y, n[1])?;
        let points = x.iter().flat_map(|&a| y.iter().flat_map(move |&b| [a, b])).collect();
        Ok(Self { points: Array::new([x.len() * y.len(), 2], points)?, x, y })
    }
}

fn axis(name: &'static str, [low, high]: [f64; 2], n: usize) -> Result<Vec<f64>, Error> {
    let range = high - low;
    if !(range.is_finite() && range > 0.0) {
        return Err(Error::Setting {
            function: "grid",
            name,
            expected: "a finite, ascending range",
            value: range,
        });
    }
    if n < 2 {
        return Err(Error::Setting { function: "grid", name: "n", expected: "at least 2", value: n as f64 });
    }
    let step = range / (n - 1) as f64;
    Ok((0..n).map(|i| i as f64 * step + low).collect())
}
