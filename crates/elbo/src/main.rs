//! The `elbo` binary: PyMC's notebook "Variational Inference: Bayesian Neural Networks", from moons to an honest predictor.
// A program prints, and ends with a status.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::exit)]
// In a program nothing is public; `pub` says what a module offers its neighbours.
#![allow(unreachable_pub)]

mod notebook;
mod options;

use std::process::ExitCode;

use clap::Parser;
use options::{Options, Precision};

fn main() -> ExitCode {
    let options = Options::parse();
    let done = match options.precision {
        Precision::F64 => notebook::run::<f64>(&options),
        Precision::F32 => notebook::run::<f32>(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("elbo: {error}");
            ExitCode::FAILURE
        }
    }
}
