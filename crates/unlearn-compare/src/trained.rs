//! Training a model once, resumably.

use std::time::Instant;

use unlearn::data::{Digest, Split};
use unlearn::train::{EpochRecord, Flow, Observer, Progress, Trainer};

use crate::CompareError;
use crate::cache::{Kept, Trained};
use crate::finite::is_finite;
use crate::run::Run;
use crate::training::Training;

impl Run<'_> {
    /// Trains a model, or takes it or what was done of it from the cache.
    ///
    /// # Errors
    /// If the observer stops it, or a file cannot be used or written.
    pub fn trained(
        &self,
        training: &Training,
        samples: &Split,
        data: Digest,
        title: &str,
    ) -> Result<Kept, CompareError> {
        let key = training.key;
        if let Some(kept) = self.cache.model(key, &self.device)? {
            return Ok(kept);
        }
        let (metadata, parameters) = (training.metadata.clone(), training.parameters.clone());
        let begun = self.cache.training(key)?;
        let is_resumed = begun.is_some();
        let device = &self.device;
        let mut trainer = match begun {
            Some((path, bytes)) => {
                Trainer::parse(&path, &bytes, metadata, parameters, samples, data, device)?
            }
            None => Trainer::new(metadata, parameters, samples, data, device)?,
        };
        let mut watched = Watched {
            run: self,
            title,
            key,
            diverged: false,
            failure: None,
        };
        let start = Instant::now();
        let is_finished = trainer.run(&mut watched);
        let seconds = start.elapsed().as_secs_f64();
        if let Some(failure) = watched.failure {
            return Err(failure);
        }
        let kept = match watched.diverged || !is_finite(&trainer.model()) {
            true => Kept::Diverged,
            false if !is_finished => {
                self.cache.keep_training(key, &trainer)?;
                return Err(self.stopped());
            }
            false => {
                let (model, codes) = trainer.trained(&mut ());
                Kept::Model(Box::new(Trained {
                    model,
                    codes: training.has_codes().then_some(codes),
                    seconds: (!is_resumed).then_some(seconds),
                }))
            }
        };
        self.cache.keep_model(key, &kept)?;
        Ok(kept)
    }
}

/// Watches a training: progress, what is needed to resume, divergence.
struct Watched<'a> {
    run: &'a Run<'a>,
    title: &'a str,
    key: Digest,
    diverged: bool,
    failure: Option<CompareError>,
}

impl Observer for Watched<'_> {
    fn step(&mut self, progress: &Progress) -> Flow {
        self.diverged = !progress.loss.is_finite();
        match self.diverged {
            true => Flow::Stop,
            false => self
                .run
                .tell(self.title, progress.step as f64 / progress.steps as f64),
        }
    }

    fn epoch(&mut self, _: &EpochRecord, trainer: &Trainer<'_>) -> Flow {
        // What is not finite can neither be stored nor become finite again.
        self.diverged |= !is_finite(&trainer.model());
        if self.diverged || trainer.is_finished() {
            return match self.diverged {
                true => Flow::Stop,
                false => Flow::Continue,
            };
        }
        self.failure = self.run.cache.keep_training(self.key, trainer).err();
        match self.failure {
            Some(_) => Flow::Stop,
            None => Flow::Continue,
        }
    }
}
