//! What cells start from.

use serde_json::{Map, Value as Json};

use crate::training::Training;

/// A trained original: one combination of what is varied, and one training seed.
#[derive(Clone, Debug)]
pub(crate) struct PlannedOriginal {
    /// As the file calls it.
    pub name: String,
    /// What is varied of its training.
    pub varied: Map<String, Json>,
    /// The place of its images among the plan's.
    pub data: usize,
    pub training: Training,
    /// The training seed.
    pub seed: u64,
    /// Decides all that methods and the retrained model draw; it follows from the training seed.
    pub method_seed: u64,
}
