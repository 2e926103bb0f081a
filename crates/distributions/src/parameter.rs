//! `Parameter`: one parameter of a distribution: its name, its value as an expression, and what it requires.

use std::fmt;

use elbo_tensor_ad::{Array, Expr, Op};

use crate::Error;
use crate::error::unravel;

/// One parameter of a distribution.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Parameter {
    /// PyMC's name for it.
    pub name: &'static str,
    /// Its value: a literal, data, or another random variable.
    pub value: Expr,
    /// The range that it must keep to.
    pub requires: Requirement,
}

impl Parameter {
    /// A parameter of this name, value and range.
    pub fn new(name: &'static str, value: &Expr, requires: Requirement) -> Self {
        Parameter { name, value: value.clone(), requires }
    }

    /// How many trailing axes belong to one value of the parameter: 0 for a number, 1 for a vector.
    pub fn event_rank(&self) -> usize {
        self.requires.event_rank()
    }

    /// The parameter's numbers, when it is a literal (stretched or not).
    pub(crate) fn literal(&self) -> Option<Array<f64>> {
        let mut e = &self.value;
        while let Op::Broadcast(_) = e.op() {
            e = e.args().first()?;
        }
        match e.op() {
            Op::Constant(c) => Some(Array::scalar(*c)),
            Op::Literal(a) => Some((**a).clone()),
            _ => None,
        }
    }
}

/// The range that a parameter must keep to. NaN is in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Requirement {
    /// A finite number.
    Real,
    /// A finite number above 0.
    Positive,
    /// A number in `0..=1`.
    Probability,
    /// A vector of numbers in `0..=1` whose sum is 1 to within `1e-6`.
    Simplex,
    /// A vector of numbers, finite or minus infinity, at least one of them finite.
    LogWeights,
}

/// How far the sum of a probability vector may be from 1: what a sum of `f32` probabilities is off by.
const SIMPLEX_TOLERANCE: f64 = 1e-6;

impl Requirement {
    /// How many trailing axes belong to one value: 0 for a number, 1 for a vector.
    pub fn event_rank(self) -> usize {
        match self {
            Requirement::Real | Requirement::Positive | Requirement::Probability => 0,
            Requirement::Simplex | Requirement::LogWeights => 1,
        }
    }

    /// Whether one element may stand in such a parameter, sums apart.
    pub fn allows(self, value: f64) -> bool {
        match self {
            Requirement::Real => value.is_finite(),
            Requirement::Positive => value > 0.0 && value.is_finite(),
            Requirement::Probability | Requirement::Simplex => (0.0..=1.0).contains(&value),
            Requirement::LogWeights => value < f64::INFINITY,
        }
    }

    /// Checks every number of a parameter's array.
    ///
    /// # Errors
    /// [`Error::Parameter`] with the first value out of range and its place; [`Error::ParameterRank`]
    /// for an array of too few axes.
    pub fn check(
        self,
        distribution: &'static str,
        parameter: &'static str,
        values: &Array<f64>,
    ) -> Result<(), Error> {
        let rank = self.event_rank();
        if values.rank() < rank {
            return Err(Error::ParameterRank {
                distribution,
                parameter,
                expected: rank,
                found: values.rank(),
            });
        }
        let fault = |value: f64, index: Vec<usize>| {
            Err(Error::Parameter { distribution, parameter, value, index, requires: self })
        };
        if let Some(flat) = values.data().iter().position(|&v| !self.allows(v)) {
            return fault(values.data()[flat], unravel(flat, values.shape()));
        }
        let (batch, event) = values.shape().split_at(values.rank() - rank);
        let length = event.iter().product::<usize>();
        for (i, row) in values.data().chunks(length.max(1)).enumerate() {
            match self {
                Requirement::Simplex => {
                    let sum: f64 = row.iter().sum();
                    if (sum - 1.0).abs() > SIMPLEX_TOLERANCE {
                        return fault(sum, unravel(i, batch));
                    }
                }
                Requirement::LogWeights => {
                    if row.iter().all(|&v| v == f64::NEG_INFINITY) {
                        return fault(f64::NEG_INFINITY, unravel(i, batch));
                    }
                }
                Requirement::Real | Requirement::Positive | Requirement::Probability => break,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Requirement::Real => "finite",
            Requirement::Positive => "finite and > 0",
            Requirement::Probability => "in 0..=1",
            Requirement::Simplex => "a vector in 0..=1 that sums to 1",
            Requirement::LogWeights => "a vector below infinity, not all minus infinity",
        })
    }
}
