//! Questions every figure asks of its numbers before it draws them.

use crate::Error;

/// No coordinate beyond this is drawn: the plotting backend's tick arithmetic would overflow.
pub(crate) const LARGEST: f64 = 1e100;

/// Refuses an empty series.
pub(crate) fn not_empty<T>(series: &str, values: &[T]) -> Result<(), Error> {
    if values.is_empty() { Err(Error::Empty { series: series.into() }) } else { Ok(()) }
}

/// Refuses a length other than `expected`.
pub(crate) fn length(series: &str, expected: usize, found: usize) -> Result<(), Error> {
    if expected == found { Ok(()) } else { Err(Error::Length { series: series.into(), expected, found }) }
}

/// Refuses NaN, infinities and values outside `low..=high`.
pub(crate) fn within(series: &str, values: &[f64], low: f64, high: f64) -> Result<(), Error> {
    for (index, &found) in values.iter().enumerate() {
        if !found.is_finite() {
            return Err(Error::NotFinite { series: series.into(), index, found });
        }
        if found < low || found > high {
            return Err(Error::OutOfRange { series: series.into(), index, low, high, found });
        }
    }
    Ok(())
}

/// Refuses NaN, infinities and values that no axis can hold.
pub(crate) fn finite(series: &str, values: &[f64]) -> Result<(), Error> {
    within(series, values, -LARGEST, LARGEST)
}

/// Refuses points with a coordinate that no axis can hold; the index is the point's.
pub(crate) fn points(series: &str, points: &[[f64; 2]]) -> Result<(), Error> {
    for (index, point) in points.iter().enumerate() {
        for found in *point {
            if !found.is_finite() {
                return Err(Error::NotFinite { series: series.into(), index, found });
            }
            if found.abs() > LARGEST {
                return Err(Error::OutOfRange {
                    series: series.into(),
                    index,
                    low: -LARGEST,
                    high: LARGEST,
                    found,
                });
            }
        }
    }
    Ok(())
}

/// Refuses coordinates that do not grow strictly.
pub(crate) fn increasing(series: &str, values: &[f64]) -> Result<(), Error> {
    for (i, pair) in values.windows(2).enumerate() {
        if pair[1] <= pair[0] {
            return Err(Error::NotIncreasing {
                series: series.into(),
                index: i + 1,
                before: pair[0],
                found: pair[1],
            });
        }
    }
    Ok(())
}

/// Turns labels stored as numbers into class indices below `classes`.
pub(crate) fn classes(series: &str, labels: &[f64], classes: usize) -> Result<Vec<usize>, Error> {
    labels
        .iter()
        .enumerate()
        .map(|(index, &found)| {
            if !found.is_finite() {
                return Err(Error::NotFinite { series: series.into(), index, found });
            }
            if found < 0.0 || found.fract() != 0.0 || found >= classes as f64 {
                return Err(Error::Label { series: series.into(), index, classes, found });
            }
            Ok(found as usize)
        })
        .collect()
}
