//! What several models answer.

use serde::{Deserialize, Serialize};

use super::{EvaluateRecord, SCHEMA, VERSION};

/// What several models answer on the same images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvaluationsRecord {
    /// [`SCHEMA`].
    pub schema: u32,
    /// [`VERSION`].
    pub version: String,
    /// The models in the order in which they were named.
    pub models: Vec<FileEvaluation>,
}

/// What the model of one file answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileEvaluation {
    /// The file as it was named.
    pub file: String,
    /// Its measures, beside the file's name.
    #[serde(flatten)]
    pub record: EvaluateRecord,
}

impl EvaluationsRecord {
    /// The record of these models.
    pub fn new(models: Vec<FileEvaluation>) -> Self {
        Self {
            schema: SCHEMA,
            version: VERSION.to_owned(),
            models,
        }
    }
}
