//! Intervals and quantiles of a sample.

use crate::Error;

/// The narrowest interval that holds at least `mass` of the values: the highest-density interval of a sample.
///
/// Sorts the values and takes the narrowest stretch of `floor(mass × n)` steps between order statistics,
/// which covers `floor(mass × n) + 1` values; of equally narrow ones the lowest. Agrees with `arviz.hdi` 0.23
/// for one mode. It is one interval: for a density with several modes it also spans what lies between them.
/// `mass` is in (0, 1).
///
/// # Errors
/// [`Error::Range`] for a mass outside (0, 1), [`Error::TooFew`] without values, [`Error::NotFinite`] for a
/// NaN or infinite value.
pub fn hdi(values: &[f64], mass: f64) -> Result<(f64, f64), Error> {
    if !(mass > 0.0 && mass < 1.0) {
        return Err(Error::Range { what: "the mass of an interval", expected: "in (0, 1)", found: mass });
    }
    let sorted = sorted("a highest-density interval", values)?;
    // Rounding in mass × n could reach n itself for a mass next to 1.
    let steps = ((mass * sorted.len() as f64).floor() as usize).min(sorted.len() - 1);
    let mut best = (sorted[0], sorted[steps]);
    for (&low, &high) in sorted.iter().zip(&sorted[steps..]) {
        if high - low < best.1 - best.0 {
            best = (low, high);
        }
    }
    Ok(best)
}

/// The sample quantile at `probability` in \[0, 1\]: linear between order statistics, type 7 of Hyndman and
/// Fan (1996), the default of NumPy and R.
///
/// # Errors
/// [`Error::Range`] for a probability outside \[0, 1\], [`Error::TooFew`] without values,
/// [`Error::NotFinite`] for a NaN or infinite value.
pub fn quantile(values: &[f64], probability: f64) -> Result<f64, Error> {
    if !(0.0..=1.0).contains(&probability) {
        return Err(Error::Range { what: "a probability", expected: "in [0, 1]", found: probability });
    }
    Ok(quantile_of_sorted(&sorted("a quantile", values)?, probability))
}

/// The same for values sorted already; at least one.
pub(crate) fn quantile_of_sorted(sorted: &[f64], probability: f64) -> f64 {
    let n = sorted.len();
    if n == 1 {
        return sorted[0];
    }
    // SciPy's own order of operations (mquantiles with alphap = betap = 1): whether a draw equals the
    // quantile decides an effective sample size, so that even the last bit counts.
    let position = n as f64 * probability + (1.0 - probability);
    let below = position.clamp(1.0, n as f64 - 1.0).floor();
    let weight = (position - below).clamp(0.0, 1.0);
    let index = below as usize;
    (1.0 - weight) * sorted[index - 1] + weight * sorted[index]
}

fn sorted(what: &'static str, values: &[f64]) -> Result<Vec<f64>, Error> {
    if values.is_empty() {
        return Err(Error::TooFew { what, expected: 1, found: 0 });
    }
    if let Some(index) = values.iter().position(|v| !v.is_finite()) {
        return Err(Error::NotFinite { what, index, value: values[index] });
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(sorted)
}
