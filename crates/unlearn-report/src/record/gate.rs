//! Whether a result passed, and by which numbers.

use serde::{Deserialize, Serialize};

use super::DataSummary;

/// What was demanded of a result, and what it came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GateRecord {
    /// By how much the kept codes' mean loss was allowed to rise, in nats; none
    /// where the codes were not asked.
    pub max_kept_loss: Option<f64>,
    /// By how much it rose, in nats; none where there are no codes.
    pub kept_loss_rise: Option<f64>,
    /// What test images said; none where there were none.
    pub check: Option<CheckRecord>,
    /// Whether nothing is wrong.
    pub passed: bool,
    /// What is wrong, a sentence each.
    pub breaches: Vec<String>,
}

/// What test images said of a request, before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckRecord {
    /// Which images.
    pub data: DataSummary,
    /// A_R before: percent of the images of the classes that the request keeps
    /// which were answered right. Classes that were forgotten before are not among these.
    pub kept_accuracy_before_percent: f64,
    /// The same afterwards.
    pub kept_accuracy_after_percent: f64,
    /// E_F afterwards: percent of the images of the request's classes which
    /// were answered wrong; none where there are no such images.
    pub forgotten_error_percent: Option<f64>,
    /// By how many percentage points A_R fell.
    pub drop_points: f64,
    /// By how many it was allowed to fall.
    pub max_kept_drop: f64,
}

/// Percentages carry rounding errors; a drop that is the limit but for these passes.
const ROUNDING_POINTS: f64 = 1e-9;

impl CheckRecord {
    /// What is wrong, if anything is.
    pub fn breach(&self) -> Option<String> {
        (self.drop_points > self.max_kept_drop + ROUNDING_POINTS).then(|| {
            format!(
                "accuracy on the kept classes of {} fell by {:.2} points, from {:.2} % to {:.2} %, \
                 more than {}",
                self.data.source,
                self.drop_points,
                self.kept_accuracy_before_percent,
                self.kept_accuracy_after_percent,
                self.max_kept_drop
            )
        })
    }
}
