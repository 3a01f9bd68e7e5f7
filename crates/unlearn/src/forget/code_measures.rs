//! How well a network still decodes the codes.

use serde::{Deserialize, Serialize};

use super::Request;
use crate::code::Codebook;
use crate::network::{CrossEntropy, Network};

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
    /// Asks the network for the codes of the request's classes.
    pub fn new(network: &Network, codes: &Codebook, request: &Request) -> Self {
        let measure = |classes: &[usize]| {
            let logits = network.forward(codes.batch(classes, network.device()));
            let loss = CrossEntropy::new(&logits, classes, 0.0);
            let right = loss.predictions.iter().zip(classes);
            let right = right.filter(|(prediction, class)| prediction == class);
            (percent(right.count(), classes.len()), loss.mean())
        };
        let (forgotten_accuracy, forgotten_loss) = measure(request.forgotten());
        let (kept_accuracy_percent, kept_loss) = measure(request.kept());
        Self {
            forgotten_error_percent: 100.0 - forgotten_accuracy,
            kept_accuracy_percent,
            forgotten_loss,
            kept_loss,
        }
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}
