//! What a model answers.

use serde::{Deserialize, Serialize};
use unlearn::audit::Evaluation;
use unlearn::checkpoint::Model;
use unlearn::data::Digest;
use unlearn::network::DeviceName;

use super::{DataSummary, SCHEMA, VERSION};

/// What a model answers on the test part of a data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvaluateRecord {
    /// [`SCHEMA`].
    pub schema: u32,
    /// [`VERSION`].
    pub version: String,
    /// The device that answered.
    pub device: DeviceName,
    /// Accuracies, error and confusion, among the record's own keys.
    #[serde(flatten)]
    pub evaluation: Evaluation,
    /// The classes that count as forgotten here.
    pub forgotten: Vec<String>,
    /// Digest of the model's weights.
    pub model_digest: Digest,
    /// What was asked.
    pub data: DataSummary,
}

impl EvaluateRecord {
    /// What `model` answered on `data` with the help of `device`, the classes `forgotten` counting as forgotten.
    pub fn new(
        device: DeviceName,
        model: &Model,
        evaluation: Evaluation,
        forgotten: &[usize],
        data: DataSummary,
    ) -> Self {
        let names = model.metadata.classes.names();
        Self {
            schema: SCHEMA,
            version: VERSION.to_owned(),
            device,
            evaluation,
            forgotten: forgotten
                .iter()
                .map(|&class| names[class].clone())
                .collect(),
            model_digest: model.digest(),
            data,
        }
    }
}
