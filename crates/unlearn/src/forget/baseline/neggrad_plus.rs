//! Ascent on what is forgotten, held by descent on what is kept.

use serde::{Deserialize, Serialize};

use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::train::TrainError;
use crate::tune::{Loss, Statistics, TuneSettings, Tuner, part};

/// Minimises `alpha CE(D_R batch) - (1 - alpha) CE(D_F batch)` (NegGrad+ of
/// Kurmanji et al., NeurIPS 2023).
///
/// An epoch passes over the kept images once; batches of the forgotten ones are
/// taken beside them, over and over. Costs about 2 E N_R backward passes. Defaults are those of
/// the paper's small-scale experiments (0.95, SGD 0.01 without momentum, 10 epochs, running
/// statistics); its program adds a `pull` to the start there, and takes 0.9999, SGD 1e-4, 5 epochs
/// and batch statistics for VGG.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NegGradPlus {
    /// Weight of the kept classes' loss, in (0, 1].
    alpha: f64,
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for NegGradPlus {
    fn default() -> Self {
        Self {
            alpha: 0.95,
            tune: TuneSettings {
                momentum: 0.0,
                weight_decay: 0.0,
                statistics: Statistics::Running,
                ..TuneSettings::sgd(10, 0.01)
            },
        }
    }
}

impl Algorithm for NegGradPlus {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "neggrad-plus",
        "climb the loss of the forgotten classes' images while descending the kept ones'",
        "Kurmanji, Triantafillou, Hayes, Triantafillou, NeurIPS 2023",
        &[Need::KeptImages, Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        part("alpha", self.alpha)?;
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let (kept, forgotten) = (context.kept(), context.forgotten());
        let size = self.tune.batch_size;
        let mut work = context.work(self.tune.epochs * kept.batch_count(size));
        let network = &context.model.network;
        let mut tuner = Tuner::new(network, &self.tune, context.seed, &mut work);
        let mut beside = forgotten.endless(size);
        for epoch in 0..self.tune.epochs {
            for (of_kept, of_forgotten) in kept.epoch(epoch, size).zip(&mut beside) {
                tuner.add(&of_kept, |z| {
                    Loss::cross_entropy(z, &of_kept.labels).times(self.alpha)
                });
                tuner.add(&of_forgotten, |z| {
                    Loss::cross_entropy(z, &of_forgotten.labels).times(self.alpha - 1.0)
                });
                tuner.step()?;
            }
        }
        Ok(Forgotten::new(tuner.finish(), &work))
    }
}
