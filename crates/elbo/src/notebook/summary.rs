//! `summary.json`: every number of the run, for machines.

use elbo::tensor_ad::Real;
use elbo::vi::Fit;
use elbo::vi::family::MeanField;
use serde_json::{Value, json};

use super::fits::Plan;
use super::predictions::Predictions;
use super::score::Score;
use super::{Error, output};
use crate::options::Options;

/// One fit with its scores.
#[derive(Debug)]
pub struct Fitted<T: Real> {
    /// What it is.
    pub plan: Plan,
    /// The fit.
    pub fit: Fit<MeanField<T>>,
    /// Its scores.
    pub score: Score,
}

/// Writes `summary.json`.
pub fn write<T: Real>(
    options: &Options,
    fitted: &[Fitted<T>],
    predicted: Option<&Predictions>,
) -> Result<(), Error> {
    let mut fits = serde_json::Map::new();
    for f in fitted {
        fits.insert(f.plan.name.into(), fit(f));
    }
    let mut summary = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "seed": options.seed,
        "precision": T::NAME,
        "optimiser": options.optimiser.name(),
        "fits": fits,
    });
    if let Some(p) = predicted {
        summary["predictor"] =
            json!({ "seconds_500x500": p.seconds_500x500, "seconds_500x10000": p.seconds_500x10000 });
    }
    output::write(&options.out.join("summary.json"), format!("{summary:#}\n").as_bytes())
}

fn fit<T: Real>(f: &Fitted<T>) -> Value {
    let report = f.fit.report();
    json!({
        "elbo": f.score.elbo.value,
        "elbo_mcse": f.score.elbo.mcse,
        "accuracy": f.score.accuracy,
        "accuracy_interval": [f.score.interval.0, f.score.interval.1],
        "log_loss": f.score.log_loss,
        "steps": report.steps,
        "seconds": report.seconds,
        "batch": f.plan.batch,
        "stopped": report.stop.map(|s| s.to_string()),
    })
}
