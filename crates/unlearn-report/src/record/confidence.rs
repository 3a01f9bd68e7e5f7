//! How sure the codes make it that a class is forgotten.

use serde::{Deserialize, Serialize};
use unlearn::forget::ForgottenClass;

/// What the code of one class of a request says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfidenceRecord {
    /// The class.
    pub class: String,
    /// The loss on its code before, in nats.
    pub loss_before: f64,
    /// The loss on its code afterwards, in nats.
    pub loss_after: f64,
    /// Whether the code is still decoded as the class.
    pub is_decoded: bool,
    /// The probability that at least 99 % of the class's images are answered
    /// wrong, predicted from the code alone; none where the model did not know the code.
    pub confidence: Option<f64>,
}

impl ConfidenceRecord {
    pub(super) fn new(class: &ForgottenClass, names: &[String]) -> Self {
        Self {
            class: names[class.class].clone(),
            loss_before: class.loss_before,
            loss_after: class.loss_after,
            is_decoded: class.is_decoded,
            confidence: class.confidence,
        }
    }
}
