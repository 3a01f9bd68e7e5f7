//! What can be wrong with a training run.

use std::path::PathBuf;

use thiserror::Error;

use crate::checkpoint::CheckpointError;
use crate::network::NetworkError;

/// A training run cannot be started or resumed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrainError {
    /// A setting is out of its range.
    #[error("{setting}: expected {expected}, found {found}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// Its range.
        expected: &'static str,
        /// What it was.
        found: f64,
    },
    /// There is nothing to learn from.
    #[error("expected training samples of at least 2 classes, found {samples} of {classes}")]
    NoSamples {
        /// How many samples there are.
        samples: usize,
        /// Of how many classes.
        classes: usize,
    },
    /// The interrupted run was another one.
    #[error("{path}: cannot be resumed: {what}: expected {expected} as the run began, found {found}", path = path.display())]
    Another {
        /// The file of the interrupted run.
        path: PathBuf,
        /// What differs.
        what: String,
        /// What the interrupted run had.
        expected: String,
        /// What was asked for now.
        found: String,
    },
    /// The network is an ensemble.
    #[error(
        "architecture `{architecture}`: expected one that is trained as a whole, found an ensemble, whose parts the method of this name trains one by one"
    )]
    Ensemble {
        /// Its name.
        architecture: &'static str,
    },
    /// The architecture makes no network for these images and classes.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The file of the interrupted run cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}
