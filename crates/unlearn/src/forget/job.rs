//! A request carried out by a method.

use std::time::Instant;

use serde_json::{Map, Value as Json};

use super::{CodeMeasures, Context, ForgetError, Method, Request, Step, confidence};
use crate::checkpoint::Model;
use crate::code::Codebook;
use crate::enrol::{EnrolError, Enrolment};
use crate::network::{CrossEntropy, Network};

/// A request, the model that it is about, and its codes.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    model: &'a Model,
    codes: &'a Codebook,
    request: &'a Request,
    enrolment: Option<&'a Enrolment>,
    max_kept_loss: Option<f64>,
    curve: bool,
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
    /// Per parameter tensor that moved.
    pub changes: Vec<Change>,
    /// What the codes said before.
    pub codes_before: CodeMeasures,
    /// What the codes say afterwards.
    pub codes: CodeMeasures,
    /// Per forgotten class of the request.
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
    /// If shape or classes of the codes are not the model's.
    pub fn new(
        model: &'a Model,
        codes: &'a Codebook,
        request: &'a Request,
    ) -> Result<Self, ForgetError> {
        codes.check_fit(model)?;
        Ok(Self {
            model,
            codes,
            request,
            enrolment: None,
            max_kept_loss: None,
            curve: false,
        })
    }

    /// The same job with what was found out of model and codes beforehand.
    ///
    /// # Errors
    /// If the enrolment is that of another model, or of the model as it was, or
    /// of other codes.
    pub fn with_enrolment(self, enrolment: &'a Enrolment) -> Result<Self, EnrolError> {
        enrolment.check(self.model, self.codes)?;
        Ok(Self {
            enrolment: Some(enrolment),
            ..self
        })
    }

    /// The same job, in which the mean loss on the kept codes may rise by so
    /// many nats: a method that goes step by step stops there. Whether it was kept is for
    /// a [`super::Gate`] to say.
    pub fn with_max_kept_loss(self, nats: Option<f64>) -> Self {
        Self {
            max_kept_loss: nats,
            ..self
        }
    }

    /// The same job, whose steps say what other strengths would have done.
    pub fn with_curves(self) -> Self {
        Self {
            curve: true,
            ..self
        }
    }

    /// Runs a method.
    ///
    /// # Errors
    /// If the method cannot carry out the request.
    pub fn run(&self, method: &dyn Method) -> Result<Outcome, ForgetError> {
        let start = Instant::now();
        let forgotten = method.forget(Context {
            model: self.model,
            codes: self.codes,
            enrolment: self.enrolment,
            request: self.request,
            max_kept_loss: self.max_kept_loss,
            curve: self.curve,
        })?;
        let forgetting = start.elapsed().saturating_sub(forgotten.measuring);
        let forget_seconds = forgetting.as_secs_f64();
        let mut model = Model {
            network: forgotten.network,
            metadata: self.model.metadata.clone(),
        };
        let names = self.model.metadata.classes.names();
        let classes = self.request.forgotten().iter();
        let classes = classes.map(|class| names[*class].clone());
        model.metadata.origin = Some(self.model.origin());
        model.metadata.forgotten.extend(classes);
        let (codes_before, before) = self.ask(&self.model.network);
        let (codes, after) = self.ask(&model.network);
        // The prediction was measured for these moves and no others.
        let is_predictable = !forgotten.steps.is_empty()
            && forgotten.steps.iter().all(Step::is_automatic_in_outputs);
        let classes = self.request.forgotten().iter().enumerate();
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
        Ok(Outcome {
            method: method.name(),
            choices: forgotten.choices,
            forget_seconds,
            backward_passes: forgotten.backward_passes,
            steps: forgotten.steps,
            changes: self.changes(&model),
            codes_before,
            codes,
            classes: classes.collect(),
            came_back: self.came_back(&model.network),
            model,
        })
    }

    /// What a network says of the request's codes, and the losses of the
    /// forgotten ones.
    fn ask(&self, network: &Network) -> (CodeMeasures, CrossEntropy) {
        let loss =
            |classes: &[usize]| CrossEntropy::new(&self.codes.ask(network, classes), classes, 0.0);
        let (forgotten, kept) = (self.request.forgotten(), self.request.kept());
        let (of_forgotten, of_kept) = (loss(forgotten), loss(kept));
        let measures = CodeMeasures::from_losses((&of_forgotten, forgotten), (&of_kept, kept));
        (measures, of_forgotten)
    }

    fn came_back(&self, network: &Network) -> Vec<usize> {
        let gone = self.request.gone();
        let logits = self.codes.ask(network, gone);
        let answers = CrossEntropy::new(&logits, gone, 0.0).predictions;
        let known = answers.into_iter().zip(gone);
        let known = known.filter(|(answer, class)| answer == *class);
        known.map(|(class, _)| class).collect()
    }

    fn changes(&self, after: &Model) -> Vec<Change> {
        let before = self.model.network.parameters().iter();
        let pairs = before.zip(after.network.parameters());
        let changes = pairs.map(|(before, after)| {
            let (old, new) = (before.value.to_vec(), after.value.to_vec());
            let moves = old.iter().zip(&new);
            let moves = moves.map(|(old, new)| f64::from((new - old).abs()));
            let moves: Vec<f64> = moves.filter(|distance| *distance > 0.0).collect();
            Change {
                name: before.name.clone(),
                changed: moves.len(),
                elements: old.len(),
                largest: moves.into_iter().fold(0.0, f64::max),
            }
        });
        changes.filter(|change| change.changed > 0).collect()
    }
}

impl Outcome {
    /// By how much the mean loss on the kept codes rose, in nats.
    pub fn kept_loss_rise(&self) -> f64 {
        self.codes.kept_loss - self.codes_before.kept_loss
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
