//! `Uniform`, and the improper `Flat` and `HalfFlat`: every value alike.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::tails;
use crate::draw::{draws, open_unit};
use crate::parameter::{exactly, parameters};
use crate::{Distribution, Error, Noise, Parameter, Requirement, Support};

/// The uniform distribution on `lower..=upper`.
///
/// `ln p(x) = -ln(upper - lower)`
///
/// Parameters as in PyMC; NumPyro calls them `low` and `high`, SciPy has `loc = lower`, `scale = upper - lower`. The bounds are finite; see
/// [`Flat`] and [`HalfFlat`] for none.
#[derive(Debug, Clone)]
pub struct Uniform {
    lower: Expr,
    upper: Expr,
}

impl Uniform {
    /// From `lower` to `upper`, above it.
    #[track_caller]
    pub fn new(lower: impl Into<Expr>, upper: impl Into<Expr>) -> Self {
        Uniform { lower: lower.into(), upper: upper.into() }
    }

    fn width(&self) -> Expr {
        &self.upper - &self.lower
    }
}

impl Distribution for Uniform {
    parameters! { Uniform { lower: Requirement::Real, upper: Requirement::FiniteAbove("lower") } }

    fn support(&self) -> Support {
        Support::Interval { lower: self.lower.clone(), upper: self.upper.clone() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let outside = x.less(&self.lower).max(x.greater(&self.upper));
        outside.select(f64::NEG_INFINITY, self.log_density_unchecked(x))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        // The sum has the shape of the value, and NaN where the value is.
        x * 0.0 - self.width().ln()
    }

    draws! {
        |[lower, upper], rng| {
            let u = open_unit(rng);
            (lower * (1.0 - u) + upper * u).clamp(lower, upper)
        }
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::between(&((x - &self.lower) / self.width()), 0.0, 1.0, Expr::clone))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::between(&((x - &self.lower) / self.width()), f64::NEG_INFINITY, 0.0, Expr::ln))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let left = (&self.upper - x) / self.width();
        Some(tails::between(&left, f64::NEG_INFINITY, 0.0, Expr::ln))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let p = tails::probability(p);
        Some(&self.lower * (1.0 - &p) + &self.upper * &p)
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Uniform)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.quantile(noise)
    }

    /// The middle.
    fn initial_value(&self) -> Expr {
        0.5 * &self.lower + 0.5 * &self.upper
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    fn variance(&self) -> Option<Expr> {
        Some(self.width().square() / 12.0)
    }

    /// The lower bound: all values have the same density.
    fn mode(&self) -> Option<Expr> {
        Some(self.lower.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.width().ln())
    }
}

macro_rules! improper {
    ($(#[$page:meta])* $name:ident, $support:expr, $start:literal, |$x:ident| $density:expr) => {
        $(#[$page])*
        ///
        /// It cannot be drawn from, and has no distribution function and no moments: it serves as a prior whose posterior is proper.
        #[derive(Debug, Clone, Copy, Default)]
        #[non_exhaustive]
        pub struct $name {}

        impl $name {
            /// It has no parameters.
            pub fn new() -> Self {
                $name {}
            }
        }

        impl Distribution for $name {
            fn name(&self) -> &'static str {
                stringify!($name)
            }

            fn parameters(&self) -> Vec<Parameter> {
                vec![]
            }

            fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
                let [] = exactly(self.name(), parameters)?;
                Ok(Box::new(*self))
            }

            fn support(&self) -> Support {
                $support
            }

            fn log_density(&self, $x: &Expr) -> Expr {
                $density
            }

            fn log_density_unchecked(&self, x: &Expr) -> Expr {
                x * 0.0
            }

            /// Always [`Error::Missing`].
            fn sample(&self, _: &[Array<f64>], _: &[usize], _: &mut dyn Rng) -> Result<Array<f64>, Error> {
                Err(Error::Missing { distribution: self.name(), missing: "draws: it is improper" })
            }

            fn initial_value(&self) -> Expr {
                Expr::constant($start)
            }
        }
    };
}

improper! {
    /// The improper uniform "distribution" on the whole line: `ln p(x) = 0`. PyMC's `Flat`, NumPyro's `ImproperUniform`.
    Flat, Support::Real, 0.0, |x| x * 0.0
}

improper! {
    /// The improper uniform "distribution" on `x >= 0`: `ln p(x) = 0`. PyMC's `HalfFlat`.
    HalfFlat, Support::NonNegative, 1.0, |x| x.less(0.0).select(f64::NEG_INFINITY, x * 0.0)
}
