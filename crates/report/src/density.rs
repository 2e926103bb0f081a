//! The density of a sample, by Gaussian kernels.

/// The places at which a density is computed.
const PLACES: usize = 160;

/// The density of the values as `(place, density)`, from three bandwidths below the least to three above the
/// greatest; none when all values are equal, because no bandwidth fits.
///
/// Bandwidth `0.9 min(sd, IQR / 1.34) n^(-1/5)` (Silverman 1986, equation 3.31).
pub(crate) fn density(values: &[f64]) -> Option<Vec<(f64, f64)>> {
    let n = values.len() as f64;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (*sorted.first()?, *sorted.last()?);
    let mean = values.iter().map(|v| v / n).sum::<f64>();
    let sd = (values.iter().map(|v| (v - mean) * ((v - mean) / n)).sum::<f64>()).sqrt();
    let quartiles = (sorted[sorted.len() / 4], sorted[(3 * sorted.len() / 4).min(sorted.len() - 1)]);
    let spread = (quartiles.1 - quartiles.0) / 1.34;
    // More than half of the values may be equal while the rest are not.
    let width = 0.9 * n.powf(-0.2) * if spread > 0.0 { sd.min(spread) } else { sd };
    if !(width.is_finite() && width > (low.abs().max(high.abs()) * 1e-9).max(1e-12)) {
        return None;
    }
    let (from, to) = (low - 3.0 * width, high + 3.0 * width);
    // Counted into fine bins first, the sum over kernels no longer grows with the number of draws.
    let bins = 1024usize;
    let step = (to - from) / bins as f64;
    let mut counts = vec![0.0f64; bins];
    for v in values {
        counts[(((v - from) / step) as usize).min(bins - 1)] += 1.0;
    }
    let filled: Vec<(f64, f64)> = counts
        .iter()
        .enumerate()
        .filter(|(_, c)| **c > 0.0)
        .map(|(k, c)| (from + (k as f64 + 0.5) * step, *c))
        .collect();
    let norm = 1.0 / (n * width * (std::f64::consts::TAU).sqrt());
    let at = |x: f64| {
        let kernels = filled.iter().map(|(v, c)| c * (-0.5 * ((x - v) / width).powi(2)).exp());
        norm * kernels.sum::<f64>()
    };
    Some(
        (0..PLACES)
            .map(|k| from + (to - from) * k as f64 / (PLACES - 1) as f64)
            .map(|x| (x, at(x)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_density_integrates_to_one_and_peaks_at_the_centre() {
        let values: Vec<f64> =
            (1..2000).map(|i| (f64::from(i) / 2000.0 - 0.5) * 6.0).map(|u| u.powi(3) + 5.0).collect();
        let curve = density(&values).unwrap_or_default();
        let total: f64 = curve.windows(2).map(|w| (w[1].0 - w[0].0) * (w[0].1 + w[1].1) / 2.0).sum();
        assert!((total - 1.0).abs() < 5e-3, "{total}");
        let peak = curve.iter().copied().fold((0.0, 0.0), |a, b| if b.1 > a.1 { b } else { a });
        assert!((peak.0 - 5.0).abs() < 1.0, "{peak:?}");
    }

    #[test]
    fn equal_values_have_no_density() {
        assert!(density(&[2.0; 9]).is_none() && density(&[1.0]).is_none() && density(&[]).is_none());
    }
}
