//! Watching a comparison.

use unlearn::train::Flow;

/// Where a run stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress<'a> {
    /// Cells of the run that are done, those that were done before it included.
    pub done: usize,
    /// Cells of the run.
    pub all: usize,
    /// What is being done.
    pub doing: &'a str,
    /// The part of it that is done, from 0 to 1.
    pub part: f64,
}

/// Is told of every step of a run, and may stop it.
pub type Observer<'a> = &'a dyn Fn(&Progress<'_>) -> Flow;
