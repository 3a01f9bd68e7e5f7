//! A model that is trained once and used by many cells.

use serde_json::json;
use unlearn::checkpoint::ModelMetadata;
use unlearn::data::Digest;
use unlearn::network::DeviceName;
use unlearn::train::TrainParameters;
use unlearn_report::VERSION;

use crate::data_part::DataPart;
use crate::key::{TRAININGS, key};

/// A model that is trained.
#[derive(Clone, Debug)]
pub(crate) struct Training {
    /// Digest of all that determines it.
    pub key: Digest,
    pub metadata: ModelMetadata,
    pub parameters: TrainParameters,
    /// The classes whose images are left out.
    pub without: Vec<usize>,
}

impl Training {
    pub fn new(
        data: &DataPart,
        metadata: ModelMetadata,
        parameters: TrainParameters,
        without: &[usize],
        device: DeviceName,
    ) -> Self {
        let mut what = json!({
            "training": (VERSION, TRAININGS),
            "data": data.key,
            "model": metadata,
            "settings": parameters.settings(),
            "without": without,
        });
        // Devices differ in their rounding.
        if device != DeviceName::default() {
            what["device"] = json!(device);
        }
        Self {
            key: key(&what),
            metadata,
            parameters,
            without: without.to_vec(),
        }
    }

    /// Whether codes are planted, and kept with the model.
    pub fn has_codes(&self) -> bool {
        self.parameters.settings().mix > 0.0
    }
}
