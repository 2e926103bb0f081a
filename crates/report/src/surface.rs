//! Figures of a function over the plane: the probability of class 1, and its standard deviation.

use crate::axis::{Axis, round_step};
use crate::color::{self, Rgb};
use crate::contour::Grid;
use crate::marks::INK;
use crate::names::{Classified, Names};
use crate::panel::{Frame, Panel, color_bar_room};
use crate::{Error, Figure, check};

/// What the values of a [`Surface`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SurfaceKind {
    /// P(y = 1), from 0 to 1: twenty bands of a diverging colour map, and a line where it is one half.
    Probability,
    /// The standard deviation of p over the posterior draws, from 0 to 1: bands of a sequential colour map
    /// that ends at the largest value.
    StandardDeviation,
}

/// A function on a grid, with points on top.
#[derive(Clone, Copy, Debug)]
pub struct Surface<'a> {
    /// What the values are.
    pub kind: SurfaceKind,
    /// The coordinates across, growing, at least two.
    pub x: &'a [f64],
    /// The coordinates upwards, growing, at least two.
    pub y: &'a [f64],
    /// The values: `z[i * y.len() + j]` at `(x[i], y[j])`, so `y` varies fastest. This is the order of NumPy's
    /// `mgrid` and of the grids of `elbo-datasets`; matplotlib's `meshgrid` order is its transpose.
    pub z: &'a [f64],
    /// Points to draw on top, such as the test rows; those outside the grid are cut off. May be empty.
    pub points: &'a [[f64; 2]],
    /// The true class of each point: 0, 1, ...
    pub labels: &'a [f64],
}

/// The surface as filled contours, with a colour bar from its least to its greatest level and the points by
/// true class.
///
/// A 100×100 grid makes about 150 kB of SVG: each band is one outline, not ten thousand rectangles.
///
/// # Errors
/// [`Error::Empty`] for an axis of fewer than two coordinates; [`Error::NotIncreasing`] for coordinates that do
/// not grow; [`Error::Length`] when `z` has not `x.len() * y.len()` values, or labels and points differ in number;
/// [`Error::NotFinite`], [`Error::OutOfRange`] for a value outside 0 to 1; [`Error::Label`] for a label that is
/// no class.
///
/// ```
/// use elbo_report::{Names, Surface, SurfaceKind, surface};
///
/// let (x, y) = ([-1.0, 0.0, 1.0], [0.0, 1.0]);
/// let z = [0.1, 0.2, 0.5, 0.6, 0.9, 0.8];
/// let figure = surface(
///     &Surface { kind: SurfaceKind::Probability, x: &x, y: &y, z: &z, points: &[], labels: &[] },
///     &Names::new("Probability of class 1"),
/// )?;
/// assert!(figure.svg().contains("P(y = 1)"));
/// # Ok::<(), elbo_report::Error>(())
/// ```
pub fn surface(surface: &Surface<'_>, names: &Names) -> Result<Figure, Error> {
    let Surface { kind, x, y, z, points, labels } = *surface;
    for (name, axis) in [("x", x), ("y", y)] {
        check::finite(name, axis)?;
        if axis.len() < 2 {
            return Err(Error::Empty { series: format!("{name} (a grid needs two coordinates)") });
        }
        check::increasing(name, axis)?;
    }
    check::length("z", x.len() * y.len(), z.len())?;
    check::within("z", z, 0.0, 1.0)?;
    let data = Classified::new(points, "labels", labels, names.class_count(&[labels]))?;

    let largest = z.iter().copied().fold(0.0, f64::max);
    let (bar, bands, label): (Axis, usize, &str) = match kind {
        SurfaceKind::Probability => (Axis { low: 0.0, high: 1.0, step: 0.1 }, 20, "P(y = 1)"),
        SurfaceKind::StandardDeviation => {
            // A surface that is zero everywhere takes the lowest of a few bands.
            let largest = if largest < 1e-9 { 0.1 } else { largest };
            let step = round_step(largest / 6.0);
            let bands = (largest / step * 2.0 - 1e-9).ceil().max(1.0);
            let ticks = Axis { low: 0.0, high: bands * step / 2.0, step };
            (ticks, bands as usize, "standard deviation of P(y = 1)")
        }
    };
    let color = |t: f64| -> Rgb {
        match kind {
            SurfaceKind::Probability => color::diverging(t),
            SurfaceKind::StandardDeviation => color::sequential(t),
        }
    };

    let ends = |axis: &[f64], ticks| Axis::exact(axis[0], axis[axis.len() - 1], ticks);
    let (across, up) = (ends(x, 7), ends(y, 7));
    let aspect = (up.high - up.low) / (across.high - across.low);
    let mut panel = Panel::new(Frame {
        title: names.title(),
        x_label: &names.x,
        y_label: &names.y,
        x: across,
        y: up,
        plot: (500.0, (500.0 * aspect).clamp(320.0, 500.0)),
        right: color_bar_room(bar),
        grid: false,
        boxed: true,
        legend: if points.is_empty() { Vec::new() } else { data.keys(names) },
        ..Frame::default()
    });
    let grid = Grid { x, y, z };
    let least = z.iter().copied().fold(f64::INFINITY, f64::min);
    let level = |band: usize| bar.high * band as f64 / bands as f64;
    let middle = |band: usize| color((band as f64 + 0.5) / bands as f64);
    let base = (0..bands).rev().find(|&band| level(band) <= least).unwrap_or(0);
    panel.bar((across.low, across.high), (up.low, up.high), middle(base));
    for band in base + 1..bands {
        let region = grid.region(level(band));
        if region.is_empty() {
            break;
        }
        panel.region(&region, middle(band), None);
    }
    if kind == SurfaceKind::Probability {
        for line in grid.lines(0.5) {
            panel.line(line, 1.4, INK);
        }
    }
    for class in 0..data.count {
        panel.discs(data.of(class), 3.6, data.color(class), (255, 255, 255));
    }
    panel.border();
    panel.color_bar(bar, bands, color, label);
    let (title, scene) = panel.finish();
    Ok(Figure::new(&title, scene))
}
