//! Where a run of several jobs stands.

use std::sync::{Mutex, MutexGuard, PoisonError};

use unlearn::train::Flow;

use crate::{CompareError, Observer, Progress};

/// What all jobs of a run know of it, and its observer.
pub(crate) struct Standing<'a> {
    observer: Observer<'a>,
    all: usize,
    counts: Mutex<Counts>,
}

struct Counts {
    done: usize,
    /// Per job the part of its cell that is done.
    parts: Vec<f64>,
    is_stopped: bool,
}

impl<'a> Standing<'a> {
    /// So many cells of all are done.
    pub fn new(observer: Observer<'a>, [done, all]: [usize; 2], jobs: usize) -> Self {
        let counts = Counts {
            done,
            parts: vec![0.0; jobs.max(1)],
            is_stopped: false,
        };
        Self {
            observer,
            all,
            counts: Mutex::new(counts),
        }
    }

    /// Tells the observer of a step of a job.
    pub fn tell(&self, job: usize, doing: &str, part: f64) -> Flow {
        let mut counts = self.counts();
        counts.parts[job] = part;
        self.ask(counts, doing)
    }

    /// A job has done a cell. Whether it stops there: not where it was the last.
    pub fn done(&self, job: usize, doing: &str) -> Flow {
        let mut counts = self.counts();
        counts.done += 1;
        counts.parts[job] = 0.0;
        let is_last = counts.done == self.all;
        match self.ask(counts, doing) {
            Flow::Stop if !is_last => Flow::Stop,
            _ => Flow::Continue,
        }
    }

    /// Stops all jobs.
    pub fn stop(&self) {
        self.counts().is_stopped = true;
    }

    /// That it was stopped.
    pub fn stopped(&self) -> CompareError {
        CompareError::Stopped {
            done: self.counts().done,
            all: self.all,
        }
    }

    fn ask(&self, counts: MutexGuard<'_, Counts>, doing: &str) -> Flow {
        let progress = Progress {
            done: counts.done,
            all: self.all,
            doing,
            part: counts.parts.iter().sum(),
        };
        let is_stopped = counts.is_stopped;
        // An observer that takes its time, or unwinds, holds no other job up.
        drop(counts);
        match (self.observer)(&progress) {
            Flow::Continue if !is_stopped => Flow::Continue,
            _ => {
                self.stop();
                Flow::Stop
            }
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
