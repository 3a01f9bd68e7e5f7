//! One stretch of training, from its start or a checkpoint to its end or a stop.

use std::path::Path;
use std::time::{Duration, Instant};

use unlearn::checkpoint::Model;
use unlearn::train::{EpochRecord, Trainer};

use crate::interrupt::Interrupt;
use crate::progress::TrainingBar;
use crate::watch::{Watch, samples_after, save};

/// What a session needs besides its trainer.
pub struct Session<'a> {
    /// What the progress bar is called.
    pub label: &'a str,
    /// Asks to stop.
    pub interrupt: &'a Interrupt,
    /// Where every epoch's checkpoint goes, and the last one if the run is
    /// interrupted.
    pub checkpoint: Option<&'a Path>,
    /// Samples per epoch, and per step.
    pub samples: [usize; 2],
    /// Epochs of the whole run.
    pub epochs: usize,
}

/// What became of a session.
pub struct SessionEnd {
    /// Why it ended.
    pub reason: EndReason,
    /// Training alone, without the writing of checkpoints.
    pub train_seconds: f64,
    /// Samples, codes included, per second.
    pub samples_per_second: f64,
    /// The epochs that ended in it.
    pub history: Vec<EpochRecord>,
}

/// Why a session did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// The user asked to stop.
    Interrupted,
    /// Loss or weights are no longer finite.
    Diverged {
        /// Steps until then.
        step: usize,
    },
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// All steps are done.
    Finished,
    /// The user asked to stop.
    Interrupted,
    /// Loss or weights are no longer finite.
    Diverged {
        /// Steps until then.
        step: usize,
    },
}

impl SessionEnd {
    /// The session, if all its steps are done; else why not.
    pub fn finished(self) -> Result<Self, Unfinished> {
        match self.reason {
            EndReason::Finished => Ok(self),
            EndReason::Interrupted => Err(Unfinished::Interrupted),
            EndReason::Diverged { step } => Err(Unfinished::Diverged { step }),
        }
    }
}

impl Session<'_> {
    /// Trains.
    ///
    /// # Errors
    /// If a checkpoint cannot be written.
    pub fn run(&self, trainer: &mut Trainer<'_>) -> anyhow::Result<SessionEnd> {
        let seen_before = samples_after(trainer.steps_done(), self.samples);
        let all = self.epochs.saturating_mul(self.samples[0]);
        let mut watch = Watch {
            bar: TrainingBar::new(self.label, seen_before, all),
            interrupt: self.interrupt,
            checkpoint: self.checkpoint,
            samples: self.samples,
            history: Vec::new(),
            saving: Duration::ZERO,
            diverged_at: None,
            failure: None,
        };
        let start = Instant::now();
        let finished = trainer.run(&mut watch);
        let seconds = start.elapsed().saturating_sub(watch.saving).as_secs_f64();
        let Watch {
            history,
            diverged_at,
            failure,
            ..
        } = watch;
        if let Some(error) = failure {
            return Err(error.into());
        }
        let step = trainer.steps_done();
        let reason = match diverged_at {
            Some(step) => EndReason::Diverged { step },
            None if finished && !is_finite(&trainer.model()) => EndReason::Diverged { step },
            None if finished => EndReason::Finished,
            None => EndReason::Interrupted,
        };
        if let (EndReason::Interrupted, Some(path)) = (reason, self.checkpoint) {
            save(path, trainer)?;
        }
        let seen = samples_after(step, self.samples).saturating_sub(seen_before);
        Ok(SessionEnd {
            reason,
            train_seconds: seconds,
            samples_per_second: seen as f64 / seconds.max(f64::MIN_POSITIVE),
            history,
        })
    }
}

/// Whether all numbers of a model are finite: others cannot be stored.
pub fn is_finite(model: &Model) -> bool {
    let mut parameters = model.network.parameters().iter();
    parameters.all(|parameter| {
        let is_finite = |numbers: &[f32]| numbers.iter().all(|number| number.is_finite());
        parameter.value.read(is_finite)
    })
}
