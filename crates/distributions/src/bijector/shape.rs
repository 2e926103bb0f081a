//! The shapes on both sides of a bijector.

use super::{Bijector, matrix};
use crate::Error;

impl Bijector {
    /// The shape of `x` for `y` of this shape.
    ///
    /// # Errors
    /// [`Error::BijectorShape`] for too few axes, or a last axis of a length that it does not map.
    pub fn constrained_shape(&self, y: &[usize]) -> Result<Vec<usize>, Error> {
        let wrong = |requires| Error::BijectorShape { bijector: self.name(), requires, found: y.to_vec() };
        match self {
            Bijector::Composed(parts) => {
                parts.iter().try_fold(y.to_vec(), |shape, part| part.constrained_shape(&shape))
            }
            Bijector::Inverse(of) => of.unconstrained_shape(y),
            Bijector::ZeroSum { axes } => {
                let batch = y.len().checked_sub(*axes).ok_or_else(|| wrong("numbers on its axes"))?;
                Ok(y.iter().enumerate().map(|(i, n)| n + usize::from(i >= batch)).collect())
            }
            _ if self.constrained_rank() == 0 => Ok(y.to_vec()),
            _ => {
                let (&n, batch) = y.split_last().ok_or_else(|| wrong("a vector on the last axis"))?;
                let event: Vec<usize> = match self {
                    Bijector::Ordered => vec![n],
                    Bijector::CholeskyCovariance | Bijector::Covariance => {
                        let side = matrix::side(n, true);
                        vec![side.ok_or_else(|| wrong("n (n + 1) / 2 numbers on the last axis"))?; 2]
                    }
                    Bijector::CorrelationCholesky | Bijector::Correlation => {
                        let side = matrix::side(n, false);
                        vec![side.ok_or_else(|| wrong("n (n - 1) / 2 numbers on the last axis"))?; 2]
                    }
                    _ => vec![n + 1],
                };
                Ok([batch, &event].concat())
            }
        }
    }

    /// The shape of `y` for `x` of this shape.
    ///
    /// # Errors
    /// [`Error::BijectorShape`] for too few axes, an empty vector, or matrices that are not square.
    pub fn unconstrained_shape(&self, x: &[usize]) -> Result<Vec<usize>, Error> {
        let wrong = |requires| Error::BijectorShape { bijector: self.name(), requires, found: x.to_vec() };
        match self {
            Bijector::Composed(parts) => {
                parts.iter().rev().try_fold(x.to_vec(), |shape, part| part.unconstrained_shape(&shape))
            }
            Bijector::Inverse(of) => of.constrained_shape(x),
            Bijector::ZeroSum { axes } => {
                let empty = || wrong("axes that are not empty");
                let batch = x.len().checked_sub(*axes).ok_or_else(empty)?;
                let less = |(i, n): (usize, &usize)| n.checked_sub(usize::from(i >= batch)).ok_or_else(empty);
                x.iter().enumerate().map(less).collect()
            }
            _ if self.constrained_rank() == 0 => Ok(x.to_vec()),
            _ if self.constrained_rank() == 2 => {
                let [batch @ .., rows, columns] = x else {
                    return Err(wrong("square matrices on the last two axes"));
                };
                if rows != columns || *rows == 0 {
                    return Err(wrong("square matrices on the last two axes"));
                }
                let diagonal = matches!(self, Bijector::CholeskyCovariance | Bijector::Covariance);
                let n = if diagonal { rows * (rows + 1) / 2 } else { rows * (rows - 1) / 2 };
                Ok([batch, &[n]].concat())
            }
            _ => match (x.split_last(), self) {
                (Some(_), Bijector::Ordered) => Ok(x.to_vec()),
                (Some((&n, batch)), _) if n > 0 => Ok([batch, &[n - 1]].concat()),
                _ => Err(wrong("a vector that is not empty on the last axis")),
            },
        }
    }
}
