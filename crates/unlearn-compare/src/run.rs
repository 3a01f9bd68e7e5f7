//! Doing the cells that are not done.

use std::borrow::Cow;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::vec::IntoIter;

use serde_json::Map;
use unlearn::audit::{Evaluation, evaluate};
use unlearn::checkpoint::Model;
use unlearn::code::Codebook;
use unlearn::enrol::Shard;
use unlearn::forget::{Job, Request};
use unlearn::network::Device;
use unlearn::train::Flow;
use unlearn::tune::{Steps, Watch};
use unlearn_report::{CellMeasures, CellResult, CellSeconds, SCHEMA, VERSION};

use crate::cache::{Cache, Kept, Trained};
use crate::cell::{Cell, Work};
use crate::experiment::Images;
use crate::fisher_errors::Exact;
use crate::jobs::at_a_time;
use crate::method::PlannedMethod;
use crate::original::PlannedOriginal;
use crate::search::found;
use crate::standing::Standing;
use crate::training::Training;
use crate::{CompareError, Observer, Plan};

/// Why a cell has no model.
const DIVERGED: &str = "training diverged: loss or weights are not finite";

/// Does the cells of a share that are not done yet, so many at a time, each job with its part of the threads; each
/// cell is kept in the folder as soon as it is done. Models are trained once and kept too, and after every epoch
/// what is needed to resume.
///
/// A method that cannot carry out a request, or diverges, fails its own cell only: the result says so.
/// Small networks keep several threads badly busy, so that as many jobs as cores are quickest where memory allows.
/// But for seconds, results do not depend on the number of jobs.
///
/// # Errors
/// If the plan's device is not there, the observer stops it, or a file of the folder cannot be used or written.
pub fn run(
    plan: &Plan,
    folder: &Path,
    shard: Shard,
    jobs: NonZeroUsize,
    observer: Observer<'_>,
) -> Result<(), CompareError> {
    let device = plan.device.open()?;
    let cache = Cache::make(folder)?;
    let cells = plan.share(shard);
    let mut pending = Vec::new();
    for &cell in &cells {
        if cache.cell(plan.cells[cell].digest)?.is_none() {
            pending.push(cell);
        }
    }
    let groups = plan.groups(&pending, jobs.get());
    let jobs = jobs.get().min(groups.len());
    let groups = Mutex::new(groups.into_iter());
    let standing = Standing::new(observer, [cells.len() - pending.len(), cells.len()], jobs);
    at_a_time(jobs, |job| {
        let mut run = Run {
            plan,
            cache: cache.clone(),
            device: device.clone(),
            standing: &standing,
            job,
            started: None,
            exact: None,
        };
        let done = catch_unwind(AssertUnwindSafe(|| run.groups(&groups)));
        if !matches!(done, Ok(Ok(()))) {
            standing.stop();
        }
        done.unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// What one job works with.
pub(crate) struct Run<'a> {
    pub plan: &'a Plan,
    pub cache: Cache,
    pub device: Device,
    standing: &'a Standing<'a>,
    job: usize,
    /// The original that is being worked on, by its place.
    pub started: Option<(usize, Started)>,
    /// The exact Fisher diagonals of the last original and set of classes that were asked for.
    pub exact: Option<Exact>,
}

/// A trained original.
pub(crate) struct Started {
    pub model: Model,
    /// None where none were planted.
    pub codes: Option<Codebook>,
    /// On the test images; which classes are forgotten is not said in it.
    evaluation: Evaluation,
}

/// A model that a cell came to, and what it took.
struct Made {
    model: Model,
    backward_passes: Option<usize>,
    seconds: CellSeconds,
    choices: Map<String, serde_json::Value>,
    search: Option<unlearn_report::SearchRecord>,
}

impl Made {
    fn new(model: Model, backward_passes: Option<usize>, forgetting: Option<f64>) -> Self {
        Self {
            model,
            backward_passes,
            seconds: CellSeconds {
                forgetting,
                search: None,
            },
            choices: Map::new(),
            search: None,
        }
    }
}

impl<'a> Run<'a> {
    /// Does groups of cells until none is left.
    fn groups(&mut self, groups: &Mutex<IntoIter<Vec<usize>>>) -> Result<(), CompareError> {
        loop {
            let group = groups.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(group) = group else { return Ok(()) };
            for cell in group {
                let cell = &self.plan.cells[cell];
                // Another row, or another process, may have done the same meanwhile.
                if self.cache.cell(cell.digest)?.is_none() {
                    let result = self.result(cell)?;
                    self.cache.keep_cell(&result)?;
                }
                if self.standing.done(self.job, &cell.title) == Flow::Stop {
                    return Err(self.stopped());
                }
            }
        }
    }

    /// Tells the observer of a step.
    pub fn tell(&self, doing: &str, part: f64) -> Flow {
        self.standing.tell(self.job, doing, part)
    }

    /// That the observer stopped it.
    pub fn stopped(&self) -> CompareError {
        self.standing.stopped()
    }

    /// What comes of a cell.
    fn result(&mut self, cell: &Cell) -> Result<CellResult, CompareError> {
        let plan = self.plan;
        let original = &plan.originals[cell.original];
        let mut result = CellResult {
            schema: SCHEMA,
            version: VERSION.to_owned(),
            cell: cell.digest,
            model_digest: None,
            measures: None,
            failure: None,
            backward_passes: None,
            choices: Map::new(),
            search: None,
            fisher: None,
            seconds: CellSeconds::default(),
        };
        if !self.start(cell.original)? {
            result.failure = Some(DIVERGED.to_owned());
            return Ok(result);
        }
        let Some((_, started)) = &self.started else {
            unreachable!("an original was started");
        };
        let made = match &cell.work {
            Work::Original => Ok(Made::new(started.model.clone(), None, None)),
            Work::Retrained(training) => self.retrained(cell, training, original)?,
            Work::Method(method) => self.forgotten(cell, method, original, started)?,
        };
        let made = match made {
            Ok(made) => made,
            Err(failure) => {
                result.failure = Some(failure);
                return Ok(result);
            }
        };
        let test = &plan.data[original.data].test;
        let after = match &cell.work {
            Work::Original => with_forgotten(&started.evaluation, &cell.classes),
            Work::Retrained(_) | Work::Method(_) => {
                evaluate(&made.model, test, &cell.classes, |_| {})
            }
        };
        result.measures = CellMeasures::new(&after, &started.evaluation, &cell.classes);
        result.model_digest = Some(made.model.digest());
        result.backward_passes = made.backward_passes;
        result.choices = made.choices;
        result.search = made.search;
        result.fisher = self.fisher_errors(cell)?;
        result.seconds = made.seconds;
        Ok(result)
    }

    /// Has an original at hand; false if its training diverged.
    fn start(&mut self, place: usize) -> Result<bool, CompareError> {
        if self.started.as_ref().is_some_and(|(at, _)| *at == place) {
            return Ok(true);
        }
        self.started = None;
        let original = &self.plan.originals[place];
        let data = &self.plan.data[original.data];
        let title = format!("training {}, seed {}", original.name, original.seed);
        let trained = self.trained(&original.training, &data.train, data.digest, &title)?;
        let Kept::Model(trained) = trained else {
            return Ok(false);
        };
        let Trained { model, codes, .. } = *trained;
        let evaluation = evaluate(&model, &data.test, &[], |_| {});
        self.started = Some((
            place,
            Started {
                model,
                codes,
                evaluation,
            },
        ));
        Ok(true)
    }

    /// A model trained without the cell's classes.
    fn retrained(
        &self,
        cell: &Cell,
        training: &Training,
        original: &PlannedOriginal,
    ) -> Result<Result<Made, String>, CompareError> {
        let data = &self.plan.data[original.data];
        let kept = data.train.without_classes(&training.without);
        let settings = training.parameters.settings();
        let backward_passes = settings.epochs * kept.len();
        Ok(
            match self.trained(training, &kept, data.digest, &cell.title)? {
                Kept::Model(trained) => {
                    let Trained { model, seconds, .. } = *trained;
                    Ok(Made::new(model, Some(backward_passes), seconds))
                }
                Kept::Diverged => Err(DIVERGED.to_owned()),
            },
        )
    }

    /// The original after a method, or why there is none.
    fn forgotten(
        &self,
        cell: &Cell,
        method: &PlannedMethod,
        original: &PlannedOriginal,
        started: &Started,
    ) -> Result<Result<Made, String>, CompareError> {
        let data = &self.plan.data[original.data];
        let images = match self.plan.images {
            Images::All => Some(Cow::Borrowed(&data.train)),
            Images::Kept => Some(Cow::Owned(data.train.without_classes(&cell.classes))),
            Images::Forgotten => Some(Cow::Owned(data.train.of_classes(&cell.classes))),
            Images::None => None,
        };
        let names = data.classes.names();
        let classes: Vec<&str> = cell.classes.iter().map(|class| &*names[*class]).collect();
        let request = Request::new(&started.model, &classes)?;
        let recipe = &original.training.parameters;
        let mut job = match &started.codes {
            Some(codes) => Job::new(&started.model, codes, &request)?,
            None => Job::without_codes(&started.model, &request),
        };
        job = job.with_recipe(recipe).with_seed(original.method_seed);
        if let Some(images) = &images {
            job = job.with_images(images, recipe.settings().augmentation)?;
        }
        let trials = method.trials.len() as f64;
        let held_out = data.held_out.as_ref();
        let found = found(method, held_out, &cell.classes, |method, trial, place| {
            let step = |steps: Steps| {
                let part = steps.done as f64 / steps.all.max(1) as f64;
                self.tell(&cell.title, (place as f64 + part.min(1.0)) / trials)
            };
            // Methods without steps are asked about too.
            if self.tell(&cell.title, place as f64 / trials) == Flow::Stop {
                let nothing = Steps { done: 0, all: 0 };
                return Err(unlearn::tune::Stopped(nothing).into());
            }
            job.with_watch(Watch::new(&step))
                .run(method.build(trial)?.as_ref())
        });
        Ok(match found {
            Ok(Ok(found)) => Ok(Made {
                choices: found.outcome.choices,
                search: found.search,
                seconds: CellSeconds {
                    forgetting: Some(found.outcome.forget_seconds),
                    search: found.seconds,
                },
                ..Made::new(
                    found.outcome.model,
                    Some(found.outcome.backward_passes),
                    None,
                )
            }),
            Ok(Err(failure)) => Err(failure),
            Err(_) => return Err(self.stopped()),
        })
    }
}

/// An evaluation in which other classes count as forgotten.
fn with_forgotten(evaluation: &Evaluation, forgotten: &[usize]) -> Evaluation {
    let names: Vec<String> = evaluation
        .classes
        .iter()
        .map(|class| class.name.clone())
        .collect();
    Evaluation::from_confusion(evaluation.confusion.clone(), &names, forgotten)
}
