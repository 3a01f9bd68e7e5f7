//! A trainer's run as work of a method.

use crate::train::{Flow, Observer, Progress, Trainer};
use crate::tune::{Stopped, Work};

/// Tells whoever watches of the trainer's steps.
pub struct Watched<'a> {
    pub work: Work<'a>,
    stopped: Option<Stopped>,
}

impl<'a> Watched<'a> {
    /// Tells who watches this work.
    pub fn new(work: Work<'a>) -> Self {
        Self {
            work,
            stopped: None,
        }
    }

    /// Runs a trainer to its end.
    ///
    /// # Errors
    /// If whoever watches stops the work.
    pub fn run(&mut self, trainer: &mut Trainer<'_>) -> Result<(), Stopped> {
        trainer.run(self);
        match self.stopped {
            Some(stopped) => Err(stopped),
            None => Ok(()),
        }
    }
}

impl Observer for Watched<'_> {
    fn step(&mut self, _: &Progress) -> Flow {
        self.stopped = self.work.step().err();
        match self.stopped {
            Some(_) => Flow::Stop,
            None => Flow::Continue,
        }
    }
}
