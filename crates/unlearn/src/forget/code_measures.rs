//! How well a network decodes the codes of a request.

use serde::{Deserialize, Serialize};

use crate::network::CrossEntropy;

/// Error and loss on the codes of a request's classes, in inference mode.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeMeasures {
    /// Percent of the forgotten classes' codes that are not decoded as their class.
    pub forgotten_error_percent: f64,
    /// Percent of the kept classes' codes that are.
    pub kept_accuracy_percent: f64,
    /// Mean cross-entropy on the forgotten classes' codes, in nats.
    pub forgotten_loss: f64,
    /// Mean cross-entropy on the kept classes' codes, in nats.
    pub kept_loss: f64,
}

impl CodeMeasures {
    /// The measures that follow from the losses on the forgotten classes' codes
    /// and on the kept classes', each with its classes.
    pub(super) fn from_losses(
        (forgotten, forgotten_classes): (&CrossEntropy, &[usize]),
        (kept, kept_classes): (&CrossEntropy, &[usize]),
    ) -> Self {
        Self {
            forgotten_error_percent: 100.0 - accuracy_percent(forgotten, forgotten_classes),
            kept_accuracy_percent: accuracy_percent(kept, kept_classes),
            forgotten_loss: forgotten.mean(),
            kept_loss: kept.mean(),
        }
    }

    /// Whether both losses are numbers.
    pub fn is_finite(&self) -> bool {
        self.forgotten_loss.is_finite() && self.kept_loss.is_finite()
    }
}

fn accuracy_percent(loss: &CrossEntropy, classes: &[usize]) -> f64 {
    let right = loss.predictions.iter().zip(classes);
    let right = right.filter(|(prediction, class)| prediction == class);
    100.0 * right.count() as f64 / classes.len() as f64
}
