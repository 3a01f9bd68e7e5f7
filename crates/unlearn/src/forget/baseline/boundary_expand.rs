//! What is forgotten goes to a class of its own, which is then taken away.

use rand::Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};
use unlearn_data::stream;

use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::Network;
use crate::train::TrainError;
use crate::tune::{TuneSettings, Tuner};

/// Gives the classifier one more output, trains on with the forgotten images as that class, and takes
/// it away again (Boundary Expanding of Chen, Gao, Liu, Peng, Wang, CVPR 2023).
///
/// The new unit starts with bias 0 and weights normal of variance `2 / (features + outputs)` (Xavier).
/// Everything moves; several forgotten classes share the new one. Costs E N_F backward passes. Defaults
/// are those of the authors' program (SGD 1e-5 without weight decay, 10 epochs, batch 64), whose rate
/// suits its small network. SalUn's copy of it keeps the new output.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BoundaryExpand {
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for BoundaryExpand {
    fn default() -> Self {
        Self {
            tune: TuneSettings {
                batch_size: 64,
                weight_decay: 0.0,
                ..TuneSettings::sgd(10, 1e-5)
            },
        }
    }
}

impl Algorithm for BoundaryExpand {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "boundary-expand",
        "label forgotten images with a new class, which is then taken away",
        "Chen, Gao, Liu, Peng, Wang, CVPR 2023",
        &[Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let (forgotten, size) = (context.forgotten(), self.tune.batch_size);
        let mut work = context.work(self.tune.epochs * forgotten.batch_count(size));
        let model = &context.model.network;
        let (classes, added) = (model.class_count(), model.class_count() + 1);
        let mut random = stream(context.seed, "boundary-expand");
        let Some(expanded) = model.with_outputs(added, |inputs| {
            let deviation = (2.0 / (inputs + added) as f32).sqrt();
            deviation * random.sample::<f32, _>(StandardNormal)
        }) else {
            return Err(ForgetError::Setting {
                method: Self::ENTRY.name,
                reason: "expected a network that ends in a linear layer, found another".into(),
            });
        };
        let mut tuner = Tuner::new(&expanded, &self.tune, context.seed, &mut work);
        let labelled = forgotten.relabelled(|_| classes);
        tuner.fit(&labelled)?;
        let network = without_last(model, &tuner.finish());
        Ok(Forgotten::new(network, &work))
    }
}

/// The numbers of an expanded network in one of the model's shape.
fn without_last(model: &Network, expanded: &Network) -> Network {
    let mut network = model.clone();
    let classifier = model.graph().classifier();
    for (index, parameter) in expanded.parameters().iter().enumerate() {
        if !classifier.contains(&index) {
            network.set(index, parameter.value.clone());
        }
    }
    for class in 0..model.class_count() {
        network.set_classifier_unit(class, &expanded.classifier_unit(class));
    }
    network
}
