//! Which data a record is about.

use serde::{Deserialize, Serialize};
use unlearn::data::{Dataset, Digest, Format};

/// Which data a record is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataSummary {
    /// The path, or `shapes`.
    pub source: String,
    /// How it is stored.
    pub format: Format,
    /// Digest of what was read: shape, class names, pixels and labels.
    pub digest: Digest,
    /// Images in the training part.
    pub training_samples: usize,
    /// Images in the test part.
    pub test_samples: usize,
    /// Unreadable images that were left out.
    pub skipped: usize,
}

impl DataSummary {
    /// Sums up a data set that was read from `source`.
    pub fn new(source: String, data: &Dataset) -> Self {
        Self {
            source,
            format: data.format,
            digest: data.digest,
            training_samples: data.train.len(),
            test_samples: data.test.len(),
            skipped: data.skipped.len(),
        }
    }
}
