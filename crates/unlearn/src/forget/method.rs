//! How to forget.

use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::{ForgetError, Request, Step};
use crate::checkpoint::Model;
use crate::code::Codebook;
use crate::enrol::Enrolment;
use crate::network::Network;

/// What a method has at hand.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The model as it is; it stays as it is.
    pub model: &'a Model,
    /// The codes that were planted in it.
    pub codes: &'a Codebook,
    /// What was found out of model and codes beforehand, if it was.
    pub enrolment: Option<&'a Enrolment>,
    /// What is to be forgotten and kept.
    pub request: &'a Request,
    /// By how much the mean loss on the kept codes may rise, in nats; a method
    /// that goes step by step need not go on beyond.
    pub max_kept_loss: Option<f64>,
    /// Whether each step is to say what other strengths would have done.
    pub curve: bool,
}

/// What a method made.
#[derive(Clone, Debug)]
pub struct Forgotten {
    /// The network afterwards.
    pub network: Network,
    /// Of the time that it took, what went into measures that are only told.
    pub measuring: Duration,
    /// Single-sample backward passes that it took.
    pub backward_passes: usize,
    /// What the method was told or chose, by name (`strength`, `scope`).
    pub choices: Map<String, Json>,
    /// The moves that it made by the codes, in order.
    pub steps: Vec<Step>,
}

/// A way to make a model forget classes: model in, network out. It draws no
/// randomness of its own, prints nothing and writes nothing.
pub trait Method: Send + Sync {
    /// Its name in the catalog.
    fn name(&self) -> &'static str;

    /// Makes a network that forgot the request's classes.
    ///
    /// # Errors
    /// If the method cannot carry out the request.
    fn forget(&self, context: Context<'_>) -> Result<Forgotten, ForgetError>;
}
