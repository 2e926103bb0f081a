//! `ZeroSumNormal`: Gaussian arrays that sum to 0.

use core::f64::consts::{E, PI};

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::dense::normals;
use super::event::{self, TOLERANCE, drawn};
use crate::parameter::exactly;
use crate::{Distribution, Error, Noise, Parameter, Requirement, Support, draw};

/// Independent Gaussian numbers of mean 0 and standard deviation `sigma > 0`, given that they sum to 0 along each axis of the event; over vectors of length `n`,
/// `[.., n]`, or over arrays of several axes ([`over`](Self::over)). The effects of the levels of a factor beside an intercept, and of the interactions of several
/// factors beside their own.
///
/// `ln p(x) = -Σ x² / (2 sigma²) - Π (nₖ - 1) (ln sigma + ln(2π)/2)`, with respect to the volume within the subspace
///
/// The covariance is `sigma² ⊗ (I - 1 1ᵀ/nₖ)`. A sum may be off by `1e-6` of the largest number (or of 1). Draws by paths are `sigma z` less its means along
/// each axis.
///
/// As in PyMC with `n_zerosum_axes` axes, where the lengths are those of the variable.
#[derive(Debug, Clone)]
pub struct ZeroSumNormal {
    sigma: Expr,
    sides: Vec<usize>,
}

impl ZeroSumNormal {
    /// Scale `sigma > 0` (a number for each vector), vectors of length `n`.
    #[track_caller]
    pub fn new(sigma: impl Into<Expr>, n: usize) -> Self {
        Self::over(sigma, [n])
    }

    /// Scale `sigma > 0` (a number for each array), arrays of these lengths, which sum to 0 along each axis.
    #[track_caller]
    pub fn over(sigma: impl Into<Expr>, sides: impl Into<Vec<usize>>) -> Self {
        ZeroSumNormal { sigma: sigma.into(), sides: sides.into() }
    }

    /// The lengths of the axes.
    pub(crate) fn sides(&self) -> &[usize] {
        &self.sides
    }

    /// How many numbers are free.
    pub(crate) fn freedom(&self) -> f64 {
        self.sides.iter().map(|n| n.saturating_sub(1) as f64).product()
    }

    /// The axes of the event.
    fn axes(&self, x: &Expr) -> Vec<usize> {
        (x.rank().saturating_sub(self.sides.len())..x.rank()).collect()
    }

    /// A number for each event, as one for each element.
    fn each(&self, e: &Expr) -> Expr {
        self.sides.iter().fold(e.clone(), |e, _| e.expand(e.rank()))
    }

    /// Zeros in the shape of an event.
    fn zeros(&self) -> Expr {
        Expr::literal(Array::zeros(&self.sides[..]))
    }
}

/// Every line along every axis less its mean.
fn centre(x: &mut [f64], sides: &[usize]) {
    let mut step = 1;
    for &n in sides.iter().rev() {
        for first in (0..x.len()).filter(|at| at / step % n == 0) {
            let mean = (0..n).map(|k| x[first + k * step]).sum::<f64>() / n as f64;
            (0..n).for_each(|k| x[first + k * step] -= mean);
        }
        step *= n;
    }
}

impl Distribution for ZeroSumNormal {
    fn name(&self) -> &'static str {
        "ZeroSumNormal"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![Parameter::new("sigma", &self.sigma, Requirement::Positive)]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [sigma] = exactly(self.name(), parameters)?;
        Ok(Box::new(Self::over(sigma, &self.sides[..])))
    }

    fn support(&self) -> Support {
        Support::ZeroSum { axes: self.sides.len() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let axes = self.axes(x);
        let largest = self.each(&x.abs().max_axes(&axes).max(1.0));
        let inside = axes.iter().fold(Expr::constant(1.0), |inside, &axis| {
            let sums = x.sum_axes(&[axis]).expand(axis).abs();
            inside * sums.less_equal(TOLERANCE * &largest).all_axes(&axes)
        });
        inside.select(self.log_density_unchecked(x), f64::NEG_INFINITY)
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        // A value of other lengths is a mistake.
        let x = x + self.zeros();
        let z = &x / self.each(&self.sigma);
        -0.5 * z.square().sum_axes(&self.axes(&z))
            - self.freedom() * (self.sigma.ln() + 0.5 * (2.0 * PI).ln())
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let rank = self.sides.len();
        if draw::split(self.name(), shape, rank)?.1 != self.sides {
            return Err(Error::DrawRank { distribution: self.name(), expected: rank, shape: shape.to_vec() });
        }
        drawn(self, parameters, shape, rank, [&[]], |[sigma], out| {
            normals(out, rng);
            out.iter_mut().for_each(|z| *z *= sigma[0]);
            centre(out, &self.sides);
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Normal)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        let centred = self.axes(noise).into_iter().fold(noise.clone(), |z, axis| {
            let mean = z.mean_axes(&[axis]).expand(axis);
            z - mean
        });
        Some(self.each(&self.sigma) * centred)
    }

    fn initial_value(&self) -> Expr {
        self.zeros()
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.each(&(0.0 * &self.sigma)) + self.zeros())
    }

    /// Of each element: `sigma² Π (1 - 1/nₖ)`.
    fn variance(&self) -> Option<Expr> {
        let part = self.freedom() / self.sides.iter().map(|n| *n as f64).product::<f64>();
        Some(self.each(&self.sigma.square()) * Expr::literal(Array::full(&self.sides[..], part)))
    }

    fn mode(&self) -> Option<Expr> {
        self.mean()
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.freedom() * (self.sigma.ln() + 0.5 * (2.0 * PI * E).ln()))
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, &self.sides[..])
    }
}
