//! `Numeric`: a distribution at plain numbers.

use elbo_tensor_ad::{Array, Expr, Plan};
use rand::Rng;

use crate::divergence::{self, Divergence, Estimated};
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

    /// The divergence [`kl`](crate::kl) of this distribution from another, in closed form or by quadrature.
    ///
    /// # Errors
    /// [`Error::Missing`] where there is neither: [`kl_by_draws`](Self::kl_by_draws) estimates it. Those of [`kl`](crate::kl).
    pub fn kl(&self, other: &Numeric) -> Result<Array<f64>, Error> {
        match divergence::kl(self.distribution(), other.distribution())? {
            Divergence::Exact(e) | Divergence::Quadrature(e) => run(&e, &[]),
            Divergence::MonteCarlo(_) => Err(self.missing("divergence without draws")),
        }
    }

    /// The mean of `ln q - ln p` over draws of this distribution `q`, with its standard error.
    ///
    /// ```
    /// use elbo_distributions::{Normal, Numeric};
    /// use rand::SeedableRng;
    /// use rand_xoshiro::Xoshiro256PlusPlus;
    ///
    /// let (q, p) = (Numeric::new(Normal::new(0.5, 1.0))?, Numeric::new(Normal::standard())?);
    /// let found = q.kl_by_draws(&p, 10_000, &mut Xoshiro256PlusPlus::seed_from_u64(1))?;
    /// assert!((found.value.data()[0] - q.kl(&p)?.data()[0]).abs() < 5.0 * found.error.data()[0]);
    /// # Ok::<(), elbo_distributions::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Expression`] when values of the one are none of the other's; those of [`sample`](Self::sample).
    pub fn kl_by_draws(&self, other: &Numeric, draws: usize, rng: &mut dyn Rng) -> Result<Estimated, Error> {
        self.mean_over_draws(draws, rng, |x| {
            self.distribution.log_density(x) - other.distribution.log_density(x)
        })
    }

    /// The mean of `-ln p` over draws, with its standard error: the entropy of any distribution that can be drawn from.
    ///
    /// # Errors
    /// Those of [`sample`](Self::sample).
    pub fn entropy_by_draws(&self, draws: usize, rng: &mut dyn Rng) -> Result<Estimated, Error> {
        self.mean_over_draws(draws, rng, |x| -self.distribution.log_density(x))
    }

    fn mean_over_draws(
        &self,
        draws: usize,
        rng: &mut dyn Rng,
        f: impl FnOnce(&Expr) -> Expr,
    ) -> Result<Estimated, Error> {
        let d = self.distribution();
        let sides = d.batch_shape().fixed().into_iter().chain(d.event_shape().fixed());
        let shape: Vec<usize> = std::iter::once(draws).chain(sides.flatten()).collect();
        let x = self.sample(&shape, rng)?;
        let terms = run(&f(&Expr::input("value", x.shape())), &[("value", &x)])?;
        Ok(divergence::mean_and_error(&terms))
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
