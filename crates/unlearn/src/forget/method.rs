//! How to forget.

use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::{CatalogEntry, CodeAnswers, Context, ForgetError, Need, Step};
use crate::checkpoint::Model;
use crate::network::{Architecture, Network};
use crate::tune::Work;

/// What a method made.
#[derive(Clone, Debug)]
pub struct Forgotten {
    /// The network afterwards.
    pub network: Network,
    /// Its architecture, where that is not the model's.
    pub architecture: Option<Architecture>,
    /// Whether the network was drawn anew, so that no code is planted in it.
    pub is_drawn_anew: bool,
    /// What the networks before and afterwards answer to the codes, where the method
    /// asked them anyway.
    pub answers: Option<[CodeAnswers; 2]>,
    /// Of the time that it took, what went into measures that are only told.
    pub measuring: Duration,
    /// Single-sample backward passes that it took.
    pub backward_passes: usize,
    /// What the method was told or chose, by name (`strength`, `scope`).
    pub choices: Map<String, Json>,
    /// The moves that it made by the codes, in order.
    pub steps: Vec<Step>,
}

impl Forgotten {
    /// A network that took this work, without moves by codes.
    pub fn new(network: Network, work: &Work<'_>) -> Self {
        Self {
            network,
            architecture: None,
            is_drawn_anew: false,
            answers: None,
            measuring: Duration::ZERO,
            backward_passes: work.backward_passes(),
            choices: Map::new(),
            steps: Vec::new(),
        }
    }

    /// The same, of a network of another architecture than the model's.
    pub fn of_architecture(self, architecture: Architecture) -> Self {
        Self {
            architecture: Some(architecture),
            ..self
        }
    }

    /// The same, of a network that was drawn anew.
    pub fn drawn_anew(self) -> Self {
        Self {
            is_drawn_anew: true,
            ..self
        }
    }
}

/// A way to make a model forget classes: model in, network out. All that it
/// draws follows from the context's seed; it prints nothing and writes nothing.
///
/// Most are written as an [`super::Algorithm`], which is one of these.
pub trait Method: Send + Sync {
    /// What the catalog says of it.
    fn entry(&self) -> CatalogEntry;

    /// Its name in the catalog.
    fn name(&self) -> &'static str {
        self.entry().name
    }

    /// What it needs to work on a model: what the catalog says, or less where the model
    /// was made for the method.
    fn needs(&self, _model: &Model) -> &'static [Need] {
        self.entry().needs
    }

    /// Makes a network that forgot the request's classes.
    ///
    /// # Errors
    /// If the method cannot carry out the request, or was stopped.
    fn forget(&self, context: Context<'_>) -> Result<Forgotten, ForgetError>;
}
