//! `Start`: where chains begin.

use elbo_model::{DensityError, LogDensity};
use rand::{Rng, RngExt};

use crate::Error;
use crate::bridge::{evaluate, is_divergence};

/// Positions tried for a random start before a chain gives up, as in Stan.
const TRIES: u32 = 100;

/// Where chains begin, in unconstrained coordinates. Default: `Uniform { radius: 2.0 }`, as in Stan.
///
/// A start must have a finite log density and a gradient that is finite and nowhere exactly zero (`nuts-rs` guesses the scale
/// of a coordinate from it). A random start is drawn again until it has, at most 100 times.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Start {
    /// Each coordinate of each chain uniform in `[-radius, radius]`.
    Uniform {
        /// Finite, above 0.
        radius: f64,
    },
    /// Each coordinate of each chain uniform within `radius` of a position: the mean of a variational fit, say.
    Near {
        /// One number for each coordinate.
        position: Vec<f64>,
        /// Finite, above 0.
        radius: f64,
    },
    /// Every chain at this position. R-hat then says less: it trusts in chains that begin far apart.
    At(Vec<f64>),
    /// Each chain at its own position.
    Each(Vec<Vec<f64>>),
}

impl Default for Start {
    fn default() -> Self {
        Start::Uniform { radius: 2.0 }
    }
}

/// Why a position will not do.
enum Unfit {
    /// Another position may do.
    NotFinite(DensityError),
    /// Another position may do.
    Flat(String),
    /// No position will do.
    Broken(DensityError),
}

impl Start {
    /// Checks what can be checked without the density.
    pub(crate) fn check(&self, chains: usize) -> Result<(), Error> {
        match self {
            Start::Uniform { radius } | Start::Near { radius, .. }
                if !(radius.is_finite() && *radius > 0.0) =>
            {
                Err(Error::Setting {
                    name: "the start's radius",
                    expected: "finite and above 0",
                    found: *radius,
                })
            }
            Start::Each(positions) if positions.len() != chains => {
                Err(Error::Starts { expected: chains, found: positions.len() })
            }
            _ => Ok(()),
        }
    }

    /// The position at which `chain` begins.
    pub(crate) fn init<D: LogDensity, R: Rng>(
        &self,
        density: &mut D,
        chain: usize,
        rng: &mut R,
    ) -> Result<Vec<f64>, Error> {
        let dim = density.dim();
        let zeros;
        let (centre, radius) = match self {
            Start::Uniform { radius } => {
                zeros = vec![0.0; dim];
                (&zeros, Some(*radius))
            }
            Start::Near { position, radius } => (position, Some(*radius)),
            Start::At(position) => (position, None),
            Start::Each(positions) => {
                let missing = Error::Starts { expected: chain + 1, found: positions.len() };
                (positions.get(chain).ok_or(missing)?, None)
            }
        };
        if centre.len() != dim {
            return Err(Error::Length { chain, expected: dim, found: centre.len() });
        }
        if let Some(i) = centre.iter().position(|x| !x.is_finite()) {
            let coordinate = density.coordinate_name(i);
            return Err(Error::StartValue { chain, coordinate, value: centre[i] });
        }
        let tries = if radius.is_some() { TRIES } else { 1 };
        let mut position = centre.clone();
        let mut last = None;
        for _ in 0..tries {
            if let Some(radius) = radius {
                for (x, c) in position.iter_mut().zip(centre) {
                    *x = c + radius * (2.0 * rng.random::<f64>() - 1.0);
                }
            }
            match fitness(density, &position) {
                Ok(()) => return Ok(position),
                Err(Unfit::Broken(source)) => {
                    return Err(Error::Density { chain, step: 0, source: Box::new(source) });
                }
                Err(unfit) => last = Some(unfit),
            }
        }
        Err(match last {
            Some(Unfit::NotFinite(source) | Unfit::Broken(source)) => {
                Error::Start { chain, tries, source: Box::new(source) }
            }
            Some(Unfit::Flat(coordinate)) => Error::StartFlat { chain, tries, coordinate },
            None => Error::NoCoordinates, // there is at least one try
        })
    }
}

/// Whether a chain can begin here.
fn fitness<D: LogDensity>(density: &mut D, position: &[f64]) -> Result<(), Unfit> {
    let mut gradient = vec![0.0; position.len()];
    match evaluate(density, position, &mut gradient) {
        Err(error) if is_divergence(&error) => return Err(Unfit::NotFinite(error)),
        Err(error) => return Err(Unfit::Broken(error)),
        Ok(f64::NEG_INFINITY) => {
            return Err(Unfit::NotFinite(DensityError::NonFinite {
                quantity: "log density",
                term: String::from("the target"),
                value: f64::NEG_INFINITY,
                variable: None,
                row: None,
            }));
        }
        Ok(_) => {}
    }
    match gradient.iter().position(|&g| g == 0.0) {
        Some(i) => Err(Unfit::Flat(density.coordinate_name(i))),
        None => Ok(()),
    }
}
