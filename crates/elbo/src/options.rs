//! The command line: what can be chosen, its defaults and its ranges.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use elbo::vi::rule::Optimiser;

/// Fits the Bayesian neural network of PyMC's notebook (two moons, 2-5-5-1, mean-field ADVI), on all rows and in
/// genuine minibatches, and writes figures, draws, a summary and a report.
#[derive(Debug, Parser)]
#[command(name = "elbo", version, about)]
pub struct Options {
    /// Everything random in the fits comes from this
    #[arg(long, default_value_t = 42)]
    pub seed: u64,

    /// Steps of the full-batch fit
    #[arg(long, default_value_t = 30_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub steps: u64,

    /// Steps of the minibatch fit
    #[arg(long, default_value_t = 40_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub minibatch_steps: u64,

    /// Rows in a minibatch, 1 to 500
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
    pub batch: u16,

    /// Optimiser: sgd, momentum, nesterov, adagrad, adagrad_window (PyMC's default), rmsprop, adadelta,
    /// adam, adamw or adamax
    #[arg(long, visible_alias = "optimizer", default_value = "adam")]
    pub optimiser: Optimiser,

    /// Learning rate [default: the optimiser's own; adam: 0.2]
    #[arg(long, value_parser = positive, allow_negative_numbers = true)]
    pub learning_rate: Option<f64>,

    /// How the learning rate goes down over the fit [default: cosine for adam, else constant]
    #[arg(long)]
    pub schedule: Option<Decline>,

    /// Draws averaged at each step
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub draws_per_step: u16,

    /// Number type of the fits and predictions
    #[arg(long, value_enum, default_value_t = Precision::F64)]
    pub precision: Precision,

    /// Threads for the predictions; the numbers are the same with any [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,

    /// Folder to write to
    #[arg(long, short, default_value = "out")]
    pub out: PathBuf,

    /// No progress bars
    #[arg(long, short)]
    pub quiet: bool,

    /// Only fit: no pictures, draws or page, just summary.json
    #[arg(long)]
    pub fits_only: bool,
}

/// A number type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// Double precision
    F64,
    /// Single precision
    F32,
}

/// How a learning rate goes down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Decline {
    /// Not at all
    Constant,
    /// Along half a cosine to nearly nothing at the last step
    Cosine,
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x.is_finite() && x > 0.0 => Ok(x),
        Ok(x) => Err(format!("must be a finite number above 0, found {x}")),
        Err(e) => Err(e.to_string()),
    }
}
