//! Away from the model on what is forgotten, close to it on what is kept.

use serde::{Deserialize, Serialize};

use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::Value;
use crate::train::TrainError;
use crate::tune::{
    Loss, TuneSettings, Tuner, count, count_or_none, decayed, not_negative, positive,
};

/// In turns `max KD(D_F)`, in the first epochs only, and `min gamma CE(D_R) + alpha KD(D_R)`, with `KD
/// = T^2 KL(teacher || student)` at temperature T and the model as the teacher (SCRUB of Kurmanji,
/// Triantafillou, Hayes, Triantafillou, NeurIPS 2023).
///
/// Costs `E N_R + ascent_epochs N_F` backward passes. The teacher answers with running statistics.
/// Defaults are those of the authors' CIFAR-10 classes (SGD 5e-4, 3 epochs, 2 of them with ascent, T =
/// 4, alpha 0.001, gamma 0.99, batches of 128 and 32). Their small experiments: Adam 5e-4, weight decay
/// 0.1, 10 epochs, 3 with ascent, T = 2, alpha 0.5, gamma 1, batches of 32 and 64, `decay_after` 5, 8,
/// 9; their VGG: alpha 0.01, 10 epochs. Ascent has no bound, and batches of forgotten classes alone
/// move the running statistics. Rewinding (SCRUB+R), which takes back some of it against membership
/// attacks, is not here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Scrub {
    /// Weight of the distance to the teacher on kept images.
    alpha: f64,
    /// Weight of their cross-entropy.
    gamma: f64,
    /// T.
    temperature: f64,
    /// In so many of the epochs the distance on forgotten images is raised first.
    ascent_epochs: usize,
    /// Forgotten images a step.
    forgotten_batch_size: usize,
    /// After so many epochs the rate falls by 10.
    decay_after: Vec<usize>,
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for Scrub {
    fn default() -> Self {
        Self {
            alpha: 0.001,
            gamma: 0.99,
            temperature: 4.0,
            ascent_epochs: 2,
            forgotten_batch_size: 32,
            decay_after: vec![3, 5, 9],
            tune: TuneSettings::sgd(3, 5e-4),
        }
    }
}

impl Algorithm for Scrub {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "scrub",
        "move away from the model's answers on forgotten images, stay close to them on kept ones",
        "Kurmanji, Triantafillou, Hayes, Triantafillou, NeurIPS 2023",
        &[Need::KeptImages, Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        not_negative("alpha", self.alpha)?;
        not_negative("gamma", self.gamma)?;
        positive("temperature", self.temperature)?;
        count_or_none("ascent_epochs", self.ascent_epochs)?;
        count("forgotten_batch_size", self.forgotten_batch_size)?;
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let (kept, forgotten) = (context.kept(), context.forgotten());
        let [size, beside] = [self.tune.batch_size, self.forgotten_batch_size];
        let [epochs, ascents] = [self.tune.epochs, self.ascent_epochs.min(self.tune.epochs)];
        let steps = epochs * kept.batch_count(size) + ascents * forgotten.batch_count(beside);
        let mut work = context.work(steps);
        let (teacher, warmth) = (&context.model.network, self.temperature);
        let distance =
            |z: &Value, taught: &Value| Loss::divergence(z, taught, warmth).times(warmth * warmth);
        let mut tuner = Tuner::new(teacher, &self.tune, context.seed, &mut work);
        for epoch in 0..epochs {
            tuner.set_learning_rate(decayed(self.tune.learning_rate, &self.decay_after, epoch));
            if epoch < ascents {
                for batch in forgotten.epoch(epoch, beside) {
                    let taught = teacher.forward(batch.inputs.clone());
                    tuner.descend(&batch, |z| distance(z, &taught).times(-1.0))?;
                }
            }
            for batch in kept.epoch(epoch, size) {
                let taught = teacher.forward(batch.inputs.clone());
                tuner.descend(&batch, |z| {
                    let right = Loss::cross_entropy(z, &batch.labels).times(self.gamma);
                    right.plus(&distance(z, &taught).times(self.alpha))
                })?;
            }
        }
        Ok(Forgotten::new(tuner.finish(), &work))
    }
}
