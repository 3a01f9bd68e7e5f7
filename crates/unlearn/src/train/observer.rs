//! Watching a training run.

use super::{EpochRecord, Trainer};

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The epoch, from 0.
    pub epoch: usize,
    /// How many there will be.
    pub epochs: usize,
    /// Steps done since the run began.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// Samples of the epoch that were seen.
    pub samples_seen: usize,
    /// Mean cross-entropy of the epoch so far, in nats, codes included.
    pub loss: f64,
    /// Percent of the epoch's images so far that were answered right.
    pub accuracy_percent: f64,
    /// Percent of the epoch's codes so far that were answered right.
    pub code_accuracy_percent: f64,
}

/// Whether a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// On with it.
    Continue,
    /// Stop before the next step.
    Stop,
}

/// Is told of a run's progress, and may stop it.
pub trait Observer {
    /// After every step.
    fn step(&mut self, progress: &Progress) -> Flow;

    /// After every epoch; the trainer can be saved from here.
    fn epoch(&mut self, _record: &EpochRecord, _trainer: &Trainer<'_>) -> Flow {
        Flow::Continue
    }

    /// While class means are measured, when training has ended: so much of so much is done.
    fn measuring(&mut self, _done: usize, _all: usize) {}
}

/// An observer that watches nothing.
impl Observer for () {
    fn step(&mut self, _: &Progress) -> Flow {
        Flow::Continue
    }
}
