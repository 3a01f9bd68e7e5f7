//! What a model's file says of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unlearn_data::{ClassNames, Digest, Normalization};

use crate::network::Architecture;

/// The description in a model's file; together with the tensors it is all that
/// is needed to use the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelMetadata {
    /// Says that the file holds a model: `"model"`.
    pub kind: ModelKind,
    /// Version of this description: 1.
    pub schema: u32,
    /// The network's architecture and its settings.
    pub architecture: Architecture,
    /// Shape of one input: channels, height, width.
    pub input_shape: [usize; 3],
    /// Class names in the order of the outputs.
    pub classes: ClassNames,
    /// What was subtracted from and divided by, per channel, before an image
    /// goes in. Codes go in as they are.
    pub normalization: Normalization,
    /// Digest of the data that it was trained on.
    pub data: Option<Digest>,
    /// Names of the classes whose codes were never planted: those without
    /// training samples, and all of them where no codes were mixed in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unplanted: Vec<String>,
    /// Digest of the trained model that it was made from by forgetting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Digest>,
    /// Names of the classes that it was made to forget, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forgotten: Vec<String>,
    /// By a forgotten class's name, the method that made the model forget it; not of classes forgotten
    /// before files said so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub forgotten_by: BTreeMap<String, String>,
}

/// The kind of a file that holds a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelKind {
    /// A trained classifier.
    #[default]
    Model,
}

impl ModelMetadata {
    /// The description of a newly trained model.
    pub fn new(
        architecture: Architecture,
        input_shape: [usize; 3],
        classes: ClassNames,
        normalization: Normalization,
    ) -> Self {
        Self {
            kind: ModelKind::Model,
            schema: 1,
            architecture,
            input_shape,
            classes,
            normalization,
            data: None,
            unplanted: Vec::new(),
            origin: None,
            forgotten: Vec::new(),
            forgotten_by: BTreeMap::new(),
        }
    }

    /// Whether the model was made to forget a class.
    pub fn is_forgotten(&self, class: usize) -> bool {
        self.forgotten.contains(&self.classes.names()[class])
    }

    /// Whether a class's code was planted.
    pub fn is_planted(&self, class: usize) -> bool {
        !self.unplanted.contains(&self.classes.names()[class])
    }

    /// The classes whose codes were planted, ascending.
    pub fn planted(&self) -> Vec<usize> {
        (0..self.classes.len())
            .filter(|class| self.is_planted(*class))
            .collect()
    }

    /// The planted classes that were not forgotten since, ascending.
    pub fn known(&self) -> Vec<usize> {
        let planted = self.planted().into_iter();
        planted.filter(|class| !self.is_forgotten(*class)).collect()
    }
}
