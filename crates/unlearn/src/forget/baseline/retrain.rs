//! Training anew without what is forgotten: what all methods are measured by.

use serde::{Deserialize, Serialize};

use super::watched::Watched;
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::train::{TrainError, Trainer};

/// Trains a network drawn anew on the kept classes' images by the original
/// recipe: the oracle, which never saw what is forgotten.
///
/// All outputs stay. No codes are planted, so that codes say nothing of it. The seed is the
/// method's own, not the recipe's. Costs E N_R backward passes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Retrain {}

impl Algorithm for Retrain {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "retrain",
        "train anew without the forgotten classes: the oracle",
        "the definition of exact unlearning",
        &[Need::KeptImages, Need::Recipe],
    );

    fn check(&self) -> Result<(), TrainError> {
        Ok(())
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let (Some(images), Some(recipe)) = (context.images, context.recipe) else {
            context.check(Self::ENTRY.name, Self::ENTRY.needs)?;
            unreachable!("the check names what is missing");
        };
        let mut settings = recipe.settings().clone();
        settings.mix = 0.0;
        settings.seed = context.seed;
        let (metadata, device) = (&context.model.metadata, context.model.network.device());
        let kept = images.of_classes(context.request.kept());
        // What the description says of the data is not used: only the network is.
        let data = context.model.digest();
        let steps = settings.epochs * kept.len().div_ceil(settings.batch_size);
        let mut watched = Watched::new(context.work(steps));
        watched.work.count(settings.epochs * kept.len());
        let parameters = settings.check()?;
        let mut trainer = Trainer::new(metadata.clone(), parameters, &kept, data, device)?;
        watched.run(&mut trainer)?;
        let network = trainer.model().network;
        Ok(Forgotten::new(network, &watched.work).drawn_anew())
    }
}
