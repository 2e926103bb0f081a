//! What can end the main job early.

use std::path::PathBuf;

/// Why the job could not be finished.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Data could not be made.
    #[error("data: {0}")]
    Data(#[from] elbo::datasets::Error),
    /// The model could not be built or evaluated.
    #[error("model: {0}")]
    Model(#[from] elbo::model::Error),
    /// A fit failed; what it had reached has been saved.
    #[error("{name}: {error}{}", saved(.state))]
    Fit {
        /// The fit.
        name: &'static str,
        /// What went wrong.
        error: Box<elbo::vi::Error>,
        /// Where its last good state was saved.
        state: Option<PathBuf>,
    },
    /// A score could not be computed.
    #[error("score: {0}")]
    Score(#[from] elbo::vi::Error),
    /// Draws could not be written.
    #[error("draws: {0}")]
    Posterior(#[from] elbo::posterior::Error),
    /// A picture could not be drawn.
    #[error("picture: {0}")]
    Report(#[from] elbo::report::Error),
    /// A file could not be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The threads could not be started.
    #[error("threads: {0}")]
    Threads(String),
    /// Ctrl-C could not be caught.
    #[error("signal: {0}")]
    Signal(String),
    /// Interrupted before the first step.
    #[error("interrupted before anything was fitted")]
    NothingFitted,
}

fn saved(state: &Option<PathBuf>) -> String {
    state.as_ref().map_or_else(String::new, |path| format!("; the last good state is in {}", path.display()))
}
