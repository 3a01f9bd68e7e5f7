//! Catastrophic forgetting of the last layers.

use serde::{Deserialize, Serialize};

use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::Network;
use crate::train::TrainError;
use crate::tune::{Mask, TuneSettings, Tuner, count};

/// Fine-tuning on the kept classes' images in which only the last `layers` move
/// (CF-k of Goel et al., "Towards Adversarial Evaluations for Inexact Machine
/// Unlearning", 2022, k = `layers`).
///
/// A layer here is what the first part of its parameters' names says, as PyTorch has it:
/// the last two of resnet18 are `layer4` and `fc`. All before them stays as it was,
/// running statistics included, though while tuning it normalises with batch statistics. Costs E N_R backward passes, none further back than these layers. Rate and epochs are those of a
/// published repetition on CIFAR-10.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CfK {
    /// How many of the last layers move.
    layers: usize,
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for CfK {
    fn default() -> Self {
        Self {
            layers: 2,
            tune: TuneSettings::sgd(62, 0.1),
        }
    }
}

impl Algorithm for CfK {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "cf-k",
        "train the last layers on with the kept classes alone",
        "Goel et al., arXiv 2201.06640",
        &[Need::KeptImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        count("layers", self.layers)?;
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        if context.model.network.graph().classifier().is_empty() {
            // Its layers stand side by side: none are the last.
            return Err(ForgetError::no_classifier(Self::ENTRY.name));
        }
        let (kept, size) = (context.kept(), self.tune.batch_size);
        let mut work = context.work(self.tune.epochs * kept.batch_count(size));
        let network = &context.model.network;
        let last = last_layers(network, self.layers);
        let mask = Mask::of_names(network, |name| last.contains(&layer_of(name)));
        let mut tuner = Tuner::new(network, &self.tune, context.seed, &mut work).with_mask(mask);
        tuner.fit(&kept)?;
        Ok(Forgotten::new(tuner.finish(), &work))
    }
}

/// The first part of a parameter's name.
fn layer_of(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

fn last_layers(network: &Network, count: usize) -> Vec<&str> {
    let names = network
        .parameters()
        .iter()
        .map(|parameter| layer_of(&parameter.name));
    let mut layers: Vec<&str> = names.collect();
    layers.dedup();
    layers.split_off(layers.len().saturating_sub(count))
}
