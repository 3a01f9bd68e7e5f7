//! What a method has done, and who watches it.

use std::fmt;

use thiserror::Error;

use crate::train::Flow;

/// Where a method stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Steps done.
    pub done: usize,
    /// Steps in all; a method may need fewer.
    pub all: usize,
}

/// Is told of every step of a method, and may stop it.
#[derive(Clone, Copy)]
pub struct Watch<'a>(&'a dyn Fn(Steps) -> Flow);

/// The method was stopped before its end.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("stopped after {} of {} steps", .0.done, .0.all)]
pub struct Stopped(pub Steps);

/// Steps and single-sample backward passes of a method, counted while they are done.
#[derive(Debug)]
pub struct Work<'a> {
    watch: Watch<'a>,
    steps: Steps,
    backward_passes: usize,
}

impl<'a> Watch<'a> {
    /// Calls `step` after every step.
    pub fn new(step: &'a dyn Fn(Steps) -> Flow) -> Self {
        Self(step)
    }

    /// Watches nothing.
    pub fn none() -> Self {
        Self(&|_| Flow::Continue)
    }
}

impl fmt::Debug for Watch<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Watch")
    }
}

impl<'a> Work<'a> {
    /// Work of so many steps.
    pub fn new(watch: Watch<'a>, all: usize) -> Self {
        Self {
            watch,
            steps: Steps { done: 0, all },
            backward_passes: 0,
        }
    }

    /// A step is done.
    ///
    /// # Errors
    /// If whoever watches stops the work.
    pub fn step(&mut self) -> Result<(), Stopped> {
        self.steps.done += 1;
        match (self.watch.0)(self.steps) {
            Flow::Continue => Ok(()),
            Flow::Stop => Err(Stopped(self.steps)),
        }
    }

    /// So many samples went backwards.
    pub fn count(&mut self, backward_passes: usize) {
        self.backward_passes += backward_passes;
    }

    /// Single-sample backward passes so far.
    pub fn backward_passes(&self) -> usize {
        self.backward_passes
    }
}
