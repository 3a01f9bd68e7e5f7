//! The bias shift: a control, not a way to forget.

use serde::{Deserialize, Serialize};

use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten};
use crate::train::TrainError;
use crate::tune::positive;

/// Lowers the forgotten classes' biases in the classifier layer.
///
/// The classes are not answered any more and all else stays as it was, so it
/// meets A_R and E_F with nothing forgotten inside: whoever raises the bias has
/// the class back. Every result should stand beside it (arXiv 2605.08730).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BiasShift {
    /// By how much the forgotten classes' biases are lowered, in logits.
    shift: f64,
}

impl Default for BiasShift {
    /// So much that the classes are never answered.
    fn default() -> Self {
        Self { shift: 1000.0 }
    }
}

impl Algorithm for BiasShift {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "bias-shift",
        "a control: lower the forgotten classes' biases; forgets nothing inside",
        "arXiv 2605.08730",
        &[],
    );

    fn check(&self) -> Result<(), TrainError> {
        positive("shift", self.shift)
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let mut network = context.model.network.clone();
        for class in context.request.forgotten() {
            let mut unit = network.classifier_unit(*class);
            let Some(bias) = &mut unit.bias else {
                return Err(ForgetError::Setting {
                    method: Self::ENTRY.name,
                    reason: "expected a classifier layer with a bias, found none".into(),
                });
            };
            *bias -= self.shift as f32;
            network.set_classifier_unit(*class, &unit);
        }
        Ok(Forgotten::new(network, &context.work(0)))
    }
}
