//! Why a comparison cannot be run.

use std::path::PathBuf;

use thiserror::Error;
use unlearn::checkpoint::{CheckpointError, OutputError};
use unlearn::forget::ForgetError;
use unlearn::network::DeviceError;
use unlearn::train::TrainError;

/// A comparison was refused, or stopped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CompareError {
    /// The device that is to do the work is not there.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The system has no threads for the jobs.
    #[error("the jobs' threads: {0}")]
    Threads(rayon::ThreadPoolBuildError),
    /// A file cannot be read.
    #[error("{path}: cannot be read: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something in the experiment file is wrong.
    #[error("{path}:{line}: `{key}`: {reason}", path = path.display())]
    Experiment {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key on it.
        key: String,
        /// What was expected and what was found.
        reason: String,
    },
    /// A file of the cache does not hold what its name says.
    #[error("{path}: expected what came of a cell, found {reason}; remove it to have it done anew", path = path.display())]
    Cell {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Two folders hold different results of one cell.
    #[error("{path}: expected the same result as in {other}, found another: {what}", path = path.display(), other = other.display())]
    Conflict {
        /// The file.
        path: PathBuf,
        /// The file with the other result.
        other: PathBuf,
        /// Which part differs.
        what: String,
    },
    /// Not all cells are done.
    #[error(
        "expected all {all} cells to be done, found {done}; the first that is missing: {first}"
    )]
    Missing {
        /// How many there are.
        all: usize,
        /// How many are done.
        done: usize,
        /// The first that is not.
        first: String,
    },
    /// The observer stopped the run; all that is finished is kept.
    #[error("stopped with {done} of {all} cells done")]
    Stopped {
        /// Cells that are done.
        done: usize,
        /// Cells in all.
        all: usize,
    },
    /// A training cannot be started or resumed.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A request cannot be made of a model.
    #[error(transparent)]
    Forget(#[from] ForgetError),
    /// A trained model of the cache cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A result cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}
