//! The one error type of building and using a model.

use elbo_tensor_ad::{Array, Shape};

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
    /// A name that a saved file of draws could not keep, or that the crate uses itself.
    #[error("the name `{name}` cannot be used: {reason}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
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
    /// An axis without an element.
    #[error("the axis `{axis}` of `{variable}` has length 0")]
    EmptyAxis {
        /// The name of the axis.
        axis: String,
        /// What has it.
        variable: String,
    },
    /// One axis stands twice in a variable.
    #[error("`{variable}` has the axis `{axis}` twice; give equal lengths two names")]
    RepeatedAxis {
        /// The variable or the data.
        variable: String,
        /// The name of the axis.
        axis: String,
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
        source: Box<elbo_distributions::Error>,
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
    /// A mean over no draws was asked for.
    #[error("there is no draw")]
    NoDraws,
    /// A predictor of nothing was asked for.
    #[error("a predictor needs at least one expression")]
    NoExpressions,
    /// An initial value does not stretch to the shape of its variable.
    #[error("the initial value of `{variable}` has shape {found:?}, which does not stretch to {expected:?}")]
    InitialShape {
        /// The variable.
        variable: String,
        /// The shape of the variable.
        expected: Vec<usize>,
        /// The shape given.
        found: Vec<usize>,
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

impl Error {
    /// An error that names the first element of `array` that is NaN or infinite, if there is one.
    pub(crate) fn unless_finite(name: &str, array: &Array<f64>) -> Result<(), Error> {
        match array.data().iter().position(|x| !x.is_finite()) {
            None => Ok(()),
            Some(flat) => {
                let value = array.data()[flat];
                Err(Error::NonFiniteData {
                    variable: name.to_string(),
                    value,
                    index: unravel(flat, array.shape()),
                })
            }
        }
    }
}

/// Where element `flat` of a row-major array stands.
pub(crate) fn unravel(mut flat: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (slot, &n) in index.iter_mut().zip(shape).rev() {
        *slot = flat % n.max(1);
        flat /= n.max(1);
    }
    index
}
