//! Which parameters a method may move.

use serde::{Deserialize, Serialize};

use crate::network::Network;

/// The part of a network that may be moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Every trained parameter.
    #[default]
    All,
    /// The classifier layer alone: the last layer with parameters.
    Classifier,
    /// Everything but the classifier layer.
    Features,
}

impl Scope {
    /// Whether a parameter may be moved. Buffers never are.
    pub fn contains(self, network: &Network, parameter: usize) -> bool {
        let in_classifier = network.graph().classifier().contains(&parameter);
        network.parameters()[parameter].role.is_trained()
            && match self {
                Self::All => true,
                Self::Classifier => in_classifier,
                Self::Features => !in_classifier,
            }
    }
}
