//! One request to forget.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use unlearn::checkpoint::Model;
use unlearn::data::Digest;
use unlearn::forget::{Change, CodeMeasures, Outcome, Request, Sign};
use unlearn::network::DeviceName;

use super::{ConfidenceRecord, GateRecord, SCHEMA, StepRecord, VERSION};

/// What forgetting did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForgetRecord {
    /// [`SCHEMA`].
    pub schema: u32,
    /// [`VERSION`].
    pub version: String,
    /// The device that did the work.
    pub device: DeviceName,
    /// The method's name.
    pub method: String,
    /// Why it was chosen, where nobody named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_because: Option<String>,
    /// `auto` where the codes chose the strength, `manual` where it was given;
    /// none if the method has none.
    pub strength: Option<String>,
    /// The classes of this request.
    pub classes: Vec<String>,
    /// The classes forgotten by earlier requests, in their order.
    pub forgotten_before: Vec<String>,
    /// Which way the parameters moved, where there is exactly one step.
    pub sign: Option<Sign>,
    /// The bound of the factor alpha, where there is exactly one step.
    pub lambda1: Option<f64>,
    /// The largest move of one parameter, where there is exactly one step.
    pub lambda2: Option<f64>,
    /// Which part of the network could move; none if the method does not say.
    pub scope: Option<String>,
    /// All that the method was told or chose, by name.
    #[serde(default)]
    pub choices: Map<String, Json>,
    /// The forgetting alone: neither loading, nor writing, nor measuring.
    pub forget_seconds: f64,
    /// Single-sample backward passes.
    pub backward_passes: usize,
    /// How many numbers moved.
    pub parameters_changed: usize,
    /// How many numbers training had moved.
    pub parameters_total: usize,
    /// The largest move of any number, in its own unit.
    pub largest_change: f64,
    /// What the codes said before; none where there are no codes.
    pub codes_before: Option<CodeMeasures>,
    /// What the codes say afterwards; none where there are no codes.
    pub codes: Option<CodeMeasures>,
    /// Per class of the request: how sure its code makes it that it is forgotten.
    pub confidence: Vec<ConfidenceRecord>,
    /// The moves that were made by the codes, in order.
    pub steps: Vec<StepRecord>,
    /// Classes forgotten by earlier requests whose codes are decoded again.
    pub came_back: Vec<String>,
    /// What was demanded of the result; none if nothing was. Nothing is written
    /// where it did not pass.
    pub gate: Option<GateRecord>,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// Digest of the weights before.
    pub model_digest_before: Digest,
    /// Digest of the weights after.
    pub model_digest_after: Digest,
    /// All classes forgotten so far, this request's included.
    pub forgotten_so_far: Vec<String>,
    /// Per parameter tensor that moved.
    pub changes: Vec<TensorChange>,
}

/// How far one parameter tensor moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TensorChange {
    /// The parameter's name.
    pub name: String,
    /// How many of its numbers moved.
    pub changed: usize,
    /// How many it has.
    pub elements: usize,
    /// The largest move of one of them, in its own unit.
    pub largest_change: f64,
}

impl ForgetRecord {
    /// What a job did on `device` to the model `before`, and what its gate says of it.
    pub fn new(
        device: DeviceName,
        before: &Model,
        request: &Request,
        outcome: &Outcome,
        gate: Option<GateRecord>,
        dry_run: bool,
    ) -> Self {
        let text = |name: &str| outcome.choices.get(name).and_then(Json::as_str);
        let all = before.metadata.classes.names();
        let names = |classes: &[usize]| -> Vec<String> {
            classes.iter().map(|class| all[*class].clone()).collect()
        };
        let steps = outcome.steps.iter().map(|step| StepRecord::new(step, all));
        let classes = outcome.classes.iter();
        let only = match outcome.steps.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        Self {
            schema: SCHEMA,
            version: VERSION.to_owned(),
            device,
            method: outcome.method.to_owned(),
            chosen_because: None,
            strength: text("strength").map(str::to_owned),
            classes: names(request.forgotten()),
            forgotten_before: before.metadata.forgotten.clone(),
            sign: only.map(|step| step.sign),
            lambda1: only.map(|step| step.lambda1),
            lambda2: only.map(|step| step.lambda2),
            scope: text("scope").map(str::to_owned),
            choices: outcome.choices.clone(),
            forget_seconds: outcome.forget_seconds,
            backward_passes: outcome.backward_passes,
            parameters_changed: outcome.parameters_changed(),
            parameters_total: before.network.trained_element_count(),
            largest_change: outcome.largest_change(),
            codes_before: outcome.codes_before,
            codes: outcome.codes,
            confidence: classes
                .map(|class| ConfidenceRecord::new(class, all))
                .collect(),
            steps: steps.collect(),
            came_back: names(&outcome.came_back),
            gate,
            dry_run,
            model_digest_before: before.digest(),
            model_digest_after: outcome.model.digest(),
            forgotten_so_far: outcome.model.metadata.forgotten.clone(),
            changes: outcome.changes.iter().map(TensorChange::new).collect(),
        }
    }
}

impl TensorChange {
    fn new(change: &Change) -> Self {
        Self {
            name: change.name.clone(),
            changed: change.changed,
            elements: change.elements,
            largest_change: change.largest,
        }
    }
}
