//! `Numeric`: a distribution at plain numbers.

use elbo_tensor_ad::{Array, Expr, Plan};
use rand::Rng;

use crate::{Distribution, Error, Support};

/// A distribution whose parameters are numbers, evaluated at numbers.
///
/// What a [`Distribution`] gives as expressions is given here as numbers, by the same formulas. A value is anything that becomes an
/// [`Array`]: a number, a vector, nested arrays; it broadcasts with the parameters.
///
/// Each call builds and compiles an expression: right for tables, tests and plots. A loop of millions of calls compiles a
/// [`Plan`] of [`Distribution::log_density`] once.
///
/// ```
/// use elbo_distributions::{Normal, Numeric};
///
/// let d = Numeric::new(Normal::new(1.0, 2.0))?;
/// assert_eq!(d.mean()?.data(), [1.0]);
/// assert!((d.cdf(1.0)?.data()[0] - 0.5).abs() < 1e-15);
/// assert!((d.quantile(vec![0.025, 0.975])?.data()[1] - 4.919927969080108).abs() < 1e-14);
/// # Ok::<(), elbo_distributions::Error>(())
/// ```
#[derive(Debug)]
pub struct Numeric {
    distribution: Box<dyn Distribution>,
    parameters: Vec<Array<f64>>,
}

macro_rules! of_a_value {
    ($($(#[$page:meta])* $name:ident, $argument:literal, $missing:literal;)+) => {$(
        $(#[$page])*
        ///
        /// # Errors
        /// [`Error::Missing`] where the distribution has none, [`Error::Expression`] for a value that does not broadcast.
        pub fn $name(&self, value: impl Into<Array<f64>>) -> Result<Array<f64>, Error> {
            let value = value.into();
            let input = Expr::input($argument, value.shape());
            let found = self.distribution.$name(&input).ok_or(self.missing($missing))?;
            run(&found, &[($argument, &value)])
        }
    )+};
}

macro_rules! of_none {
    ($($(#[$page:meta])* $name:ident, $missing:literal;)+) => {$(
        $(#[$page])*
        ///
        /// # Errors
        /// [`Error::Missing`] where there is no formula.
        pub fn $name(&self) -> Result<Array<f64>, Error> {
            let found = self.distribution.$name().ok_or(self.missing($missing))?;
            run(&found, &[])
        }
    )+};
}

impl Numeric {
    /// The distribution, once its parameters are checked.
    ///
    /// # Errors
    /// All that [`check`](Distribution::check) and [`check_values`](Distribution::check_values) report; [`Error::Computed`] for a parameter that hangs on an input.
    pub fn new(distribution: impl Distribution) -> Result<Self, Error> {
        distribution.check()?;
        let mut parameters = Vec::new();
        for p in distribution.parameters() {
            if !p.value.free_inputs().is_empty() {
                return Err(Error::Computed { distribution: distribution.name(), parameter: p.name });
            }
            parameters.push(run(&p.value, &[])?);
        }
        distribution.check_values(&parameters)?;
        Ok(Numeric { distribution: Box::new(distribution), parameters })
    }

    /// The distribution itself.
    pub fn distribution(&self) -> &dyn Distribution {
        &*self.distribution
    }

    /// The log density, minus infinity outside the support.
    ///
    /// # Errors
    /// [`Error::Expression`] for a value that does not broadcast.
    pub fn log_density(&self, value: impl Into<Array<f64>>) -> Result<Array<f64>, Error> {
        let value = value.into();
        let found = self.distribution.log_density(&Expr::input("value", value.shape()));
        run(&found, &[("value", &value)])
    }

    of_a_value! {
        /// `P(X <= x)`
        cdf, "value", "distribution function";
        /// `ln P(X <= x)`
        log_cdf, "value", "distribution function";
        /// `ln P(X > x)`
        log_survival, "value", "distribution function";
        /// The smallest `x` with `cdf(x) >= p`.
        quantile, "p", "quantile";
    }

    of_none! {
        /// The mean.
        mean, "formula of its mean";
        /// The variance.
        variance, "formula of its variance";
        /// The value of the highest density.
        mode, "formula of its mode";
        /// The entropy in nats.
        entropy, "formula of its entropy";
    }

    /// The support, or `None` where a bound has an element for each member of a batch.
    pub fn support(&self) -> Option<Support<f64>> {
        self.distribution.support().literal()
    }

    /// Draws of this shape.
    ///
    /// # Errors
    /// [`Error::DrawShape`] when a parameter does not stretch to the shape.
    pub fn sample(&self, shape: &[usize], rng: &mut dyn Rng) -> Result<Array<f64>, Error> {
        self.distribution.sample(&self.parameters, shape, rng)
    }

    fn missing(&self, missing: &'static str) -> Error {
        Error::Missing { distribution: self.distribution.name(), missing }
    }
}

/// The value of an expression; an input that it does not hang on is left out.
pub(crate) fn run(expr: &Expr, given: &[(&str, &Array<f64>)]) -> Result<Array<f64>, Error> {
    let plan = Plan::compile(std::slice::from_ref(expr))?;
    let used: Vec<_> = given.iter().filter(|(name, _)| plan.input(name).is_some()).copied().collect();
    Ok(plan.call(&used)?.remove(0))
}
