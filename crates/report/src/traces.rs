//! The figure of marginals and traces: a row a variable, all its elements overlaid.

use elbo_posterior::{Draws, Variable};

use crate::axis::Axis;
use crate::color::{self, Rgb};
use crate::density::density;
use crate::panel::{Frame, Panel, tile};
use crate::reduce::{extremes, spread};
use crate::{Error, Figure, check};

/// The most lines in one panel: a variable of more elements shows this many, evenly spread.
const LINES: usize = 50;
/// A trace keeps the extremes of this many columns.
const COLUMNS: usize = 110;

/// The marginal densities (left) and the traces (right) of variables, as ArviZ's `plot_trace`.
///
/// Each row is a variable and each line an element of it in one chain (at most fifty lines, evenly spread over
/// the elements); a line has the same colour at left and right, which is that of its
/// element (of its chain, where the variable has one element only). Densities are Gaussian kernel estimates; an
/// element that never changes is a vertical line. `names` empty means all variables.
///
/// # Errors
/// [`Error::Empty`] when there is no variable or no draw; [`Error::UnknownVariable`] for a name that the draws do
/// not have; [`Error::NotFinite`], [`Error::OutOfRange`] for a draw that is not a number to be drawn.
///
/// ```
/// use elbo_posterior::Draws;
///
/// let mut draws = Draws::new(1, 100);
/// draws.push("mu", &[], (0..100).map(|i| f64::from(i * 37 % 100)).collect()).map_err(|e| e.to_string())?;
/// let figure = elbo_report::traces(&draws, &[], "Posterior").map_err(|e| e.to_string())?;
/// assert!(figure.svg().contains("mu"));
/// # Ok::<(), String>(())
/// ```
pub fn traces(draws: &Draws, names: &[&str], title: &str) -> Result<Figure, Error> {
    let variables: Vec<&Variable> = if names.is_empty() {
        draws.variables().collect()
    } else {
        let find = |name: &&str| {
            draws.get(name).ok_or_else(|| Error::UnknownVariable {
                name: (*name).into(),
                known: draws.variables().map(|v| v.name().into()).collect(),
            })
        };
        names.iter().map(find).collect::<Result<_, _>>()?
    };
    check::not_empty("variables", &variables)?;
    let last = variables.len() - 1;
    let mut rows = Vec::with_capacity(variables.len());
    for (i, variable) in variables.into_iter().enumerate() {
        check::not_empty(variable.name(), variable.values())?;
        check::finite(variable.name(), variable.values())?;
        rows.push(row(variable, draws.draws(), i == last));
    }
    Ok(Figure::new(title, tile(title, rows)))
}

fn row(variable: &Variable, draws: usize, last: bool) -> Vec<Panel> {
    let scalar = variable.elements() == 1;
    let mut lines: Vec<(Rgb, Vec<f64>)> = Vec::new();
    for element in spread(variable.elements(), LINES) {
        for (chain, values) in variable.series(element).into_iter().enumerate() {
            lines.push((color::category(if scalar { chain } else { element }), values));
        }
    }
    let kept = spread(lines.len(), LINES);
    let lines: Vec<(Rgb, &[f64])> = kept.into_iter().map(|k| (lines[k].0, lines[k].1.as_slice())).collect();
    let curves: Vec<_> = lines.iter().map(|(_, values)| density(values)).collect();

    let places = curves.iter().flatten().flatten().map(|p| p.0);
    let values = || lines.iter().flat_map(|(_, values)| values.iter().copied());
    let tallest = curves.iter().flatten().flatten().map(|p| p.1).fold(0.0, f64::max);
    let tallest = if tallest > 0.0 { tallest } else { 1.0 };
    let shape = variable.shape().iter().map(usize::to_string).collect::<Vec<_>>().join(" × ");
    let title =
        if shape.is_empty() { variable.name().to_owned() } else { format!("{} ({shape})", variable.name()) };

    let extent = Axis::around(places.chain(values()), 6);
    let mut left = Panel::new(Frame {
        title: &title,
        x_label: if last { "value" } else { "" },
        x: extent,
        y: Axis::exact(0.0, tallest * 1.06, 3),
        plot: (350.0, 130.0),
        left: 24.0,
        right: 16.0,
        grid: false,
        y_ticks: false,
        small: true,
        ..Frame::default()
    });
    for ((color, values), curve) in lines.iter().zip(&curves) {
        let color = *color;
        match curve {
            Some(curve) => left.line(curve.iter().copied(), 1.3, color),
            None => left.line([(values[0], 0.0), (values[0], tallest)], 1.3, color),
        }
    }
    let mut right = Panel::new(Frame {
        title: &title,
        x_label: if last { "draw" } else { "" },
        x: Axis::exact(0.0, draws.saturating_sub(1).max(1) as f64, 6),
        y: Axis::around(values(), 4),
        plot: (470.0, 130.0),
        left: 56.0,
        right: 24.0,
        grid: false,
        small: true,
        ..Frame::default()
    });
    for (color, values) in &lines {
        let places = extremes(values, COLUMNS);
        let line = places.into_iter().map(|k| (k as f64, values[k]));
        right.line(line, 0.7, color::lighter(*color, 0.3));
    }
    vec![left, right]
}
