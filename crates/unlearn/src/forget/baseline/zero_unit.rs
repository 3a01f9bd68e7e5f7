//! The zeroed unit: a control, not a way to forget.

use serde::{Deserialize, Serialize};

use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten};
use crate::train::TrainError;

/// Sets the forgotten classes' rows and biases in the classifier layer to 0.
///
/// Their logits are 0 whatever the input, so a class is still answered where all other
/// logits are below 0. The features know the classes as before. What other methods
/// reach by more work should be more than this.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ZeroUnit {}

impl Algorithm for ZeroUnit {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "zero-unit",
        "a control: set the forgotten classes' own outputs to 0; forgets nothing inside",
        "a control of ours",
        &[],
    );

    fn check(&self) -> Result<(), TrainError> {
        Ok(())
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let mut network = context.model.network.clone();
        if network.graph().classifier().is_empty() {
            return Err(ForgetError::no_classifier(Self::ENTRY.name));
        }
        for class in context.request.forgotten() {
            let mut unit = network.classifier_unit(*class);
            unit.weights.fill(0.0);
            unit.bias = unit.bias.map(|_| 0.0);
            network.set_classifier_unit(*class, &unit);
        }
        Ok(Forgotten::new(network, &context.work(0)))
    }
}
