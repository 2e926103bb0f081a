//! The main job: data, two fits, predictions, pictures, files, one page.

mod data;
mod error;
mod fits;
mod output;
mod pictures;
mod predictions;
mod progress;
mod score;
mod summary;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use elbo::tensor_ad::Real;

use crate::options::Options;
pub use error::Error;

/// Prints a line. A reader that has gone away (`elbo | head`) is no reason to stop.
macro_rules! say {
    ($($part:tt)*) => {
        writeln!(std::io::stdout(), $($part)*).unwrap_or_default()
    };
}

/// Does everything, in order; what has been computed is written even when a fit was interrupted.
pub fn run<T: Real>(options: &Options) -> Result<(), Error> {
    if let Some(threads) = options.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads.into())
            .build_global()
            .map_err(|e| Error::Threads(e.to_string()))?;
    }
    output::prepare(&options.out)?;
    let interrupt = Arc::new(AtomicBool::new(false));
    let flag = interrupt.clone();
    ctrlc::set_handler(move || {
        // A second Ctrl-C ends the process as usual.
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })
    .map_err(|e| Error::Signal(e.to_string()))?;

    let moons = data::moons()?;
    let model = data::model(&moons.train)?;
    say!(
        "two moons: {} training rows, {} test rows; {} weights; {}",
        moons.train.n_rows(),
        moons.test.n_rows(),
        model.dim(),
        T::NAME
    );

    let mut fitted = Vec::new();
    for plan in fits::plans(options) {
        if interrupt.load(Ordering::Relaxed) {
            break;
        }
        let fit = fits::run::<T>(&model, &plan, options, &interrupt)?;
        let score = score::score(&model, &fit, &moons.test, options.seed)?;
        say!("{}", score::line(&plan, &fit, &score));
        fitted.push(summary::Fitted { plan, fit, score });
    }
    if fitted.is_empty() {
        return Err(Error::NothingFitted);
    }
    if options.fits_only {
        return summary::write(options, &fitted, None);
    }
    let first = &fitted[0];
    let predicted = predictions::predict(&model, &first.fit, &moons.test, options.seed)?;
    say!(
        "predictor, 500 draws: {:.2} ms for 500 rows, {:.1} ms for 10,000",
        predicted.seconds_500x500 * 1e3,
        predicted.seconds_500x10000 * 1e3
    );
    summary::write(options, &fitted, Some(&predicted))?;
    output::draws(options, &model, &fitted)?;
    let figures = pictures::draw(options, &model, &moons, &fitted, &predicted)?;
    output::page(options, &moons, &fitted, &predicted, &figures)?;
    say!("written: {}", options.out.join("index.html").display());
    Ok(())
}
