//! The one error type of the crate.

/// Why a network could not become a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A network needs at least an input and an output.
    #[error("a network needs at least 2 widths, found {found}")]
    Widths {
        /// How many widths were given.
        found: usize,
    },
    /// A layer of no units.
    #[error("layer {layer} has width 0")]
    ZeroWidth {
        /// The layer, 0 for the input.
        layer: usize,
    },
    /// The data have another number of features than the network has inputs.
    #[error("the network has {expected} inputs, the data have shape {found:?}")]
    InputWidth {
        /// The first width of the network.
        expected: usize,
        /// The shape of the data.
        found: Vec<usize>,
    },
    /// The likelihood needs another number of outputs.
    #[error("the likelihood needs {}{expected} output(s), the network has {found}", if *.at_least { "at least " } else { "" })]
    OutputWidth {
        /// How many it needs.
        expected: usize,
        /// True when more would do as well.
        at_least: bool,
        /// The last width of the network.
        found: usize,
    },
    /// The observations are not one for each row of the data.
    #[error("the data have {rows} rows, the observations shape {found:?}")]
    Observations {
        /// The rows of the data.
        rows: usize,
        /// The shape of the observations.
        found: Vec<usize>,
    },
    /// The model could not be built: a parameter out of range, data that are not finite, labels that are
    /// not classes.
    #[error(transparent)]
    Model(#[from] elbo_model::Error),
}
