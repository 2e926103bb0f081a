//! `MeanFunction`: what the values of a function are expected to be at each point.

use std::fmt;
use std::ops::Add;
use std::sync::Arc;

use elbo_tensor_ad::Expr;

use crate::multivariate::event::total;

/// The mean of a [`GaussianProcess`](crate::GaussianProcess) as a function of the points, which are numbers (`[n]`) or vectors (`[n, d]`).
///
/// A number or an expression without axes is a constant mean. Means are added, as kernels are. PyMC's `gp.mean`: `Zero`, `Constant`, `Linear`, and functions of
/// one's own.
///
/// ```
/// use elbo_distributions::{GaussianProcess, Kernel, MeanFunction};
/// use elbo_tensor_ad::Expr;
///
/// let (a, b) = (Expr::input("a", ()), Expr::input("b", ()));
/// let wave = MeanFunction::of(move |x| &a * (&b * x).sin());
/// let process = GaussianProcess::new(MeanFunction::linear(0.5, 2.0) + wave, Kernel::exp_quad(1.0));
/// let at = process.marginal(&Expr::input("x", [20]), 0.1);
/// # use elbo_distributions::Distribution;
/// # assert!(at.check().is_ok());
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum MeanFunction {
    /// The same everywhere.
    Constant(Expr),
    /// `intercept + Σ slope x`
    Linear {
        /// The value at the origin.
        intercept: Expr,
        /// The slope, a number or one for each coordinate (`[d]`).
        slope: Expr,
    },
    /// The user's own, from the points to a number for each (`[n]`): [`of`](Self::of) makes one.
    #[non_exhaustive]
    Of(Arc<dyn Fn(&Expr) -> Expr + Send + Sync>),
    /// The sum of two.
    Sum(Box<MeanFunction>, Box<MeanFunction>),
}

impl MeanFunction {
    /// `intercept + Σ slope x`, with one slope for all coordinates or one for each (`[d]`).
    pub fn linear(intercept: impl Into<Expr>, slope: impl Into<Expr>) -> Self {
        MeanFunction::Linear { intercept: intercept.into(), slope: slope.into() }
    }

    /// Any function of the points, `[n]` or `[n, d]`, to a number for each, `[n]`. What it holds of other variables is differentiated as theirs.
    pub fn of(function: impl Fn(&Expr) -> Expr + Send + Sync + 'static) -> Self {
        MeanFunction::Of(Arc::new(function))
    }

    /// The mean at these points: `[n]`, or a number where it is the same everywhere.
    pub fn at(&self, x: &Expr) -> Expr {
        match self {
            MeanFunction::Constant(value) => value.clone(),
            MeanFunction::Linear { intercept, slope } if x.rank() <= 1 => intercept + slope * x,
            MeanFunction::Linear { intercept, slope } => intercept + total(&(slope * x)),
            MeanFunction::Of(function) => function(x),
            MeanFunction::Sum(f, g) => f.at(x) + g.at(x),
        }
    }
}

impl<T: Into<Expr>> From<T> for MeanFunction {
    fn from(constant: T) -> Self {
        MeanFunction::Constant(constant.into())
    }
}

impl Add for MeanFunction {
    type Output = MeanFunction;
    fn add(self, other: MeanFunction) -> MeanFunction {
        MeanFunction::Sum(Box::new(self), Box::new(other))
    }
}

impl fmt::Debug for MeanFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MeanFunction::Constant(value) => f.debug_tuple("Constant").field(value).finish(),
            MeanFunction::Linear { intercept, slope } => {
                f.debug_struct("Linear").field("intercept", intercept).field("slope", slope).finish()
            }
            MeanFunction::Of(_) => f.write_str("Of(..)"),
            MeanFunction::Sum(g, h) => f.debug_tuple("Sum").field(g).field(h).finish(),
        }
    }
}
