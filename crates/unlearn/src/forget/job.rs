//! A request carried out by a method.

use std::collections::HashMap;
use std::time::Instant;

use rayon::prelude::*;
use serde_json::{Map, Value as Json};
use unlearn_data::{Augmentation, Split};

use super::{CodeAnswers, CodeMeasures, Context, ForgetError, Method, Request, Step, confidence};
use crate::checkpoint::Model;
use crate::code::Codebook;
use crate::enrol::Enrolment;
use crate::network::Value;
use crate::train::TrainParameters;
use crate::tune::Watch;

/// A request, the model that it is about, and what is at hand to carry it out.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    context: Context<'a>,
}

/// What a job did.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The model that forgot.
    pub model: Model,
    /// The method's name.
    pub method: &'static str,
    /// What the method was told or chose, by name.
    pub choices: Map<String, Json>,
    /// The forgetting alone: neither loading, nor writing, nor the measures below.
    pub forget_seconds: f64,
    /// Single-sample backward passes.
    pub backward_passes: usize,
    /// The moves that the method made by the codes, in order.
    pub steps: Vec<Step>,
    /// Per parameter tensor that moved; those that the model did not have moved from 0.
    pub changes: Vec<Change>,
    /// What the codes said before; none where there are no codes.
    pub codes_before: Option<CodeMeasures>,
    /// What the codes say afterwards; none where there are no codes.
    pub codes: Option<CodeMeasures>,
    /// Per forgotten class of the request; empty where there are no codes.
    pub classes: Vec<ForgottenClass>,
    /// Classes forgotten by earlier requests whose codes are decoded again.
    pub came_back: Vec<usize>,
}

/// What the code of one forgotten class says.
#[derive(Clone, Debug, PartialEq)]
pub struct ForgottenClass {
    /// The class.
    pub class: usize,
    /// The loss on its code before, in nats.
    pub loss_before: f64,
    /// The loss on its code afterwards, in nats.
    pub loss_after: f64,
    /// Whether the network still decodes the code as the class.
    pub is_decoded: bool,
    /// How sure the code makes it that the class's images are forgotten; see
    /// [`confidence`]. None for moves for which that was not measured: all but the
    /// automatic ones of the classes' own outputs.
    pub confidence: Option<f64>,
}

/// How far one parameter tensor moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The parameter's name.
    pub name: String,
    /// How many of its elements moved.
    pub changed: usize,
    /// How many there are.
    pub elements: usize,
    /// The largest move of one element, in its own unit.
    pub largest: f64,
}

impl<'a> Job<'a> {
    /// A job whose codes fit its model.
    ///
    /// # Errors
    /// If shape or classes of the codes are not the model's, or the code of a
    /// class that is to be forgotten was never planted.
    pub fn new(
        model: &'a Model,
        codes: &'a Codebook,
        request: &'a Request,
    ) -> Result<Self, ForgetError> {
        codes.check_fit(model)?;
        let metadata = &model.metadata;
        let mut forgotten = request.forgotten().iter();
        if let Some(class) = forgotten.find(|class| !metadata.is_planted(**class)) {
            let class = metadata.classes.names()[*class].clone();
            return Err(ForgetError::NeverPlanted { class });
        }
        let mut job = Self::without_codes(model, request);
        job.context.codes = Some(codes);
        Ok(job)
    }

    /// A job on a model without codes, for methods that need none; nothing can
    /// be measured by codes then.
    pub fn without_codes(model: &'a Model, request: &'a Request) -> Self {
        Self {
            context: Context::new(model, request),
        }
    }

    /// The same job with what was found out of model and codes beforehand.
    ///
    /// # Errors
    /// If the enrolment is that of another model, or of the model as it was, or
    /// of other codes, or there are no codes.
    pub fn with_enrolment(mut self, enrolment: &'a Enrolment) -> Result<Self, ForgetError> {
        let codes = self.context.codes("enrolment")?;
        enrolment.check(self.context.model, codes)?;
        self.context.enrolment = Some(enrolment);
        Ok(self)
    }

    /// The same job with training images, for methods that need them; while they
    /// are shuffled they are varied as they were in training.
    ///
    /// # Errors
    /// If their shape is not the model's.
    pub fn with_images(
        mut self,
        images: &'a Split,
        augmentation: Augmentation,
    ) -> Result<Self, ForgetError> {
        let expected = self.context.model.metadata.input_shape;
        if images.shape() != expected {
            return Err(ForgetError::ImageShape {
                expected,
                found: images.shape(),
            });
        }
        self.context.images = Some(images);
        self.context.augmentation = augmentation;
        Ok(self)
    }

    /// The same job with the recipe that the model was trained by, for methods
    /// that train anew.
    pub fn with_recipe(mut self, recipe: &'a TrainParameters) -> Self {
        self.context.recipe = Some(recipe);
        self
    }

    /// The same job, whose method draws from this seed.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.context.seed = seed;
        self
    }

    /// The same job, told of every step.
    pub fn with_watch(mut self, watch: Watch<'a>) -> Self {
        self.context.watch = watch;
        self
    }

    /// The same job, in which the mean loss on the kept codes may rise by so
    /// many nats: a method that goes step by step stops there. Whether it was kept is for
    /// a [`super::Gate`] to say.
    pub fn with_max_kept_loss(mut self, nats: Option<f64>) -> Self {
        self.context.max_kept_loss = nats;
        self
    }

    /// The same job, whose steps say what other strengths would have done.
    pub fn with_curves(mut self) -> Self {
        self.context.curve = true;
        self
    }

    /// Runs a method.
    ///
    /// # Errors
    /// If something that the method needs is not at hand, it cannot carry out the request,
    /// or it was stopped.
    pub fn run(&self, method: &dyn Method) -> Result<Outcome, ForgetError> {
        let before = self.context.model;
        let entry = method.entry();
        self.context.check(entry.name, method.needs(before))?;
        let start = Instant::now();
        let forgotten = method.forget(self.context)?;
        let forgetting = start.elapsed().saturating_sub(forgotten.measuring);
        let forget_seconds = forgetting.as_secs_f64();
        let mut model = Model {
            network: forgotten.network,
            metadata: before.metadata.clone(),
        };
        let names = before.metadata.classes.names();
        let classes = self.context.request.forgotten().iter();
        model.metadata.origin = Some(before.origin());
        for class in classes.map(|class| &names[*class]) {
            let by = entry.name.to_owned();
            model.metadata.forgotten_by.insert(class.clone(), by);
            model.metadata.forgotten.push(class.clone());
        }
        if let Some(architecture) = forgotten.architecture {
            model.metadata.architecture = architecture;
        }
        if forgotten.is_drawn_anew {
            model.metadata.unplanted = names.to_vec();
        }
        let mut outcome = Outcome {
            method: entry.name,
            choices: forgotten.choices,
            forget_seconds,
            backward_passes: forgotten.backward_passes,
            steps: forgotten.steps,
            changes: self.changes(&model),
            codes_before: None,
            codes: None,
            classes: Vec::new(),
            came_back: Vec::new(),
            model,
        };
        if let Some(codes) = self.context.codes {
            let answers = forgotten.answers.unwrap_or_else(|| {
                let networks = [&before.network, &outcome.model.network];
                networks.map(|network| CodeAnswers::of(network, codes, self.context.request))
            });
            self.measure(&answers, &mut outcome);
        }
        Ok(outcome)
    }

    /// Adds what the codes say of both networks.
    fn measure(&self, [before, after]: &[CodeAnswers; 2], outcome: &mut Outcome) {
        let request = self.context.request;
        outcome.codes_before = Some(before.measures(request));
        outcome.codes = Some(after.measures(request));
        let gone = request.gone();
        let known = after.loss(gone).predictions.into_iter().zip(gone);
        let known = known.filter(|(answer, class)| answer == *class);
        outcome.came_back = known.map(|(_, class)| *class).collect();
        let [before, after] = [before, after].map(|answers| answers.loss(request.forgotten()));
        // The prediction was measured for these moves and no others.
        let is_predictable =
            !outcome.steps.is_empty() && outcome.steps.iter().all(Step::is_automatic_in_outputs);
        let classes = request.forgotten().iter().enumerate();
        let classes = classes.map(|(place, &class)| {
            let [loss_before, loss_after] = [&before, &after].map(|loss| loss.losses[place]);
            ForgottenClass {
                class,
                loss_before,
                loss_after,
                is_decoded: after.predictions[place] == class,
                confidence: confidence(loss_before, loss_after).filter(|_| is_predictable),
            }
        });
        outcome.classes = classes.collect();
    }

    fn changes(&self, after: &Model) -> Vec<Change> {
        let before = self.context.model.network.parameters().iter();
        let before: HashMap<&str, &Value> = before.map(|p| (&*p.name, &p.value)).collect();
        let changes = after.network.parameters().iter().map(|after| {
            let elements = after.value.element_count();
            let old = before.get(&*after.name);
            let old = old.filter(|old| old.shape() == after.value.shape());
            let read = |old: &[f32]| after.value.read(|new| distances(old, new));
            let (changed, largest) = match old {
                Some(old) => old.read(read),
                None => read(&vec![0.0; elements]),
            };
            Change {
                name: after.name.clone(),
                changed,
                elements,
                largest,
            }
        });
        changes.filter(|change| change.changed > 0).collect()
    }
}

/// How many numbers moved, and how far the furthest did.
fn distances(old: &[f32], new: &[f32]) -> (usize, f64) {
    if std::ptr::eq(old, new) {
        return (0, 0.0);
    }
    let pairs = old.par_iter().zip(new).with_min_len(1 << 14);
    let distances = pairs.map(|(old, new)| (new - old).abs());
    let counted = distances.map(|distance| (usize::from(distance > 0.0), f64::from(distance)));
    counted.reduce(
        || (0, 0.0),
        |(changed, largest), (more, distance)| (changed + more, largest.max(distance)),
    )
}

impl Outcome {
    /// By how much the mean loss on the kept codes rose, in nats; none where there
    /// are no codes.
    pub fn kept_loss_rise(&self) -> Option<f64> {
        let both = self.codes.zip(self.codes_before);
        both.map(|(after, before)| after.kept_loss - before.kept_loss)
    }

    /// How many numbers moved.
    pub fn parameters_changed(&self) -> usize {
        self.changes.iter().map(|change| change.changed).sum()
    }

    /// The largest move of any number, in its own unit.
    pub fn largest_change(&self) -> f64 {
        self.changes
            .iter()
            .map(|change| change.largest)
            .fold(0.0, f64::max)
    }
}
