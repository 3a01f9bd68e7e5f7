//! One request to forget.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use unlearn::checkpoint::Model;
use unlearn::data::Digest;
use unlearn::forget::{Change, CodeMeasures, Outcome, Request};

use super::{SCHEMA, VERSION};

/// What forgetting did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForgetRecord {
    /// [`SCHEMA`].
    pub schema: u32,
    /// [`VERSION`].
    pub version: String,
    /// The method's name.
    pub method: String,
    /// The classes of this request.
    pub classes: Vec<String>,
    /// Which way the parameters moved, `+` or `-`; none if the method has no such choice.
    pub sign: Option<String>,
    /// The bound of the factor alpha; none if the method has none.
    pub lambda1: Option<f64>,
    /// The largest move allowed; none if the method has none.
    pub lambda2: Option<f64>,
    /// Which part of the network could move; none if the method does not say.
    pub scope: Option<String>,
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
    /// What the codes say afterwards.
    pub codes: CodeMeasures,
    /// Whether the result was thrown away.
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
    /// What a job did to the model `before`.
    pub fn new(before: &Model, request: &Request, outcome: &Outcome, dry_run: bool) -> Self {
        let text = |name: &str| outcome.choices.get(name).and_then(Json::as_str);
        let number = |name: &str| outcome.choices.get(name).and_then(Json::as_f64);
        let names = before.metadata.classes.names();
        let classes = request.forgotten().iter();
        Self {
            schema: SCHEMA,
            version: VERSION.to_owned(),
            method: outcome.method.to_owned(),
            classes: classes.map(|class| names[*class].clone()).collect(),
            sign: text("sign").map(str::to_owned),
            lambda1: number("lambda1"),
            lambda2: number("lambda2"),
            scope: text("scope").map(str::to_owned),
            forget_seconds: outcome.forget_seconds,
            backward_passes: outcome.backward_passes,
            parameters_changed: outcome.parameters_changed(),
            parameters_total: before.network.trained_element_count(),
            largest_change: outcome.largest_change(),
            codes: outcome.codes,
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
