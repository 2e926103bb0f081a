//! The notebook's pictures.

use elbo::datasets::Split;
use elbo::model::Model;
use elbo::report::{
    Figure, Names, Run, Surface, SurfaceKind, calibration, elbo_history, predictions, scatter, surface,
    traces,
};
use elbo::tensor_ad::{Array, Real};

use super::Error;
use super::predictions::Predictions;
use super::summary::Fitted;
use crate::options::Options;

/// A picture with its caption.
#[derive(Debug)]
pub struct Captioned {
    /// The picture.
    pub figure: Figure,
    /// What it shows.
    pub caption: String,
}

/// Steps between two points of the ELBO's curve.
const EVERY: usize = 10;

/// Draws every picture and saves each as SVG and PNG.
pub fn draw<T: Real>(
    options: &Options,
    model: &Model,
    moons: &Split,
    fitted: &[Fitted<T>],
    predicted: &Predictions,
) -> Result<Vec<Captioned>, Error> {
    let test = pairs(&moons.test.x);
    let truth = moons.test.y.data();
    let classes: Vec<&str> = moons.train.target_names.iter().map(String::as_str).collect();
    let names = |title: &str| Names::new(title).axes("x1 (scaled)", "x2 (scaled)").classes(classes.clone());
    let first = &fitted[0];
    let labels: Vec<f64> = first.score.p.iter().map(|&p| f64::from(p > 0.5)).collect();
    let histories: Vec<Vec<f64>> = fitted.iter().map(|f| thinned(f.fit.history())).collect();
    let runs: Vec<Run<'_>> = fitted
        .iter()
        .zip(&histories)
        .map(|(f, h)| Run { name: &f.plan.title, values: h, every: EVERY as _ })
        .collect();
    let (mean, sd) = (predicted.surface.mean.data(), predicted.surface.sd.data());
    let on = |kind, z| Surface {
        kind,
        x: &predicted.grid.x,
        y: &predicted.grid.y,
        z,
        points: &test,
        labels: truth,
    };
    let draws = model.draws(&first.fit.sample(1000, options.seed), &[])?;

    let figures = vec![
        (
            "data",
            scatter(&pairs(&moons.train.x), moons.train.y.data(), &names("Training rows"))?,
            "The training rows: scikit-learn's two moons, scaled.".into(),
        ),
        (
            "elbo",
            elbo_history(&runs, "ELBO during the fits")?,
            format!(
                "The evidence lower bound, every {EVERY}th step and its running mean; each run has its own history."
            ),
        ),
        (
            "predictions",
            predictions(&test, truth, &labels, &names("Predicted labels of the test rows"))?,
            format!("Test rows by predicted label; {} of {} are wrong.", wrong(&labels, truth), truth.len()),
        ),
        (
            "probability",
            surface(&on(SurfaceKind::Probability, mean), &names("Posterior predictive P(y = 1)"))?,
            "P(y = 1), the mean over 500 draws of the weights, with the test rows.".into(),
        ),
        (
            "uncertainty",
            surface(&on(SurfaceKind::StandardDeviation, sd), &names("Uncertainty of P(y = 1)"))?,
            "The standard deviation of P(y = 1) over the same draws: where the network does not know.".into(),
        ),
        (
            "calibration",
            calibration(truth, &first.score.p, "Calibration on the test rows")?,
            "Predicted against observed frequencies, with 95 % intervals.".into(),
        ),
        (
            "traces",
            traces(&draws, &[], "Draws of the weights")?,
            "Marginals and draws of every weight of the full-batch fit.".into(),
        ),
    ];
    let mut done = Vec::new();
    for (stem, figure, caption) in figures {
        figure.save(&options.out, stem)?;
        done.push(Captioned { figure, caption });
    }
    Ok(done)
}

fn pairs(x: &Array<f64>) -> Vec<[f64; 2]> {
    x.data().chunks_exact(2).map(|p| [p[0], p[1]]).collect()
}

/// The mean of each stretch of [`EVERY`] steps.
fn thinned<T: Real>(history: &[T]) -> Vec<f64> {
    history
        .chunks_exact(EVERY.min(history.len().max(1)))
        .map(|c| c.iter().map(|x| x.to_f64()).sum::<f64>() / c.len() as f64)
        .collect()
}

fn wrong(labels: &[f64], truth: &[f64]) -> usize {
    labels.iter().zip(truth).filter(|(a, b)| a != b).count()
}
