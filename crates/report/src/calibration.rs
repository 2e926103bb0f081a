//! The reliability diagram: do events predicted with 70 % happen 70 % of the time?

use crate::axis::Axis;
use crate::color::category;
use crate::legend::{Key, Sign};
use crate::marks::INK;
use crate::panel::{Frame, Panel};
use crate::{Error, Figure, check};

const BINS: usize = 10;

/// The reliability diagram of predicted probabilities of class 1.
///
/// The rows are sorted into ten bins by their prediction `p[i]`. For each bin with rows in it a dot shows the
/// mean prediction (across) and the observed share of `truth[i] = 1` (up), with Wilson's 95 % interval for the
/// share (Wilson 1927); grey bars show the share of all rows that fall into the bin. Honest probabilities lie
/// along the dashed diagonal.
///
/// # Errors
/// [`Error::Empty`] without rows; [`Error::Length`] when the two differ in length; [`Error::NotFinite`],
/// [`Error::OutOfRange`] for a `p` outside 0 to 1; [`Error::Label`] for a truth that is neither 0 nor 1.
///
/// ```
/// let figure = elbo_report::calibration(&[0.0, 1.0, 1.0], &[0.2, 0.7, 0.9], "Calibration")?;
/// assert!(figure.svg().contains("predicted P(y = 1)"));
/// # Ok::<(), elbo_report::Error>(())
/// ```
pub fn calibration(truth: &[f64], p: &[f64], title: &str) -> Result<Figure, Error> {
    check::not_empty("p", p)?;
    check::within("p", p, 0.0, 1.0)?;
    check::length("truth", p.len(), truth.len())?;
    let truth = check::classes("truth", truth, 2)?;
    // Rows, ones and the sum of predictions of each bin.
    let mut bins = [(0.0f64, 0.0f64, 0.0f64); BINS];
    for (p, y) in p.iter().zip(truth) {
        let bin = &mut bins[((p * BINS as f64) as usize).min(BINS - 1)];
        *bin = (bin.0 + 1.0, bin.1 + y as f64, bin.2 + p);
    }
    let (blue, grey) = (category(0), (0xd8, 0xdc, 0xe2));
    let mut panel = Panel::new(Frame {
        title,
        x_label: "predicted P(y = 1)",
        y_label: "observed share of y = 1",
        x: Axis { low: 0.0, high: 1.0, step: 0.2 },
        y: Axis { low: -0.02, high: 1.02, step: 0.2 },
        plot: (580.0, 440.0),
        legend: vec![
            Key { label: "observed, 95 % interval".into(), sign: Sign::Dot(blue) },
            Key { label: "share of the rows".into(), sign: Sign::Dot(grey) },
        ],
        ..Frame::default()
    });
    for (k, bin) in bins.iter().enumerate() {
        let (from, to) = (k as f64 / BINS as f64, (k + 1) as f64 / BINS as f64);
        panel.bar((from + 0.008, to - 0.008), (0.0, bin.0 / p.len() as f64), grey);
    }
    panel.dashed((0.0, 0.0), (1.0, 1.0), 1.2, INK);
    for (rows, ones, sum) in bins.into_iter().filter(|b| b.0 > 0.0) {
        let (low, high) = wilson(ones, rows);
        let x = sum / rows;
        panel.line([(x, low), (x, high)], 2.0, blue);
        panel.discs([[x, ones / rows]], 5.5, blue, (255, 255, 255));
    }
    let (title, scene) = panel.finish();
    Ok(Figure::new(&title, scene))
}

/// Wilson's 95 % interval for a share of `ones` in `rows`.
fn wilson(ones: f64, rows: f64) -> (f64, f64) {
    let z = 1.959_963_984_540_054_f64;
    let share = ones / rows;
    let centre = (share + z * z / (2.0 * rows)) / (1.0 + z * z / rows);
    let half = z / (1.0 + z * z / rows) * (share * (1.0 - share) / rows + z * z / (4.0 * rows * rows)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_is_the_textbooks() {
        // Newcombe (1998, Statistics in Medicine 17), table I, method 3.
        for (ones, rows, low, high) in
            [(81.0, 263.0, 0.2553, 0.3662), (0.0, 20.0, 0.0, 0.1611), (1.0, 29.0, 0.0061, 0.1718)]
        {
            let found = wilson(ones, rows);
            assert!((found.0 - low).abs() < 5.1e-5 && (found.1 - high).abs() < 5.1e-5, "{found:?}");
        }
    }
}
