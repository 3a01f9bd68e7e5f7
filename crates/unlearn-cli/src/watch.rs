//! Watching a training run: progress, checkpoints, Ctrl-C, divergence.

use std::path::Path;
use std::time::{Duration, Instant};

use unlearn::checkpoint::{OutputError, OutputFile};
use unlearn::train::{EpochRecord, Flow, Observer, Progress, Trainer};
use unlearn::tune::Steps;

use crate::interrupt::Interrupt;
use crate::progress::{StepsBar, TrainingBar};

/// Tells the user where a run stands, keeps a checkpoint of every epoch and
/// stops the run where there is a reason.
pub struct Watch<'a> {
    pub bar: TrainingBar,
    pub interrupt: &'a Interrupt,
    /// Where every epoch's checkpoint goes, if anywhere.
    pub checkpoint: Option<&'a Path>,
    /// Samples per epoch, and per step.
    pub samples: [usize; 2],
    /// The epochs that were seen to their end.
    pub history: Vec<EpochRecord>,
    /// Time that went into checkpoints.
    pub saving: Duration,
    /// The loss was not finite at this step.
    pub diverged_at: Option<usize>,
    /// A checkpoint could not be written.
    pub failure: Option<OutputError>,
}

impl Observer for Watch<'_> {
    fn step(&mut self, progress: &Progress) -> Flow {
        self.bar
            .show(progress, samples_after(progress.step, self.samples));
        if !progress.loss.is_finite() {
            self.diverged_at = Some(progress.step);
            return Flow::Stop;
        }
        match self.interrupt.is_asked() {
            true => Flow::Stop,
            false => Flow::Continue,
        }
    }

    fn epoch(&mut self, record: &EpochRecord, trainer: &Trainer<'_>) -> Flow {
        self.history.push(*record);
        let Some(path) = self.checkpoint.filter(|_| self.diverged_at.is_none()) else {
            return Flow::Continue;
        };
        let start = Instant::now();
        let saved = save(path, trainer);
        self.saving += start.elapsed();
        match saved {
            Ok(()) => Flow::Continue,
            Err(error) => {
                self.failure = Some(error);
                Flow::Stop
            }
        }
    }
}

/// Shows how far the measuring of class means is, which ends a training.
pub struct MeasuringWatch {
    bar: StepsBar,
}

impl MeasuringWatch {
    /// From its start.
    pub fn new() -> Self {
        Self {
            bar: StepsBar::new("measuring class means"),
        }
    }
}

impl Observer for MeasuringWatch {
    fn step(&mut self, _: &Progress) -> Flow {
        Flow::Continue
    }

    fn measuring(&mut self, done: usize, all: usize) {
        self.bar.show(Steps { done, all });
    }
}

/// Writes a checkpoint in place of the one before it; it holds the secret seed.
///
/// # Errors
/// If the system refuses.
pub fn save(path: &Path, trainer: &Trainer<'_>) -> Result<(), OutputError> {
    OutputFile::claim(path, true)?
        .secret()?
        .write(&trainer.to_bytes())
}

/// Samples seen in so many steps, where `[per_epoch, per_step]` are the sizes
/// of an epoch and of a batch; the last batch of an epoch may be smaller.
pub fn samples_after(steps: usize, [per_epoch, per_step]: [usize; 2]) -> usize {
    let steps_per_epoch = per_epoch.div_ceil(per_step).max(1);
    let (epochs, rest) = (steps / steps_per_epoch, steps % steps_per_epoch);
    epochs.saturating_mul(per_epoch) + rest * per_step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_batch_of_an_epoch_may_be_smaller() {
        let after = |steps| samples_after(steps, [10, 4]);
        assert_eq!([0, 1, 2, 3, 4].map(after), [0, 4, 8, 10, 14]);
    }
}
