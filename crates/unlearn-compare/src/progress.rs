//! Watching a comparison.

use unlearn::train::Flow;

/// Where a run stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress<'a> {
    /// Cells of the run that are done, those that were done before it included.
    pub done: usize,
    /// Cells of the run.
    pub all: usize,
    /// What the job that tells is doing.
    pub doing: &'a str,
    /// Of every cell that is being done the part that is done, added up.
    pub part: f64,
}

/// Is told of every step of a run, and may stop it.
pub type Observer<'a> = &'a (dyn Fn(&Progress<'_>) -> Flow + Sync);
