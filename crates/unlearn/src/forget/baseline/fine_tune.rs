//! Fine-tuning on what is kept.

use serde::{Deserialize, Serialize};

use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::train::TrainError;
use crate::tune::{TuneSettings, Tuner};

/// Trains on with the kept classes' images alone: the forgotten classes fade for
/// want of examples, `min_w CE(D_R)` from the trained weights (a baseline since Golatkar,
/// Achille, Soatto, CVPR 2020).
///
/// Costs E N_R backward passes. Defaults are those of the SSD authors' comparison (SGD 0.02,
/// 5 epochs, batch 64). Others: SalUn 0.01, 10 epochs, batch 256; SCRUB 0.01 without momentum,
/// 10 epochs, `statistics = "running"` and a `pull`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FineTune {
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for FineTune {
    fn default() -> Self {
        Self {
            tune: TuneSettings {
                batch_size: 64,
                ..TuneSettings::sgd(5, 0.02)
            },
        }
    }
}

impl Algorithm for FineTune {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "finetune",
        "train on with the kept classes alone",
        "Golatkar, Achille, Soatto, CVPR 2020",
        &[Need::KeptImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let (kept, size) = (context.kept(), self.tune.batch_size);
        let mut work = context.work(self.tune.epochs * kept.batch_count(size));
        let network = &context.model.network;
        let mut tuner = Tuner::new(network, &self.tune, context.seed, &mut work);
        tuner.fit(&kept)?;
        Ok(Forgotten::new(tuner.finish(), &work))
    }
}
