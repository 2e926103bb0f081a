//! The predictor: compiled once, on the test rows and on a grid, timed.

use std::time::Instant;

use elbo::datasets::{Dataset, Grid, grid};
use elbo::model::{Model, Moments};
use elbo::tensor_ad::Real;
use elbo::vi::Fit;
use elbo::vi::family::MeanField;

use super::Error;
use super::score::PREDICTIVE_DRAWS;

/// Repetitions whose median is the time.
const REPEATS: usize = 9;

/// What was predicted, and how long it took.
#[derive(Debug)]
pub struct Predictions {
    /// Seconds for 500 draws at 500 rows: binding, running, the `[500, 500]` array of results.
    pub seconds_500x500: f64,
    /// Seconds for 500 draws at 10,000 rows.
    pub seconds_500x10000: f64,
    /// The grid of the surfaces.
    pub grid: Grid,
    /// Mean and standard deviation of `p` on it, over the draws.
    pub surface: Moments,
}

/// Predicts from a fit.
pub fn predict<T: Real>(
    model: &Model,
    fit: &Fit<MeanField<T>>,
    test: &Dataset,
    seed: u64,
) -> Result<Predictions, Error> {
    let draws = fit.sample(PREDICTIVE_DRAWS, seed);
    let grid = grid([-3.0, 3.0], [-3.0, 3.0], 100)?;
    let predictor = model.predictor_in::<T>("p")?;
    let (on_test, on_grid) = (predictor.on("x", &test.x)?, predictor.on("x", &grid.points)?);
    Ok(Predictions {
        seconds_500x500: median_seconds(|| on_test.at(&draws))?,
        seconds_500x10000: median_seconds(|| on_grid.at(&draws))?,
        surface: on_grid.moments(&draws)?,
        grid,
    })
}

fn median_seconds<R, E>(f: impl Fn() -> Result<R, E>) -> Result<f64, E> {
    f()?;
    let mut times = Vec::new();
    for _ in 0..REPEATS {
        let began = Instant::now();
        std::hint::black_box(f()?);
        times.push(began.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok(times[REPEATS / 2])
}
