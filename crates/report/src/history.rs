//! The figure of the ELBO over the steps of one or more runs.

use crate::axis::Axis;
use crate::color;
use crate::legend::{Key, Sign};
use crate::panel::{Frame, Panel};
use crate::reduce::{extremes, spread};
use crate::{Error, Figure, check};

/// The raw line is reduced to the least and the greatest value in each of this many columns.
const COLUMNS: usize = 500;

/// The legend's sign for the raw lines, whatever their hue.
const PALE: (u8, u8, u8) = (0xb4, 0xba, 0xc2);

/// The ELBO of one run: what to call it, and its values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run<'a> {
    /// The legend's text.
    pub name: &'a str,
    /// The ELBO (nats, larger is better): `values[i]` belongs to step `(i + 1) * every`.
    pub values: &'a [f64],
    /// Steps from one value to the next: 1 when every step was recorded.
    pub every: usize,
}

/// The ELBO of the runs, each as it was recorded (pale) and smoothed (a mean over a fiftieth of the
/// run, half of it before the step and half after, as far as the run goes).
///
/// The vertical axis leaves out what would flatten the rest: it holds the smoothed lines but for their lowest
/// twentieth, and the middle nine tenths of the values in each run's second half. So the climb of the first
/// steps may begin below the frame, and the noise of small batches may leave it.
///
/// # Errors
/// [`Error::Empty`] without runs or for a run without values; [`Error::NotFinite`], [`Error::OutOfRange`] for
/// a value that cannot be drawn (`every` must be at least 1).
///
/// ```
/// use elbo_report::{Run, elbo_history};
///
/// let values: Vec<f64> = (1..=1000).map(|i| -100.0 - 400.0 / i as f64).collect();
/// let figure = elbo_history(&[Run { name: "full batch", values: &values, every: 1 }], "ELBO")?;
/// assert!(figure.svg().contains("full batch"));
/// # Ok::<(), elbo_report::Error>(())
/// ```
pub fn elbo_history(runs: &[Run<'_>], title: &str) -> Result<Figure, Error> {
    check::not_empty("runs", runs)?;
    let mut low = f64::INFINITY;
    let mut high = f64::NEG_INFINITY;
    let mut steps = 0.0f64;
    for run in runs {
        let series = format!("run {:?}", run.name);
        check::not_empty(&series, run.values)?;
        check::finite(&series, run.values)?;
        check::within(&format!("{series}, every"), &[run.every as f64], 1.0, 1e15)?;
        let mut late = run.values[run.values.len() / 2..].to_vec();
        late.sort_by(f64::total_cmp);
        let mut line: Vec<f64> = smooth(run, window(run)).into_iter().map(|p| p.1).collect();
        line.sort_by(f64::total_cmp);
        let cut = late.len() / 20;
        low = low.min(late[cut]).min(line[line.len() / 20]);
        high = high.max(late[late.len() - 1 - cut]).max(line[line.len() - 1]);
        steps = steps.max(run.values.len() as f64 * run.every as f64);
    }
    let mut keys: Vec<Key> = Vec::new();
    for (i, run) in runs.iter().enumerate() {
        keys.push(Key { label: run.name.into(), sign: Sign::Line(color::category(i)) });
    }
    keys.push(Key { label: "as recorded (bold: mean over 2 % of the run)".into(), sign: Sign::Thin(PALE) });
    let mut panel = Panel::new(Frame {
        title,
        x_label: "step",
        y_label: "ELBO (nats)",
        x: Axis::exact(0.0, steps, 6),
        y: Axis::around([low, high], 6),
        legend: keys,
        left: 90.0,
        ..Frame::default()
    });
    // The noisiest run first, so that it does not hide the others.
    let mut order: Vec<usize> = (0..runs.len()).collect();
    order.sort_by(|a, b| roughness(&runs[*b]).total_cmp(&roughness(&runs[*a])));
    for i in order {
        let run = &runs[i];
        let raw = extremes(run.values, COLUMNS).into_iter().map(|k| (step(run, k), run.values[k]));
        panel.line(raw, 0.8, color::lighter(color::category(i), 0.7));
    }
    for (i, run) in runs.iter().enumerate() {
        panel.line(smooth(run, window(run)), 2.2, color::category(i));
    }
    let (title, scene) = panel.finish();
    Ok(Figure::new(&title, scene))
}

fn window(run: &Run<'_>) -> usize {
    (run.values.len() / 50).max(1)
}

/// The mean distance from one value to the next.
fn roughness(run: &Run<'_>) -> f64 {
    let n = run.values.len() as f64;
    run.values.windows(2).map(|w| (w[1] - w[0]).abs() / n).sum()
}

fn step(run: &Run<'_>, index: usize) -> f64 {
    (index + 1) as f64 * run.every as f64
}

/// The mean over about `window` values, at up to [`COLUMNS`] places.
fn smooth(run: &Run<'_>, window: usize) -> Vec<(f64, f64)> {
    let values = run.values;
    spread(values.len(), COLUMNS)
        .into_iter()
        .map(|i| {
            // At the steep start as far back as ahead, or else the line would begin too high.
            let half = (window / 2).min(i);
            let slice = &values[i - half..=(i + half).min(values.len() - 1)];
            // Dividing first keeps a sum of values near 1e100 far from overflow and costs nothing here.
            let mean = slice.iter().map(|v| v / slice.len() as f64).sum();
            (step(run, i), mean)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothing_keeps_a_straight_line_until_the_window_meets_the_end() {
        let values: Vec<f64> = (0..5_000).map(f64::from).collect();
        for (x, y) in smooth(&Run { name: "a", values: &values, every: 1 }, 50) {
            let off = if x < 4_976.0 { 1e-8 } else { 12.6 };
            assert!((x - 1.0 - y).abs() < off, "{x} {y}");
        }
    }
}
