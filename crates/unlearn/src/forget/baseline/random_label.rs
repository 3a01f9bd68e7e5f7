//! Training on with random labels for what is forgotten.

use rand::Rng;
use serde::{Deserialize, Serialize};
use unlearn_data::stream;

use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::train::TrainError;
use crate::tune::{Loss, TuneSettings, Tuner};

/// Trains on with all images, in which each forgotten one has a label drawn
/// uniformly from the classes that are not its own, once (the "Unlearning" of
/// Graves, Nagisetty, Ganesh, "Amnesiac Machine Learning", AAAI 2021).
///
/// Costs E N backward passes. Defaults are those of the Bad Teacher authors' comparison (Adam
/// 1e-4, 3 epochs, batch 256). Others: the paper's program 10 epochs of Adam 1e-3, batch 64; SalUn's
/// `redraw`, SGD with momentum, and all forgotten batches before all kept ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RandomLabel {
    /// Whether labels are drawn anew in each epoch, and from all classes, an
    /// image's own included (SalUn).
    redraw: bool,
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for RandomLabel {
    fn default() -> Self {
        Self {
            redraw: false,
            tune: TuneSettings {
                batch_size: 256,
                ..TuneSettings::adam(3, 1e-4)
            },
        }
    }
}

impl Algorithm for RandomLabel {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "random-label",
        "train on with all images, the forgotten classes' under random labels",
        "Graves, Nagisetty, Ganesh, AAAI 2021",
        &[Need::KeptImages, Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let (kept, forgotten) = (context.kept(), context.forgotten());
        let network = &context.model.network;
        let classes = network.class_count() as u64;
        let mut random = stream(context.seed, "random-label");
        let mut label = |own: usize| match self.redraw {
            true => random.random_range(0..classes) as usize,
            // One of the others: as many steps further round, 1 to classes - 1.
            false => (own + random.random_range(1..classes) as usize) % classes as usize,
        };
        let mut mixed = kept.clone().and(forgotten.clone().relabelled(&mut label));
        let size = self.tune.batch_size;
        let mut work = context.work(self.tune.epochs * mixed.batch_count(size));
        let mut tuner = Tuner::new(network, &self.tune, context.seed, &mut work);
        for epoch in 0..self.tune.epochs {
            if self.redraw && epoch > 0 {
                mixed = kept.clone().and(forgotten.clone().relabelled(&mut label));
            }
            for batch in mixed.epoch(epoch, size) {
                tuner.descend(&batch, |z| Loss::cross_entropy(z, &batch.labels))?;
            }
        }
        Ok(Forgotten::new(tuner.finish(), &work))
    }
}
