//! An enrolment.

use serde::{Deserialize, Serialize};
use unlearn::checkpoint::Model;
use unlearn::data::Digest;
use unlearn::network::DeviceName;

use super::{SCHEMA, VERSION};

/// What was enrolled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnrolRecord {
    /// [`SCHEMA`].
    pub schema: u32,
    /// [`VERSION`].
    pub version: String,
    /// The device that enrolled; for parts the one that joined them, whichever enrolled them.
    pub device: DeviceName,
    /// How many classes were enrolled.
    pub classes: usize,
    /// Which part of the classes (`1/3`); none where it was all.
    pub shard: Option<String>,
    /// The enrolling alone: neither reading nor writing; for parts, reading and joining them.
    pub enrol_seconds: f64,
    /// How many numbers training had moved.
    pub parameters_total: usize,
    /// Digest of the model that the enrolment is bound to.
    pub model_digest: Digest,
}

impl EnrolRecord {
    /// A record of the enrolment on `device` of so many classes of a model.
    pub fn new(
        device: DeviceName,
        model: &Model,
        classes: usize,
        shard: Option<String>,
        seconds: f64,
    ) -> Self {
        Self {
            schema: SCHEMA,
            version: VERSION.to_owned(),
            device,
            classes,
            shard,
            enrol_seconds: seconds,
            parameters_total: model.network.trained_element_count(),
            model_digest: model.digest(),
        }
    }
}
