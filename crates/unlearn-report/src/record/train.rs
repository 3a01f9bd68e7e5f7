//! A training run.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use unlearn::data::Digest;
use unlearn::network::{Architecture, DeviceName};
use unlearn::train::EpochRecord;

use super::DataSummary;

/// What a training run came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainRecord {
    /// [`super::SCHEMA`].
    pub schema: u32,
    /// [`super::VERSION`].
    pub version: String,
    /// The device that trained.
    pub device: DeviceName,
    /// Passes over the training part.
    pub epochs: usize,
    /// Training alone: neither loading nor evaluation nor the writing of the
    /// result. After `--resume`, that of the last session.
    pub train_seconds: f64,
    /// Samples, codes included, per second of `train_seconds`.
    pub samples_per_second: f64,
    /// Percent of the test part answered right; none where it is empty.
    pub accuracy_percent: Option<f64>,
    /// Percent of the planted codes decoded as their class; none where none was.
    pub code_accuracy_percent: Option<f64>,
    /// The step at which the last session began, if the run was resumed.
    pub resumed_at_step: Option<usize>,
    /// What measuring the class means took after training; 0 in records from before there were any.
    #[serde(default)]
    pub class_means_seconds: f64,
    /// What was trained.
    pub architecture: Architecture,
    /// How many numbers training moved.
    pub parameters_total: usize,
    /// On what.
    pub data: DataSummary,
    /// How; without the secret seed.
    pub settings: Map<String, Json>,
    /// Digest of the trained weights.
    pub model_digest: Digest,
    /// The epochs of the last session, measured while training.
    pub history: Vec<EpochRecord>,
}
