//! The demonstration.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use unlearn::network::{Architecture, DeviceName};

use super::{DataSummary, EvaluateRecord, ForgetRecord};

/// What the demonstration did: a model trained with codes, the same model after
/// it forgot a class, and a model trained without that class, side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DemoRecord {
    /// [`super::SCHEMA`].
    pub schema: u32,
    /// [`super::VERSION`].
    pub version: String,
    /// The device that did the work.
    pub device: DeviceName,
    /// The class that was forgotten.
    pub class: String,
    /// What was trained.
    pub architecture: Architecture,
    /// On what.
    pub data: DataSummary,
    /// How.
    pub settings: Map<String, Json>,
    /// The original's seed, from which the retrained model's is derived. It is no secret here: everybody sees
    /// the same demonstration.
    pub seed: u64,
    /// How long everything took.
    pub seconds: DemoSeconds,
    /// Percent of the planted codes that the original decodes as their class.
    pub code_accuracy_percent: Option<f64>,
    /// The forgetting.
    pub forget: ForgetRecord,
    /// The trained model.
    pub original: EvaluateRecord,
    /// The same after forgetting.
    pub forgotten: EvaluateRecord,
    /// The model trained without the class.
    pub retrained: EvaluateRecord,
    /// What the audits say together.
    pub audit: String,
    /// What was written.
    pub files: DemoFiles,
}

/// How long the parts of the demonstration took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DemoSeconds {
    /// Training with all classes.
    pub train_seconds: f64,
    /// Forgetting.
    pub forget_seconds: f64,
    /// Training without the class.
    pub retrain_seconds: f64,
    /// Everything, evaluation included.
    pub total_seconds: f64,
}

/// The files that the demonstration wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoFiles {
    /// The trained model.
    pub original: String,
    /// The same after forgetting.
    pub forgotten: String,
    /// The model trained without the class.
    pub retrained: String,
    /// The codes.
    pub codes: String,
    /// This record.
    pub record: String,
    /// The record of the audits.
    pub audit: String,
    /// The page that is made of it.
    pub report: String,
}
