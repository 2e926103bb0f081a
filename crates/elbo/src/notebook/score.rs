//! How good a fit is: ELBO from fresh draws, accuracy with its interval, log loss.

use elbo::datasets::Dataset;
use elbo::model::Model;
use elbo::tensor_ad::Real;
use elbo::vi::family::MeanField;
use elbo::vi::{Estimate, Fit};

use super::Error;
use super::fits::Plan;

/// Fresh draws for the ELBO.
const ELBO_DRAWS: usize = 1000;
/// Draws for the predictions, as the peers use.
pub const PREDICTIVE_DRAWS: usize = 500;

/// The scores of one fit.
#[derive(Debug, Clone)]
pub struct Score {
    /// Nats on all training rows.
    pub elbo: Estimate,
    /// Of the mean of the predictive draws, on the test rows.
    pub accuracy: f64,
    /// Its 95 % interval (Wilson 1927).
    pub interval: (f64, f64),
    /// The mean of `-ln p(label)` on the test rows.
    pub log_loss: f64,
    /// P(y = 1) for each test row.
    pub p: Vec<f64>,
}

/// Scores a fit on the training data (ELBO) and the test rows (the rest).
pub fn score<T: Real>(
    model: &Model,
    fit: &Fit<MeanField<T>>,
    test: &Dataset,
    seed: u64,
) -> Result<Score, Error> {
    let elbo = fit.elbo(&mut model.density_in::<T>()?, ELBO_DRAWS, seed)?;
    let draws = fit.sample(PREDICTIVE_DRAWS, seed);
    let p = model.predictor_in::<T>("p")?.on("x", &test.x)?.moments(&draws)?.mean.into_data();
    let y = test.y.data();
    let n = y.len() as f64;
    let hits = p.iter().zip(y).filter(|&(&p, &y)| (p > 0.5) == (y > 0.5)).count() as f64;
    let loss = |(&p, &y): (&f64, &f64)| -> f64 {
        let p = p.clamp(1e-12, 1.0 - 1e-12);
        -(y * p.ln() + (1.0 - y) * (-p).ln_1p())
    };
    let log_loss = p.iter().zip(y).map(loss).sum::<f64>() / n;
    Ok(Score { elbo, accuracy: hits / n, interval: wilson(hits, n), log_loss, p })
}

/// The 95 % interval of a proportion (Wilson 1927).
fn wilson(hits: f64, n: f64) -> (f64, f64) {
    let z = 1.959_963_984_540_054;
    let p = hits / n;
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    (centre - half, centre + half)
}

/// One line for people.
pub fn line<T: Real>(plan: &Plan, fit: &Fit<MeanField<T>>, score: &Score) -> String {
    let report = fit.report();
    let stopped = if report.steps == plan.steps { "" } else { " (interrupted)" };
    format!(
        "{}: {} steps{stopped} in {:.3} s ({:.2} us a step), ELBO {:.1} ± {:.1}, accuracy {:.3} [{:.3}, {:.3}], log loss {:.3}",
        plan.title,
        report.steps,
        report.seconds,
        report.seconds / report.steps as f64 * 1e6,
        score.elbo.value,
        score.elbo.mcse,
        score.accuracy,
        score.interval.0,
        score.interval.1,
        score.log_loss
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_interval_is_wilsons() {
        // Newcombe 1998, table I: 81 of 263, method 3.
        let (low, high) = super::wilson(81.0, 263.0);
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5);
    }
}
