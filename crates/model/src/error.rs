//! The one error type of building and using a model.

use elbo_tensor_ad::Shape;

/// Why a model could not be built, or an expression of it not be evaluated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two parts of the model have one name.
    #[error("the name `{name}` is used twice")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// An axis was named that nothing has declared.
    #[error("`{variable}` has an axis `{axis}`, which is not declared; declared are {known:?}")]
    UnknownAxis {
        /// The variable that uses it.
        variable: String,
        /// The name of the axis.
        axis: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// One axis was given two lengths.
    #[error("the axis `{axis}` has length {first}, but `{variable}` has {second} there")]
    AxisLength {
        /// The name of the axis.
        axis: String,
        /// The length known first.
        first: usize,
        /// What has the other length.
        variable: String,
        /// The other length.
        second: usize,
    },
    /// Data have another number of axes than names were given for.
    #[error("`{variable}` has {found} axes, but {expected} names were given")]
    AxisCount {
        /// The data.
        variable: String,
        /// How many names.
        expected: usize,
        /// How many axes.
        found: usize,
    },
    /// Data hold a NaN or an infinity.
    #[error("`{variable}` holds {value} at {index:?}")]
    NonFiniteData {
        /// The data.
        variable: String,
        /// The value.
        value: f64,
        /// Where.
        index: Vec<usize>,
    },
    /// A distribution's own check failed: a parameter out of range, values outside the support.
    #[error("`{variable}`: {source}")]
    Distribution {
        /// The random variable.
        variable: String,
        /// What the distribution says.
        source: elbo_distributions::Error,
    },
    /// A discrete distribution was given to a latent variable: it has no gradient.
    #[error("`{variable}` is latent and {distribution} is discrete: gradients need a continuous variable")]
    Discrete {
        /// The random variable.
        variable: String,
        /// The distribution.
        distribution: &'static str,
    },
    /// The log density of a variable has another shape than the variable.
    #[error("the log density of `{variable}` has shape {found}, the variable {expected}")]
    DensityShape {
        /// The random variable.
        variable: String,
        /// The shape of the variable.
        expected: Shape,
        /// The shape of its log density: the parameters are larger than the variable.
        found: Shape,
    },
    /// The expression language found a mistake: a shape, a size, an input.
    #[error(transparent)]
    Expression(#[from] elbo_tensor_ad::Error),
    /// There is nothing of that name.
    #[error("the model has no `{name}`; it has {known:?}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The model has no latent variable.
    #[error("the model has no latent variable")]
    NoVariables,
    /// Draws do not divide into rows of the model's dimension.
    #[error("draws are rows of {dim} numbers; {found} numbers are not")]
    DrawLength {
        /// The dimension of the model.
        dim: usize,
        /// How many numbers were given.
        found: usize,
    },
    /// An initial value lies outside the support of its variable.
    #[error("the initial value of `{variable}` at {index} is {value}, outside the support")]
    Initial {
        /// The variable.
        variable: String,
        /// The element.
        index: usize,
        /// The value.
        value: f64,
    },
    /// Named draws could not be assembled.
    #[error(transparent)]
    Posterior(#[from] elbo_posterior::Error),
}
