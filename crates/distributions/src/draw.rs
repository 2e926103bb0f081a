//! Draws at plain numbers: parameter arrays checked, stretched over the shape of the draw, and walked through.

use elbo_tensor_ad::Array;
use rand::{Rng, RngExt};
use rand_distr::{Exp1, Open01, StandardNormal};

use crate::{Distribution, Error, Parameter};

/// One parameter's array, read as if stretched to the shape of the draw.
struct Stretched<'a> {
    data: &'a [f64],
    event: usize,
    shape: &'a [usize],
    /// How far apart, in events, neighbours along each axis of the draw stand; 0 where stretched.
    strides: Vec<usize>,
}

impl<'a> Stretched<'a> {
    fn new(
        distribution: &'static str,
        parameter: &Parameter,
        values: &'a Array<f64>,
        shape: &'a [usize],
    ) -> Result<Self, Error> {
        let batch = &values.shape()[..values.rank() - parameter.event_rank()];
        let event = values.shape()[batch.len()..].iter().product();
        let fits = batch.len() <= shape.len()
            && batch.iter().rev().zip(shape.iter().rev()).all(|(&a, &b)| a == b || a == 1);
        if !fits {
            return Err(Error::DrawShape {
                distribution,
                parameter: parameter.name,
                found: values.shape().to_vec(),
                shape: shape.to_vec(),
            });
        }
        let mut strides = vec![0; shape.len()];
        let mut step = 1;
        for (stride, &n) in strides.iter_mut().rev().zip(batch.iter().rev()) {
            *stride = if n == 1 { 0 } else { step };
            step *= n;
        }
        Ok(Stretched { data: values.data(), event, shape, strides })
    }

    /// The parameter's numbers for element `flat` of the draw.
    fn at(&self, mut flat: usize) -> &'a [f64] {
        let mut row = 0;
        if self.data.len() != self.event {
            for (&n, &stride) in self.shape.iter().zip(&self.strides).rev() {
                row += flat % n * stride;
                flat /= n;
            }
        }
        &self.data[row * self.event..(row + 1) * self.event]
    }
}

/// What follows from parameters alone, computed anew only where others come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prepared<const N: usize, T>(Option<([f64; N], T)>);

impl<const N: usize, T> Default for Prepared<N, T> {
    fn default() -> Self {
        Prepared(None)
    }
}

impl<const N: usize, T: Copy> Prepared<N, T> {
    pub(crate) fn of(&mut self, parameters: [f64; N], prepare: impl FnOnce([f64; N]) -> T) -> T {
        match &self.0 {
            Some((of, prepared)) if *of == parameters => *prepared,
            _ => {
                let prepared = prepare(parameters);
                self.0 = Some((parameters, prepared));
                prepared
            }
        }
    }
}

/// An array of this shape, each element drawn by `one` from its own `N` scalar parameters.
pub(crate) fn elementwise<const N: usize>(
    distribution: &dyn Distribution,
    parameters: &[Array<f64>],
    shape: &[usize],
    mut one: impl FnMut([f64; N]) -> f64,
) -> Result<Array<f64>, Error> {
    if parameters.len() == N && parameters.iter().all(|p| p.rank() == 0) {
        // The same for all, so that what `one` computes of them alone is computed once.
        distribution.check_values(parameters)?;
        let given = std::array::from_fn(|p| parameters[p].data()[0]);
        let data = (0..shape.iter().product()).map(|_| one(given)).collect();
        return Ok(Array::new(shape, data)?);
    }
    events(distribution, parameters, shape, |events: [&[f64]; N]| one(events.map(|e| e[0])))
}

/// An array of this shape, each element drawn by `one` from its own `N` parameters, scalar or vector.
pub(crate) fn events<const N: usize>(
    distribution: &dyn Distribution,
    parameters: &[Array<f64>],
    shape: &[usize],
    mut one: impl FnMut([&[f64]; N]) -> f64,
) -> Result<Array<f64>, Error> {
    vectors(distribution, parameters, shape, 0, |p: [&[f64]; N], out| out[0] = one(p))
}

/// An array of this shape whose last `rank` axes are one event, each event filled in by `one` from its own `N` parameters.
pub(crate) fn vectors<const N: usize>(
    distribution: &dyn Distribution,
    parameters: &[Array<f64>],
    shape: &[usize],
    rank: usize,
    mut one: impl FnMut([&[f64]; N], &mut [f64]),
) -> Result<Array<f64>, Error> {
    distribution.check_values(parameters)?;
    let Some(split) = shape.len().checked_sub(rank) else {
        return Err(Error::DrawRank {
            distribution: distribution.name(),
            expected: rank,
            shape: shape.to_vec(),
        });
    };
    let (batch, event) = shape.split_at(split);
    let stretched = distribution
        .parameters()
        .iter()
        .zip(parameters)
        .map(|(p, values)| Stretched::new(distribution.name(), p, values, batch))
        .collect::<Result<Vec<_>, _>>()?;
    let length: usize = event.iter().product();
    let mut data = vec![0.0; shape.iter().product()];
    for (i, out) in data.chunks_mut(length.max(1)).enumerate() {
        one(std::array::from_fn(|p| stretched[p].at(i)), out);
    }
    Ok(Array::new(shape, data)?)
}

/// Parameters stretched over the batch axes of a draw: the `N` of each element, by its place.
pub(crate) fn rows<'a, const N: usize>(
    distribution: &'static str,
    parameters: &[Parameter],
    values: &'a [Array<f64>],
    shape: &'a [usize],
) -> Result<impl Fn(usize) -> [&'a [f64]; N], Error> {
    let stretched = parameters
        .iter()
        .zip(values)
        .map(|(p, values)| Stretched::new(distribution, p, values, shape))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(move |i| std::array::from_fn(|p| stretched[p].at(i)))
}

/// The batch axes of a draw whose last `rank` axes are one event, and those.
pub(crate) fn split<'a>(
    distribution: &'static str,
    shape: &'a [usize],
    rank: usize,
) -> Result<(&'a [usize], &'a [usize]), Error> {
    match shape.len().checked_sub(rank) {
        Some(at) => Ok(shape.split_at(at)),
        None => Err(Error::DrawRank { distribution, expected: rank, shape: shape.to_vec() }),
    }
}

/// Of a distribution over numbers: `sample`, from one draw at plain parameters in the order of the constructor.
macro_rules! draws {
    ($(#[$page:meta])* |[$($parameter:ident),*], $rng:ident| $one:expr) => {
        $(#[$page])*
        fn sample(
            &self,
            parameters: &[elbo_tensor_ad::Array<f64>],
            shape: &[usize],
            $rng: &mut dyn rand::Rng,
        ) -> Result<elbo_tensor_ad::Array<f64>, $crate::Error> {
            $crate::draw::elementwise(self, parameters, shape, |[$($parameter),*]| $one)
        }
    };
}
pub(crate) use draws;

/// A number uniform on the open interval `(0, 1)`.
pub(crate) fn open_unit(rng: &mut dyn Rng) -> f64 {
    rng.sample(Open01)
}

/// A standard normal number.
pub(crate) fn standard_normal(rng: &mut dyn Rng) -> f64 {
    rng.sample(StandardNormal)
}

/// An exponential number of mean 1.
pub(crate) fn unit_exponential(rng: &mut dyn Rng) -> f64 {
    rng.sample(Exp1)
}
