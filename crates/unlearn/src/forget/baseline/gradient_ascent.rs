//! Gradient ascent on what is forgotten.

use serde::{Deserialize, Serialize};

use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::train::TrainError;
use crate::tune::{Loss, TuneSettings, Tuner, accuracy};

/// Undoes training by climbing the loss of the forgotten classes' images,
/// `max_w CE(D_F)` (Graves, Nagisetty, Ganesh, AAAI 2021; Thudi et al., EuroS&P 2022).
///
/// Costs E N_F backward passes. The loss has no bound, and nothing holds the kept
/// classes: `stop_at_chance` and `clip_norm` tame it. Defaults are those of the SalUn authors'
/// comparison (SGD 0.01, 10 epochs, batch 256, batch statistics, which a batch of one class
/// spoils: `statistics = "running"` leaves them alone).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GradientAscent {
    /// Whether to stop after the epoch in which no more of the forgotten images
    /// are answered right than by chance, 1 / classes.
    stop_at_chance: bool,
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for GradientAscent {
    fn default() -> Self {
        Self {
            stop_at_chance: false,
            tune: TuneSettings {
                batch_size: 256,
                ..TuneSettings::sgd(10, 0.01)
            },
        }
    }
}

impl Algorithm for GradientAscent {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "gradient-ascent",
        "climb the loss of the forgotten classes' images",
        "Thudi, Deza, Chandrasekaran, Papernot, EuroS&P 2022",
        &[Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let (forgotten, size) = (context.forgotten(), self.tune.batch_size);
        let mut work = context.work(self.tune.epochs * forgotten.batch_count(size));
        let network = &context.model.network;
        let chance = 1.0 / network.class_count() as f64;
        let mut tuner = Tuner::new(network, &self.tune, context.seed, &mut work);
        for epoch in 0..self.tune.epochs {
            for batch in forgotten.epoch(epoch, size) {
                tuner.descend(&batch, |z| {
                    Loss::cross_entropy(z, &batch.labels).times(-1.0)
                })?;
            }
            if self.stop_at_chance && accuracy(tuner.network(), &forgotten) <= chance {
                break;
            }
        }
        Ok(Forgotten::new(tuner.finish(), &work))
    }
}
