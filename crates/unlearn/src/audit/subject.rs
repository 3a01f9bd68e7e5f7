//! The models of an audit.

use serde::{Deserialize, Serialize};

use crate::checkpoint::Model;

/// One of the models that an audit puts beside each other.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What it is here.
    pub role: Role,
    /// What it is called where results are shown.
    pub name: String,
    /// The model.
    pub model: Model,
}

/// What a model is in an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The model before the request.
    Before,
    /// The same with the forgotten outputs' biases lowered: it only hides.
    BiasShift,
    /// The model that is said to have forgotten.
    After,
    /// A model that never saw the forgotten classes.
    Retrained,
}

impl Role {
    /// What it is, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::BiasShift => "bias shift",
            Self::After => "after",
            Self::Retrained => "retrained",
        }
    }
}
