//! A request carried out by a method.

use std::time::Instant;

use serde_json::{Map, Value as Json};

use super::{CodeMeasures, Context, ForgetError, Method, Request};
use crate::checkpoint::Model;
use crate::code::Codebook;

/// A request, the model that it is about, and its codes.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    model: &'a Model,
    codes: &'a Codebook,
    request: &'a Request,
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
    /// Per parameter tensor that moved.
    pub changes: Vec<Change>,
    /// What the codes say afterwards.
    pub codes: CodeMeasures,
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
        })
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
            request: self.request,
        })?;
        let forget_seconds = start.elapsed().as_secs_f64();
        let mut model = Model {
            network: forgotten.network,
            metadata: self.model.metadata.clone(),
        };
        let names = self.model.metadata.classes.names();
        let classes = self.request.forgotten().iter();
        let classes = classes.map(|class| names[*class].clone());
        model.metadata.origin = Some(self.model.origin());
        model.metadata.forgotten.extend(classes);
        Ok(Outcome {
            method: method.name(),
            choices: forgotten.choices,
            forget_seconds,
            backward_passes: forgotten.backward_passes,
            changes: self.changes(&model),
            codes: CodeMeasures::new(&model.network, self.codes, self.request),
            model,
        })
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
