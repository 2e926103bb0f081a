//! The folder of results: saved draws and the page that shows everything.

use std::path::Path;

use elbo::datasets::Split;
use elbo::model::Model;
use elbo::posterior::InferenceData;
use elbo::report::Page;
use elbo::tensor_ad::Real;

use super::Error;
use super::data::MODEL_SOURCE;
use super::pictures::Captioned;
use super::predictions::Predictions;
use super::score::PREDICTIVE_DRAWS;
use super::summary::Fitted;
use crate::options::Options;

/// Makes the folder, before hours are spent on what could not be written.
pub fn prepare(out: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(out).map_err(|source| Error::Io { path: out.to_owned(), source })
}

/// Writes a file whole, or says which it was.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    std::fs::write(path, bytes).map_err(|source| Error::Io { path: path.to_owned(), source })
}

/// Draws kept in a file.
const DRAWS: usize = 1000;

/// Saves each fit's draws as a Zarr store that ArviZ opens: `full_batch.zarr`, `minibatch.zarr`.
pub fn draws<T: Real>(options: &Options, model: &Model, fitted: &[Fitted<T>]) -> Result<(), Error> {
    let (observed, constant) = model.named_data()?;
    for f in fitted {
        let labels = model.posterior_predictive(
            "out",
            &f.fit.sample(PREDICTIVE_DRAWS, options.seed),
            &[],
            options.seed,
        )?;
        let data = InferenceData {
            posterior: Some(model.draws(&f.fit.sample(DRAWS, options.seed), &[])?),
            posterior_predictive: Some(model.named_predictive("out", &labels)?),
            observed_data: Some(observed.clone()),
            constant_data: Some(constant.clone()),
            attrs: [
                ("inference".to_owned(), format!("mean-field ADVI, {}", f.plan.title)),
                ("created_by".to_owned(), format!("elbo {}", env!("CARGO_PKG_VERSION"))),
            ]
            .into(),
            ..InferenceData::default()
        };
        data.write_zarr(options.out.join(format!("{}.zarr", f.plan.name)))?;
    }
    Ok(())
}

/// Writes `index.html`.
pub fn page<T: Real>(
    options: &Options,
    moons: &Split,
    fitted: &[Fitted<T>],
    predicted: &Predictions,
    figures: &[Captioned],
) -> Result<(), Error> {
    let rows: Vec<Vec<String>> = fitted
        .iter()
        .map(|f| {
            let report = f.fit.report();
            let s = &f.score;
            vec![
                f.plan.title.clone(),
                report.steps.to_string(),
                format!("{:.3}", report.seconds),
                format!("{:.1} ± {:.1}", s.elbo.value, s.elbo.mcse),
                format!("{:.3} [{:.3}, {:.3}]", s.accuracy, s.interval.0, s.interval.1),
                format!("{:.3}", s.log_loss),
            ]
        })
        .collect();
    let mut page = Page::new("Two moons, a Bayesian neural network, and ADVI")
        .intro(
            "A 2-5-5-1 network with standard normal weights, fitted by mean-field variational inference to 500 rows, on all \
             of them at each step and again on genuine minibatches; predictions on 500 other rows.",
        )
        .section("Fits")
        .table(&["fit", "steps", "seconds", "ELBO (nats)", "accuracy [95 % interval]", "log loss"], &rows)
        .facts([
            ("seed".to_owned(), options.seed.to_string()),
            ("number type".to_owned(), T::NAME.to_owned()),
            ("optimiser".to_owned(), options.optimiser.name().to_owned()),
            ("training and test rows".to_owned(), format!("{} and {}", moons.train.n_rows(), moons.test.n_rows())),
            ("500 draws at 500 rows".to_owned(), format!("{:.2} ms", predicted.seconds_500x500 * 1e3)),
            ("500 draws at 10,000 rows".to_owned(), format!("{:.1} ms", predicted.seconds_500x10000 * 1e3)),
        ])
        .paragraph(
            "The ELBO is estimated from 1,000 fresh draws on all training rows; the accuracy is that of the mean of 500 \
             predictive draws, with Wilson's interval. As in the notebook that this follows, the features are scaled before \
             they are split, so that the rows are its own: the scaler has seen the test rows. Mean-field approximations \
             understate the spread of correlated weights, and one fit describes one of many symmetric modes.",
        );
    for c in figures {
        page = page.figure(&c.figure, &c.caption);
    }
    page.section("The model").code(MODEL_SOURCE).save(options.out.join("index.html"))?;
    Ok(())
}
