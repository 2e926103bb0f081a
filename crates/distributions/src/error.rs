//! The one error type of the crate: which distribution, which parameter, which value, what it requires.

use elbo_tensor_ad::Shape;

use crate::Requirement;

/// What went wrong, with the numbers needed to mend it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter is out of its range.
    #[error("{distribution}: {parameter} must be {requires}, found {value}{}", place(.index))]
    Parameter {
        /// The distribution.
        distribution: &'static str,
        /// The name of the parameter.
        parameter: &'static str,
        /// The first value that does not fit. Of a vector whose sum is wrong, the sum.
        value: f64,
        /// Where that value stands in the parameter's array; empty for a scalar. For a wrong sum, the vector.
        index: Vec<usize>,
        /// What the parameter must be.
        requires: Requirement,
    },
    /// The parameters do not broadcast to one shape.
    #[error("{distribution}: the parameters do not broadcast to one shape: {}", shapes(.found))]
    ParameterShapes {
        /// The distribution.
        distribution: &'static str,
        /// The name and the shape of each parameter.
        found: Vec<(&'static str, Shape)>,
    },
    /// A parameter has fewer axes than one value of it needs (a probability vector has one).
    #[error("{distribution}: {parameter} needs at least {expected} axes, found {found}")]
    ParameterRank {
        /// The distribution.
        distribution: &'static str,
        /// The name of the parameter.
        parameter: &'static str,
        /// The axes that one value of the parameter has.
        expected: usize,
        /// The axes found.
        found: usize,
    },
    /// A parameter that is a square matrix is not square.
    #[error("{distribution}: {parameter} must be a square matrix, found {rows} rows and {columns} columns")]
    NotSquare {
        /// The distribution.
        distribution: &'static str,
        /// The name of the parameter.
        parameter: &'static str,
        /// The rows found.
        rows: usize,
        /// The columns found.
        columns: usize,
    },
    /// Of two distributions that are compared one is over numbers, the other over vectors or matrices.
    #[error("{} is over events of {} axes, {} over events of {}", distributions[0], found[0], distributions[1], found[1])]
    Events {
        /// The two.
        distributions: [&'static str; 2],
        /// How many axes an event of each has.
        found: [usize; 2],
    },
    /// A density through a map has a slope; the probability of a whole number has none.
    #[error("{distribution} is over continuous distributions, and {inner} is discrete")]
    Discrete {
        /// The modifier.
        distribution: &'static str,
        /// What it was made over.
        inner: &'static str,
    },
    /// A distribution has no such thing in closed form (a quantile that truncation needs, say).
    #[error("{distribution} has no {missing}")]
    Missing {
        /// The distribution.
        distribution: &'static str,
        /// What it lacks.
        missing: &'static str,
    },
    /// Plain numbers were asked of a distribution whose parameter is computed.
    #[error("{distribution}: {parameter} is computed, not a literal")]
    Computed {
        /// The distribution.
        distribution: &'static str,
        /// The name of the parameter.
        parameter: &'static str,
    },
    /// Another number of parameters was given than the distribution has parameters.
    #[error("{distribution} has {expected} parameters, found {found}")]
    ParameterCount {
        /// The distribution.
        distribution: &'static str,
        /// How many parameters it has.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A parameter array does not stretch to the shape of the draw.
    #[error("{distribution}: {parameter} of shape {found:?} does not stretch to draws of shape {shape:?}")]
    DrawShape {
        /// The distribution.
        distribution: &'static str,
        /// The name of the parameter.
        parameter: &'static str,
        /// The shape of the parameter's array.
        found: Vec<usize>,
        /// The shape asked for.
        shape: Vec<usize>,
    },
    /// Draws were asked for in a shape of fewer axes than one value has.
    #[error("{distribution}: one value has {expected} axes, draws of shape {shape:?} have fewer")]
    DrawRank {
        /// The distribution.
        distribution: &'static str,
        /// The axes that one value has.
        expected: usize,
        /// The shape asked for.
        shape: Vec<usize>,
    },
    /// A bijector was given numbers in a shape that it does not map.
    #[error("{bijector} takes {requires}, found shape {found:?}")]
    BijectorShape {
        /// The bijector.
        bijector: &'static str,
        /// What it takes.
        requires: &'static str,
        /// The shape found.
        found: Vec<usize>,
    },
    /// Two bijectors cannot follow each other: one leads onto a set of fewer degrees of freedom than numbers, the other takes free ones.
    #[error("{then} cannot follow {first}: only one of them is between vectors that are free")]
    Composition {
        /// The bijector applied first.
        first: &'static str,
        /// The bijector applied to its result.
        then: &'static str,
    },
    /// A mixture has no components, another number of them than weights, or components over values of different ranks.
    #[error("Mixture: {components} components for {} weights, or of different ranks", number(.weights))]
    Components {
        /// The number of weights, where it is known.
        weights: Option<usize>,
        /// The number of components.
        components: usize,
    },
    /// An interpolated density needs as many heights as points, at least two, their number known.
    #[error("Interpolated: {points} points and {heights} heights; both must be the same number, at least 2")]
    Points {
        /// The number of points, 0 where it is not known.
        points: usize,
        /// The number of heights, 0 where it is not known.
        heights: usize,
    },
    /// No draw of the inner distribution was between the bounds.
    #[error("{distribution}: no draw was between the bounds in {trials} trials")]
    Rejected {
        /// The distribution.
        distribution: &'static str,
        /// How often it was tried.
        trials: usize,
    },
    /// A value is not in the support.
    #[error("{distribution}: values must be {support}, found {value}{}", place(.index))]
    Outside {
        /// The distribution.
        distribution: &'static str,
        /// The first value that is not.
        value: f64,
        /// Where it stands; empty for a scalar.
        index: Vec<usize>,
        /// The support in words.
        support: String,
    },
    /// A parameter carries a shape mistake, or an array could not be made.
    #[error(transparent)]
    Expression(#[from] elbo_tensor_ad::Error),
}

fn place(index: &[usize]) -> String {
    if index.is_empty() { String::new() } else { format!(" at {index:?}") }
}

fn number(count: &Option<usize>) -> String {
    count.map_or_else(|| "an unknown number of".into(), |n| n.to_string())
}

fn shapes(found: &[(&'static str, Shape)]) -> String {
    found.iter().map(|(name, shape)| format!("{name} {shape}")).collect::<Vec<_>>().join(", ")
}

/// The multi-index of element `flat` of a row-major array.
pub(crate) fn unravel(mut flat: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (i, &n) in index.iter_mut().zip(shape).rev() {
        *i = flat % n.max(1);
        flat /= n.max(1);
    }
    index
}
