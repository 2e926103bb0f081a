//! One named array of a group: its dimensions, its number type and its values over chains and draws.

use crate::{Chains, Error};

/// The number type that a variable has in a saved store. In memory every value is an `f64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Dtype {
    /// 64-bit floating point (`<f8`).
    #[default]
    Float,
    /// 64-bit signed integer (`<i8`): labels, counts. Only whole numbers of magnitude up to 2^53.
    Int,
    /// One byte, 0 or 1 (`|b1`): flags such as `diverging`.
    Bool,
}

impl Dtype {
    /// Checks that every value is held exactly.
    pub(crate) fn check(self, name: &str, values: &[f64]) -> Result<(), Error> {
        const WHOLE: f64 = 9_007_199_254_740_992.0; // 2^53: above it f64 skips integers
        let (bad, expected) = match self {
            Dtype::Float => return Ok(()),
            Dtype::Int => (
                values.iter().position(|v| !(v.fract() == 0.0 && v.abs() <= WHOLE)),
                "a whole number of magnitude at most 2^53",
            ),
            Dtype::Bool => (values.iter().position(|&v| v != 0.0 && v != 1.0), "0 or 1"),
        };
        match bad {
            Some(index) => {
                Err(Error::NotExact { name: name.to_owned(), index, value: values[index], expected })
            }
            None => Ok(()),
        }
    }
}

/// One named array: `chains × draws × shape` values in a [`Draws`](crate::Draws) group, `shape` values in a
/// [`Data`](crate::Data) group (which counts as one chain of one draw).
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    pub(crate) name: String,
    pub(crate) dims: Vec<String>,
    pub(crate) shape: Vec<usize>,
    pub(crate) chains: usize,
    pub(crate) draws: usize,
    pub(crate) dtype: Dtype,
    pub(crate) values: Vec<f64>,
}

impl Variable {
    /// The variable's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of its dimensions, without chain and draw; empty for a scalar.
    #[must_use]
    pub fn dims(&self) -> &[String] {
        &self.dims
    }

    /// Its sizes, one for each of [`dims`](Variable::dims); empty for a scalar.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of elements of one draw: the product of [`shape`](Variable::shape), 1 for a scalar.
    #[must_use]
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// The number type that it is saved with.
    #[must_use]
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// All values: chain-major, then draw, then row-major within the variable.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The values of one draw, row-major, `elements()` long. No such chain or draw: an empty slice.
    #[must_use]
    pub fn at(&self, chain: usize, draw: usize) -> &[f64] {
        if chain >= self.chains || draw >= self.draws {
            return &[];
        }
        let n = self.elements();
        let start = (chain * self.draws + draw) * n;
        &self.values[start..start + n]
    }

    /// The draws of one element (its row-major position), one series for each chain. No such element: empty.
    #[must_use]
    pub fn series(&self, element: usize) -> Vec<Vec<f64>> {
        let n = self.elements();
        if element >= n {
            return Vec::new();
        }
        self.values
            .chunks_exact(self.draws * n)
            .map(|chain| chain.iter().skip(element).step_by(n).copied().collect())
            .collect()
    }

    /// The draws of one element, ready for diagnostics; `None` where there is no such element.
    #[must_use]
    pub fn element(&self, element: usize) -> Option<Chains> {
        Chains::new(&self.series(element)).ok()
    }

    /// The mean of each element over all chains and draws, row-major.
    #[must_use]
    pub fn mean(&self) -> Vec<f64> {
        let n = self.elements();
        let mut mean = vec![0.0; n];
        for row in self.values.chunks_exact(n) {
            for (m, v) in mean.iter_mut().zip(row) {
                *m += v;
            }
        }
        let count = (self.chains * self.draws) as f64;
        mean.iter_mut().for_each(|m| *m /= count);
        mean
    }

    /// The standard deviation of each element over all chains and draws, row-major, with `count - 1` in the
    /// denominator as in ArviZ's summary: NaN for a single draw.
    #[must_use]
    pub fn sd(&self) -> Vec<f64> {
        let mean = self.mean();
        let mut sum = vec![0.0; mean.len()];
        for row in self.values.chunks_exact(mean.len()) {
            for ((s, v), m) in sum.iter_mut().zip(row).zip(&mean) {
                *s += (v - m) * (v - m);
            }
        }
        let below = (self.chains * self.draws) as f64 - 1.0;
        sum.iter().map(|s| (s / below).sqrt()).collect()
    }
}
